"""What a waiting element offers to the world outside: a user task to people, a job to workers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.engine import changes as c
from service.engine.errors import EngineError
from service.engine.game import Token
from service.engine.model import Element, Text
from service.engine.scope import value_of, visible
from service.engine.timers import instant

DEFAULT_PRIORITY = 50
DEFAULT_RETRIES = 3


def task_of(token: Token) -> c.TaskCreated:
    """The user task a token waits at."""
    spec = token.task_spec
    element: Element = spec.element
    assignee = value_of(token, element.assignee)
    groups = tuple(name.casefold() for name in _names(token, element.candidate_groups))
    users = _names(token, element.candidate_users)
    if not groups and not users and assignee is None and element.lane:
        groups = (element.lane.casefold(),)
    return c.TaskCreated(
        id=token.id,
        element_id=element.id,
        process_id=spec.process.id,
        name=element.name or element.id,
        form_id=element.form_id,
        assignee=None if assignee is None else str(assignee),
        candidate_groups=groups,
        candidate_users=users,
        due_at=_moment(token, element.due),
        follow_up_at=_moment(token, element.follow_up),
        priority=_number(token, element.priority, DEFAULT_PRIORITY),
        excluded=tuple(part.strip() for part in element.properties.get("fourEyes", "").split(",") if part.strip()),
        properties=dict(element.properties),
        headers=dict(element.headers),
        variables=visible(token),
    )


def job_of(token: Token) -> c.JobCreated:
    """The job a token waits at."""
    spec = token.task_spec
    element: Element = spec.element
    kind = value_of(token, element.job_type)
    if not kind:
        raise EngineError("expression", element.id, f"The job of {element.id} has no type.")
    return c.JobCreated(
        id=token.id,
        element_id=element.id,
        process_id=spec.process.id,
        type=str(kind),
        retries=_number(token, element.retries, DEFAULT_RETRIES),
        headers=dict(element.headers),
        variables=visible(token),
        kind=element.kind,
    )


def _names(token: Token, text: Text | None) -> tuple[str, ...]:
    value = value_of(token, text)
    if value is None:
        return ()
    parts = value if isinstance(value, list) else str(value).split(",")
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _moment(token: Token, text: Text | None) -> datetime | None:
    value = value_of(token, text)
    return None if value is None or value == "" else instant(token, value)


def _number(token: Token, text: Text | None, default: int) -> int:
    value: Any = value_of(token, text)
    try:
        return default if value is None else int(value)
    except (TypeError, ValueError) as error:
        raise EngineError(
            "expression", token.task_spec.element_id, f"expected a whole number, got {value!r}"
        ) from error
