"""A calendar was published or changed: the dates that stood on it are recomputed, with a row of
the history."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service import audit, cases, policy
from service.audit import Event
from service.cases import Complaint
from service.db import Connection
from service.execution import Runtime, get_instance, redate_tasks
from service.identity import Actor
from service.instances.tables import process_instance
from service.operations.move_timers import move_timers


def recompute_deadlines(
    runtime: Runtime, root_key: int, *, actor: Actor, now: datetime
) -> tuple[policy.Deadline, ...]:
    """Recompute the running clocks of a case under the calendar of today; those that moved.

    Timers of the case that were set by a clock move with it.
    """
    with runtime.database.transaction() as connection:
        moved = []
        complaint = cases.find_complaint(connection, root_key)
        profile = runtime.profile_of(complaint)
        before = cases.list_deadlines(connection, root_key)
        for entry in before:
            fresh = _as_of_today(profile, complaint, entry, now)
            if fresh != entry:
                moved.append((entry, fresh))
        if moved:
            _write(connection, root_key, moved, actor=actor, now=now)
            redate_tasks(connection, runtime, root_key, before=before, now=now)
            bundle = runtime.bundles.get(connection, get_instance(connection, root_key).bundle_key)
            old, new = ({each[n].clock: each[n] for each in moved} for n in (0, 1))
            move_timers(connection, bundle, root_key, old, new)
    return tuple(fresh for _, fresh in moved)


def _as_of_today(
    profile: policy.Profile, complaint: Complaint | None, entry: policy.Deadline, now: datetime
) -> policy.Deadline:
    """The clock by the law of today, where its figure changed for open cases too, and by the
    calendar of today."""
    regime = policy.of_clock(profile, entry.clock)
    if complaint is not None and entry.met_at is None:
        facts = cases.legal_facts(complaint)
        entry = policy.in_force(regime, entry, complaint.received_at, facts, today=now)
    return policy.recomputed(regime, entry)


def _write(
    connection: Connection,
    root_key: int,
    moved: list[tuple[policy.Deadline, policy.Deadline]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    connection.execute(
        sa.update(process_instance)
        .where(process_instance.c.root_key == root_key)
        .values(version=process_instance.c.version + 1)
    )
    cases.put_deadlines(connection, root_key, [fresh for _, fresh in moved])
    clocks = [
        [old.clock, old.due_at.isoformat(), fresh.due_at.isoformat(), fresh.provisional]
        for old, fresh in moved
    ]
    audit.append(
        connection,
        root_key,
        Event.CLOCKS_RECOMPUTED,
        actor=actor.name,
        at=now,
        details={"clocks": clocks},
    )
