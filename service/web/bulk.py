"""Many tasks at once: claim, assign, set the priority; and the views of the list that people keep
under a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask

from service import identity, operations
from service.errors import InvalidInput, RedressError
from service.i18n.catalogue import say
from service.tasks import UserTask
from service.web.edge import actor, blueprint, language, now, parts, signed_in
from service.web.inbox_view import view_of
from service.web.undo import MOST_AT_ONCE, undo_of

PRIORITIES = {"low": 25, "normal": 50, "high": 75}
HOLDING = frozenset({"claim", "assign"})
"""The actions about who holds a task, which can be taken back."""


@blueprint.post("/tasks/bulk")
@signed_in()
def bulk() -> Any:
    """Do one thing to each of the chosen tasks; what was refused is said, task by task."""
    keys = [
        int(key) for key in flask.request.form.getlist("task") if key.isdecimal() and len(key) < 19
    ]
    if not 0 < len(keys) <= MOST_AT_ONCE:
        raise InvalidInput(
            "expected 1 to {most} tasks, got {count}", most=MOST_AT_ONCE, count=len(keys)
        )
    done: list[UserTask] = []
    refused = []
    action = flask.request.form.get("action", "")
    act = _action(action)
    for key in keys:
        try:
            done.append(act(key))
        except RedressError as error:
            refused.append(error.message)
    said = say("{done} of {all} tasks changed.", language()).format(done=len(done), all=len(keys))
    undo = None
    if action in HOLDING:
        with parts().runtime.database.read() as connection:
            undo = undo_of(connection, *done)
    return flask.render_template(
        "bulk.html", said=said, refused=refused, back=_list(), undo=undo
    ), 200 if not refused else 409


def _action(name: str) -> Callable[[int], UserTask]:
    runtime, who, at = parts().runtime, actor(), now()
    if name == "claim":
        return lambda key: operations.claim_task(runtime, key, actor=who, now=at)
    if name.startswith("priority-") and name.removeprefix("priority-") in PRIORITIES:
        changes = {"priority": PRIORITIES[name.removeprefix("priority-")]}
        return lambda key: operations.update_task(runtime, key, changes, actor=who, now=at)
    if name == "assign":
        with runtime.database.read() as connection:
            to = identity.find_account(connection, flask.request.form.get("to", "").strip()[:100])
        if to is None or not to.active:
            raise InvalidInput("expected the name of an account to give the tasks to")
        return lambda key: operations.assign_task(runtime, key, to.actor, actor=who, now=at)
    raise InvalidInput("expected claim, assign or a priority, got {name!r}", name=name[:40])


@blueprint.post("/tasks/filters")
@signed_in()
def save_filter() -> Any:
    view = view_of(flask.request.args)
    shared = flask.request.form.get("shared") == "true"
    name = flask.request.form.get("name", "")
    operations.save_filter(
        parts().runtime, name, view.query(), shared=shared, actor=actor(), now=now()
    )
    return flask.redirect(_list())


@blueprint.post("/tasks/filters/<filter_id>/delete")
@signed_in()
def delete_filter(filter_id: str) -> Any:
    operations.delete_filter(parts().runtime, filter_id, actor=actor(), now=now())
    return flask.redirect(_list())


def _list() -> str:
    return flask.url_for("web.task_list") + "?" + view_of(flask.request.args).here()
