"""Counting rows up to a bound, whatever the query asks for."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from service.db import Database, count_up_to
from service.identity import create_account
from service.identity.tables import account
from tests.kit.clock import NOW

NAMES = ("ada", "ben", "cleo")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (sa.select(account), 3),
        (sa.select(account.c.name), 3),
        (sa.select(account).where(account.c.name > "ada"), 2),
        (sa.select(account).order_by(account.c.name), 3),
        (sa.select(account).where(account.c.name == "dora"), 0),
    ],
)
def test_rows_are_counted_with_and_without_conditions(
    database: Database, query: sa.Select[tuple[str]], expected: int
) -> None:
    with database.transaction() as connection:
        for name in NAMES:
            create_account(connection, name, None, [], now=NOW)
        assert count_up_to(connection, query) == expected
        assert count_up_to(connection, query, 2) == min(expected, 2)
