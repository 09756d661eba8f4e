"""A day in a form is on the right side of today, and not beyond the clock that it promises to
keep."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.db import Database
from service.definitions import shipped_files
from service.errors import FormInvalid
from tests.kit.installation import release_files
from tests.kit.walker import Walk, complain

FORMS = Path(__file__).parents[2] / "forms"
UNBOUND = {("carry-out-action", "effectSeenOn"), ("assess-facts", "cycleEndsOn")}
"""The day when an effect shows may lie on either side; so may the end of the billing cycle that ran
at receipt, for a complaint that came long ago."""


def date_fields() -> list[tuple[str, str, dict[str, Any]]]:
    found = []
    for path in sorted(FORMS.glob("*.form.json")):
        schema = json.loads(path.read_bytes())["schema"]
        found += [
            (path.name.removesuffix(".form.json"), name, rule)
            for name, rule in schema["properties"].items()
            if rule.get("format") == "date"
        ]
    return found


def test_every_date_of_the_procedure_says_on_which_side_of_today_it_lies() -> None:
    fields = date_fields()
    assert len(fields) > 9
    unbound = {
        (form, name)
        for form, name, rule in fields
        if "formatMinimum" not in rule and "formatMaximum" not in rule
    }
    assert unbound <= UNBOUND | {(form, name) for form, name, _ in fields if form == "registration"}


def refused(walk: Walk, element: str, **answer: Any) -> str:
    with pytest.raises(FormInvalid) as caught:
        walk.answer(element, **answer)
    [error] = caught.value.errors
    assert error.pointer == f"/{next(iter(answer))}"
    return error.message


def test_a_promise_lies_ahead_and_within_the_clock(sqlite_database: Database) -> None:
    walk = complain(release_files(sqlite_database, shipped_files())).work(until="first-contact")
    today = walk.now.date()
    due = walk.clocks["final response"].due_at.date()
    said = refused(walk, "first-contact", expectedDate=(today - timedelta(days=1)).isoformat())
    assert said.startswith("expected today")
    late = refused(walk, "first-contact", expectedDate=(due + timedelta(days=3)).isoformat())
    assert "final response" in late and due.isoformat() in late
    walk.answer("first-contact", expectedDate=(due - timedelta(days=1)).isoformat())
    assert "first-contact" not in walk.open()


def test_what_is_late_already_is_promised_a_later_day(sqlite_database: Database) -> None:
    walk = complain(release_files(sqlite_database, shipped_files())).work(until="first-contact")
    walk.now = walk.clocks["final response"].due_at + timedelta(days=2)
    walk.answer("first-contact", expectedDate=(walk.now.date() + timedelta(days=5)).isoformat())
    assert "first-contact" not in walk.open()


def test_what_was_corrected_was_corrected_by_today(sqlite_database: Database) -> None:
    walk = complain(release_files(sqlite_database, shipped_files())).work(
        propose_solution={"remedies": ["correction"], "outcome": "upheld", "reason": "Our error"},
        until="correct-error",
    )
    tomorrow = (walk.now.date() + timedelta(days=2)).isoformat()
    assert refused(walk, "correct-error", correctedOn=tomorrow).startswith("expected today")
    walk.answer("correct-error", correctedOn=walk.now.date().isoformat())
    assert "correct-error" not in walk.open()
