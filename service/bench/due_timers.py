"""Cases that wait for a timer, to be made due all at once, and the proof that each fired exactly
once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from service.audit.tables import history
from service.bench.cloning import analyze, clone_case
from service.clock import SystemClock
from service.db import CHILD_BITS
from service.errors import RedressError
from service.execution import Runtime
from service.identity import SYSTEM
from service.jobs.tables import timer
from service.operations import start_instance
from service.tasks.tables import user_task

PROCESS = "bench-timer"
TIMER_BPMN = (
    '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'id="bench-timer-file" targetNamespace="bench">'
    f'<bpmn:process id="{PROCESS}" name="Wait, then ask" isExecutable="true">'
    '<bpmn:startEvent id="begin"/><bpmn:endEvent id="done" name="done"/>'
    '<bpmn:intermediateCatchEvent id="wait" name="wait"><bpmn:timerEventDefinition '
    'id="wait-timer"><bpmn:timeDuration '
    'xsi:type="bpmn:tFormalExpression">P30D</bpmn:timeDuration></bpmn:timerEventDefinition>'
    "</bpmn:intermediateCatchEvent>"
    '<bpmn:userTask id="ask" name="ask"><bpmn:extensionElements><zeebe:userTask/>'
    "<zeebe:assignmentDefinition "
    'candidateGroups="handler"/></bpmn:extensionElements></bpmn:userTask>'
    '<bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="wait"/>'
    '<bpmn:sequenceFlow id="f2" sourceRef="wait" targetRef="ask"/>'
    '<bpmn:sequenceFlow id="f3" sourceRef="ask" '
    'targetRef="done"/></bpmn:process></bpmn:definitions>'
).encode()
FILES = {"processes/bench-timer.bpmn": TIMER_BPMN}


def make_waiting(
    runtime: Runtime, count: int, *, progress: Callable[[int], object] = bool
) -> list[int]:
    """So many cases, each waiting for one timer that is not due; their root keys."""
    root_key = start_instance(runtime, PROCESS, {}, actor=SYSTEM, now=SystemClock().now()).root_key
    first = clone_case(runtime.database, root_key, count - 1, progress=progress) if count > 1 else 0
    analyze(runtime.database)
    return [root_key, *(first + (number << CHILD_BITS) for number in range(count - 1))]


def make_due(runtime: Runtime, roots: list[int]) -> None:
    """Let the timers of these cases, one block of keys after the first, be due now."""
    past = SystemClock().now() - timedelta(minutes=1)
    among = (timer.c.root_key == roots[0]) | timer.c.root_key.between(
        min(roots[1:], default=0), max(roots)
    )
    with runtime.database.transaction() as connection:
        connection.execute(sa.update(timer).where(among).values(run_at=past, due_at=past))


def check_fired_once(runtime: Runtime) -> int:
    """How many timers have fired. Raises RedressError unless each did so once and nothing is
    left."""
    fired = sa.select(history.c.root_key, sa.func.count().label("times")).where(
        history.c.event == "case:timer:fired"
    )
    each = fired.group_by(history.c.root_key).subquery()
    with runtime.database.read() as connection:
        count, most = connection.execute(
            sa.select(sa.func.count(), sa.func.max(each.c.times)).select_from(each)
        ).one()
        left = connection.execute(
            sa.select(sa.func.count())
            .select_from(timer)
            .where(timer.c.run_at <= SystemClock().now())
        ).scalar_one()
        tasks = connection.execute(
            sa.select(sa.func.count())
            .select_from(user_task)
            .where(user_task.c.process_id == PROCESS)
        ).scalar_one()
    if (most or 0) > 1 or left or tasks != count:
        raise RedressError(
            "expected every timer to fire once: {count} cases fired, one up to {most} "
            "times, {left} timers are left, {tasks} tasks were opened",
            count=count,
            most=most,
            left=left,
            tasks=tasks,
        )
    return int(count)
