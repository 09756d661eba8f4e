"""To whom a task may be offered by hand: those who hold the role that its definition gives. A
superior hands work on among them; nobody hands an approval to a clerk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service import audit, identity
from service.audit import Event
from service.db import Connection
from service.errors import Forbidden, InvalidInput
from service.identity import Actor, Permission, check_permission
from service.tasks import UserTask

FIELDS = ("candidate_groups", "candidate_users")


@dataclass(frozen=True, slots=True)
class Offer:
    """The groups and people that a task is offered to; neither is nobody."""

    groups: tuple[str, ...]
    users: tuple[str, ...]


def check_offer(
    connection: Connection, task: UserTask, changes: Mapping[str, Any], actor: Actor
) -> None:
    """Raises unless everybody that the changes offer the task to is among those of its definition:
    Forbidden for a group or a person beyond them, InvalidInput for offering it to nobody. A task
    that its definition offers to nobody is offered by whoever sees to such."""
    if changes.keys().isdisjoint(FIELDS):
        return
    drawn = _as_drawn(connection, task)
    groups = tuple(changes.get("candidate_groups", task.candidate_groups))
    users = tuple(changes.get("candidate_users", task.candidate_users))
    if not drawn.groups and not drawn.users:
        check_permission(actor, Permission.TAKE_UNOFFERED_TASKS)
        return
    if not groups and not users:
        raise InvalidInput(
            "expected somebody that the task “{task_name}” is offered to, got nobody",
            task_name=task.name,
        )
    beyond = [group for group in groups if group not in drawn.groups]
    beyond += [name for name in users if not _is_among(connection, name, drawn)]
    _check_none_beyond(task, drawn, beyond)


def _check_none_beyond(task: UserTask, drawn: Offer, beyond: list[str]) -> None:
    if beyond:
        raise Forbidden(
            "The task “{task_name}” is for {drawn} by its definition; {beyond} cannot be given it.",
            task_name=task.name,
            drawn=[*drawn.groups, *drawn.users],
            beyond=beyond[:10],
        )


def _is_among(connection: Connection, name: str, drawn: Offer) -> bool:
    if name in drawn.users:
        return True
    found = identity.find_account(connection, name)
    return found is not None and found.active and not found.actor.groups.isdisjoint(drawn.groups)


def _as_drawn(connection: Connection, task: UserTask) -> Offer:
    """To whom the task was offered when it came about: as it is now, or as it was before the first
    change by hand, which the history keeps."""
    now = {
        "candidate_groups": task.candidate_groups,
        "candidate_users": task.candidate_users,
    }
    for details in audit.list_details(
        connection, task.root_key, Event.TASK_UPDATED, subject_key=task.key, newest_first=True
    ):
        for field in FIELDS:
            change = details.get("values", {}).get(field)
            if change is not None:
                now[field] = change["from"]
    return Offer(tuple(now["candidate_groups"]), tuple(now["candidate_users"]))


def changes_of(task: UserTask, changes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What each changed field was and is to be, as the history keeps it: old and new values."""
    return {
        field: {"from": _plain(getattr(task, field)), "to": _plain(value)}
        for field, value in sorted(changes.items())
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(each) for each in value]
    return value if value is None or isinstance(value, int) else str(value)
