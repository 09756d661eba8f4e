"""Reads and writes of the clocks of a case. The case's due follows the nearest that runs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.cases.tables import complaint, deadline
from service.db import Connection, Prepared, UtcDateTime, touch
from service.policy import Deadline, base_of

_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key")
_DEADLINES = Prepared(
    sa.select(deadline).where(deadline.c.root_key == _ROOT).order_by(deadline.c.due_at)
)
_NEAREST = sa.select(sa.func.min(deadline.c.due_at)).where(
    deadline.c.root_key == _ROOT, deadline.c.met_at.is_(None), deadline.c.paused_at.is_(None)
)
_SET_DUE = Prepared(
    sa.update(complaint)
    .where(complaint.c.root_key == _ROOT, complaint.c.status == "open")
    .values(due_at=_NEAREST.scalar_subquery())
)
_OPEN_CLOCKS = Prepared(
    sa.select(deadline.c.clock).where(deadline.c.root_key == _ROOT, deadline.c.met_at.is_(None))
)
_COLUMNS = tuple(column.name for column in deadline.columns)
_FIELDS = tuple(Deadline.__dataclass_fields__)
_MOMENTS, _FLAGS = (
    tuple(place for place, name in enumerate(_FIELDS) if isinstance(deadline.c[name].type, kind))
    for kind in (UtcDateTime, sa.Boolean)
)
"""Where instants, and yes or no, stand in a row of the fields."""


def _upsert(insert: Any) -> Any:
    fresh = {name: insert.excluded[name] for name in _COLUMNS if name not in ("root_key", "clock")}
    return insert.on_conflict_do_update(
        index_elements=["root_key", "clock"],
        set_=fresh,
        where=sa.or_(deadline.c.met_at.is_(None), insert.excluded.started_at >= deadline.c.met_at),
    )


_PUT = Prepared(
    {
        "sqlite": _upsert(sqlite.insert(deadline)),
        "postgresql": _upsert(postgresql.insert(deadline)),
    },
    columns=_COLUMNS,
)
_RUNNING = (
    sa.select(deadline.c.root_key)
    .where(deadline.c.met_at.is_(None), deadline.c.root_key > sa.bindparam("b_after"))
    .distinct()
    .order_by(deadline.c.root_key)
    .limit(sa.bindparam("b_limit"))
)


def put_deadlines(connection: Connection, root_key: int, deadlines: Iterable[Deadline]) -> None:
    """Write clocks; one that was there is set anew unless it has been met. The case's due follows
    the nearest."""
    write_deadlines(connection, root_key, deadlines)
    _SET_DUE.run(connection, {"b_root_key": root_key})


def write_deadlines(connection: Connection, root_key: int, deadlines: Iterable[Deadline]) -> None:
    """Like `put_deadlines`, for a caller who writes the case's due (`nearest`) with the rest of its
    row."""
    touch(connection, root_key)
    _PUT.run_many(connection, [_row(root_key, entry) for entry in deadlines])


def _row(root_key: int, entry: Deadline) -> dict[str, Any]:
    return {"root_key": root_key, **{name: getattr(entry, name) for name in _FIELDS}}


def nearest(deadlines: Iterable[Deadline]) -> datetime | None:
    """When the nearest clock is due that has neither been met nor stopped."""
    return min(
        (entry.due_at for entry in deadlines if entry.met_at is None and entry.paused_at is None),
        default=None,
    )


def drop_clocks(connection: Connection, root_key: int, names: Iterable[str]) -> None:
    """Clocks that govern the case no more; what became of them stays in its history."""
    for name in sorted(names):
        touch(connection, root_key)
        connection.execute(
            sa.delete(deadline).where(deadline.c.root_key == root_key, deadline.c.clock == name)
        )


def meet_clocks(
    connection: Connection, root_key: int, clocks: Iterable[str], *, now: datetime
) -> list[str]:
    """Meet those of the clocks that still run; their names. The case's due follows the nearest."""
    running = _OPEN_CLOCKS.all(connection, {"b_root_key": root_key})
    wanted = set(clocks)
    names = sorted(row["clock"] for row in running if base_of(row["clock"]) in wanted)
    for name in names:
        touch(connection, root_key)
        connection.execute(
            sa.update(deadline)
            .where(deadline.c.root_key == root_key, deadline.c.clock == name)
            .values(met_at=now)
        )
    _SET_DUE.run(connection, {"b_root_key": root_key})
    return names


def shift_met(
    connection: Connection, root_key: int, clocks: Iterable[str], *, met_at: datetime, to: datetime
) -> list[str]:
    """Those of the clocks that were met at that instant were met later, when what meets them had
    arrived; their names."""
    names = _met_then(connection, root_key, clocks, met_at)
    for name in names:
        touch(connection, root_key)
        connection.execute(
            sa.update(deadline)
            .where(deadline.c.root_key == root_key, deadline.c.clock == name)
            .values(met_at=to)
        )
    return names


def _met_then(
    connection: Connection, root_key: int, clocks: Iterable[str], met_at: datetime
) -> list[str]:
    wanted = set(clocks)
    met = connection.execute(
        sa.select(deadline.c.clock).where(
            deadline.c.root_key == root_key, deadline.c.met_at == met_at
        )
    ).scalars()
    return sorted(name for name in met if base_of(name) in wanted)


def reopen_clocks(
    connection: Connection, root_key: int, clocks: Iterable[str], *, met_at: datetime
) -> list[str]:
    """Let those of the clocks run again that were met at that instant, by what proved not to have
    happened; their names. The case's due follows the nearest."""
    reopened = _met_then(connection, root_key, clocks, met_at)
    for name in reopened:
        touch(connection, root_key)
        connection.execute(
            sa.update(deadline)
            .where(deadline.c.root_key == root_key, deadline.c.clock == name)
            .values(met_at=None)
        )
    _SET_DUE.run(connection, {"b_root_key": root_key})
    return reopened


def list_deadlines(connection: Connection, root_key: int) -> list[Deadline]:
    """The clocks of a case, nearest first."""
    rows = _DEADLINES.all(connection, {"b_root_key": root_key})
    return [Deadline(**{key: row[key] for key in row if key != "root_key"}) for row in rows]


def select_clocks(dialect: str, root_key: sa.ColumnElement[int]) -> sa.ScalarSelect[str]:
    """The clocks of a case as one column of text (`read_clocks`), for a statement that reads them
    beside others."""
    values = [deadline.c[name] for name in _FIELDS]
    rows: sa.ColumnElement[Any]
    if dialect == "sqlite":
        rows = sa.func.json_group_array(sa.func.json_array(*values))
    else:
        rows = sa.cast(sa.func.json_agg(sa.func.json_build_array(*values)), sa.Text)
    return sa.select(rows).where(deadline.c.root_key == root_key).scalar_subquery()


def read_clocks(text: str | None) -> list[Deadline]:
    """The clocks that `select_clocks` gave, nearest first."""
    rows: list[list[Any]] = orjson.loads(text) if text else []
    for row in rows:
        for place in _MOMENTS:
            if row[place] is not None:
                row[place] = _moment(row[place])
        for place in _FLAGS:
            row[place] = bool(row[place])
    return sorted((Deadline(*row) for row in rows), key=lambda entry: entry.due_at)


def _moment(text: str) -> datetime:
    """SQLite keeps UTC without saying so; PostgreSQL says which zone it is."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def list_running_cases(connection: Connection, *, after: int = 0, limit: int = 500) -> list[int]:
    """Root keys above `after` of cases with a clock that has not been met."""
    return list(connection.execute(_RUNNING, {"b_after": after, "b_limit": limit}).scalars())
