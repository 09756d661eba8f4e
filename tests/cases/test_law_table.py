"""The law table: due dates of every profile, worked out without the product's calendar and listed
in `law_table.csv`, each with its source. Days of receipt stand at the ends of years and months,
around holidays and changes of the clock, and on the wrong side of midnight.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from service.policy import (
    Profile,
    due_after,
    extended,
    first_deadlines,
    load_profile,
    window_until,
)
from service.policy.files import SHIPPED

TABLE = Path(__file__).parent / "law_table.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


def facts_of(text: str) -> dict[str, Any]:
    """`newAccount` is true; `cycleEndsOn=2026-03-10` says its value."""
    if not text:
        return {}
    name, _, value = text.partition("=")
    return {name: value or True}


def due_of(profile: Profile, row: dict[str, str]) -> datetime:
    at, facts = datetime.fromisoformat(row["received"]), facts_of(row["facts"])
    kind, _, name = row["what"].partition(" ")
    if row["what"] == "referral":
        assert profile.referral is not None
        return due_after(profile.calendar, at, profile.referral)
    if kind == "window":
        until = window_until(profile, name, at)
        assert until is not None
        return until
    clocks = {each.clock: each for each in first_deadlines(profile, at, facts)}
    if kind == "extension":
        (found,) = (each for each in profile.extensions if each.code == name)
        return extended(profile, clocks[found.clock], found).due_at
    return clocks[row["what"]].due_at


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(list(row.values())[:4]))
def test_a_row_of_the_law_table(row: dict[str, str]) -> None:
    profile = load_profile(row["profile"])
    due = due_of(profile, row).astimezone(profile.calendar.zone)
    assert f"{due:%Y-%m-%dT%H:%M:%S}" == f"{row['due']}T23:59:59", row["why"]


def test_the_table_is_whole() -> None:
    assert len(ROWS) >= 200
    assert all(row["source"] for row in ROWS)
    shipped = {path.stem for path in (SHIPPED / "profiles").glob("*.json")}
    assert {row["profile"] for row in ROWS} == shipped
    kinds = {row["what"].partition(" ")[0] for row in ROWS}
    assert {"acknowledgement", "final", "referral", "extension", "window", "update"} <= kinds
