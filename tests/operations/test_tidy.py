"""What nobody needs any more goes by itself: kept answers and counted attempts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service import identity
from service.db import Database, drop_some
from service.execution import Runtime
from service.execution.idempotency import Once, find_answer, store_answer
from service.identity import Limit
from service.identity.tables import attempt, session
from service.jobs.tables import incident, outbox
from service.notifications.tables import notice
from service.operations.tidy_drafts import KEPT, make_tidy_chore
from service.operations.tidy_rows import AGES, tidy_rows
from tests.kit.clock import NOW

LIMIT = Limit("try", 3)


def test_old_answers_and_attempts_are_forgotten(database: Database) -> None:
    with database.transaction() as connection:
        for key, at in (("old", NOW), ("new", NOW + timedelta(hours=2))):
            store_answer(connection, Once(key, key), {"a": 1}, actor="amy", now=at)
            identity.count_up(connection, LIMIT, key, now=at + KEPT)
    make_tidy_chore(Runtime.open(database))(NOW + KEPT + timedelta(hours=1))
    with database.read() as connection:
        assert find_answer(connection, Once("old", "old"), actor="amy") is None
        assert find_answer(connection, Once("new", "new"), actor="amy") == {"a": 1}
        left = connection.execute(sa.select(sa.func.count()).select_from(attempt)).scalar_one()
    assert left == 1


def _outbox(key: int, state: str, at: datetime) -> dict[str, Any]:
    delivered = at if state == "delivered" else None
    row = {"root_key": 1, "key": key, "kind": "mail", "state": state, "payload": {}}
    return {**row, "created_at": at, "run_at": at, "delivered_at": delivered}


def _incident(key: int, state: str, subject: int, at: datetime) -> dict[str, Any]:
    resolved = at if state == "resolved" else None
    row = {"root_key": 1, "key": key, "kind": "x", "state": state, "element_id": "", "retries": 0}
    more = {"subject_key": subject, "message": "why", "created_at": at, "resolved_at": resolved}
    return {**row, **more}


def _kept(database: Database, table: sa.Table) -> list[int]:
    with database.read() as connection:
        return sorted(connection.execute(sa.select(table.c.key)).scalars())


def test_rows_that_have_done_their_work_go_when_they_are_old(database: Database) -> None:
    """Waiting mail, mail that an open incident is about, and what is young stay."""
    young = NOW + timedelta(days=1)
    with database.transaction() as connection:
        rows = [
            _outbox(1, "delivered", NOW),
            _outbox(2, "delivered", young),
            _outbox(3, "waiting", NOW),
            _outbox(4, "dead", NOW),
            _outbox(5, "dead", NOW),
        ]
        for row in rows:
            connection.execute(sa.insert(outbox), row)
        connection.execute(sa.insert(incident), _incident(9, "active", 5, NOW))
    make_tidy_chore(Runtime.open(database))(young + AGES["outbox"][0])
    assert _kept(database, outbox) == [2, 3, 5]
    assert _kept(database, incident) == [9]


def test_resolved_incidents_and_notices_go_when_they_are_old(database: Database) -> None:
    young = NOW + timedelta(days=1)
    told = {"root_key": 1, "account": "amy", "kind": "mention", "subject_key": 1, "details": {}}
    with database.transaction() as connection:
        for key, state, at in ((1, "resolved", NOW), (2, "resolved", young), (3, "active", NOW)):
            connection.execute(sa.insert(incident), _incident(key, state, 7, at))
        for mark, at in (("old", NOW), ("new", young)):
            connection.execute(sa.insert(notice), {**told, "mark": mark, "at": at})
        identity.create_account(connection, "amy", None, [], now=NOW)
        connection.execute(sa.insert(session), _session("old", NOW))
    now = young + AGES["incident"][0]
    with database.transaction() as connection:
        assert tidy_rows(connection, now=young + AGES["notice"][0])["notice"] == 1
        assert tidy_rows(connection, now=now)["incident"] == 1
        assert connection.execute(sa.select(sa.func.count()).select_from(session)).scalar() == 0
    assert _kept(database, incident) == [2, 3]


def _session(token: str, at: datetime) -> dict[str, Any]:
    return {
        "token_hash": token,
        "account_name": "amy",
        "created_at": at,
        "seen_at": at,
        "expires_at": at,
    }


def test_so_many_rows_go_at_once(database: Database) -> None:
    with database.transaction() as connection:
        for key in range(1, 6):
            connection.execute(sa.insert(outbox), _outbox(key, "delivered", NOW))
        old = outbox.c.state == "delivered"
        assert [drop_some(connection, outbox, old, limit=2) for _ in range(4)] == [2, 2, 1, 0]
