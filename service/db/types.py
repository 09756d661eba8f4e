"""Column types that mean the same on SQLite and PostgreSQL, and the one metadata."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from service.sentence import pack, unpack

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = sa.JSON
"""JSON as text (never JSONB: the order of keys is kept)."""


class Said(sa.types.TypeDecorator[str]):
    """A sentence for people that is kept with its template and facts, so that it is read in every
    language; text that was kept without them is read as it is."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else pack(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else unpack(value)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant: aware in Python, `timestamptz` on PostgreSQL, sortable UTC text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        """Past SQLAlchemy's three layers: every write carries several instants."""
        return _to_sqlite if dialect.name == "sqlite" else _to_utc

    def result_processor(self, dialect: sa.Dialect, coltype: Any) -> Any:
        return _from_sqlite if dialect.name == "sqlite" else _from_server


def _to_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"expected an aware datetime, got the naive {value.isoformat()}")
    return value.astimezone(UTC)


def _to_sqlite(value: datetime | None) -> str | None:
    if value is not None and value.tzinfo is not UTC:
        value = _to_utc(value)
    return None if value is None else value.isoformat(" ", "microseconds")[:26]  # without +00:00


def _from_sqlite(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def _from_server(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)
