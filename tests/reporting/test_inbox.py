"""The task list: who sees what, in which order, narrowed and in pages, the same on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.cases.tables import complaint
from service.db import Database
from service.identity import Actor
from service.reporting import InboxFilter, InboxRow, count_inbox, inbox_keys, list_inbox
from service.tasks import Scope, insert_tasks
from tests.conftest import NOW

GROUPS = ("clerk", "handler", "approver")
AMY = Actor("amy", frozenset({"clerk", "handler"}))
BOSS = Actor("boss", frozenset({"compliance"}))
MANY = 130


def due_of(number: int) -> datetime | None:
    return None if number % 10 == 0 else NOW + timedelta(hours=(number * 37) % 90 - 20)


@pytest.fixture
def filled(database: Database) -> Iterator[Database]:
    """130 open tasks over three groups; amy holds some, a tenth have no due date, two are offered to two groups."""
    rows, cases = [], []
    for number in range(1, MANY + 1):
        root = number << 16
        groups = [GROUPS[number % 3]] + (["clerk", "handler"] if number in (7, 8) else [])
        rows.append({
            "root_key": root, "key": root + 1, "engine_id": str(number), "element_id": f"step{number % 4}",
            "process_id": "complaint", "bundle_key": 1, "business_key": f"C-{number}", "name": f"Step {number % 4}",
            "form_id": None, "state": "open", "revision": 0, "assignee": "amy" if number % 6 == 0 else None,
            "candidate_groups": list(dict.fromkeys(groups)), "candidate_users": [], "excluded": [], "priority": 50,
            "created_at": NOW, "due_at": due_of(number), "follow_up_at": None, "properties": {}, "variables": {},
        })  # fmt: skip
        cases.append({
            "root_key": root, "number": f"C-{number}", "status": "open", "customer_name": f"name {number}",
            "withheld": [], "channel": "fax" if number % 5 == 0 else "phone", "content": "", "language": "en",
            "product": None, "currency": "TWD", "received_at": NOW, "registered_at": NOW, "registered_by": "x",
            "severity": "P1" if number % 11 == 0 else "P3", "facts": {},
        })  # fmt: skip
    with database.transaction() as connection:
        connection.execute(sa.insert(complaint), cases)
        insert_tasks(connection, rows)
    yield database


def every(database: Database, actor: Actor, scope: Scope, only: InboxFilter) -> list[InboxRow]:
    """The whole list, page by page."""
    found: list[InboxRow] = []
    after = None
    for _ in range(40):
        with database.read() as connection:
            page = list_inbox(connection, actor, scope=scope, only=only, after=after, size=17)
        found += page.rows
        after = page.more
        if after is None:
            return found
    raise AssertionError("the list does not end")


def expected(keep: Any) -> list[int]:
    numbers = [number for number in range(1, MANY + 1) if keep(number)]
    last = NOW + timedelta(days=9999)
    return sorted(numbers, key=lambda number: (due_of(number) or last, number))


def numbers(rows: list[InboxRow]) -> list[int]:
    return [int((row.number or "").removeprefix("C-")) for row in rows]


def in_amys_groups(number: int) -> bool:
    return GROUPS[number % 3] != "approver" or number in (7, 8)


CASES: list[tuple[Actor, Scope, InboxFilter, Any]] = [
    (AMY, Scope.MINE, InboxFilter(), lambda n: n % 6 == 0),
    (AMY, Scope.GROUPS, InboxFilter(), lambda n: n % 6 and in_amys_groups(n)),
    (AMY, Scope.ALL, InboxFilter(), lambda n: in_amys_groups(n) or n % 6 == 0),
    (BOSS, Scope.ALL, InboxFilter(), lambda n: True),
    (BOSS, Scope.GROUPS, InboxFilter(), lambda n: False),
    (AMY, Scope.GROUPS, InboxFilter(role="handler"), lambda n: n % 6 and (n % 3 == 1 or n in (7, 8))),
    (AMY, Scope.GROUPS, InboxFilter(role="approver"), lambda n: False),
    (BOSS, Scope.ALL, InboxFilter(role="approver"), lambda n: n % 3 == 2),
    (BOSS, Scope.ALL, InboxFilter(step="step2"), lambda n: n % 4 == 2),
    (BOSS, Scope.ALL, InboxFilter(severity="P1"), lambda n: n % 11 == 0),
    (AMY, Scope.ALL, InboxFilter(severity="P1", channel="fax"), lambda n: n % 55 == 0 and in_amys_groups(n)),
    (BOSS, Scope.ALL, InboxFilter(product="none of these"), lambda n: False),
    (BOSS, Scope.ALL, InboxFilter(assignee="amy"), lambda n: n % 6 == 0),
    (BOSS, Scope.ALL, InboxFilter(assignee="-"), lambda n: n % 6),
    (BOSS, Scope.ALL, InboxFilter(due_until=NOW), lambda n: (due_of(n) or NOW) < NOW),
    (BOSS, Scope.ALL, InboxFilter(due_from=NOW, severity="P3"), lambda n: n % 11 and (due_of(n) or NOW) >= NOW),
    (BOSS, Scope.ALL, InboxFilter(roots=(5 << 16, 6 << 16)), lambda n: n in (5, 6)),
]


@pytest.mark.parametrize("window", [3_000, 20])
@pytest.mark.parametrize("few", [1_000, 0])
def test_lists(filled: Database, monkeypatch: pytest.MonkeyPatch, window: int, few: int) -> None:
    """The same whichever road is taken: by due date in one window or many, or by case."""
    monkeypatch.setattr(inbox_keys, "WINDOW", window)
    monkeypatch.setattr(inbox_keys, "FEW_CASES", few)
    for actor, scope, only, keep in CASES:
        assert numbers(every(filled, actor, scope, only)) == expected(keep), (actor.name, scope, only)


def test_counts_stop_at_their_bound(filled: Database) -> None:
    with filled.read() as connection:
        assert count_inbox(connection, BOSS, scope=Scope.ALL) == MANY
        assert count_inbox(connection, BOSS, scope=Scope.ALL, most=100) == 100
        assert count_inbox(connection, AMY, scope=Scope.GROUPS) == len(expected(lambda n: n % 6 and in_amys_groups(n)))
        late = count_inbox(connection, BOSS, scope=Scope.ALL, until=NOW)
    assert late == len(expected(lambda n: (due_of(n) or NOW) < NOW))
