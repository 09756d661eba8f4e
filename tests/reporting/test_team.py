"""Who has how much: people found in the index, and each one's tasks counted up to a bound."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.db import Database
from service.reporting import Load, list_load, team
from service.tasks import insert_tasks
from tests.kit.clock import NOW


def test_loads_of_everybody_and_of_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = {"amy": (-5, -1, 3), "bob": (-2, 40, None), "": (2, 3), "carol": (30,)}
    rows = [
        (name, None if hour is None else NOW + timedelta(hours=hour))
        for name, some in hours.items()
        for hour in some
    ]
    with database.transaction() as connection:
        insert_tasks(connection, [_task(number, *row) for number, row in enumerate(rows, 1)])
    soon = NOW + timedelta(hours=24)
    expected = [
        Load("amy", 3, 2, 1),
        Load("bob", 3, 1, 0),
        Load("", 2, 0, 2),
        Load("carol", 1, 0, 0),
    ]
    with database.read() as connection:
        assert list_load(connection, now=NOW, soon=soon) == expected
        monkeypatch.setattr(team, "MOST_PEOPLE", 2)
        assert list_load(connection, now=NOW, soon=soon) == expected[:2]


def test_nobody_has_anything(database: Database) -> None:
    with database.read() as connection:
        assert list_load(connection, now=NOW, soon=NOW) == []


def _task(number: int, assignee: str, due_at: object) -> dict[str, object]:
    return {
        "root_key": number << 16,
        "key": (number << 16) + 1,
        "engine_id": str(number),
        "element_id": "step",
        "process_id": "complaint",
        "bundle_key": 1,
        "business_key": None,
        "name": "Step",
        "form_id": None,
        "state": "open",
        "revision": 0,
        "assignee": assignee or None,
        "candidate_groups": ["handler"],
        "candidate_users": [],
        "excluded": [],
        "priority": 50,
        "created_at": NOW,
        "due_at": due_at,
        "follow_up_at": None,
        "properties": {},
        "variables": {},
    }
