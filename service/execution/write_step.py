"""A step becomes rows: the one place where every command has its lock, its history, its line in the
log and its count."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from itertools import chain

from service import jobs
from service.db import Connection, after_commit
from service.execution.apply import apply_step
from service.execution.log_command import log_command
from service.execution.moved import Moved, Written
from service.execution.opened_messages import opened_messages


def _log_after_commit(connection: Connection, moved: Moved) -> None:
    for part in moved.parts:
        done = partial(
            log_command,
            part.plan.event,
            moved.instance.root_key,
            actor=part.actor.name,
            began=moved.began,
        )
        after_commit(connection, done)


def write_step(connection: Connection, moved: Moved, *, now: datetime) -> Written:
    """Write it, in a transaction that is open. Raises VersionConflict when somebody else has moved
    the case, and StateConflict where an effect finds the complaint elsewhere."""
    plans = [part.plan for part in moved.parts]
    waiting = [*chain.from_iterable(plan.waiting for plan in plans), *opened_messages(moved.step)]
    # no message of these names passes by until the transaction ends
    jobs.lock_messages(connection, {(each.name, each.correlation_key) for each in waiting})
    for before in [plan.before_write for plan in plans if plan.before_write is not None]:
        before(connection)
    write = apply_step(connection, moved.instance, moved.step, moved.view, moved.parts, now=now)
    for plan in plans:
        if plan.after_write is not None:
            plan.after_write(connection)
    if moved.instance.suspended_at is not None:
        jobs.hold_back(connection, moved.instance.root_key)
    _log_after_commit(connection, moved)
    stale = bool(moved.view.effects) or any(plan.after_write is not None for plan in plans)
    return Written(write, moved.step, moved.view, moved.actor, waiting, stale)
