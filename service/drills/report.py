"""The after-action report of a drill (S4-c, S4-d): for people as a page, for programs as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from service.drills.judge import Verdict
from service.drills.model import Drill
from service.i18n.catalogue import chosen, say
from service.i18n.dates import Times
from service.letters import html_page
from service.policy import Profile
from service.sentence import Sentence, WordList, Words

RATINGS: Words = {
    "P": "performed without challenges",
    "S": "performed with some challenges",
    "M": "performed with major challenges",
    "U": "unable to be performed",
}
_BY_HAND: WordList = (
    "Participants (organisation, role, number)",
    "Strengths",
    "Root cause of each finding",
    "Effectiveness score",
    "Feasibility score",
    "Approved by, published on",
    "Next drill",
)


def as_json(drill: Drill, verdict: Verdict, *, version: str, profile: Profile) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "exercise": drill.name,
        "kind": drill.kind,
        "definitions": version,
        "policy": profile.id,
        "start": drill.at.isoformat(),
        "end": drill.ends_at.isoformat(),
        "objectives": list(drill.objectives),
        "rating": verdict.rating,
        "criteria": [
            {
                "id": each.id,
                "name": each.name,
                "wanted": each.wanted,
                "measured": each.measured,
                "met": each.met,
            }
            for each in verdict.measures
        ],
        "findings": list(verdict.findings),
        "timeline": [
            {"at": at.isoformat(), "who": who, "what": what} for at, who, what in verdict.timeline
        ],
    }


MARKS: Words = {"True": "met", "False": "NOT MET", "None": "to be judged"}


def as_page(
    drill: Drill, verdict: Verdict, *, version: str, profile: Profile, language: str = "en"
) -> str:
    """The report as a page to print and to complete by hand: what the record cannot tell has room
    for a pen."""
    times = Times(language, profile.calendar.zone)

    def said(text: str) -> str:
        return say(text, language)

    named = {"en": drill.name, **drill.names}
    name = str(chosen(named, language, default=drill.name))
    title = said(Sentence("After-action report: {name}", name=name))
    facts = [
        (said("Exercise"), name),
        (
            said("Kind"),
            said(Sentence("{kind}, players scripted, in exercise mode", kind=drill.kind)),
        ),
        (said("Start"), times.moment(drill.at)),
        (said("End"), times.moment(drill.ends_at)),
        (said("Definitions tested"), version),
        (said("Policy"), profile.id),
        (said("Rating"), f"{verdict.rating} · {said(RATINGS[verdict.rating])}"),
    ]
    parts = [
        f"<h1>{escape(title)}</h1>",
        _table((), facts),
        _head(said("Objectives")) + "".join(f"<p>{escape(each)}</p>" for each in drill.objectives),
        _head(said("Criteria")),
        _table(
            (said("Criterion"), said("Wanted"), said("Measured"), ""),
            [
                (*map(said, (each.name, each.wanted, each.measured)), said(MARKS[str(each.met)]))
                for each in verdict.measures
            ],
        ),
        _head(said("Findings")),
        _table(
            (said("Finding"), said("Corrective action, owner, due")),
            [(said(each), "") for each in verdict.findings],
        )
        if verdict.findings
        else f"<p>{escape(said('None.'))}</p>",
        _head(said("Timeline")),
        _table(
            (said("When"), said("Who"), said("What")),
            [(times.moment(at), said(who), said(what)) for at, who, what in verdict.timeline],
        ),
        _head(said("To be completed")),
        _table((), [(said(each), "") for each in _BY_HAND]),
    ]
    return html_page(title, "".join(parts), language=language)


def _head(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def improvements(verdict: Verdict, *, due_on: str) -> list[Mapping[str, Any]]:
    """What each finding starts the process of an improvement with."""
    return [
        {"improvement": finding[:2_000], "actionOwner": "owner", "dueOn": due_on}
        for finding in verdict.findings
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "<tr>" + "".join(f"<th>{escape(each)}</th>" for each in head) + "</tr>" if head else ""
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(each)}</td>" for each in row) + "</tr>" for row in rows
    )
    return f"<table>{top}{body}</table>"
