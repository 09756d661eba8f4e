"""What the world is offered: a task for a person or a job for a worker, from the element and what
the token sees."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from service.bpmn.model import Element, Text
from service.engine import changes as c
from service.engine.errors import EngineError
from service.engine.game import Token
from service.engine.scope import value_of, visible
from service.engine.timers import instant

DEFAULT_PRIORITY = 50
DEFAULT_RETRIES = 3
_COMMAS = re.compile(r"\s*,\s*")


def task_of(token: Token) -> c.TaskCreated:
    """The user task of a token."""
    element: Element = token.task_spec.element
    assignee = _name(token, element.assignee)
    groups = _names(token, element.candidate_groups)
    users = _names(token, element.candidate_users)
    if element.lane and not (assignee or groups or users):
        groups = (element.lane,)
    return c.TaskCreated(
        id=token.id,
        element_id=element.id,
        process_id=token.task_spec.process.id,
        name=element.name or element.id,
        form_id=element.form_id,
        assignee=assignee,
        candidate_groups=tuple(group.casefold() for group in groups),
        candidate_users=users,
        due_at=_instant(token, element.due),
        follow_up_at=_instant(token, element.follow_up),
        priority=_whole(token, element.priority, DEFAULT_PRIORITY, most=100),
        excluded=_split(element.properties.get("fourEyes", "")),
        properties=element.properties,
        headers=element.headers,
        variables=visible(token),
    )


def job_of(token: Token) -> c.JobCreated:
    """The job of a token."""
    element: Element = token.task_spec.element
    kind = _name(token, element.job_type)
    if not kind:
        raise EngineError("expression-null", element.id, "The job's type has no value here.")
    return c.JobCreated(
        id=token.id,
        element_id=element.id,
        process_id=token.task_spec.process.id,
        type=kind,
        retries=_whole(token, element.retries, DEFAULT_RETRIES, most=1_000),
        headers=element.headers,
        variables=visible(token),
        kind=element.kind,
        priority=_whole(token, element.priority, 0, most=2_147_483_647),
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in _COMMAS.split(text.strip()) if part)


def _name(token: Token, text: Text | None) -> str | None:
    value = value_of(token, text)
    return None if value is None else str(value).strip() or None


def _names(token: Token, text: Text | None) -> tuple[str, ...]:
    value = value_of(token, text)
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(str(each).strip() for each in value if each is not None)
    return _split(str(value))


def _instant(token: Token, text: Text | None) -> datetime | None:
    value = value_of(token, text)
    return None if value is None or value == "" else instant(token, value)


def _whole(token: Token, text: Text | None, default: int, *, most: int) -> int:
    value: Any = value_of(token, text)
    if value is None:
        return default
    try:
        return max(0, min(most, int(value)))
    except (TypeError, ValueError, ArithmeticError):
        raise EngineError(
            "expression-null",
            token.task_spec.element_id,
            "expected a whole number, got {value!r}",
            value=value,
        ) from None
