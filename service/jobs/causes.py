"""What set off what. A signal that a case throws within an hour of a signal that reached it has the
same origin, however many cases lie between: so a storm is known by its first signal, and has a
budget.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.db import Connection, root_of, wake_after_commit
from service.jobs.tables import causation, incident, outbox

MEMORY = timedelta(hours=1)
"""How long what a case does counts as done because of the signal that reached it. A procedure that
goes round once a day never runs out; one that goes round by itself does."""
FREE = 5
"""Signals that follow from each other this far have no budget: one alarm may reach every case, and
each of them may answer."""
MOST_SIGNALS = 1_000
"""Signals with one origin."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A signal on its way: its outbox row, the row of the first signal that led to it, and how many
    lie between."""

    key: int
    origin: int
    depth: int


def _upsert(insert: Any) -> Any:
    statement = insert(causation)
    return statement.on_conflict_do_update(
        index_elements=["root_key"],
        set_={name: statement.excluded[name] for name in ("origin", "depth", "until")},
    )


_UPSERT = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}


def insert_signals(
    connection: Connection,
    root_key: int,
    thrown: Iterable[tuple[int, Mapping[str, Any]]],
    *,
    now: datetime,
) -> None:
    """Signals that leave after this transaction: their keys, and `name`, `variables`, `element`."""
    rows = [{"root_key": root_key, "key": key, "payload": dict(payload)} for key, payload in thrown]
    if not rows:
        return
    before = connection.execute(
        sa.select(causation.c.origin, causation.c.depth).where(
            causation.c.root_key == root_key, causation.c.until > now
        )
    ).first()
    for row in rows:
        row |= {"kind": "signal", "state": "waiting", "attempts": 0}
        row |= {"created_at": now, "run_at": now}
        row["origin"] = row["key"] if before is None else before.origin
        row["depth"] = 0 if before is None else before.depth + 1
    connection.execute(sa.insert(outbox), rows)
    wake_after_commit(connection)


def note_cause(connection: Connection, root_key: int, cause: Cause, *, now: datetime) -> None:
    """What this case does from now on, it does because of that signal; what is forgotten goes."""
    connection.execute(sa.delete(causation).where(causation.c.until <= now))
    connection.execute(
        _UPSERT[connection.dialect.name],
        {
            "root_key": root_key,
            "origin": cause.origin,
            "depth": cause.depth,
            "until": now + MEMORY,
        },
    )


def find_cause(connection: Connection, root_key: int, key: int) -> Cause:
    """The cause that a signal in the outbox is; one that was written before causes were kept is its
    own origin."""
    one = (outbox.c.root_key == root_key) & (outbox.c.key == key)
    row = connection.execute(sa.select(outbox.c.origin, outbox.c.depth).where(one)).one()
    return Cause(key, key if row.origin is None else row.origin, row.depth or 0)


def is_storm(connection: Connection, cause: Cause) -> bool:
    """Whether this signal is one too many of its origin."""
    if cause.depth <= FREE:
        return False
    of_origin = (
        sa.select(outbox.c.key).where(outbox.c.origin == cause.origin).limit(MOST_SIGNALS + 1)
    )
    return len(connection.execute(of_origin).all()) > MOST_SIGNALS


def stop_storm(connection: Connection, cause: Cause) -> bool:
    """Let no signal of this origin leave until `resume_storm`; whether an incident has still to
    tell it."""
    connection.execute(
        sa.update(outbox)
        .where(outbox.c.origin == cause.origin, outbox.c.state == "waiting")
        .values(state="dead", lease_owner=None)
    )
    told = (
        sa.select(incident.c.key)
        .join(
            outbox,
            (outbox.c.root_key == incident.c.root_key) & (outbox.c.key == incident.c.subject_key),
        )
        .where(outbox.c.origin == cause.origin, incident.c.state == "active")
    )
    return connection.execute(told).first() is None


def resume_storm(connection: Connection, key: int, *, now: datetime) -> None:
    """Let the signals that were stopped together with this one leave, as those of a new origin with
    a budget of its own."""
    own = (outbox.c.root_key == root_of(key)) & (outbox.c.key == key)
    origin = sa.select(outbox.c.origin).where(own).scalar_subquery()
    connection.execute(
        sa.update(outbox)
        .where(outbox.c.origin == origin, outbox.c.state == "dead")
        .values(origin=key, depth=0, state="waiting", run_at=now, attempts=0, lease_owner=None)
    )
