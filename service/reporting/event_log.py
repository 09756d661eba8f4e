"""The event log of the cases, from their histories: one event per step, with what process mining
needs and no more.

What a complaint says and who made it stay out of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.audit.tables import history
from service.cases.tables import complaint
from service.db import Connection

BATCH = 1_000
_EVENTS = (
    sa.select(
        history.c.root_key,
        history.c.seq,
        history.c.at,
        history.c.actor,
        history.c.event,
        history.c.subject_key,
        history.c.details,
        *(complaint.c[name] for name in ("number", "channel", "product", "severity", "outcome")),
    )
    .select_from(history.outerjoin(complaint, complaint.c.root_key == history.c.root_key))
    .order_by(history.c.root_key, history.c.seq)
)


@dataclass(frozen=True, slots=True)
class LoggedCase:
    """The facts of a case that its events share."""

    id: str
    channel: str
    product: str
    severity: str
    outcome: str


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One step: `activity` is the task's name, or what happened where there is none."""

    case: LoggedCase
    id: str
    activity: str
    event: str
    element: str
    at: datetime
    actor: str
    task: str


def iter_events(connection: Connection) -> Iterator[LoggedEvent]:
    """Every event, case by case, oldest first; rows are fetched as they are used."""
    for row in connection.execution_options(yield_per=BATCH).execute(_EVENTS):
        case = LoggedCase(
            row.number or str(row.root_key),
            *(each or "" for each in (row.channel, row.product, row.severity, row.outcome)),
        )
        yield LoggedEvent(
            case,
            f"{row.root_key}-{row.seq}",
            str(row.details.get("name") or row.event),
            row.event,
            str(row.details.get("element") or ""),
            row.at,
            row.actor,
            str(row.subject_key) if row.event.startswith("case:task:") and row.subject_key else "",
        )
