"""What the product offers diagrams and takes from them, as the check of their data has to know it:
functions, services, groups, clocks, messages, and the variables that cases start with."""

from __future__ import annotations

import re
from collections.abc import Mapping

from service.bpmn.briefing import PROPERTY as BRIEFING
from service.builtins.answer_checks import CHECKS
from service.builtins.check_acceptance import RULE as ACCEPTANCE
from service.builtins.check_extension import RULE as EXTENSION
from service.builtins.emergency_services import EMERGENCY_SERVICES
from service.builtins.functions import FUNCTIONS
from service.builtins.review_services import REVIEW_SERVICES
from service.builtins.services import SERVICES
from service.cases import RECORDED
from service.definitions.review_states import Verb
from service.identity import Role
from service.letters.texts import SUFFIX
from service.lint import (
    ANY,
    Kind,
    Offered,
    Parameter,
    Service,
    World,
    context,
    list_of,
    nullable,
    of,
    text,
)
from service.policy import LEVELS, Profile, policy_file
from service.policy.files import read_policies

GROUPS = frozenset(role.value for role in Role)
MOMENT = of("date and time")
NUMBER, TEXT, BOOLEAN = of("number"), of("string"), of("boolean")
LEVEL = text(*LEVELS)
REPORTS = list_of(context({"id": TEXT, "to": TEXT, "dueAt": TEXT}))
TRIAGE: Mapping[str, Kind] = {
    **dict.fromkeys(
        (
            "vulnerable",
            "regulatorReferral",
            "legalThreat",
            "threatToLife",
            "moneyMoving",
            "systemFault",
            "misconduct",
            "executiveChannel",
            "attitudeOnly",
            "hardship",
            "byProxy",
        ),
        nullable(BOOLEAN),
    ),
    **dict.fromkeys(
        ("groupSize", "mediaReach", "customersAffected", "reopened", "similarIn24h"),
        nullable(NUMBER),
    ),
}
COMPLAINT: Mapping[str, Kind] = {
    **TRIAGE,
    "complaintNumber": TEXT,
    "receivedAt": TEXT,
    "channel": TEXT,
    "product": nullable(TEXT),
    "amount": nullable(NUMBER),
    "currency": nullable(TEXT),
    "entity": nullable(TEXT),
    "customerType": nullable(TEXT),
    "language": TEXT,
    "customerGiven": context({"name": BOOLEAN, "contact": BOOLEAN}),
    "round": NUMBER,
}
"""The variables that a complaint starts with."""
EMERGENCY: Mapping[str, Kind] = {
    "emergencyNumber": TEXT,
    "level": LEVEL,
    "cause": TEXT,
    "openedAt": TEXT,
}
REVIEW: Mapping[str, Kind] = {
    "versionKey": TEXT,
    "versionName": TEXT,
    "version": NUMBER,
    "summary": TEXT,
    "submittedBy": TEXT,
}
MESSAGES: Mapping[str, Mapping[str, Kind]] = {
    "customer-answer": {
        "satisfaction": nullable(NUMBER),
        "disputed": nullable(BOOLEAN),
        "comment": nullable(TEXT),
    },
    "complaint-withdrawn": {"reason": nullable(TEXT)},
    "offer-answer": {
        "offerAnswer": text("accepted", "declined"),
        "offerChannel": TEXT,
        "offerAnsweredBy": nullable(TEXT),
        "offerWords": nullable(TEXT),
    },
    "customer-information": {},
    "emergency-raised": {"level": LEVEL},
}
"""The messages that the product sends, with what they say."""
_RESULTS: Mapping[str, Kind] = {
    "deadline": nullable(MOMENT),
    "part of deadline": nullable(MOMENT),
    "time used": nullable(NUMBER),
    "can extend": BOOLEAN,
    "working days after": nullable(MOMENT),
    "working hours after": nullable(MOMENT),
    "best investigator": nullable(TEXT),
    "people of unit": list_of(TEXT),
    "amount paid": NUMBER,
    "sample number": nullable(NUMBER),
    "earlier compensation": NUMBER,
    "emergency compensation": NUMBER,
    "home country": nullable(TEXT),
    "is running": BOOLEAN,
    "emergency reports": REPORTS,
    "situation report due": MOMENT,
}
_PARAMETERS: Mapping[str, Kind] = {
    "clock": nullable(TEXT),
    "share": NUMBER,
    "from": nullable(MOMENT),
    "n": NUMBER,
    "skill": nullable(TEXT),
    "person": nullable(TEXT),
    "unit": nullable(TEXT),
    "role": TEXT,
    "level": nullable(TEXT),
    "moment": TEXT,
}
_WRITES: Mapping[str, Mapping[str, Kind]] = {
    "redress.extend": {"extended": BOOLEAN, "newDate": nullable(TEXT), "reason": nullable(TEXT)},
    "redress.similar": {"similar": list_of(ANY)},
    "redress.link": {"reopened": nullable(NUMBER)},
    "redress.offer": {
        "offer": text("none", "open", "payable"),
        "acceptBy": nullable(TEXT),
        "acceptUntil": nullable(TEXT),
    },
    "redress.owe": {
        "owed": text("payable", "none"),
        "owedByLaw": NUMBER,
        "creditFinal": nullable(NUMBER),
        "creditBack": nullable(NUMBER),
    },
    "redress.answer-offer": {"offerAnswer": text("accepted", "declined", "lapsed")},
    "redress.archive": {"archivedAt": TEXT, "retainUntil": TEXT},
    "redress.emergency-level": {"reports": REPORTS},
    "redress.emergency-quiet": {"quiet": BOOLEAN},
}
_FACTS: Mapping[str, Kind] = {
    **dict.fromkeys(RECORDED | {"severity", "status"}, TEXT),
    "compensationAmount": NUMBER,
    "redressParts": ANY,
    "issueFindings": ANY,
    "satisfaction": NUMBER,
    "remedy": of("list", "string"),
    "representatives": of("list", "string"),
    "lesson": ANY,
}
_READS: Mapping[str, Mapping[str, Kind]] = {
    "redress.notify": {"user": TEXT, "group": TEXT},
    "redress.record": _FACTS,
    "redress.link": {"relation": TEXT, "otherNumber": TEXT, "reopened": NUMBER},
    "redress.emergency": {"level": TEXT, "cause": TEXT},
    "redress.extend": {"extensionReason": TEXT},
    "redress.regime": {
        "wanted": ANY,
        "entity": TEXT,
        "customerType": TEXT,
        "hardship": BOOLEAN,
        "newAccount": BOOLEAN,
        "pointOfSaleOrForeign": BOOLEAN,
        "sentToCompanyAt": TEXT,
        "cycleEndsOn": TEXT,
    },
    "redress.close": {"outcome": TEXT},
    "redress.offer": {
        "compensationAmount": nullable(NUMBER),
        "acceptance": nullable(text("wanted", "not wanted")),
        "days": nullable(NUMBER),
        "owedByLaw": nullable(NUMBER),
    },
    "redress.owe": {
        "outcome": nullable(TEXT),
        "compensationAmount": nullable(NUMBER),
        "redressParts": ANY,
        "credited": nullable(BOOLEAN),
        "creditAmount": nullable(NUMBER),
        "creditedOn": nullable(TEXT),
    },
    "redress.answer-offer": {
        "offerAnswer": nullable(TEXT),
        "offerChannel": nullable(TEXT),
        "offerAnsweredBy": nullable(TEXT),
        "offerWords": nullable(TEXT),
    },
    "redress.emergency-team": {"level": TEXT},
    "redress.emergency-level": {"level": TEXT},
    "redress.emergency-quiet": {"level": TEXT},
    "redress.emergency-log": {"action": TEXT},
    "redress.approve-version": {"reason": TEXT},
    "redress.return-version": {"reason": TEXT},
    "redress.release-version": {"reason": TEXT},
}
_VARIABLE = re.compile(r"variables\.(\w+)|variables\[[\"'](\w+)[\"']\]")
READS = frozenset(
    {"investigator", "complainedPerson", "quorum", "department", "approvedBy", "level"}
)
"""Variables that pages and the checks of answers look at."""


