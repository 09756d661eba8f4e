"""Element instances, computed from the history: when each began, and when and how it ended; and
counts per element."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.audit.tables import history
from service.db import Connection, Query, matching
from service.instances.tables import process_instance
from service.jobs.tables import incident
from service.reporting.sources import INSTANCES

AT_ONCE = 200
"""Instances whose history is read together."""


@dataclass(slots=True)
class ElementInstance:
    """One time that an element was reached. `id` is the engine's; `state` is a word of the API."""

    root_key: int
    id: str
    process_id: str
    element_id: str
    began_at: datetime
    ended_at: datetime | None = None
    state: str = "ACTIVE"


@dataclass(slots=True)
class ElementCounts:
    """What has happened at one element."""

    element_id: str
    active: int = 0
    canceled: int = 0
    incidents: int = 0
    completed: int = 0


def list_elements(connection: Connection, root_key: int) -> list[ElementInstance]:
    """Every element instance that a root instance has had, in the order they began."""
    query = sa.select(history.c.root_key, history.c.at, history.c.details).where(
        history.c.root_key == root_key
    )
    return list(_replay(connection.execute(query.order_by(history.c.seq))).values())


def _replay(rows: Iterable[Any]) -> dict[tuple[int, int], ElementInstance]:
    found: dict[tuple[int, int], ElementInstance] = {}
    for row in rows:
        moved = row.details.get("moved", {})
        begun = zip(moved.get("begun", ()), moved.get("entered", ()), strict=False)
        for number, (process_id, element_id) in begun:
            found[row.root_key, number] = ElementInstance(
                row.root_key, str(number), process_id, element_id, row.at
            )
        for number, _, element_id in moved.get("renamed", ()):
            if (row.root_key, number) in found:
                found[row.root_key, number].element_id = element_id
        for number in moved.get("left", ()):
            one = found.get((row.root_key, abs(number)))
            if one is not None:
                one.ended_at, one.state = row.at, "COMPLETED" if number > 0 else "TERMINATED"
    return found


def count_elements(
    connection: Connection, roots: sa.Select[Any], process_id: str
) -> list[ElementCounts]:
    """Counts per element of a process over the instances that `roots` selects the keys of, read one
    after another."""
    keys = list(connection.execute(roots).scalars())
    counts: dict[str, ElementCounts] = {}
    for start in range(0, len(keys), AT_ONCE):
        _count_some(connection, keys[start : start + AT_ONCE], process_id, counts)
    return [counts[element_id] for element_id in sorted(counts)]


def _count_some(
    connection: Connection, keys: list[int], process_id: str, counts: dict[str, ElementCounts]
) -> None:
    """Add what has happened in these instances."""
    query = (
        sa.select(history.c.root_key, history.c.details)
        .where(history.c.root_key.in_(keys))
        .order_by(history.c.root_key, history.c.seq)
    )
    open_: dict[int, str] = {}
    at = 0
    for row in connection.execute(query):
        if row.root_key != at:
            at, open_ = row.root_key, {}
        _count(row.details.get("moved", {}), process_id, counts, open_)
    stuck = (
        sa.select(incident.c.element_id, sa.func.count().label("number"))
        .where(incident.c.root_key.in_(keys), incident.c.state == "active")
        .group_by(incident.c.element_id)
    )
    for element_id, number in connection.execute(stuck):
        if element_id in counts:
            counts[element_id].incidents += number


def _count(
    moved: Mapping[str, Any],
    process_id: str,
    counts: dict[str, ElementCounts],
    open_: dict[int, str],
) -> None:
    for number, (process, element_id) in zip(
        moved.get("begun", ()), moved.get("entered", ()), strict=False
    ):
        if process == process_id:
            open_[number] = element_id
            counts.setdefault(element_id, ElementCounts(element_id)).active += 1
    for number, process, element_id in moved.get("renamed", ()):
        if process == process_id and number in open_:
            counts[open_[number]].active -= 1
            open_[number] = element_id
            counts.setdefault(element_id, ElementCounts(element_id)).active += 1
    for number in moved.get("left", ()):
        left = open_.pop(abs(number), None)
        if left is not None:
            counts[left].active -= 1
            if number > 0:
                counts[left].completed += 1
            else:
                counts[left].canceled += 1


def roots_of(
    connection: Connection, query: Query, *, bundle_key: int | None = None
) -> sa.Select[Any]:
    """The keys of the root instances that fulfil a query, among those of one bundle."""
    found = matching(INSTANCES, query, connection.dialect.name)
    if bundle_key is not None:
        found = found.where(process_instance.c.bundle_key == bundle_key)
    return found.with_only_columns(process_instance.c.root_key, maintain_column_froms=True)


def active_incidents(connection: Connection, root_key: int) -> dict[str, int]:
    """The active incidents of an instance: their keys by element id."""
    query = sa.select(incident.c.element_id, incident.c.key).where(
        incident.c.root_key == root_key, incident.c.state == "active"
    )
    return {row.element_id: row.key for row in connection.execute(query)}


def list_flows(connection: Connection, root_key: int) -> list[tuple[str, str]]:
    """The sequence flows that a root instance has taken, each once, in the order they were first
    taken."""
    query = (
        sa.select(history.c.details).where(history.c.root_key == root_key).order_by(history.c.seq)
    )
    taken: dict[tuple[str, str], None] = {}
    for details in connection.execute(query).scalars():
        taken |= dict.fromkeys(
            (process, flow) for process, flow in details.get("moved", {}).get("flows", ())
        )
    return list(taken)
