"""The task list: who sees what, in which order, narrowed and in pages, the same on both
databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service import cases
from service.bench.counting import counted
from service.cases.search import index_cases
from service.cases.tables import complaint
from service.db import Connection, Database, prepared
from service.identity import Actor
from service.reporting import (
    Count,
    InboxFilter,
    InboxRow,
    count_inboxes,
    inbox_keys,
    list_inbox,
)
from service.tasks import Scope, get_task, hold_task, insert_tasks
from service.tasks.tables import user_task
from tests.kit.clock import NOW

GROUPS = ("clerk", "handler", "approver")
AMY = Actor("amy", frozenset({"clerk", "handler"}))
BOSS = Actor("boss", frozenset({"compliance"}))
MANY = 130


def count_inbox(
    connection: Connection,
    actor: Actor,
    scope: Scope,
    *,
    until: datetime | None = None,
    **most: int,
) -> int:
    """How many tasks one list has."""
    return count_inboxes(connection, actor, [Count(scope, until)], **most)[0]


def due_of(number: int) -> datetime | None:
    return None if number % 10 == 0 else NOW + timedelta(hours=(number * 37) % 90 - 20)


@pytest.fixture
def filled(database: Database) -> Iterator[Database]:
    """130 open tasks over three groups; amy holds some, a tenth have no due date, two are offered
    to two groups."""
    rows, cases = [], []
    for number in range(1, MANY + 1):
        root = number << 16
        groups = [GROUPS[number % 3]] + (["clerk", "handler"] if number in (7, 8) else [])
        rows.append(
            {
                "root_key": root,
                "key": root + 1,
                "engine_id": str(number),
                "element_id": f"step{number % 4}",
                "process_id": "complaint",
                "bundle_key": 1,
                "business_key": f"C-{number}",
                "name": f"Step {number % 4}",
                "form_id": None,
                "state": "open",
                "revision": 0,
                "assignee": "amy" if number % 6 == 0 else None,
                "candidate_groups": list(dict.fromkeys(groups)),
                "candidate_users": [],
                "excluded": [],
                "priority": 50,
                "created_at": NOW,
                "due_at": due_of(number),
                "follow_up_at": None,
                "properties": {},
                "variables": {},
            }
        )
        cases.append(
            {
                "root_key": root,
                "number": f"C-{number}",
                "status": "open",
                "customer_name": f"name {number}",
                "withheld": [],
                "channel": "fax" if number % 5 == 0 else "phone",
                "content": "",
                "language": "en",
                "product": None,
                "currency": "TWD",
                "received_at": NOW,
                "registered_at": NOW,
                "registered_by": "x",
                "severity": "P1" if number % 11 == 0 else "P3",
                "facts": {},
            }
        )
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


def urgent_first(keep: Any, only: InboxFilter) -> list[int]:
    """In order, but some tasks of the most severe complaints before all others."""
    wanted = expected(keep)
    if only.severity not in ("", "P1") or only.roots is not None or only.text:
        return wanted
    urgent = [number for number in wanted if number % 11 == 0][: cases.MOST_URGENT]
    return urgent + [number for number in wanted if number not in urgent]


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
    (
        AMY,
        Scope.GROUPS,
        InboxFilter(role="handler"),
        lambda n: n % 6 and (n % 3 == 1 or n in (7, 8)),
    ),
    (AMY, Scope.GROUPS, InboxFilter(role="approver"), lambda n: False),
    (BOSS, Scope.ALL, InboxFilter(role="approver"), lambda n: n % 3 == 2),
    (BOSS, Scope.ALL, InboxFilter(step="step2"), lambda n: n % 4 == 2),
    (BOSS, Scope.ALL, InboxFilter(severity="P1"), lambda n: n % 11 == 0),
    (
        AMY,
        Scope.ALL,
        InboxFilter(severity="P1", channel="fax"),
        lambda n: n % 55 == 0 and in_amys_groups(n),
    ),
    (BOSS, Scope.ALL, InboxFilter(product="none of these"), lambda n: False),
    (BOSS, Scope.ALL, InboxFilter(assignee="amy"), lambda n: n % 6 == 0),
    (BOSS, Scope.ALL, InboxFilter(assignee="-"), lambda n: n % 6),
    (BOSS, Scope.ALL, InboxFilter(due_until=NOW), lambda n: (due_of(n) or NOW) < NOW),
    (
        BOSS,
        Scope.ALL,
        InboxFilter(due_from=NOW, severity="P3"),
        lambda n: n % 11 and (due_of(n) or NOW) >= NOW,
    ),
    (BOSS, Scope.ALL, InboxFilter(roots=(5 << 16, 6 << 16)), lambda n: n in (5, 6)),
]


@pytest.mark.parametrize("window", [3_000, 20])
@pytest.mark.parametrize("few", [1_000, 0])
def test_lists(filled: Database, monkeypatch: pytest.MonkeyPatch, window: int, few: int) -> None:
    """The same whichever road is taken: by due date in one window or many, or by case."""
    monkeypatch.setattr(inbox_keys, "WINDOW", window)
    monkeypatch.setattr(inbox_keys, "FEW_CASES", few)
    for actor, scope, only, keep in CASES:
        assert numbers(every(filled, actor, scope, only)) == urgent_first(keep, only), (
            actor.name,
            scope,
            only,
        )


def test_counts_stop_at_their_bound(filled: Database) -> None:
    with filled.read() as connection:
        assert count_inbox(connection, BOSS, Scope.ALL) == MANY
        assert count_inbox(connection, BOSS, Scope.ALL, most=100) == 100
        assert count_inbox(connection, AMY, Scope.GROUPS) == len(
            expected(lambda n: n % 6 and in_amys_groups(n))
        )
        late = count_inbox(connection, BOSS, Scope.ALL, until=NOW)
    assert late == len(expected(lambda n: (due_of(n) or NOW) < NOW))


def test_a_text_narrows_alike_by_cases_and_by_due_date(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word that few cases have leads to their tasks, one that many have is looked for in windows
    of the nearest."""
    with filled.transaction() as connection:
        for number in range(1, MANY + 1):
            text = "信用卡年費 charged" if number % 4 == 0 else "轉帳"
            index_cases(connection, {number << 16: (text,)})
    roots = tuple(number << 16 for number in range(4, MANY + 1, 4))
    for window in (1_500, 20):
        monkeypatch.setattr(inbox_keys, "WINDOW", window)
        for text in ("年費", "charg", "信用卡 年費"):
            for actor, keep in (
                (BOSS, lambda n: True),
                (AMY, lambda n: in_amys_groups(n) or n % 6 == 0),
            ):
                wanted = expected(lambda n, keep=keep: n % 4 == 0 and keep(n))
                for only in (InboxFilter(text=text), InboxFilter(roots=roots)):
                    assert numbers(every(filled, actor, Scope.ALL, only)) == wanted, (text, only)
        both = InboxFilter(text="年費", severity="P1", step="step0")
        assert numbers(every(filled, BOSS, Scope.ALL, both)) == expected(lambda n: n % 44 == 0)
        assert every(filled, BOSS, Scope.ALL, InboxFilter(text="!!!")) == []


