"""Who may do what with a user task. Pure: rows and an actor in, nothing or an error out.

Four eyes: a task names the elements whose performers may not perform it (extension property
`fourEyes`, S2-e). Nobody who completed one of those in this case, in whatever round, may claim, be
given, or complete the task.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.errors import Forbidden, StateConflict
from service.identity import Actor, Permission
from service.sentence import Sentence
from service.tasks.records import TaskState, UserTask


def is_candidate(task: UserTask, actor: Actor) -> bool:
    """Whether the task is offered to this person, by name or by group. One that is offered to
    nobody is the administrators' to see to, so that no case stands still for ever."""
    if not task.candidate_users and not task.candidate_groups:
        return actor.may(Permission.TAKE_UNOFFERED_TASKS)
    return actor.name in task.candidate_users or not actor.groups.isdisjoint(task.candidate_groups)


def can_see(task: UserTask, actor: Actor) -> bool:
    """Whether the actor may read the task."""
    return (
        actor.name in (task.assignee, task.completed_by)
        or is_candidate(task, actor)
        or actor.may(Permission.SEE_ALL_TASKS)
    )


def check_open(task: UserTask) -> None:
    """Raises StateConflict, naming the state and who ended the task, unless it is open."""
    if task.state is TaskState.OPEN:
        return
    facts = {"task_name": task.name, "task_state": task.state}
    if task.ended_at and task.completed_by:
        raise StateConflict(
            "The task “{task_name}” is {task_state} by {by} at {when:%Y-%m-%d %H:%M:%S} UTC; "
            "nothing more can be done with it.",
            by=task.completed_by,
            when=task.ended_at,
            **facts,
        )
    if task.ended_at:
        raise StateConflict(
            "The task “{task_name}” is {task_state} at {when:%Y-%m-%d %H:%M:%S} UTC; "
            "nothing more can be done with it.",
            when=task.ended_at,
            **facts,
        )
    raise StateConflict(
        "The task “{task_name}” is {task_state}; nothing more can be done with it.", **facts
    )


def check_revision(task: UserTask, revision: int | None) -> None:
    """Raises StateConflict when the caller looked at an older revision of the task than there
    is."""
    if revision is not None and revision != task.revision:
        raise StateConflict(
            "The task “{task_name}” has changed since you opened it: you have revision "
            "{revision}, it is at {current}. Open it again.",
            task_name=task.name,
            revision=revision,
            current=task.revision,
        )


def check_four_eyes(task: UserTask, name: str, performers: Iterable[str]) -> None:
    """Raises Forbidden when `name` performed a task that the diagram keeps apart from this one."""
    if name in set(performers):
        raise Forbidden(
            "The task “{task_name}” needs another pair of eyes: {name} already performed "
            "{excluded} in this case.",
            task_name=task.name,
            name=name,
            excluded=task.excluded,
        )


def check_may_claim(task: UserTask, actor: Actor, performers: Iterable[str]) -> None:
    """Raises unless the task is open, nobody holds it, it is offered to the actor, and four eyes
    allow it."""
    check_open(task)
    if task.assignee is not None and task.assignee != actor.name:
        raise StateConflict(
            "The task “{task_name}” is held by {assignee}; it has to be released first.",
            task_name=task.name,
            assignee=task.assignee,
        )
    if not is_candidate(task, actor) and task.assignee != actor.name:
        raise _not_offered(task, actor)
    check_four_eyes(task, actor.name, performers)


def check_may_release(task: UserTask, actor: Actor) -> None:
    """Raises unless the task is open and held by the actor (or the actor is an administrator)."""
    check_open(task)
    if task.assignee is None:
        raise StateConflict("The task “{task_name}” is held by nobody.", task_name=task.name)
    if task.assignee != actor.name and not actor.may(Permission.RELEASE_TASKS):
        raise Forbidden(
            "The task “{task_name}” is held by {assignee}, not by {actor_name}.",
            task_name=task.name,
            assignee=task.assignee,
            actor_name=actor.name,
        )


def check_may_assign(task: UserTask, actor: Actor, to: Actor, performers: Iterable[str]) -> None:
    """Raises unless the actor may give the task to `to`: an administrator, an approver, or its
    holder, and the receiver is a candidate whom four eyes allow."""
    check_open(task)
    if not actor.may(Permission.ASSIGN_TASKS) and task.assignee != actor.name:
        raise Forbidden(
            "Only its holder, an approver or an administrator may give away the task "
            "“{task_name}”.",
            task_name=task.name,
        )
    if not is_candidate(task, to):
        raise _not_offered(task, to)
    check_four_eyes(task, to.name, performers)


def check_may_update(task: UserTask, actor: Actor) -> None:
    """Raises unless the task is open and the actor sees to other people's work: an administrator or
    an approver."""
    check_open(task)
    if not actor.may(Permission.ASSIGN_TASKS):
        raise Forbidden(
            "Only an approver or an administrator may change the task “{task_name}”.",
            task_name=task.name,
        )


def check_may_complete(task: UserTask, actor: Actor, performers: Iterable[str]) -> None:
    """Raises unless the task is open and the actor holds it, or nobody does and it is offered to
    the actor."""
    check_open(task)
    if task.assignee is not None:
        if task.assignee != actor.name:
            raise Forbidden(
                "The task “{task_name}” is held by {assignee}, not by {actor_name}.",
                task_name=task.name,
                assignee=task.assignee,
                actor_name=actor.name,
            )
    elif not is_candidate(task, actor):
        raise _not_offered(task, actor)
    check_four_eyes(task, actor.name, performers)


def _not_offered(task: UserTask, actor: Actor) -> Forbidden:
    offered = (*task.candidate_groups, *task.candidate_users)
    return Forbidden(
        "The task “{task_name}” is offered to {offered}, and {actor_name} is not among them.",
        task_name=task.name,
        offered=offered or Sentence("nobody"),
        actor_name=actor.name,
    )


def clocks_met(properties: Mapping[str, str], answer: Mapping[str, Any] | None) -> str:
    """The clocks that completing a task meets (property `meets`), "" when none: where `meetsIf`
    names an answer, such as `reached`, only if that is yes."""
    wanted = properties.get("meetsIf")
    return properties.get("meets", "") if not wanted or (answer or {}).get(wanted) is True else ""
