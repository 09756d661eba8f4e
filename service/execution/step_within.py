"""One more step of an instance inside a transaction that is open, where more than the case has to
change with it."""

from __future__ import annotations

from datetime import datetime

from service.builtins.host import host_of
from service.builtins.reviewed import Reviewed
from service.db import Connection
from service.engine import advance
from service.execution.apply import apply_step
from service.execution.deliver_waiting import settle
from service.execution.execute import WHILE_SUSPENDED, check_awake, opened_state, read_case
from service.execution.follow_up import follow_up
from service.execution.opened_messages import lock_opened
from service.execution.plan import Plan
from service.execution.runtime import Runtime
from service.identity import Actor


def step_within(
    connection: Connection,
    runtime: Runtime,
    key: int,
    plan: Plan,
    *,
    actor: Actor,
    now: datetime,
    review: Reviewed | None = None,
) -> bool:
    """Make the step of the instance that `key` belongs to, and write it; whether the instance has
    ended. `review` is what is known of the version that it reviews.

    Raises NotFound, StateConflict when the instance is over, Suspended, VersionConflict when
    somebody else moved it, EngineError.
    """
    instance, view = read_case(connection, runtime, key, now=now)
    if plan.event not in WHILE_SUSPENDED:
        check_awake(instance)
    state, bundle = opened_state(connection, runtime, instance)
    view.review = review or view.review
    step = advance(bundle, state, plan.command, now=now, host=host_of(view), park=plan.parked)
    if view.effects:
        _ = view.stored
    lock_opened(connection, step)
    write = apply_step(connection, instance, step, view, plan, now=now, by=actor.name)
    settled = settle(connection, runtime, write, step, now=now)
    follow_up(connection, runtime, view, instance.root_key, actor=actor, now=now)
    return settled.ended
