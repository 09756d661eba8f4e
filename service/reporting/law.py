"""The figures of the law that a bank works by: each with its source, when that was read, how sure
it is, and from when it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from service.policy import RIGHTS, UNCONFIRMED, Profile, blocks_of
from service.reporting.plan import limit_in_words
from service.sentence import Sentence, Words

CONDITIONS: Words = {
    "newAccount": "a new account",
    "pointOfSaleOrForeign": "a point of sale or abroad",
    "hardship": "hardship",
    "defaultNotice": "a default notice",
    "superannuation": "superannuation",
    "customerType": "a customer of the kind {value}",
    "outcome": "a complaint that is {value}",
    "owed": "money that the law owes",
}
KINDS: Words = {
    "statutory": "by law",
    "own": "the bank's own",
    "step": "by law, from the decision on",
    "owed": "paid without an offer where the bank was wrong",
    "window": "window for a simpler close",
    "extension": "extension: {reason}",
    "referral": "to the ombudsman",
    "retention": "keeping the file",
    "rights": "words of a letter",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `what` is the clock or subject, `kind` what sort of figure it is, `limit` in
    words or "", `conditions` when it holds, `since` from which day and `open_cases` whether it
    reaches open ones then; `read` the day the source was read, "" where that is not known."""

    what: str
    kind: str
    limit: str
    conditions: tuple[str, ...]
    source: str
    confidence: str
    read: str
    since: str
    open_cases: bool

    @property
    def confirmed(self) -> bool:
        return self.confidence not in UNCONFIRMED


@dataclass(frozen=True, slots=True)
class Law:
    """A profile and its figures."""

    id: str
    names: Mapping[str, str]
    authority: Mapping[str, str]
    version: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]

    @property
    def to_confirm(self) -> int:
        return sum(not each.confirmed for each in self.figures)


def law_of(profile: Profile) -> Law:
    """Every figure of a profile."""
    document = profile.document
    return Law(
        profile.id,
        document["name"],
        profile.authority,
        document["version"],
        tuple(_figures(document)),
        tuple(document["notes"]),
    )


def _figures(document: Mapping[str, Any]) -> Iterator[Figure]:
    for entry in document["clocks"]:
        kind = KINDS["statutory" if entry["statutory"] else "own"]
        yield _figure(entry, entry["clock"], Sentence(kind))
    for entry in document.get("steps", ()):
        yield _figure(entry, entry["clock"], Sentence(KINDS["step"]))
    for entry in document.get("owed", ()):
        for kind in entry["money"]:
            yield _figure(entry, kind, Sentence(KINDS["owed"]))
    for entry in document.get("windows", ()):
        yield _figure(entry, entry["window"], Sentence(KINDS["window"]))
    for entry in document["extensions"]:
        kind = Sentence(KINDS["extension"], reason=entry["reason"])
        yield _figure(entry, entry["clock"], kind)
    if document["referral"]:
        yield _figure(document["referral"], "referral", Sentence(KINDS["referral"]))
    years = {**document["retention"], "limit": f"{document['retention']['years']} years"}
    yield _figure(years, "retention", Sentence(KINDS["retention"]))
    for name, block in blocks_of(document):
        yield _figure(block, name, Sentence(KINDS[RIGHTS]))


def _figure(entry: Mapping[str, Any], what: str, kind: str) -> Figure:
    return Figure(
        what,
        kind,
        limit_in_words(entry["limit"]) if "limit" in entry else "",
        tuple(_condition(each) for each in entry.get("when", ())),
        entry["source"],
        entry["confidence"],
        entry.get("read", ""),
        entry.get("from", ""),
        bool(entry.get("openCases")),
    )


def _condition(facts: Mapping[str, Any]) -> str:
    """What has to be so, as one sentence; several facts of one alternative are told together."""
    words = [Sentence(CONDITIONS[name], value=value) for name, value in facts.items()]
    return reduce(lambda one, other: Sentence("{one}, and {other}", one=one, other=other), words)
