"""A running case is suspended, and resumed: in between nobody and nothing moves it.

Its tasks can be read, claimed and drafted, not completed; timers do not fire, jobs are not handed
out, and a message is kept for it by who published it to be kept. Its deadlines run on: the law does
not wait for the bank. A person may still cancel it, correct variables, move tokens, or take it to
another version.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from service import jobs
from service.audit import Event
from service.db import Connection
from service.engine import Step
from service.engine import changes as c
from service.engine.commands import SetVariables
from service.errors import InvalidInput, StateConflict
from service.execution.apply import VersionConflict, apply_step
from service.execution.deliver_waiting import settle
from service.execution.execute import Outcome, execute, get_instance
from service.execution.load_view import view_of
from service.execution.plan import Plan
from service.execution.retry import run_again
from service.execution.runtime import Runtime
from service.identity import Actor, Permission, check_permission
from service.instances import Instance
from service.instances.tables import process_instance

LONGEST_REASON = 500


def suspend_instance(
    runtime: Runtime, root_key: int, *, reason: str, actor: Actor, now: datetime
) -> Outcome:
    """Nothing moves it from now on. Raises Forbidden, InvalidInput without a reason, NotFound,
    StateConflict when it is suspended already or over."""
    why = _check(actor, reason)

    def decide(connection: Connection, instance: Instance) -> Plan:
        if instance.suspended_at is not None:
            raise StateConflict(
                "The case is suspended since {suspended_at:%Y-%m-%d %H:%M} UTC already.",
                suspended_at=instance.suspended_at,
            )

        def hold(connection: Connection) -> None:
            _mark(connection, root_key, now)
            jobs.hold_back(connection, root_key)

        return Plan(SetVariables({}), Event.INSTANCE_SUSPENDED, {"reason": why}, along=hold)

    return execute(runtime, root_key, decide, actor=actor.name, now=now)


def resume_instance(
    runtime: Runtime, root_key: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """It goes on: timers that fell due meanwhile fire, and messages that were kept reach it. Raises
    Forbidden, InvalidInput without a reason, NotFound, StateConflict when it is not suspended."""
    why = _check(actor, reason)
    with runtime.turns.turn(root_key):
        run_again(
            lambda: _resume(runtime, root_key, reason=why, by=actor.name, now=now),
            once=False,
            conflicts=(VersionConflict, sa.exc.IntegrityError),
        )


def suspended_since(connection: Connection, root_key: int) -> datetime | None:
    """Since when an instance is suspended; None for one that is not."""
    query = sa.select(process_instance.c.suspended_at).where(
        process_instance.c.root_key == root_key
    )
    found: datetime | None = connection.execute(query).scalar_one_or_none()
    return found


def _check(actor: Actor, reason: str) -> str:
    check_permission(actor, Permission.SUSPEND_INSTANCES)
    why = reason.strip()
    if not 0 < len(why) <= LONGEST_REASON:
        raise InvalidInput(
            "expected a reason of 1 to {most} characters, got {count}",
            most=LONGEST_REASON,
            count=len(why),
        )
    return why


def _resume(runtime: Runtime, root_key: int, *, reason: str, by: str, now: datetime) -> None:
    with runtime.database.read() as connection:
        instance = get_instance(connection, root_key)
        if instance.suspended_at is None or instance.engine_state is None:
            raise StateConflict(
                "The case is {instance_state} and not suspended; there is nothing to resume.",
                instance_state=instance.state,
            )
        waiting = tuple(
            c.SubscriptionOpened(
                row.engine_id,
                row.element_id,
                "message",
                row.name,
                row.correlation_key,
                row.interrupting,
                row.process_id,
            )
            for row in jobs.list_message_subscriptions(connection, root_key)
        )
        view = view_of(connection, runtime, instance, now)
    plan = Plan(SetVariables({}), Event.INSTANCE_RESUMED, {"reason": reason})
    step = Step(instance.engine_state, (), ended=False)
    with runtime.database.transaction() as connection:
        jobs.lock_messages(connection, {(each.name, each.correlation_key) for each in waiting})
        awake = replace(instance, suspended_at=None)
        write = apply_step(connection, awake, step, view, plan, now=now, by=by)
        _mark(connection, root_key, None)
        jobs.let_go(connection, root_key, now=now)
        settle(connection, runtime, write, replace(step, changes=waiting), now=now)


def _mark(connection: Connection, root_key: int, at: datetime | None) -> None:
    connection.execute(
        sa.update(process_instance)
        .where(process_instance.c.root_key == root_key)
        .values(suspended_at=at)
    )
