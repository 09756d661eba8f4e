"""The clocks of a case were set anew: the dates of its open tasks follow them.

A date that somebody gave a task by hand is not the diagram's any more: it stays, unless a clock of
the severity runs out before it; then that clock dates the task from there on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from service import cases, tasks
from service.builtins import host_of
from service.db import Connection
from service.engine import task_dates
from service.execution.load_view import case_view
from service.execution.read_case import get_instance
from service.execution.runtime import Runtime
from service.policy import Deadline, held_to

Dates = Mapping[str, datetime | None]


def redate_tasks(
    connection: Connection,
    runtime: Runtime,
    root_key: int,
    *,
    before: Iterable[Deadline],
    now: datetime,
) -> None:
    """Date the open tasks of a case by its clocks as they are now; `before` is how they were."""
    open_tasks = [
        task for task in tasks.list_open_tasks(connection, root_key) if task.created_at < now
    ]
    if not open_tasks:
        return
    complaint = cases.find_complaint(connection, root_key)
    instance, profile = get_instance(connection, root_key), runtime.profile_of(complaint)
    if complaint is None or instance.engine_state is None:
        return
    old, new = list(before), cases.list_deadlines(connection, root_key)
    bundle = runtime.bundles.get(connection, instance.bundle_key)
    opened = {task.engine_id: task.created_at for task in open_tasks}

    def asked(clocks: list[Deadline]) -> Dates:
        view = case_view(runtime, complaint, now, lambda: clocks, connection=connection)
        return task_dates(bundle, instance.engine_state or b"", opened, host=host_of(view))

    was, wanted = asked(old), asked(new)
    for task in open_tasks:
        held = held_to(profile, old, was.get(task.engine_id), at=task.created_at)
        by_hand = task.engine_id not in wanted or task.due_at != held
        due_at = held_to(profile, new, task.due_at if by_hand else wanted[task.engine_id], at=now)
        if due_at != task.due_at:
            tasks.date_task(connection, task, due_at)
