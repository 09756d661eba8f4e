"""What nobody needs any more goes by itself: kept answers and counted attempts."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from service import identity
from service.db import Database
from service.execution import Runtime
from service.execution.idempotency import Once, find_answer, store_answer
from service.identity import Limit
from service.identity.tables import attempt
from service.operations.tidy_drafts import KEPT, make_tidy_chore
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