def test_a_task_that_another_holds_is_not_mine(filled: Database) -> None:
    with filled.transaction() as connection:
        task = get_task(connection, (5 << 16) + 1)
        offered = (
            sa.update(user_task).where(user_task.c.key == task.key).values(candidate_users=["amy"])
        )
        connection.execute(offered)
        hold_task(connection, get_task(connection, task.key), "bob")
    assert 5 not in numbers(every(filled, AMY, Scope.MINE, InboxFilter()))
    assert 5 in numbers(every(filled, AMY, Scope.ALL, InboxFilter(assignee="bob")))
    with filled.read() as connection:
        assert count_inbox(connection, AMY, Scope.MINE) == len(expected(lambda n: n % 6 == 0))


def test_lists_that_are_counted_together_have_what_each_has(filled: Database) -> None:
    for actor in (AMY, BOSS):
        lists = [every(filled, actor, scope, InboxFilter()) for scope in Scope]
        aside = tuple(row.key for row in lists[0][:3])
        wanted = [Count(scope) for scope in Scope]
        wanted += [Count(Scope.MINE, aside=aside), Count(Scope.ALL, NOW), Count(Scope.ALL, NOW)]
        with filled.read() as connection, counted(filled) as cost:
            found = count_inboxes(connection, actor, wanted)
        late = [row for row in lists[2] if row.due_at is not None and row.due_at < NOW]
        lengths = [len(rows) for rows in lists]
        assert found == [*lengths, lengths[0] - len(aside), len(late), len(late)]
        assert cost.statements == 1


def test_no_list_goes_over_a_whole_table(filled: Database) -> None:
    """SQLite knows nothing of how many rows there are: what it plans here it plans for a million,
    too."""
    if filled.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what it has counted")
    asked: list[tuple[str, Any]] = []
    engine = filled._read_engine

    def heard(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", heard)
    prepared.watchers.append(lambda _, sent: asked.append((sent.sql, None)))
    for actor, scope, only, _ in CASES:
        with filled.read() as connection:
            list_inbox(connection, actor, scope=scope, only=only)
            count_inbox(connection, actor, scope, until=NOW)
    prepared.watchers.pop()
    sa.event.remove(engine, "before_cursor_execute", heard)
    assert len(asked) > 2 * len(CASES)
    with filled.read() as connection:
        for statement, parameters in asked:
            values = tuple(parameters or [None] * statement.count("?"))
            plan = [
                row[3]
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            ]
            scans = [
                line
                for line in plan
                if re.match(r"SCAN (user_task|complaint|task_candidate)\b", line)
            ]
            assert scans == [], (scans, statement)
