"""The after-action report of a drill (S4-c, S4-d): for people as a page, for programs as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from service.drills.judge import Verdict
from service.drills.model import Drill
from service.letters import html_page
from service.policy import Profile

RATINGS = {
    "P": "performed without challenges",
    "S": "performed with some challenges",
    "M": "performed with major challenges",
    "U": "unable to be performed",
}
_BY_HAND = (
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


def as_page(drill: Drill, verdict: Verdict, *, version: str, profile: Profile) -> str:
    """The report as a page to print and to complete by hand: what the record cannot tell has room
    for a pen."""
    zone = profile.calendar.zone
    marks = {True: "met", False: "NOT MET", None: "to be judged"}
    facts = [
        ("Exercise", drill.name),
        ("Kind", f"{drill.kind}, players scripted, in exercise mode"),
        ("Start", f"{drill.at.astimezone(zone):%Y-%m-%d %H:%M}"),
        ("End", f"{drill.ends_at.astimezone(zone):%Y-%m-%d %H:%M}"),
        ("Definitions tested", version),
        ("Policy", profile.id),
        ("Rating", f"{verdict.rating}: {RATINGS[verdict.rating]}"),
    ]
    parts = [
        f"<h1>After-action report: {escape(drill.name)}</h1>",
        _table((), facts),
        "<h2>Objectives</h2>" + "".join(f"<p>{escape(each)}</p>" for each in drill.objectives),
        "<h2>Criteria</h2>",
        _table(
            ("Criterion", "Wanted", "Measured", ""),
            [(each.name, each.wanted, each.measured, marks[each.met]) for each in verdict.measures],
        ),
        "<h2>Findings</h2>",
        _table(
            ("Finding", "Corrective action, owner, due"), [(each, "") for each in verdict.findings]
        )
        if verdict.findings
        else "<p>None.</p>",
        "<h2>Timeline</h2>",
        _table(
            ("When", "Who", "What"),
            [
                (f"{at.astimezone(zone):%Y-%m-%d %H:%M}", who, what)
                for at, who, what in verdict.timeline
            ],
        ),
        "<h2>To be completed</h2>",
        _table((), [(each, "") for each in _BY_HAND]),
    ]
    return html_page(f"After-action report: {drill.name}", "".join(parts), language="en")


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
