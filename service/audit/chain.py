"""The hash chain of a case: each row's SHA-256 covers its content and the hash of the row before
it.

The content is hashed in one canonical form (JSON, sorted keys, UTC instants), so that the chain can
be checked by anybody from an export. `append` is called inside the transaction of the command it
records.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from service.audit.events import Event
from service.audit.tables import history
from service.db import Connection, Prepared

GENESIS = "0" * 64
"""The hash before the first row of every case."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One step of a case, as it was recorded."""

    root_key: int
    seq: int
    at: datetime
    actor: str
    event: str
    subject_key: int | None
    details: Mapping[str, Any]
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Tip:
    """The end of a case's history: the last row's number and hash."""

    seq: int
    hash: str


START = Tip(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the history that is still to be written: what happened, by whom."""

    event: Event
    actor: str
    details: Mapping[str, Any]
    subject_key: int | None = None


_LAST = (
    sa.select(history.c.seq, history.c.hash)
    .where(history.c.root_key == sa.bindparam("root_key"))
    .order_by(history.c.seq.desc())
    .limit(1)
)
_INSERT = Prepared(sa.insert(history), columns=[column.name for column in history.columns])
_LIST = (
    sa.select(history).where(history.c.root_key == sa.bindparam("root_key")).order_by(history.c.seq)
)
_MOVES = (
    sa.select(history.c.details)
    .where(history.c.root_key == sa.bindparam("root_key"), history.c.seq <= sa.bindparam("until"))
    .order_by(history.c.seq)
)
_ROOTS = sa.select(history.c.root_key).distinct().order_by(history.c.root_key)


def append(
    connection: Connection,
    root_key: int,
    event: Event,
    *,
    actor: str,
    at: datetime,
    details: Mapping[str, Any],
    subject_key: int | None = None,
) -> int:
    """Write the next row of the case's history; its sequence number."""
    return append_all(connection, root_key, [Entry(event, actor, details, subject_key)], at=at).seq


def append_all(
    connection: Connection,
    root_key: int,
    entries: Sequence[Entry],
    *,
    at: datetime,
    last: Tip | None = None,
) -> Tip:
    """Write the next rows of the case's history; where it ends then. `last` is the row before,
    where the caller has read it. Two writers cannot take the same number: the key is unique, and
    the loser's write fails as a conflict."""
    tip = last or find_tip(connection, root_key)
    rows = []
    for entry in entries:
        row = {
            "root_key": root_key,
            "seq": tip.seq + 1,
            "at": at,
            "actor": entry.actor,
            "event": entry.event.value,
            "subject_key": entry.subject_key,
            "details": entry.details,
            "previous_hash": tip.hash,
        }
        tip = Tip(tip.seq + 1, digest(row))
        text = orjson.Fragment(orjson.dumps(entry.details, default=str))
        rows.append({**row, "details": text, "hash": tip.hash})
    _INSERT.run_many(connection, rows)
    return tip


def find_tip(connection: Connection, root_key: int) -> Tip:
    """Where the case's history ends."""
    last = connection.execute(_LAST, {"root_key": root_key}).one_or_none()
    return START if last is None else Tip(last.seq, last.hash)


def find_last_at(connection: Connection, root_key: int) -> datetime | None:
    """When the last step of the case was; None for one without a history."""
    query = _LAST.with_only_columns(history.c.at)
    at: datetime | None = connection.execute(query, {"root_key": root_key}).scalar_one_or_none()
    return at


def list_history(connection: Connection, root_key: int) -> list[HistoryRow]:
    """The whole history of a case, oldest first."""
    return [
        HistoryRow(**row) for row in connection.execute(_LIST, {"root_key": root_key}).mappings()
    ]


def list_steps(
    connection: Connection, root_key: int, *, before: int | None = None, limit: int = 100
) -> list[HistoryRow]:
    """The last steps of a case, or those before the one of that number; oldest first."""
    query = sa.select(history).where(history.c.root_key == root_key)
    if before is not None:
        query = query.where(history.c.seq < before)
    rows = connection.execute(query.order_by(history.c.seq.desc()).limit(limit)).mappings()
    return [HistoryRow(**row) for row in rows][::-1]


def list_details(
    connection: Connection,
    root_key: int,
    event: Event,
    *,
    subject_key: int,
    newest_first: bool = False,
) -> list[Mapping[str, Any]]:
    """The details of every such event of one thing in a case, oldest first unless asked."""
    order = history.c.seq.desc() if newest_first else history.c.seq
    query = (
        sa.select(history.c.details)
        .where(
            history.c.root_key == root_key,
            history.c.event == event.value,
            history.c.subject_key == subject_key,
        )
        .order_by(order)
    )
    return list(connection.execute(query).scalars())


def find_last(
    connection: Connection, root_key: int, events: Iterable[Event], *, subject_key: int
) -> HistoryRow | None:
    """The last of such events of one thing in a case."""
    row = (
        connection.execute(
            sa.select(history)
            .where(
                history.c.root_key == root_key,
                history.c.event.in_([event.value for event in events]),
                history.c.subject_key == subject_key,
            )
            .order_by(history.c.seq.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    return None if row is None else HistoryRow(**row)


def list_actors(connection: Connection, root_key: int, *events: Event) -> frozenset[str]:
    """Everybody who did any such thing in a case."""
    query = sa.select(history.c.actor).where(
        history.c.root_key == root_key, history.c.event.in_([each.value for each in events])
    )
    return frozenset(connection.execute(query).scalars())


def list_moves(connection: Connection, root_key: int, *, until: int) -> list[Mapping[str, Any]]:
    """What moved in the diagrams with each step of a case, up to the one of that number."""
    found = connection.execute(_MOVES, {"root_key": root_key, "until": until})
    return [details.get("moved", {}) for (details,) in found]


def verify(connection: Connection, root_key: int) -> int | None:
    """The sequence number of the first row that does not fit the chain, None when all of them
    do."""
    previous, expected = GENESIS, 1
    for row in connection.execute(_LIST, {"root_key": root_key}).mappings():
        fits = (
            row["seq"] == expected
            and row["previous_hash"] == previous
            and row["hash"] == digest(dict(row))
        )
        if not fits:
            return int(row["seq"])
        previous, expected = row["hash"], expected + 1
    return None


def list_cases(connection: Connection) -> Iterator[int]:
    """The root keys that have a history."""
    yield from connection.execute(_ROOTS).scalars()


def digest(row: Mapping[str, Any]) -> str:
    """The SHA-256 of a row's content in canonical form, in hexadecimal."""
    at: datetime = row["at"]
    content = [
        row["root_key"],
        row["seq"],
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        row["actor"],
        row["event"],
        row["subject_key"],
        row["details"],
        row["previous_hash"],
    ]
    return hashlib.sha256(
        orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=str)
    ).hexdigest()
