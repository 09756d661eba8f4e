"""The process of a review: it starts when a version is submitted, and its tasks are how compliance
decides.

The review's own states and guards stay the ones that count: a task is completed together with the
change of state that it stands for, or not at all. Where no procedure with this process is in force,
a review goes on without it.
"""

from __future__ import annotations

import logging
from datetime import datetime

import sqlalchemy as sa

from service import definitions, tasks
from service.audit import Event
from service.builtins import CaseView, Reviewed
from service.db import Connection
from service.definitions import COMPLAINT_PROCESS, ReviewPolicy, Version
from service.definitions import review as rows
from service.definitions.review_states import Verb
from service.engine import EngineError
from service.engine.commands import Cancel, CompleteTask, Start
from service.errors import FormInvalid, StateConflict
from service.execution import (
    Beginning,
    Case,
    Decision,
    Plan,
    Runtime,
    Within,
    always,
    decide_version,
    execute,
    new_case,
    new_root_key,
    on_case,
)
from service.identity import Actor
from service.instances import InstanceKind
from service.instances.tables import process_instance
from service.operations.claim_task import move_due

REVIEW_PROCESS = "review-change"
DECIDES = "decides"
"""The extension property of a user task that names the decisions it takes: `approve,return`."""
log = logging.getLogger("redress.reviews")


def begin_review(
    connection: Connection, runtime: Runtime, key: int, *, actor: Actor, now: datetime
) -> None:
    """Start the process for a version that compliance reviews, if the procedure in force has one
    that can start: a broken one must not keep out the version that repairs it."""
    version = rows.get_version(connection, key)
    end_review(connection, runtime, version, reason="submitted again", actor=actor, now=now)
    rows.put_instance(connection, key, None)
    if definitions.policy_of(connection, key) is not ReviewPolicy.COMPLIANCE:
        return
    process = definitions.find_released(connection, REVIEW_PROCESS)
    if process is None or not definitions.is_governed(
        connection, process.bundle_key, COMPLAINT_PROCESS
    ):
        return
    view = CaseView(None, runtime.profile, now, connection=connection, review=Reviewed(key))
    known = {"versionKey": str(key), "versionName": version.name, "version": version.version}
    variables = {**known, "summary": version.summary, "submittedBy": actor.name}
    root_key = new_root_key(connection, runtime)
    plan = Plan(
        Start(process.process_id, variables),
        Event.INSTANCE_STARTED,
        {"process": process.process_id, **known},
        after_write=lambda write: rows.put_instance(write, key, root_key),
    )
    number = f"R-{version.name[:80]}-{version.version}"
    beginning = Beginning(process, root_key, plan, view, actor, InstanceKind.REVIEW, number)
    unit = new_case(lambda _: beginning, actor=actor, answer=lambda _, outcomes: outcomes[0])
    try:
        execute(runtime, unit, now=now, scope=Within(connection))
    except EngineError as error:
        log.warning("the review of bundle %s goes on without a process: %s", key, error.message)


def decide_in_process(
    connection: Connection,
    runtime: Runtime,
    version: Version,
    decision: Decision,
    *,
    held_by_any: bool = False,
) -> bool:
    """Complete the task that takes this decision; the process carries it out. False when there is
    no process.

    Raises StateConflict when the process waits for something else, Forbidden when the task is
    claimed by another, what the decision itself raises, and EngineError.
    """
    root_key = _find_active(connection, version)
    if root_key is None:
        return False
    actor, now = decision.actor, decision.now
    task = _get_task(connection, root_key, decision.verb)
    if not held_by_any:
        tasks.check_may_complete(
            task, actor, tasks.list_performers(connection, root_key, task.excluded)
        )
    given = {
        "decision": decision.verb.value,
        **({"reason": decision.reason} if decision.reason else {}),
    }
    form = runtime.bundles.get(connection, task.bundle_key).forms.get(task.form_id or "")
    try:
        answer = tasks.validate(form, given)
    except FormInvalid as more:
        raise StateConflict(
            "The task “{task_name}” asks for more; complete it in the list of tasks.",
            task_name=task.name,
        ) from more
    details = {"element": task.element_id, "name": task.name}
    plan = Plan(
        CompleteTask(task.engine_id, answer),
        Event.TASK_COMPLETED,
        details,
        subject_key=task.key,
        answer=answer,
    )

    def decide(case: Case) -> Plan:
        case.view.review = Reviewed(version.key, decision.evidence)
        return plan

    unit = on_case(task.key, decide, actor=actor)
    done = execute(runtime, unit, now=now, scope=Within(connection))
    if done.ended and rows.get_version(connection, version.key).state is version.state:
        decide_version(connection, version.key, decision)
    return True


def plan_in_process(
    connection: Connection, version: Version, *, at: datetime, actor: Actor, now: datetime
) -> None:
    """The release is planned: its task is due on that day. Raises StateConflict when the process
    waits for another."""
    root_key = _find_active(connection, version)
    if root_key is not None:
        move_due(
            connection, _get_task(connection, root_key, Verb.RELEASE), at, actor=actor, now=now
        )


def end_review(
    connection: Connection,
    runtime: Runtime,
    version: Version,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """The version is in force by another way than its process: that is over, and nobody is asked
    any more."""
    root_key = _find_active(connection, version)
    if root_key is None:
        return
    plan = Plan(Cancel(reason), Event.INSTANCE_CANCELLED, {"reason": reason[:500]})
    unit = on_case(root_key, always(plan), actor=actor)
    execute(runtime, unit, now=now, scope=Within(connection))


def _find_active(connection: Connection, version: Version) -> int | None:
    """The instance of the review, None when there never was one or it is over."""
    active = (process_instance.c.root_key == version.root_key, process_instance.c.state == "active")
    query = sa.select(process_instance.c.root_key).where(*active)
    return None if version.root_key is None else connection.execute(query).scalar_one_or_none()


def _get_task(connection: Connection, root_key: int, verb: Verb) -> tasks.UserTask:
    """The open task that takes this decision."""
    waiting = tasks.list_open_tasks(connection, root_key)
    for task in waiting:
        if verb.value in [part.strip() for part in task.properties.get(DECIDES, "").split(",")]:
            return task
    names = " and ".join(f"“{task.name}”" for task in waiting) or "no task of a person"
    raise StateConflict(
        "The process of this review waits for {names}; the version cannot be decided on before.",
        names=names,
    )