def world_of(profile: Profile, files: Mapping[str, bytes]) -> World:
    """Everything that a bundle with these letters meets when it runs in this jurisdiction."""
    clocks = clocks_of(profile)
    letters = letter_reads(files)
    return World(
        functions={name: _function(name, entry[0], clocks) for name, entry in FUNCTIONS.items()},
        services=_services(clocks, frozenset(letters)),
        groups=GROUPS,
        clocks=clocks,
        clauses=_clauses(profile),
        messages=MESSAGES,
        starts={
            "complaint": COMPLAINT,
            "respond-to-emergency": EMERGENCY,
            "review-change": REVIEW,
        },
        follow_service="redress.follow",
        follow_gives={"complaintNumber": TEXT},
        reads=READS,
        properties={
            "clause": None,
            "fourEyes": None,
            "meets": clocks,
            "meetsIf": None,
            BRIEFING: None,
            "contactLog": None,
            "ledger": frozenset({"accepted", "paid"}),
            "waitsFor": None,
            "check": frozenset({*CHECKS, ACCEPTANCE, EXTENSION}),
            "decides": frozenset(verb.value for verb in Verb),
        },
        letter_reads=letters,
    )


def clocks_of(profile: Profile) -> frozenset[str]:
    """The clocks of the law, of every profile that a case may get, and of the bank's own
    targets."""
    own = profile.severity
    return frozenset(
        [
            *(
                entry["clock"]
                for name, document in read_policies(profile.folder).items()
                if name.startswith("profiles/")
                for entry in (*document["clocks"], *document.get("steps", ()))
            ),
            *(clock for targets in own["targets"].values() for clock in targets),
            *own["other"],
        ]
    )


