"""What the bank's people answer: for each task of the shipped procedure, from the story of the
complaint and what is written for its matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.demo.stories import Decision, Matter, Story, read_matters, read_phrases
from service.i18n.amounts import letter_money

CURRENCY = "TWD"
OWNER = "owner"  # the account whose tasks a visitor can do


@dataclass(frozen=True, slots=True)
class Scene:
    """A task that somebody does `today`, in a complaint of that story: the `turn`-th time, in the
    `round`-th round, both from 0. `other` is the number of the complaint that this one repeats."""

    story: Story
    today: date
    turn: int = 0
    round: int = 0
    other: str = ""

    @property
    def matter(self) -> Matter:
        return read_matters()[self.story.matter or "attitude"]

    @property
    def texts(self) -> Mapping[str, str]:
        """What the bank's people write of the matter."""
        return self.matter.en if self.story.spoken == "en" else self.matter.zh

    @property
    def phrases(self) -> Mapping[str, str]:
        return read_phrases()[self.story.spoken]

    @property
    def decision(self) -> Decision:
        return self.story.decision(self.round)

    def day(self, ahead: int) -> str:
        return (self.today + timedelta(days=ahead)).isoformat()


def remedies_of(decided: Decision) -> list[str]:
    """What was decided to make it good by."""
    if decided.outcome == "not upheld":
        return []
    if decided.remedies:
        return list(decided.remedies)
    return ["compensation", "apology"] if decided.pay else ["apology"]


def letter_of(scene: Scene) -> str:
    """The reply, in the customer's language."""
    language, decided = scene.story.language, scene.decision
    known = read_phrases()[f"letter-{language}"]
    told = scene.matter.told(language)
    if decided.outcome == "not upheld":
        return told["not"]
    promise = scene.story.promise or scene.phrases["promise"]
    said = {
        "compensation": known["pay"].format(money=letter_money(decided.pay, CURRENCY, language)),
        "correction": known["correct"],
        "apology": known["sorry"],
        "tracking": known["track"].format(promise=promise),
    }
    parts = [told["told"], *(said[each] for each in remedies_of(decided))]
    return (" " if language == "en" else "").join(parts)


def _assess(scene: Scene) -> dict[str, Any]:
    nature = "inquiry" if scene.story.end == "inquiry" else "complaint"
    flags = {name: value for name, value in scene.story.flags.items() if name != "byProxy"}
    if nature == "inquiry":
        flags["natureReason"] = scene.phrases["not_ours_why"]
    return {"nature": nature, **flags}


def _compare(scene: Scene) -> dict[str, Any]:
    if scene.story.end == "duplicate":
        known = {"relation": "duplicate", "otherNumber": scene.other}
        return {**known, "note": scene.phrases["duplicate"]}
    return {"relation": "new", "note": scene.phrases["apart"]}


def _contact(scene: Scene) -> dict[str, Any]:
    if scene.turn < scene.story.calls:
        return {"reached": False, "note": scene.phrases["missed"]}
    return {
        "reached": True,
        "concernExpressed": True,
        "processExplained": True,
        "expectedDate": scene.day(14),
        "note": scene.phrases["call"],
    }


def _plan(scene: Scene) -> dict[str, Any]:
    wanted = scene.story.departments
    return {
        "issues": scene.texts["issues"],
        "departments": list(scene.matter.departments if wanted is None else wanted),
        "question": scene.texts["question"],
        "planDate": scene.day(7),
    }


def _opinion(scene: Scene) -> dict[str, Any]:
    right = scene.story.outcome != "not upheld"
    return {"opinion": scene.texts["opinion"], "agreed": right}


def _evidence(scene: Scene) -> dict[str, Any]:
    found: dict[str, Any] = {"evidence": scene.texts["evidence"], "complete": True}
    if scene.story.ask and scene.turn == 0:
        found |= {"askCustomer": True, "question": scene.story.ask}
    return found


def _report(scene: Scene) -> dict[str, Any]:
    told = scene.matter.told(scene.story.language)
    right = scene.story.outcome != "not upheld"
    return {
        "facts": scene.texts["facts"],
        "findings": scene.texts["findings"] if right else told["not"],
        "recommendation": scene.texts["recommend"] if right else scene.phrases["agreed"],
    }


def _proposal(scene: Scene) -> dict[str, Any]:
    decided = scene.decision
    told = scene.matter.told(scene.story.language)
    right = decided.outcome != "not upheld"
    found: dict[str, Any] = {
        "outcome": decided.outcome,
        "remedies": remedies_of(decided),
        "reason": scene.texts["findings"] if right else told["not"],
        "draftReply": letter_of(scene),
    }
    if "compensation" in found["remedies"]:
        found |= {"compensationAmount": decided.pay, "payTo": f"TW-{scene.story.id}-0042"}
    return found


def _committee(scene: Scene) -> dict[str, Any]:
    members = scene.phrases["members"].splitlines()
    decided = {"approved": True, "reason": scene.phrases["approved"]}
    return {**decided, "members": members, "votesFor": 3, "minutes": scene.phrases["minutes"]}


def _payment(scene: Scene) -> dict[str, Any]:
    return {
        "paidOn": scene.day(0),
        "reference": f"TRF-{scene.story.id.upper()}-{scene.turn + 1}",
    }


