"""What the world is offered: a task for a person or a job for a worker, from the element and what
the token sees."""

from __future__ import annotations

from datetime import datetime

from service.bpmn.model import Element, Text
from service.engine import changes as c
from service.engine.scope import value_of, visible
from service.engine.timers import instant
from service.engine.token import Token
from service.engine.values import optional_text_of, split, text_of, texts_of, whole_of

DEFAULT_PRIORITY = 50
DEFAULT_RETRIES = 3


def task_of(token: Token) -> c.TaskCreated:
    """The user task of a token."""
    element: Element = token.task_spec.element
    eyes = element.properties.get("fourEyes")
    assignee = optional_text_of(token, element.assignee, "the assignee")
    groups = texts_of(token, element.candidate_groups, "the candidate groups")
    users = texts_of(token, element.candidate_users, "the candidate users")
    if element.lane and not (assignee or groups or users):
        groups = (element.lane,)
    return c.TaskCreated(
        id=token.id,
        element_id=element.id,
        process_id=token.task_spec.process.id,
        name=element.name or element.id,
        form_id=element.form_id,
        assignee=assignee,
        candidate_groups=tuple(map(str.casefold, groups)),
        candidate_users=users,
        due_at=due_of(token),
        follow_up_at=_instant(token, element.follow_up),
        priority=whole_of(
            token, element.priority, "the priority", default=DEFAULT_PRIORITY, most=100
        ),
        excluded=split(eyes) if eyes else (),
        properties=element.properties,
        headers=element.headers,
        variables=visible(token),
    )


def due_of(token: Token) -> datetime | None:
    """When the user task of a token is due, as the diagram says. Raises EngineError."""
    return _instant(token, token.task_spec.element.due)


def job_of(token: Token) -> c.JobCreated:
    """The job of a token."""
    element: Element = token.task_spec.element
    kind = text_of(token, element.job_type, "the job's type")
    return c.JobCreated(
        id=token.id,
        element_id=element.id,
        process_id=token.task_spec.process.id,
        type=kind,
        retries=whole_of(
            token, element.retries, "the number of retries", default=DEFAULT_RETRIES, most=1_000
        ),
        headers=element.headers,
        variables=visible(token),
        kind=element.kind,
        priority=whole_of(token, element.priority, "the priority", default=0, most=2_147_483_647),
    )


def _instant(token: Token, text: Text | None) -> datetime | None:
    value = None if text is None else value_of(token, text)
    return None if value is None or value == "" else instant(token, value)
