"""Start events that wait: for a message, a signal or a time. They belong to the newest released
version of a process and move to a new one when it is released."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service.db import Connection, Prepared
from service.definitions.tables import process_definition, start_subscription
from service.engine import Bundle, next_start


@dataclass(frozen=True, slots=True)
class StartEvent:
    """A start event that waits."""

    process_definition_key: int
    element_id: str
    process_id: str
    kind: str
    name: str
    anchor_at: datetime
    fired: int
    next_due_at: datetime | None
    run_at: datetime | None


_BY_NAME = Prepared(
    sa.select(start_subscription)
    .where(
        start_subscription.c.kind == sa.bindparam("b_kind"),
        start_subscription.c.name == sa.bindparam("b_name"),
    )
    .order_by(start_subscription.c.process_id, start_subscription.c.element_id)
)


def forget_starts(connection: Connection, process_ids: Iterable[str]) -> None:
    """None of these processes waits to be started any more."""
    connection.execute(
        sa.delete(start_subscription).where(start_subscription.c.process_id.in_(list(process_ids)))
    )


def insert_starts(
    connection: Connection, definition: Any, bundle: Bundle, *, now: datetime
) -> None:
    """The start events of a process version that was released now. A cycle counts from now."""
    rows = []
    for each in definition.start_events:
        due = None
        if each["kind"] == "timer":
            due = next_start(
                bundle, definition.process_id, each["elementId"], anchor=now, fired=0, now=now
            )
        rows.append(
            {
                "process_definition_key": definition.key,
                "element_id": each["elementId"],
                "process_id": definition.process_id,
                "kind": each["kind"],
                "name": each["name"],
                "anchor_at": now,
                "fired": 0,
                "next_due_at": due,
                "run_at": due,
            }
        )
    if rows:
        connection.execute(sa.insert(start_subscription), rows)


def list_starts(connection: Connection, kind: str, name: str) -> list[StartEvent]:
    """Start events that wait for that message or signal."""
    return [StartEvent(**row) for row in _BY_NAME.all(connection, {"b_kind": kind, "b_name": name})]


def list_message_starts(connection: Connection, process_id: str) -> list[StartEvent]:
    """Message start events of a process."""
    query = sa.select(start_subscription).where(
        start_subscription.c.process_id == process_id, start_subscription.c.kind == "message"
    )
    return [
        StartEvent(**row)
        for row in connection.execute(query.order_by(start_subscription.c.element_id)).mappings()
    ]


def has_due_start(connection: Connection, *, now: datetime) -> bool:
    """Whether there is anything to claim."""
    query = (
        sa.select(start_subscription.c.element_id)
        .where(start_subscription.c.run_at <= now)
        .limit(1)
    )
    return connection.execute(query).first() is not None


def claim_start_timers(
    connection: Connection, *, now: datetime, lease: timedelta, limit: int = 100
) -> list[StartEvent]:
    """Take start events whose time has come for `lease`; nobody else gets them until then."""
    due = start_subscription.c.run_at <= now
    query = (
        sa.select(start_subscription).where(due).order_by(start_subscription.c.run_at).limit(limit)
    )
    found = [
        StartEvent(**row)
        for row in connection.execute(query.with_for_update(skip_locked=True)).mappings()
    ]
    for each in found:
        put_back_start(connection, each, run_at=now + lease)
    return found


def put_back_start(connection: Connection, start: StartEvent, *, run_at: datetime) -> None:
    """Let a start event be tried again at `run_at`."""
    connection.execute(sa.update(start_subscription).where(_still(start)).values(run_at=run_at))


def move_start(connection: Connection, start: StartEvent, due: datetime | None) -> bool:
    """The start event fires now and is due again at `due`. False when it has fired already or was
    replaced."""
    moved = connection.execute(
        sa.update(start_subscription)
        .where(_still(start))
        .values(fired=start_subscription.c.fired + 1, next_due_at=due, run_at=due)
    )
    return moved.rowcount == 1


def _still(start: StartEvent) -> Any:
    return (
        (start_subscription.c.process_definition_key == start.process_definition_key)
        & (start_subscription.c.element_id == start.element_id)
        & (start_subscription.c.fired == start.fired)
        & (start_subscription.c.next_due_at == start.next_due_at)
    )


def waiting_starts(connection: Connection, bundle_key: int) -> set[str]:
    """The ids of the processes whose start events that wait are those of this bundle."""
    query = (
        sa.select(start_subscription.c.process_id)
        .join(
            process_definition,
            process_definition.c.key == start_subscription.c.process_definition_key,
        )
        .where(process_definition.c.bundle_key == bundle_key)
    )
    return set(connection.execute(query).scalars())


def processes_of(connection: Connection, bundle_keys: Iterable[int]) -> set[str]:
    """The ids of the processes that these bundles hold."""
    query = sa.select(process_definition.c.process_id).where(
        process_definition.c.bundle_key.in_(list(bundle_keys))
    )
    return set(connection.execute(query).scalars())
