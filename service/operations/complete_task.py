"""A person completes a user task."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service import tasks
from service.audit import Event
from service.db import Connection
from service.engine.commands import CompleteTask
from service.errors import NotFound
from service.execution.execute import Outcome, execute
from service.execution.idempotency import Once
from service.execution.plan import Plan
from service.execution.runtime import Runtime
from service.identity import Actor
from service.instances import Instance
from service.operations.answer_checks import check_answer


def complete_task(
    runtime: Runtime,
    key: int,
    answer: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    revision: int | None = None,
    idempotency_key: str | None = None,
    among_visible: bool = False,
) -> Outcome:
    """Complete the task with the answer of its form; the process goes on, in the same transaction.
    Sent again with the same idempotency key it has the same outcome, once. With `among_visible` a
    task that the actor may not see is not there.

    Raises NotFound, StateConflict (ended, or changed since `revision`), Forbidden (held by another,
    not offered, four eyes), FormInvalid, EngineError (the process cannot go on: nothing has
    changed, an incident says why).
    """

    def decide(connection: Connection, instance: Instance) -> Plan:
        task = instance.task
        if task is None or (among_visible and not tasks.can_see(task, actor)):
            raise NotFound("There is no user task {key}.", key=key)
        tasks.check_open(task)
        tasks.check_revision(task, revision)
        tasks.check_may_complete(
            task, actor, tasks.list_performers(connection, task.root_key, task.excluded)
        )
        bundle = runtime.bundles.get(connection, instance.bundle_key)
        form = bundle.forms.get(task.form_id) if task.form_id else None
        checked = tasks.validate(form, dict(answer))
        today = runtime.profile.calendar.local_day(now)
        check_answer(connection, task, checked, actor=actor.name, today=today)
        return Plan(
            CompleteTask(task.engine_id, checked),
            Event.TASK_COMPLETED,
            {"element": task.element_id, "name": task.name},
            subject_key=key,
            answer=checked,
            person=actor,
        )

    once = Once.of(idempotency_key, "complete", key, answer, revision)
    return execute(runtime, key, decide, actor=actor.name, now=now, once=once)
