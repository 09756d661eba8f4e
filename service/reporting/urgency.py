"""Why an open complaint is of the highest severity: the rule that said so in the owner's words, the
facts reported at registration, and what became of the alarm."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.cases import URGENT, Complaint
from service.dmn import Table
from service.engine import Bundle
from service.i18n.catalogue import say

_CHINESE = re.compile(r"[\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Urgency:
    """`rule` is the words of the rule, `signs` the names of facts, `alarm` "raised", "to confirm"
    or empty."""

    rule: str
    signs: tuple[str, ...]
    alarm: str


def urgency_of(complaint: Complaint, bundle: Bundle, language: str) -> Urgency | None:
    """None for a complaint that is closed, or less severe."""
    if complaint.severity != URGENT or complaint.status != "open":
        return None
    facts = complaint.facts
    signs = facts.get("signs") or {}
    rule = str(facts.get("rule") or "")
    reported = tuple(signs.get("facts", ())) if signs.get("rule") == rule else ()
    return Urgency(
        in_language(words_of_rule(bundle, rule), language), reported, facts.get("alarm", "")
    )


def words_of_rule(bundle: Bundle, rule: str) -> str:
    """What the description of a rule says, by the rule's id; its id where there is none."""
    rules = (
        row
        for model in bundle.decisions.values()
        for decision in model.definitions.decisions
        if isinstance(decision.logic, Table)
        for row in decision.logic.rules
    )
    return next((row.words for row in rules if row.place.id == rule and row.words), rule)


def in_language(words: str, language: str) -> str:
    """The part of a description that is written in a language: owners write the English first and
    the Chinese behind it, which is Traditional in the tables of the product: in Simplified Chinese
    the catalogue has it. All of it where it has no such part."""
    found = _CHINESE.search(words)
    if found is None:
        return words
    chinese = words[found.start() :].strip()
    english = words[: found.start()].strip()
    if language == "zh-Hans" and say(english, language) != english:
        return say(english, language)
    return (chinese if language.startswith("zh") else english) or words
