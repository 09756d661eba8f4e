"""Emergencies: their level, the complaints that belong to them, the action log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.cases.tables import complaint, emergency, emergency_complaint, emergency_log
from service.db import Connection, Prepared, take
from service.errors import NotFound
from service.policy import LEVELS
from service.sentence import pack, unpack

_OF_COMPLAINT = Prepared(
    sa.select(emergency)
    .join(emergency_complaint, emergency_complaint.c.root_key == emergency.c.root_key)
    .where(emergency_complaint.c.complaint_key == sa.bindparam("b_complaint_key"))
)


LONGEST_CAUSE = 300


@dataclass(frozen=True, slots=True)
class Emergency:
    """One row of `emergency`."""

    root_key: int
    number: str
    level: str
    status: str
    cause: str
    opened_at: datetime
    closed_at: datetime | None
    last_event_at: datetime
    complaints: int


def _read(row: Mapping[Any, Any]) -> Emergency:
    return Emergency(**{**row, "cause": unpack(row["cause"])})


def is_higher(level: str, than: str) -> bool:
    """Whether a level is more serious than another."""
    return LEVELS.index(level) > LEVELS.index(than)


def next_emergency_number(connection: Connection, year: int) -> str:
    """The next number of the year, such as E-2026-0001."""
    return f"E-{year:04d}-{take(connection, f'emergency-{year}'):04d}"


def lock_emergencies(connection: Connection) -> None:
    """Until commit nobody else opens an emergency: two complaints of one cause shall not open
    two."""
    take(connection, "emergency-lock")


def insert_emergency(
    connection: Connection, root_key: int, *, number: str, level: str, cause: str, at: datetime
) -> None:
    """Write a new, open emergency."""
    packed = pack(cause)
    row = {
        "root_key": root_key,
        "number": number,
        "level": level,
        "status": "open",
        "cause": packed
        if len(packed := pack(cause)) <= LONGEST_CAUSE
        else str(cause)[:LONGEST_CAUSE],
        "opened_at": at,
        "last_event_at": at,
        "complaints": 0,
    }
    connection.execute(sa.insert(emergency), row)


def find_emergency(connection: Connection, root_key: int) -> Emergency | None:
    """The emergency that a root instance handles."""
    row = (
        connection.execute(sa.select(emergency).where(emergency.c.root_key == root_key))
        .mappings()
        .one_or_none()
    )
    return None if row is None else _read(row)


def find_emergency_numbers(connection: Connection, root_keys: Iterable[int]) -> Mapping[int, str]:
    """The numbers of these emergencies, by root key."""
    query = sa.select(emergency.c.root_key, emergency.c.number).where(
        emergency.c.root_key.in_(set(root_keys))
    )
    return {row.root_key: row.number for row in connection.execute(query)}


def get_emergency(connection: Connection, number: str) -> Emergency:
    """The emergency of that number. Raises NotFound."""
    row = (
        connection.execute(sa.select(emergency).where(emergency.c.number == number))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound("There is no emergency {number}.", number=number[:40])
    return _read(row)


def find_emergency_of(connection: Connection, complaint_key: int) -> Emergency | None:
    """The emergency that a complaint belongs to."""
    row = _OF_COMPLAINT.first(connection, {"b_complaint_key": complaint_key})
    return None if row is None else _read(row)


def list_emergencies(
    connection: Connection, *, status: str = "", before: int | None = None, limit: int = 200
) -> list[Emergency]:
    """Emergencies, newest first, from just before a key."""
    query = sa.select(emergency).order_by(emergency.c.root_key.desc()).limit(limit)
    if before is not None:
        query = query.where(emergency.c.root_key < before)
    if status:
        query = query.where(emergency.c.status == status)
    return [_read(row) for row in connection.execute(query).mappings()]


def link_to_emergency(
    connection: Connection, root_key: int, complaint_key: int, *, at: datetime
) -> int | None:
    """Link a complaint that belongs to none; how many the emergency has now, None when it belonged
    to one already."""
    known = sa.select(emergency_complaint.c.root_key).where(
        emergency_complaint.c.complaint_key == complaint_key
    )
    if connection.execute(known).first() is not None:
        return None
    row = {"complaint_key": complaint_key, "root_key": root_key, "linked_at": at}
    connection.execute(sa.insert(emergency_complaint), row)
    counted = (
        sa.update(emergency)
        .where(emergency.c.root_key == root_key)
        .values(complaints=emergency.c.complaints + 1, last_event_at=at)
        .returning(emergency.c.complaints)
    )
    return int(connection.execute(counted).scalar_one())


def set_level(
    connection: Connection, root_key: int, level: str, *, at: datetime, event: bool
) -> None:
    """Raise or lower the level; an `event` breaks the quiet that a stand-down waits for."""
    values: dict[str, Any] = {"level": level, "last_event_at": at} if event else {"level": level}
    connection.execute(
        sa.update(emergency).where(emergency.c.root_key == root_key).values(**values)
    )


def close_emergency(connection: Connection, root_key: int, *, status: str, at: datetime) -> None:
    """The emergency is over."""
    where = (emergency.c.root_key == root_key) & (emergency.c.status == "open")
    connection.execute(sa.update(emergency).where(where).values(status=status, closed_at=at))


def log_action(
    connection: Connection, root_key: int, *, at: datetime, actor: str, kind: str, text: str
) -> None:
    """Append to the action log."""
    last = sa.select(sa.func.coalesce(sa.func.max(emergency_log.c.seq), 0)).where(
        emergency_log.c.root_key == root_key
    )
    seq = int(connection.execute(last).scalar_one()) + 1
    row = {
        "root_key": root_key,
        "seq": seq,
        "at": at,
        "actor": actor,
        "kind": kind,
        "text": pack(text),
    }
    connection.execute(sa.insert(emergency_log), row)


def list_actions(connection: Connection, root_key: int) -> list[dict[str, Any]]:
    """The action log, oldest first."""
    query = (
        sa.select(emergency_log)
        .where(emergency_log.c.root_key == root_key)
        .order_by(emergency_log.c.seq)
    )
    return [{**row, "text": unpack(row["text"])} for row in connection.execute(query).mappings()]


def list_complaints_of(
    connection: Connection, root_key: int, *, after: int | None = None, limit: int = 200
) -> list[dict[str, Any]]:
    """The complaints of an emergency from just after a key: number, status, investigator."""
    query = (
        sa.select(
            complaint.c.root_key,
            complaint.c.number,
            complaint.c.status,
            complaint.c.investigator,
            emergency_complaint.c.linked_at,
        )
        .join(emergency_complaint, emergency_complaint.c.complaint_key == complaint.c.root_key)
        .where(emergency_complaint.c.root_key == root_key)
        .order_by(complaint.c.root_key)
        .limit(limit)
    )
    if after is not None:
        query = query.where(complaint.c.root_key > after)
    return [dict(row) for row in connection.execute(query).mappings()]
