"""The engine's step of a case that is there: read it, check the commands against it, advance.
Nothing is written."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from service.audit import Event
from service.builtins import CaseView, end_by_hand, host_of
from service.db import Connection
from service.engine import EngineError, Step, advance_together
from service.engine import changes as c
from service.errors import NotFound, StateConflict
from service.execution.apply import Part
from service.execution.moved import Moved
from service.execution.plan import Case, Plan
from service.execution.read_case import check_awake, opened_state, read_case
from service.execution.runtime import Runtime
from service.execution.unit import Apart, Ask, Stopped, Target
from service.instances import Instance

WHILE_SUSPENDED = frozenset(
    {
        Event.INSTANCE_CANCELLED,
        Event.INSTANCE_MODIFIED,
        Event.INSTANCE_SUSPENDED,
        Event.INSTANCE_RESUMED,
        Event.INSTANCE_MIGRATED,
        Event.INSTANCE_TAKEN_BACK,
        Event.VARIABLES_SET,
        Event.CASE_REASSIGNED,
        Event.CASE_ESCALATED,
    }
)
"""What may be done with a case that is suspended; everything else is refused."""


def move_case(connection: Connection, runtime: Runtime, target: Target, *, now: datetime) -> Moved:
    """Read, check and move one case. Of several commands, those that are refused are left out; one
    that is alone raises what refuses it.

    Raises NotFound, StateConflict when it has ended, Suspended, Stopped when the engine cannot make
    the step, and Apart when several commands cannot share it: one of them has effects, or all are
    refused.
    """
    began = time.perf_counter()
    instance, view = read_case(connection, runtime, target.key, now=now)
    wanted = _decide(Case(connection, runtime, instance, view), target.asks)
    plans = [plan for _, plan in wanted]
    if any(plan.event not in WHILE_SUSPENDED for plan in plans):
        check_awake(instance)
    step, changes = _advance(connection, runtime, instance, view, plans)
    if len(wanted) > 1 and view.effects:
        raise Apart
    if _is_terminated(step):
        end_by_hand(view)
    if view.effects or _meets_a_clock(instance):
        _ = view.stored  # read while it can be: the write wants to know
    parts = [Part(plan, ask.actor, each) for (ask, plan), each in zip(wanted, changes, strict=True)]
    if parts[-1].plan.resumes:
        instance = replace(instance, suspended_at=None)
    return Moved(instance, view, step, parts, began)


def _decide(case: Case, asks: Sequence[Ask]) -> list[tuple[Ask, Plan]]:
    if len(asks) == 1:
        return [(asks[0], asks[0].decide(case))]
    wanted = []
    for ask in asks:
        try:
            wanted.append((ask, ask.decide(case)))
        except (NotFound, StateConflict):
            continue
    if not wanted:
        raise Apart
    return wanted


def _advance(
    connection: Connection,
    runtime: Runtime,
    instance: Instance,
    view: CaseView,
    plans: Sequence[Plan],
) -> tuple[Step, Sequence[Sequence[c.Change]]]:
    made = plans[0].command
    if isinstance(made, Step):
        return made, [made.changes]
    state, bundle = opened_state(connection, runtime, instance)
    commands = [plan.command for plan in plans if not isinstance(plan.command, Step)]
    parked = all(plan.parked for plan in plans)
    try:
        return advance_together(
            bundle, state, commands, now=view.now, host=host_of(view), park=parked
        )
    except EngineError as error:
        raise Stopped(error, instance, plans[0]) from error


def _meets_a_clock(instance: Instance) -> bool:
    return instance.task is not None and bool(instance.task.properties.get("meets"))


def _is_terminated(step: Step) -> bool:
    return step.ended and any(
        isinstance(each, c.InstanceEnded) and each.how == "terminated" for each in step.changes
    )
