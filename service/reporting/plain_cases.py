"""Instances of processes by themselves: the newest of some processes, and what one of them is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.audit.tables import history
from service.db import Connection
from service.definitions.tables import process_definition
from service.instances import InstanceKind
from service.instances.tables import process_instance


@dataclass(frozen=True, slots=True)
class PlainCase:
    """One instance, and who started it."""

    root_key: int
    process_id: str
    bundle_key: int
    business_key: str | None
    state: str
    started_at: datetime
    ended_at: datetime | None
    started_by: str


_CASES = (
    sa.select(
        process_instance.c.root_key,
        process_definition.c.process_id,
        process_instance.c.bundle_key,
        process_instance.c.business_key,
        process_instance.c.state,
        process_instance.c.started_at,
        process_instance.c.ended_at,
        sa.func.coalesce(history.c.actor, "").label("started_by"),
    )
    .join(
        process_definition,
        process_definition.c.key == process_instance.c.process_definition_key,
    )
    .outerjoin(history, (history.c.root_key == process_instance.c.root_key) & (history.c.seq == 1))
    .where(process_instance.c.kind == InstanceKind.PROCESS.value)
)


def list_plain_cases(
    connection: Connection,
    process_ids: Collection[str],
    *,
    before: int | None = None,
    limit: int = 50,
) -> list[PlainCase]:
    """The newest instances of these processes, in all their versions, from just before a key."""
    query = _CASES.where(process_definition.c.process_id.in_(list(process_ids)))
    if before is not None:
        query = query.where(process_instance.c.root_key < before)
    rows = connection.execute(query.order_by(process_instance.c.root_key.desc()).limit(limit))
    return [PlainCase(*row) for row in rows]


def find_plain_case(connection: Connection, root_key: int) -> PlainCase | None:
    """An instance of that key, unless it is a complaint's, an emergency's or a review's."""
    row = connection.execute(_CASES.where(process_instance.c.root_key == root_key)).one_or_none()
    return None if row is None else PlainCase(*row)
