"""What a user task shows above its form: the property `redress.briefing`, in one syntax.

Cards are separated by `;`. A card is a name of `CARDS` (`proposal`), the recorded answers of an
earlier task (`answers:write-report`), or one variable (`value:promise`). `without:NAME (reason)`
leaves out what the proof wants shown, and the review shows the reason. A task without the property
has the cards that its need is derived to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

PROPERTY = "redress.briefing"
ANSWERS, VALUE, WITHOUT = "answers", "value", "without"
MOST_CARDS = 30
_WITHOUT = re.compile(r"without:\s*(?P<name>[^()]+?)\s*\((?P<reason>[^()]*\S[^()]*)\)")


@dataclass(frozen=True, slots=True)
class Shows:
    """What a named card shows: the answers of forms, variables, what FEEL functions tell, the
    facts that a process of `start` began with, and what the customer said (`words`)."""

    forms: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    start: str = ""
    words: bool = False


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


CARDS: dict[str, Shows] = {
    "customer": Shows(start="complaint", words=True),
    "severity": Shows(
        variables=_names("severity route emergencyLevel rule informed triage escalation")
    ),
    "proposal": Shows(
        forms=_names("propose-solution"),
        variables=_names("decider level quorum authority compensationAmount outcome remedies"),
        functions=frozenset({"earlier compensation", "emergency compensation"}),
    ),
    "finding": Shows(forms=_names("investigation-report")),
    "evidence": Shows(forms=_names("collect-evidence")),
    "question": Shows(forms=_names("plan-investigation"), variables=_names("department question")),
    "error": Shows(forms=_names("investigation-report")),
    "payment": Shows(variables=_names("compensationAmount")),
    "money": Shows(
        variables=_names(
            "compensationAmount redressParts offer acceptBy acceptUntil acceptance days policy"
            " offerAnswer offerChannel offerAnsweredBy offerWords"
            " owed owedByLaw creditFinal creditBack"
        ),
        functions=frozenset({"amount paid"}),
    ),
    "other": Shows(
        forms=_names("compare-complaints"), variables=_names("similar otherNumber relation")
    ),
    "draft-reply": Shows(forms=_names("write-reply")),
    "delay": Shows(variables=_names("action group told timeUsed clock delay")),
    "emergency": Shows(
        start="respond-to-emergency",
        variables=_names("level reports report cause quiet"),
        words=True,
    ),
    "version": Shows(start="review-change"),
}
"""The named cards. The customer's words, what severity was decided, what is proposed and on whose
authority, what was found, the evidence, what is asked of whom, the error to be corrected, what is
to be paid to whom, the money of the case, the other complaint, the reply as it would be, the delay,
the emergency, the version under review."""


@dataclass(frozen=True, slots=True)
class Briefing:
    """The property, read. `wrong` are the parts that are no card."""

    cards: tuple[str, ...] = ()
    exempt: dict[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()


def read_briefing(text: str) -> Briefing:
    """Read the property. What cannot be read is in `wrong`; nothing is raised."""
    cards: dict[str, None] = {}
    exempt: dict[str, str] = {}
    wrong: list[str] = []
    for part in (each.strip() for each in text.split(";")):
        found = _WITHOUT.fullmatch(part)
        if not part:
            continue
        if found:
            exempt[found["name"]] = found["reason"].strip()
        elif is_card(part) and len(cards) < MOST_CARDS:
            cards[part] = None
        else:
            wrong.append(part)
    return Briefing(tuple(cards), exempt, tuple(wrong))


def is_card(text: str) -> bool:
    kind, colon, name = text.partition(":")
    return text in CARDS or (bool(colon) and kind in (ANSWERS, VALUE) and bool(name.strip()))


def named(kind: str, cards: Iterable[str]) -> list[str]:
    """The names behind `answers:` or `value:`, in their order."""
    return [each.partition(":")[2].strip() for each in cards if each.startswith(f"{kind}:")]
