"""What was just done about who holds a task, said with a button that takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flask

from service import operations, tasks
from service.audit import Event
from service.db import Connection
from service.errors import InvalidInput, RedressError
from service.sentence import Words
from service.web.edge import actor, blueprint, inside, now, parts, signed_in

MOST_AT_ONCE = 200
"""So many tasks are changed, or given back, with one press."""
DONE: Words = {
    Event.TASK_CLAIMED: "Claimed",
    Event.TASK_RELEASED: "Released",
    Event.TASK_ASSIGNED: "Assigned",
}


@dataclass(frozen=True, slots=True)
class Undo:
    """What was done, in the words of its button, and the tasks it was done to: key and revision of
    each."""

    said: str
    tasks: tuple[str, ...]


def undo_of(connection: Connection, *found: tasks.UserTask) -> Undo | None:
    """What this person can take back of these tasks; None when there is nothing."""
    at, who = now(), actor()
    events = [(operations.find_undo(connection, task, actor=who, now=at), task) for task in found]
    able = [(event, task) for event, task in events if event is not None]
    if not able:
        return None
    return Undo(DONE[able[0][0]], tuple(f"{task.key}:{task.revision}" for _, task in able))


@blueprint.post("/tasks/undo")
@signed_in()
def undo() -> Any:
    """Take it back, task by task; what cannot be is left, and said where it was one task."""
    wanted = [_parse(each) for each in flask.request.form.getlist("task")[:MOST_AT_ONCE]]
    for key, revision in wanted:
        try:
            operations.undo_hold(parts().runtime, key, revision=revision, actor=actor(), now=now())
        except RedressError:
            if len(wanted) == 1:
                raise
    return flask.redirect(inside(flask.request.form.get("back", "/tasks")))


def _parse(text: str) -> tuple[int, int]:
    key, _, revision = text.partition(":")
    if not (key.isdecimal() and revision.isdecimal()) or len(text) > 40:
        raise InvalidInput("expected a task and its revision, got {text!r}", text=text[:40])
    return int(key), int(revision)
