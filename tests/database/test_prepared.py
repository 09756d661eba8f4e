"""A prepared statement gives and takes what SQLAlchemy itself would, and fails with the same
errors."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from service.db import Database, Json, Prepared, UtcDateTime, any_of, gathered, prepared

THING = sa.Table(
    "thing_of_this_test",
    sa.MetaData(),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("at", UtcDateTime),
    sa.Column("amount", sa.Numeric(18, 2)),
    sa.Column("content", sa.LargeBinary),
    sa.Column("facts", Json),
    sa.Column("open", sa.Boolean, nullable=False),
)
AT = datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=UTC)
INSERT = Prepared(sa.insert(THING), columns=[column.name for column in THING.columns])
ALL = sa.select(THING).order_by(THING.c.number)
AMONG = Prepared({name: ALL.where(among) for name, among in any_of(THING.c.name, "names").items()})


@pytest.fixture
def things(database: Database) -> Database:
    with database.transaction() as connection:
        THING.create(connection)
    return database


def row(number: int, **other: Any) -> dict[str, Any]:
    plain = {
        "name": f"n{number}",
        "at": AT,
        "amount": Decimal("12.50"),
        "content": b"\0a",
        "open": True,
    }
    return {
        "number": number,
        "facts": {"z": [1, None, "é"], "a": Decimal("0.10")},
        **plain,
        **other,
    }


@pytest.mark.parametrize("count", [1, 2, 3, 40])
def test_rows_are_read_as_they_were_written(things: Database, count: int) -> None:
    rows = [row(number, at=None if number % 2 else AT) for number in range(count)]
    with things.transaction() as connection, gathered(connection):
        INSERT.run_many(connection, rows)
    with things.read() as connection:
        found = Prepared(ALL).all(connection, {})
        assert found == [dict(each) for each in connection.execute(ALL).mappings()]
        assert [
            each["number"] for each in AMONG.all(connection, {"names": ["n0", "n2", "none"]})
        ] == [number for number in (0, 2) if number < count]
    assert [{**each, "facts": None} for each in found] == [{**each, "facts": None} for each in rows]
    assert list(found[0]["facts"]) == ["z", "a"]


def test_an_error_is_the_one_sqlalchemy_raises_and_nothing_is_kept(things: Database) -> None:
    with (
        pytest.raises(sa.exc.IntegrityError),
        things.transaction() as connection,
        gathered(connection),
    ):
        INSERT.run(connection, row(1))
        INSERT.run(connection, row(1))
    with things.read() as connection:
        assert Prepared(ALL).first(connection, {}) is None


def test_the_row_count_of_the_counted_one_is_known_after_the_block(things: Database) -> None:
    wanted = THING.c.number == sa.bindparam("wanted")
    rename = Prepared(sa.update(THING).where(wanted).values(name="new 100%"), counted=True)
    drop = Prepared(sa.delete(THING).where(wanted))
    with things.transaction() as connection:
        INSERT.run_many(connection, [row(1), row(2)])
    with things.transaction() as connection:
        with gathered(connection):
            one = rename.run(connection, {"wanted": 2})
            drop.run(connection, {"wanted": 1})
            INSERT.run_many(connection, [row(3), row(4)])
        assert one.rowcount == 1
        with gathered(connection):
            none = rename.run(connection, {"wanted": 9})
        assert none.rowcount == 0
    with things.read() as connection:
        found = Prepared(ALL).all(connection, {})
    assert [(each["number"], each["name"]) for each in found] == [
        (2, "new 100%"),
        (3, "n3"),
        (4, "n4"),
    ]


def test_a_block_that_breaks_sends_nothing(database: Database) -> None:
    sent: list[str] = []
    with database.transaction() as connection:
        THING.create(connection)
    prepared.watchers.append(lambda _connection, statement: sent.append(statement.sql))
    try:
        with (
            pytest.raises(ZeroDivisionError),
            database.transaction() as connection,
            gathered(connection),
        ):
            INSERT.run(connection, row(1))
            raise ZeroDivisionError
        assert sent == []
        with database.transaction() as connection, gathered(connection):
            INSERT.run_many(connection, [row(1), row(2)])
            INSERT.run(connection, row(3))
        assert len(sent) == (1 if database.dialect == "postgresql" else 2)
    finally:
        prepared.watchers.pop()
