"""One task: its form, the case beside it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask

from service import cases, operations, tasks
from service.errors import FormInvalid, NotFound
from service.web import forms
from service.web.edge import READERS, actor, blueprint, language, now, parts, signed_in


@blueprint.get("/tasks/<int:key>")
@signed_in()
def task_page(key: int) -> Any:
    return _show_task(key, values={}, errors={}, status=200)


@blueprint.post("/tasks/<int:key>/claim")
@signed_in()
def claim(key: int) -> Any:
    operations.claim_task(parts().runtime, key, actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.task_page", key=key))


@blueprint.post("/tasks/<int:key>/release")
@signed_in()
def release(key: int) -> Any:
    operations.release_task(parts().runtime, key, actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.task_page", key=key))


@blueprint.post("/tasks/<int:key>/complete")
@signed_in()
def complete(key: int) -> Any:
    sent = flask.request.form
    _, form, _ = _task(key)
    answer = forms.answer_of(form, sent, {name: sent.getlist(name) for name in sent}) if form else {}
    revision = int(sent["revision"]) if sent.get("revision", "").isdecimal() else None
    try:
        done = operations.complete_task(parts().runtime, key, answer, actor=actor(), now=now(), revision=revision)
    except FormInvalid as error:
        return _show_task(key, values=answer, errors={e.pointer: e.message for e in error.errors}, status=422)
    with parts().runtime.database.read() as connection:
        for new in done.new_tasks:
            following = tasks.get_task(connection, new)
            if following.state is tasks.TaskState.OPEN and tasks.is_candidate(following, actor()):
                return flask.redirect(flask.url_for("web.task_page", key=new))
    return flask.redirect(flask.url_for("web.task_list"))


def _task(key: int) -> tuple[tasks.UserTask, Mapping[str, Any] | None, cases.Complaint | None]:
    with parts().runtime.database.read() as connection:
        task = tasks.get_task(connection, key)
        if not tasks.can_see(task, actor()):
            raise NotFound(f"There is no user task {key}.")
        bundle = parts().runtime.bundles.get(connection, task.bundle_key)
        complaint = cases.find_complaint(connection, task.root_key)
    return task, bundle.forms.get(task.form_id or ""), complaint


def _show_task(key: int, *, values: Mapping[str, Any], errors: Mapping[str, str], status: int) -> Any:
    task, form, complaint = _task(key)
    with parts().runtime.database.read() as connection:
        clocks = cases.list_deadlines(connection, task.root_key)
    shown = {**task.variables, **(task.answer or {}), **values}
    fields = forms.fields_of(form, values=shown, errors=errors, language=language()) if form else []
    return (
        flask.render_template(
            "task.html",
            task=task,
            title=forms.title_of(form, language()) if form else "",
            fields=fields,
            labels={each.name: each.label for each in fields},
            errors=errors,
            complaint=complaint,
            deadlines=clocks,
            mine=task.assignee == actor().name,
            offered=task.assignee is None and tasks.is_candidate(task, actor()),
            may_read_case=actor().has(*READERS),
        ),
        status,
    )
