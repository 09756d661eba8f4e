"""What becomes of the things that a case waits with, when somebody has to do with them: a user
task, a timer, a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service import jobs, tasks
from service.audit import Event
from service.builtins import (
    check_acceptance,
    check_answer,
    check_dates,
    check_extension,
    check_people,
)
from service.engine.commands import Command, CompleteTask, FireTimer, SetVariables
from service.errors import NotFound, StateConflict
from service.execution.enter_contact import contact_of
from service.execution.plan import Case, Decide, Plan
from service.identity import Actor


@dataclass(frozen=True, slots=True)
class Completion:
    """What a person wants to complete a user task with. `revision` is that of the task they saw;
    with `among_visible` a task that they may not see is not there for them."""

    key: int
    answer: Mapping[str, Any]
    actor: Actor
    revision: int | None = None
    among_visible: bool = False


def completion(wanted: Completion) -> Decide:
    """Complete a user task. Raises NotFound, StateConflict (ended, or changed meanwhile), Forbidden
    (claimed by another, not offered, four eyes), FormInvalid."""

    def decide(case: Case) -> Plan:
        task = _task_of(case, wanted)
        tasks.check_open(task)
        tasks.check_revision(task, wanted.revision)
        tasks.check_may_complete(
            task,
            wanted.actor,
            tasks.list_performers(case.connection, task.root_key, task.excluded),
        )
        tasks.check_authority(case.connection, task, wanted.actor.name)
        bundle = case.runtime.bundles.get(case.connection, case.instance.bundle_key)
        form = bundle.forms.get(task.form_id) if task.form_id else None
        given = tasks.complete_answer(form, wanted.answer, actor=wanted.actor.name)
        checked = tasks.validate(form, given)
        today = case.view.profile.calendar.local_day(case.view.now)
        check_people(case.connection, form, checked, today=today)
        check_dates(
            case.connection,
            form,
            checked,
            root_key=task.root_key,
            today=today.isoformat(),
            calendar=case.view.profile.calendar,
        )
        check_answer(case.connection, task, checked, actor=wanted.actor.name, today=today)
        rule = task.properties.get("check", "")
        check_extension(case.view, rule, checked)
        check_acceptance(case.connection, case.view, task.root_key, rule, checked)
        return Plan(
            CompleteTask(task.engine_id, checked),
            Event.TASK_COMPLETED,
            {"element": task.element_id, "name": task.name},
            subject_key=wanted.key,
            answer=checked,
            after_write=contact_of(task, checked, actor=wanted.actor.name, now=case.view.now),
        )

    return decide


def _task_of(case: Case, wanted: Completion) -> tasks.UserTask:
    task = case.instance.task
    if task is None or (wanted.among_visible and not tasks.can_see(task, wanted.actor)):
        raise NotFound("There is no user task {key}.", key=wanted.key)
    return task


def firing(key: int) -> Decide:
    """Fire a timer. Raises NotFound when it is gone."""

    def decide(case: Case) -> Plan:
        row = jobs.find_timer(case.connection, key)
        if row is None:
            raise NotFound("The timer {key} has fired or was cancelled.", key=key)
        details = {"element": row["element_id"], "due": row["due_at"].isoformat()}
        return Plan(FireTimer(row["engine_id"]), Event.TIMER_FIRED, details, subject_key=key)

    return decide


def job_ending(key: int, command: Callable[[str], Command], event: Event) -> Decide:
    """End a job in one of its ways; `command` is given the engine's id of it. Raises NotFound,
    StateConflict when it has ended."""

    def decide(case: Case) -> Plan:
        row = jobs.get_job(case.connection, key)
        check_job_waits(row)
        details = {"element": row["element_id"], "type": row["type"]}
        return Plan(command(row["engine_id"]), event, details, subject_key=key, parked=True)

    return decide


def job_variables(key: int, variables: Mapping[str, Any]) -> Decide:
    """Write variables that only the job's element sees. Raises NotFound, StateConflict when it has
    ended."""

    def decide(case: Case) -> Plan:
        row = jobs.get_job(case.connection, key)
        check_job_waits(row)
        details = {"element": row["element_id"], "names": sorted(variables)}
        command = SetVariables(variables, row["engine_id"])
        return Plan(command, Event.VARIABLES_SET, details, subject_key=key)

    return decide


def check_job_waits(row: Any) -> None:
    """Raises StateConflict when the job is not waiting for its worker."""
    if row["state"] != "created":
        raise StateConflict(
            "The job at {element_id} is {state}; nothing more can be done with it.",
            element_id=row["element_id"],
            state=row["state"],
        )