def _clauses(profile: Profile) -> frozenset[str]:
    return frozenset(
        entry["id"] for entry in policy_file("clauses.json", profile.folder)["clauses"]
    )


def _function(name: str, parameters: tuple[str, ...], clocks: frozenset[str]) -> Offered:
    made = tuple(
        Parameter(each, _PARAMETERS.get(each, ANY), *_texts(each, clocks)) for each in parameters
    )
    return Offered(made, _RESULTS.get(name, ANY))


def _texts(parameter: str, clocks: frozenset[str]) -> tuple[frozenset[str] | None, str]:
    known = {
        "clock": (clocks, "clock"),
        "level": (frozenset(LEVELS), "level"),
        "moment": (frozenset({"declaration", "stand-down"}), "moment"),
    }
    return known.get(parameter, (None, ""))


def _services(clocks: frozenset[str], letters: frozenset[str]) -> dict[str, Service]:
    headers: dict[str, dict[str, frozenset[str] | None]] = {
        "redress.letter": {"template": letters or None, "meets": clocks},
        "redress.notify": {
            "template": letters or None,
            "group": GROUPS,
            "ring": frozenset({"no", "yes"}),
            "meets": clocks,
        },
        "redress.clock": {"clock": clocks},
        "redress.extend": {"clock": clocks},
        "redress.follow": {"process": None},
        "redress.close": {"status": None},
        "redress.record": {"ledger": frozenset({"offered"})},
        "redress.emergency-close": {"outcome": None},
    }
    names = {*SERVICES, *EMERGENCY_SERVICES, *REVIEW_SERVICES}
    return {
        name: Service(
            reads=_READS.get(name, {}),
            says=name in ("redress.letter", "redress.notify"),
            writes=_WRITES.get(name, {}),
            headers={"meets": clocks, **headers.get(name, {})},
        )
        for name in names
    }


def letter_reads(files: Mapping[str, bytes]) -> dict[str, frozenset[str]]:
    """The variables that each letter of a bundle says."""
    found: dict[str, frozenset[str]] = {}
    for path, content in files.items():
        if path.endswith(SUFFIX):
            name = path.rpartition("/")[2].removesuffix(SUFFIX).rpartition(".")[0]
            said = _VARIABLE.findall(content.decode(errors="replace"))
            names = frozenset(one or other for one, other in said)
            found[name] = found.get(name, frozenset()) | names
    return found
