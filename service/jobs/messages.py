"""Published messages: kept until they expire, in the order they came, and given to each process
once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from service.db import Connection, Prepared
from service.jobs.tables import message, message_delivery, message_start, subscription


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was published. Without a time to live `expires_at` is `published_at`: nothing
    keeps it."""

    key: int
    name: str
    correlation_key: str
    message_id: str | None
    variables: Mapping[str, Any]
    published_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open subscription of an instance."""

    root_key: int
    key: int
    engine_id: str
    element_id: str
    process_id: str


_NAME: sa.BindParameter[str] = sa.bindparam("b_name")
_KEY: sa.BindParameter[str] = sa.bindparam("b_key")
_PROCESS: sa.BindParameter[str] = sa.bindparam("b_process_id")
_NOW: sa.BindParameter[datetime] = sa.bindparam("b_now", type_=message.c.expires_at.type)
_THIS = (message.c.name == _NAME) & (message.c.correlation_key == _KEY)
_DELIVERED = sa.exists().where(
    message_delivery.c.message_key == message.c.key, message_delivery.c.process_id == _PROCESS
)
_NEXT = Prepared(
    sa.select(message)
    .where(_THIS, message.c.expires_at > _NOW, sa.not_(_DELIVERED))
    .order_by(message.c.published_at, message.c.key)
    .limit(1)
)
_LOCK = Prepared(
    sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("b_mark", type_=sa.BigInteger)))
)
_OPEN = Prepared(
    sa.select(*(subscription.c[name] for name in Waiting.__slots__))
    .where(
        subscription.c.name == _NAME,
        subscription.c.correlation_key == _KEY,
        subscription.c.kind == "message",
    )
    .order_by(subscription.c.root_key, subscription.c.key)
)
_INSERT = Prepared(sa.insert(message), columns=Message.__slots__)
_INSERT_DELIVERY = Prepared(
    sa.insert(message_delivery), columns=("message_key", "process_id", "root_key", "delivered_at")
)


def lock_messages(connection: Connection, names: Iterable[tuple[str, str]]) -> None:
    """Let nobody else publish or wait for these names and keys until this transaction ends.

    A message and the subscription it belongs to cannot pass each other unseen. SQLite has one
    writer anyway.
    """
    if connection.dialect.name != "postgresql":
        return
    for name, key in sorted(set(names)):
        mark = int.from_bytes(sha256(f"{name}\0{key}".encode()).digest()[:8], "big", signed=True)
        _LOCK.run(connection, {"b_mark": mark})


def has_message(
    connection: Connection, name: str, key: str, message_id: str, *, now: datetime
) -> bool:
    """Whether a message with that id is alive. One that is over makes room for the new one."""
    same = sa.select(message.c.key, message.c.expires_at).where(
        message.c.name == name, message.c.correlation_key == key, message.c.message_id == message_id
    )
    found = connection.execute(same).one_or_none()
    if found is not None and found.expires_at <= now:
        _forget(connection, [found.key])
        return False
    return found is not None


def insert_message(connection: Connection, new: Message) -> None:
    """Keep a message until it expires."""
    values = {name: getattr(new, name) for name in Message.__slots__}
    _INSERT.run(connection, values | {"variables": dict(new.variables)})


def next_message(
    connection: Connection, name: str, key: str, process_id: str, *, now: datetime
) -> Message | None:
    """The oldest living message of that name and key that has not gone to that process."""
    wanted = {"b_name": name, "b_key": key, "b_process_id": process_id, "b_now": now}
    row = _NEXT.first(connection, wanted)
    return None if row is None else Message(**row)


def insert_delivery(
    connection: Connection, message_key: int, process_id: str, root_key: int, *, now: datetime
) -> None:
    """The message went to an instance of that process; the key of the table lets it happen once."""
    row = {
        "message_key": message_key,
        "process_id": process_id,
        "root_key": root_key,
        "delivered_at": now,
    }
    _INSERT_DELIVERY.run(connection, row)


def list_open_subscriptions(connection: Connection, name: str, key: str) -> list[Waiting]:
    """Who waits for that message: the first of each process, by age."""
    first: dict[str, Waiting] = {}
    for row in _OPEN.all(connection, {"b_name": name, "b_key": key}):
        first.setdefault(row["process_id"] or f"#{row['root_key']}", Waiting(**row))
    return list(first.values())


def list_message_subscriptions(connection: Connection, root_key: int) -> list[sa.Row[Any]]:
    """All that an instance waits for, the oldest first."""
    query = sa.select(subscription).where(
        subscription.c.root_key == root_key, subscription.c.kind == "message"
    )
    return list(connection.execute(query.order_by(subscription.c.key)))


def has_expired(connection: Connection, *, now: datetime) -> bool:
    """Whether there is anything to forget."""
    return (
        connection.execute(
            sa.select(message.c.key).where(message.c.expires_at <= now).limit(1)
        ).first()
        is not None
    )


def drop_expired(connection: Connection, *, now: datetime, limit: int = 1_000) -> int:
    """Forget messages whose time is over; how many there were."""
    query = (
        sa.select(message.c.key)
        .where(message.c.expires_at <= now)
        .order_by(message.c.expires_at)
        .limit(limit)
    )
    keys = list(connection.execute(query.with_for_update(skip_locked=True)).scalars())
    if keys:
        _forget(connection, keys)
    return len(keys)


def _forget(connection: Connection, keys: list[int]) -> None:
    connection.execute(sa.delete(message_delivery).where(message_delivery.c.message_key.in_(keys)))
    connection.execute(sa.delete(message).where(message.c.key.in_(keys)))


def has_started(connection: Connection, process_id: str, key: str) -> bool:
    """Whether an instance of that process lives that a message with that key started."""
    query = sa.select(message_start.c.root_key).where(
        message_start.c.process_id == process_id, message_start.c.correlation_key == key
    )
    return connection.execute(query).first() is not None


def insert_start(connection: Connection, process_id: str, key: str, root_key: int) -> None:
    """Note that a message with that key started this instance; while it lives, no other one
    does."""
    row = {"process_id": process_id, "correlation_key": key, "root_key": root_key}
    connection.execute(sa.insert(message_start), row)


def list_started_by(connection: Connection, root_key: int) -> list[tuple[str, str]]:
    """The process ids and keys with which messages have started this instance: nobody else is
    started with them until they are given up."""
    query = sa.select(message_start.c.process_id, message_start.c.correlation_key).where(
        message_start.c.root_key == root_key
    )
    return [(row.process_id, row.correlation_key) for row in connection.execute(query)]


def end_start(connection: Connection, process_id: str, key: str) -> None:
    """Give the key up: the next message may start an instance of the process."""
    connection.execute(
        sa.delete(message_start).where(
            message_start.c.process_id == process_id, message_start.c.correlation_key == key
        )
    )