def _offer_answer(scene: Scene) -> dict[str, Any]:
    """The customer says it on the telephone: one who is not content declines."""
    customer, known = scene.decision.customer, scene.phrases
    told = {"offerChannel": "phone", "offerAnsweredBy": scene.story.customerName or "-"}
    if customer.settled:
        return {"offerAnswer": "accepted", **told, "offerWords": known["accepted"]}
    return {"offerAnswer": "declined", **told, "offerWords": customer.says or known["declined"]}


def _checked(scene: Scene) -> dict[str, Any]:
    asked = ("heard", "issues", "evidence", "redress", "vulnerability", "letter")
    found = dict.fromkeys(asked, "yes")
    return {**found, "result": "good", "feedback": scene.phrases["checked"]}


def _promise(scene: Scene) -> dict[str, Any]:
    promise = scene.story.promise or scene.phrases["promise"]
    person = scene.story.investigator
    return {"promise": promise, "promisedBy": scene.day(30), "person": person}


def _asked(scene: Scene) -> dict[str, Any]:
    customer = scene.decision.customer
    return {
        "reached": True,
        "satisfaction": customer.mark,
        "disputed": not customer.settled,
        "comment": customer.says,
    }


def _delay(scene: Scene) -> dict[str, Any]:
    known = {"cause": scene.phrases["late_cause"], "newDate": scene.day(5)}
    return {**known, "measure": scene.phrases["late_measure"]}


def _directed(scene: Scene) -> dict[str, Any]:
    go_on = "continue" if scene.turn < 2 else "stand down"
    return {"action": scene.phrases["action"], "next": go_on}


SCRIPT: Mapping[str, Callable[[Scene], dict[str, Any]]] = {
    "clarify-facts": lambda scene: {"clarified": "known", "note": scene.phrases["clarified"]},
    "assess-facts": _assess,
    "compare-complaints": _compare,
    "check-proxy": lambda scene: {"proxyName": scene.story.proxy, "authority": "shown"},
    "record-representatives": lambda scene: {"representatives": [scene.story.customerName]},
    "assign-investigator": lambda scene: {
        "investigator": scene.story.investigator,
        "responsibleUnit": "head office",
        "independent": True,
    },
    "first-contact": _contact,
    "plan-investigation": _plan,
    "consult-department": _opinion,
    "collect-evidence": _evidence,
    "write-report": _report,
    "propose-solution": _proposal,
    "approve-solution": lambda scene: {"approved": True, "reason": scene.phrases["approved"]},
    "approve-by-committee": _committee,
    "confirm-not-for-us": lambda scene: {
        "nature": "inquiry",
        "confirmReason": scene.phrases["not_ours_seen"],
    },
    "draft-holding-letter": lambda scene: {
        "reason": scene.phrases["holding"],
        "newDate": scene.day(14),
    },
    "give-provisional-credit": lambda scene: {
        "credited": False,
        "noCreditReason": scene.phrases["no_credit"],
    },
    "record-offer-answer": _offer_answer,
    "pay-compensation": _payment,
    "pay-what-is-owed": _payment,
    "correct-error": lambda scene: {
        "corrected": scene.texts["corrected"],
        "correctedOn": scene.day(0),
    },
    "write-apology": lambda scene: {"apology": scene.phrases["apology"]},
    "promise-tracking": _promise,
    "write-reply": lambda scene: {"decisionText": letter_of(scene), "rightsExplained": True},
    "ask-customer": _asked,
    "review-complaint": lambda scene: {
        "rootCause": scene.matter.cause,
        "lesson": scene.texts["lesson"],
        "improvementWanted": scene.story.improve,
    },
    "plan-improvement": lambda scene: {
        "improvement": scene.texts["lesson"],
        "actionOwner": OWNER,
        "dueOn": scene.day(14),
        "measure": scene.phrases["measure"],
    },
    "unblock-case": _delay,
    "take-charge-of-delay": lambda scene: {
        **_delay(scene),
        "measure": scene.phrases["charge_measure"],
        "customerTold": True,
    },
    "confirm-withdrawal": lambda scene: {"freely": True, "reason": scene.phrases["freely"]},
    "check-quality": _checked,
    "take-feedback": lambda scene: {"response": scene.phrases["taken_in"]},
    "reopen-complaint": lambda scene: {"otherNumber": scene.other},
    "carry-out-action": lambda scene: {
        "done": scene.phrases["improvement"],
        "effectSeenOn": scene.day(0),
    },
    "verify-effect": lambda scene: {"effective": True, "evidence": scene.phrases["effect"]},
    "keep-promise-task": lambda scene: {"kept": True, "done": scene.phrases["kept"]},
    "answer-for-promise": lambda scene: {**_delay(scene), "customerTold": True},
    "declare-emergency": lambda scene: {
        "confirmed": True,
        "level": "III",
        "reason": scene.phrases["report"],
    },
    "send-report": lambda scene: {
        "what": scene.phrases["report"],
        "measures": scene.phrases["action"],
        "sentTo": scene.phrases["sent_to"],
        "contact": scene.phrases["contact"],
    },
    "direct-response": _directed,
    "send-situation-report": lambda scene: {
        "change": scene.phrases["change"],
        "actions": scene.phrases["action"],
    },
    "write-after-action": lambda scene: {
        "timeline": scene.phrases["timeline"],
        "cause": scene.texts["findings"],
        "loss": scene.phrases["loss"],
        "lessons": scene.phrases["lessons"],
        "actions": [scene.phrases["actions"]],
    },
}
"""By element: what a person answers."""
