"""What nobody needs any more goes by itself: kept answers and counted attempts."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service import identity
from service.db import Database, drop_some, pick_some
from service.execution import Runtime
from service.execution.idempotency import Once, find_answer, store_answer
from service.identity import Limit
from service.identity.tables import attempt, session
from service.jobs.tables import incident, outbox
from service.notifications.tables import notice
from service.operations.tidy_drafts import make_tidy_chore
from service.operations.tidy_rows import AGES, KEPT, LONGEST, tidy_rows
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
    assert tidy_rows(database, now=young + AGES["notice"][0])["notice"] == 1
    assert tidy_rows(database, now=now)["incident"] == 1
    with database.read() as connection:
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


def _fill(database: Database, count: int) -> None:
    """So many old deliveries and windows of attempts."""
    with database.transaction() as connection:
        for key in range(1, count + 1):
            connection.execute(sa.insert(outbox), _outbox(key, "delivered", NOW))
            identity.count_up(connection, LIMIT, str(key), now=NOW)


def test_everything_old_goes_in_one_run_however_much_there_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.operations.tidy_rows.BATCH", 2)
    _fill(database, 5)
    gone = tidy_rows(database, now=NOW + timedelta(days=91))
    assert (gone["outbox"], gone["attempt"]) == (5, 5)
    assert _kept(database, outbox) == []


def test_a_run_ends_in_time_and_no_table_waits_for_another(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that moves on by a twentieth of the limit at each look: two rounds and a bit."""
    monkeypatch.setattr("service.operations.tidy_rows.BATCH", 1)
    _fill(database, 50)
    looks = (LONGEST * n / 20 for n in itertools.count())
    gone = tidy_rows(database, now=NOW + timedelta(days=91), timer=lambda: next(looks))
    assert 1 < gone["attempt"] < 12
    assert 1 < gone["outbox"] < 12
    assert abs(gone["attempt"] - gone["outbox"]) < 2


def test_what_was_used_again_meanwhile_stays(database: Database) -> None:
    """Between the choice of old rows and their end, one may have become young."""
    _fill(database, 2)
    later = NOW + timedelta(days=91)
    over = attempt.c.until <= later
    with database.transaction() as connection:
        these = pick_some(connection, attempt, over, limit=9)
        assert these is not None
        identity.count_up(connection, LIMIT, "1", now=later)
        assert connection.execute(sa.delete(attempt).where(these)).rowcount == 1
