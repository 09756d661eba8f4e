"""A running case is suspended, and resumed: in between nobody and nothing moves it.

Its tasks can be read, claimed and drafted, not completed; timers do not fire, jobs are not handed
out, and a message is kept for it by who published it to be kept. Its deadlines run on: the law does
not wait for the bank. A person may still cancel it, correct variables, move tokens, or take it to
another version.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service import jobs
from service.audit import Event
from service.db import Connection
from service.engine import Step
from service.engine.commands import SetVariables
from service.errors import StateConflict
from service.execution import Case, Outcome, Plan, Runtime, execute, list_waiting, on_case
from service.identity import Actor, Permission, check_permission
from service.instances.tables import process_instance
from service.lengths import check_reason


def suspend_instance(
    runtime: Runtime, root_key: int, *, reason: str, actor: Actor, now: datetime
) -> Outcome:
    """Nothing moves it from now on. Raises Forbidden, InvalidInput without a reason, NotFound,
    StateConflict when it is suspended already or over."""
    why = _check(actor, reason)

    def hold(connection: Connection) -> None:
        _mark(connection, root_key, now)
        jobs.hold_back(connection, root_key)

    def decide(case: Case) -> Plan:
        since = case.instance.suspended_at
        if since is not None:
            raise StateConflict(
                "The case is suspended since {suspended_at:%Y-%m-%d %H:%M} UTC already.",
                suspended_at=since,
            )
        return Plan(SetVariables({}), Event.INSTANCE_SUSPENDED, {"reason": why}, after_write=hold)

    return execute(runtime, on_case(root_key, decide, actor=actor), now=now)


def resume_instance(
    runtime: Runtime, root_key: int, *, reason: str, actor: Actor, now: datetime
) -> Outcome:
    """It goes on: timers that fell due meanwhile fire, and messages that were kept reach it. Raises
    Forbidden, InvalidInput without a reason, NotFound, StateConflict when it is not suspended."""
    why = _check(actor, reason)

    def let_go(connection: Connection) -> None:
        _mark(connection, root_key, None)
        jobs.let_go(connection, root_key, now=now)

    def decide(case: Case) -> Plan:
        instance = case.instance
        if instance.suspended_at is None or instance.engine_state is None:
            raise StateConflict(
                "The case is {instance_state} and not suspended; there is nothing to resume.",
                instance_state=instance.state,
            )
        return Plan(
            Step(instance.engine_state, (), ended=False),
            Event.INSTANCE_RESUMED,
            {"reason": why},
            after_write=let_go,
            resumes=True,
            waiting=list_waiting(case.connection, root_key),
        )

    return execute(runtime, on_case(root_key, decide, actor=actor), now=now)


def suspended_since(connection: Connection, root_key: int) -> datetime | None:
    """Since when an instance is suspended; None for one that is not."""
    query = sa.select(process_instance.c.suspended_at).where(
        process_instance.c.root_key == root_key
    )
    found: datetime | None = connection.execute(query).scalar_one_or_none()
    return found


def _check(actor: Actor, reason: str) -> str:
    check_permission(actor, Permission.SUSPEND_INSTANCES)
    return check_reason(reason)


def _mark(connection: Connection, root_key: int, at: datetime | None) -> None:
    connection.execute(
        sa.update(process_instance)
        .where(process_instance.c.root_key == root_key)
        .values(suspended_at=at)
    )
