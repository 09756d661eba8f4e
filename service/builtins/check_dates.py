"""Dates in a form's answer that are measured against today or a clock of the case.

A field of the schema asks for it: `formatMinimum` or `formatMaximum` is `today` (the day in the
zone of the policy), `notAfterClock` names a clock. The date is compared with a clock only while
that has not passed: what is late already has to be promised a later day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service import cases
from service.db import Connection
from service.errors import FieldError, FormInvalid
from service.policy import Calendar, Deadline
from service.sentence import Sentence

TODAY = "today"


def check_dates(
    connection: Connection,
    form: Mapping[str, Any] | None,
    answer: Mapping[str, Any],
    *,
    root_key: int,
    today: str,
    calendar: Calendar,
) -> None:
    """`today` is an ISO date. Raises FormInvalid with every date that lies on the wrong side."""
    fields = _dated(form)
    given = [(name, str(answer[name]), fields[name]) for name in fields if answer.get(name)]
    if not given:
        return
    clocks: dict[str, Deadline] = {}
    if any("notAfterClock" in rule for _, _, rule in given):
        clocks = {each.clock: each for each in cases.list_deadlines(connection, root_key)}
    problems = [
        FieldError(f"/{name}", problem)
        for name, day, rule in given
        for problem in (
            *_by_today(day, rule, today),
            *_by_clock(day, rule, today, clocks, calendar),
        )
    ]
    if problems:
        raise FormInvalid(problems)


def _dated(form: Mapping[str, Any] | None) -> Mapping[str, Mapping[str, Any]]:
    properties = {} if form is None else form["schema"].get("properties", {})
    return {
        name: rule
        for name, rule in properties.items()
        if isinstance(rule, Mapping) and rule.get("format") == "date"
    }


def _by_today(day: str, rule: Mapping[str, Any], today: str) -> Iterator[Sentence]:
    if rule.get("formatMinimum") == TODAY and day < today:
        yield Sentence("expected today ({today}) or a later day, got {day}", today=today, day=day)
    if rule.get("formatMaximum") == TODAY and day > today:
        yield Sentence(
            "expected today ({today}) or an earlier day, got {day}", today=today, day=day
        )


def _by_clock(
    day: str,
    rule: Mapping[str, Any],
    today: str,
    clocks: Mapping[str, Deadline],
    calendar: Calendar,
) -> Iterator[Sentence]:
    clock = clocks.get(str(rule.get("notAfterClock") or ""))
    if clock is None or clock.met_at is not None or clock.paused_at is not None:
        return
    due = calendar.local_day(clock.due_at).isoformat()
    if due >= today and day > due:
        yield Sentence(
            "expected {due} at the latest, when the clock “{clock}” ends, got {day}",
            due=due,
            clock=clock.clock,
            day=day,
        )
