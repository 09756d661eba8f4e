"""Putting a task aside until a time, and taking it up again before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import flask

from service import operations
from service.errors import FormInvalid
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.inbox_view import link, view_of
from service.web.task import show_task
from service.web.task_view import load_task
from service.web.zones import tell_of_key, zone


@blueprint.post("/tasks/<int:key>/snooze")
@signed_in()
def snooze(key: int) -> Any:
    sent = flask.request.form
    with parts().runtime.database.read() as connection:
        tell_of_key(connection, key)
    try:
        until = _instant(sent.get("until", ""))
        operations.snooze_task(
            parts().runtime,
            key,
            until=until,
            reason=sent.get("reason", ""),
            actor=actor(),
            now=now(),
        )
    except FormInvalid as error:
        refused = " ".join(str(each.message) for each in error.errors)
        return show_task(load_task(key), refused=refused, status=422)
    return flask.redirect(link("/tasks", view_of(flask.request.args).here()))


@blueprint.post("/tasks/<int:key>/take-up")
@signed_in()
def take_up(key: int) -> Any:
    operations.take_up_task(parts().runtime, key, actor=actor(), now=now())
    return flask.redirect(link(f"/tasks/{key}", view_of(flask.request.args).here()))


def _instant(text: str) -> datetime:
    """A local date and time as the browser's field gives it; a time that is past where it is
    none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return now()
    return found if found.tzinfo else found.replace(tzinfo=zone())
