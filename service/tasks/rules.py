"""Who may do what with a user task. Pure: rows and an actor in, nothing or an error out.

Four eyes: a task names the elements whose performers may not perform it (extension property
`fourEyes`, S2-e). Nobody who completed one of those in this case, in whatever round, may claim, be
given, or complete the task.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.errors import Forbidden, StateConflict
from service.identity import Actor, Role
from service.tasks.records import TaskState, UserTask

OVERSEERS = frozenset({Role.COMPLIANCE, Role.ADMIN, Role.EXECUTIVE})
"""Roles that see every task without being a candidate for it."""


def is_candidate(task: UserTask, actor: Actor) -> bool:
    """Whether the task is offered to this person, by name or by group. One that is offered to
    nobody is the administrators' to see to, so that no case stands still for ever."""
    if not task.candidate_users and not task.candidate_groups:
        return actor.has(Role.ADMIN)
    return actor.name in task.candidate_users or not actor.groups.isdisjoint(task.candidate_groups)


def can_see(task: UserTask, actor: Actor) -> bool:
    """Whether the actor may read the task."""
    return (
        actor.name in (task.assignee, task.completed_by)
        or is_candidate(task, actor)
        or not actor.groups.isdisjoint(OVERSEERS)
    )


def check_open(task: UserTask) -> None:
    """Raises StateConflict, naming the state and who ended the task, unless it is open."""
    if task.state is TaskState.OPEN:
        return
    when = f" at {task.ended_at:%Y-%m-%d %H:%M:%S} UTC" if task.ended_at else ""
    by = f" by {task.completed_by}" if task.completed_by else ""
    raise StateConflict(
        f"The task “{task.name}” is {task.state.value}{by}{when}; nothing more can be done with it."
    )


def check_revision(task: UserTask, revision: int | None) -> None:
    """Raises StateConflict when the caller looked at an older revision of the task than there
    is."""
    if revision is not None and revision != task.revision:
        raise StateConflict(
            f"The task “{task.name}” has changed since you opened it: you have revision "
            f"{revision}, it is at "
            f"{task.revision}. Open it again."
        )


def check_four_eyes(task: UserTask, name: str, performers: Iterable[str]) -> None:
    """Raises Forbidden when `name` performed a task that the diagram keeps apart from this one."""
    if name in set(performers):
        raise Forbidden(
            f"The task “{task.name}” needs another pair of eyes: {name} already performed "
            f"{' or '.join(task.excluded)} in this case."
        )


def check_may_claim(task: UserTask, actor: Actor, performers: Iterable[str]) -> None:
    """Raises unless the task is open, nobody holds it, it is offered to the actor, and four eyes
    allow it."""
    check_open(task)
    if task.assignee is not None and task.assignee != actor.name:
        raise StateConflict(
            f"The task “{task.name}” is held by {task.assignee}; it has to be released first."
        )
    if not is_candidate(task, actor) and task.assignee != actor.name:
        raise Forbidden(_not_offered(task, actor))
    check_four_eyes(task, actor.name, performers)


def check_may_release(task: UserTask, actor: Actor) -> None:
    """Raises unless the task is open and held by the actor (or the actor is an administrator)."""
    check_open(task)
    if task.assignee is None:
        raise StateConflict(f"The task “{task.name}” is held by nobody.")
    if task.assignee != actor.name and not actor.has(Role.ADMIN):
        raise Forbidden(f"The task “{task.name}” is held by {task.assignee}, not by {actor.name}.")


def check_may_assign(task: UserTask, actor: Actor, to: Actor, performers: Iterable[str]) -> None:
    """Raises unless the actor may give the task to `to`: an administrator, an approver, or its
    holder, and the receiver is a candidate whom four eyes allow."""
    check_open(task)
    if not actor.has(Role.ADMIN, Role.APPROVER) and task.assignee != actor.name:
        raise Forbidden(
            "Only its holder, an approver or an administrator may give away the task "
            f"“{task.name}”."
        )
    if not is_candidate(task, to):
        raise Forbidden(_not_offered(task, to))
    check_four_eyes(task, to.name, performers)


def check_may_update(task: UserTask, actor: Actor) -> None:
    """Raises unless the task is open and the actor sees to other people's work: an administrator or
    an approver."""
    check_open(task)
    if not actor.has(Role.ADMIN, Role.APPROVER):
        raise Forbidden(f"Only an approver or an administrator may change the task “{task.name}”.")


def check_may_complete(task: UserTask, actor: Actor, performers: Iterable[str]) -> None:
    """Raises unless the task is open and the actor holds it, or nobody does and it is offered to
    the actor."""
    check_open(task)
    if task.assignee is not None:
        if task.assignee != actor.name:
            raise Forbidden(
                f"The task “{task.name}” is held by {task.assignee}, not by {actor.name}."
            )
    elif not is_candidate(task, actor):
        raise Forbidden(_not_offered(task, actor))
    check_four_eyes(task, actor.name, performers)


def _not_offered(task: UserTask, actor: Actor) -> str:
    offered = ", ".join((*task.candidate_groups, *task.candidate_users)) or "nobody"
    return f"The task “{task.name}” is offered to {offered}, and {actor.name} is not among them."


def clocks_met(properties: Mapping[str, str], answer: Mapping[str, Any] | None) -> str:
    """The clocks that completing a task meets (property `meets`), "" when none: where `meetsIf`
    names an answer, such as `reached`, only if that is yes."""
    wanted = properties.get("meetsIf")
    return properties.get("meets", "") if not wanted or (answer or {}).get(wanted) is True else ""
