"""One task: its form, the case beside it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import flask

from service import operations, tasks
from service.errors import Forbidden, FormInvalid, NotFound, RedressError
from service.identity import Permission
from service.web import forms
from service.web.answers import answer_of
from service.web.calculators import Calculator, calculator_of
from service.web.edge import actor, blueprint, language, now, parts, signed_in
from service.web.inbox import inbox_context, next_open
from service.web.inbox_view import link, view_of
from service.web.task_view import TaskView, fields_of, load_sheet, load_task
from service.web.undo import Undo, undo_of
from service.web.zones import zone


@blueprint.get("/tasks/<int:key>")
@signed_in()
def task_page(key: int) -> Any:
    return show_task(load_task(key))


@blueprint.post("/tasks/<int:key>/claim")
@signed_in()
def claim(key: int) -> Any:
    operations.claim_task(parts().runtime, key, actor=actor(), now=now())
    return flask.redirect(_here(key, did=True))


@blueprint.post("/tasks/<int:key>/release")
@signed_in()
def release(key: int) -> Any:
    operations.release_task(parts().runtime, key, actor=actor(), now=now())
    return flask.redirect(_here(key, did=True))


@blueprint.post("/tasks/<int:key>/comment")
@signed_in()
def comment(key: int) -> Any:
    operations.comment_case(
        parts().runtime,
        load_sheet(key).task.root_key,
        flask.request.form.get("comment", ""),
        actor=actor(),
        now=now(),
    )
    return flask.redirect(_here(key) + "#comments")


@blueprint.post("/tasks/<int:key>/complete")
@signed_in()
def complete(key: int) -> Any:
    """Complete it. Whatever refuses that, what was typed is kept and shown again."""
    sent = flask.request.form
    form = load_sheet(key).form
    answer = answer_of(form, sent, zone=zone()) if form else {}
    kept = tasks.without_hidden(form, answer) if form else {}
    revision = int(sent["revision"]) if sent.get("revision", "").isdecimal() else None
    try:
        done = operations.complete_task(
            parts().runtime, key, kept, actor=actor(), now=now(), revision=revision
        )
    except FormInvalid as error:
        errors = {each.pointer: each.message for each in error.errors}
        return show_task(load_task(key), values=answer, errors=errors, status=422)
    except NotFound:
        raise
    except RedressError as error:
        operations.save_draft(parts().runtime, key, answer, actor=actor(), now=now())
        status = 403 if isinstance(error, Forbidden) else 409
        return show_task(load_task(key), values=answer, refused=error.message, status=status)
    operations.forget_draft(parts().runtime, key, actor=actor())
    return flask.redirect(_following(done.new_tasks, wanted=sent.get("then") == "next"))


def show_task(
    view: TaskView,
    *,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    refused: str = "",
    calculator: Calculator | None = None,
    status: int = 200,
) -> Any:
    """The page of a task, with the list it was opened from beside it."""
    fields = fields_of(view, view.typed(values), errors or {})
    page = flask.render_template(
        "task.html",
        view=view,
        task=view.task,
        title=forms.title_of(view.form, language()) if view.form else "",
        fields=fields,
        labels=forms.labels_of(fields),
        errors=errors or {},
        refused=refused,
        calculator=calculator or calculator_of(view.beside.complaint),
        restored=view.draft if values is None and view.open else None,
        may_read_case=actor().may(Permission.READ_COMPLAINTS),
        undo=_undo(view),
        later=_later,
        may_review=actor().may(Permission.SEE_REVIEWS),
        **inbox_context(selected=view.task.key),
    )
    return page, status


def _following(new: tuple[int, ...], *, wanted: bool) -> str:
    """Where to go after a task: back to the list; where the next one is `wanted`, to the case's
    next task for this person, else to the nearest in the list."""
    key_after = _next_of_case(new) or next_open() if wanted else None
    return (
        _here(key_after)
        if key_after is not None
        else link("/tasks", view_of(flask.request.args).here())
    )


def _next_of_case(new: tuple[int, ...]) -> int | None:
    with parts().runtime.database.read() as connection:
        for key in new:
            task = tasks.get_task(connection, key)
            if task.state is tasks.TaskState.OPEN and tasks.is_candidate(task, actor()):
                return key
    return None


def _here(key: int, *, did: bool = False) -> str:
    """The page of a task; with `did` it says what was just done, and offers to take it back."""
    query = view_of(flask.request.args).here()
    return link(f"/tasks/{key}", f"{query}&did=1".lstrip("&") if did else query)


def _undo(view: TaskView) -> Undo | None:
    if "did" not in flask.request.args:
        return None
    with parts().runtime.database.read() as connection:
        return undo_of(connection, view.task)


def _later(due: datetime | None) -> str:
    """What the field offers to put a task aside until: tomorrow at nine, or before it is due."""
    at = now().astimezone(zone())
    tomorrow = (at + timedelta(days=1)).replace(hour=9, minute=0)
    if due is not None and tomorrow >= due:
        tomorrow = at + (due.astimezone(zone()) - at) / 2
    return f"{tomorrow:%Y-%m-%dT%H:%M}"
