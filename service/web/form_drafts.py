"""Drafts: a form is kept as it is typed, and says at once which fields are asked for and what does
not fit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import flask

from service import operations, tasks
from service.errors import FormInvalid
from service.i18n.catalogue import say
from service.i18n.dates import clock_time
from service.web.answers import answer_of
from service.web.edge import actor, blueprint, language, now, parts, signed_in
from service.web.inbox_view import link, view_of
from service.web.task_view import load_sheet
from service.web.zones import zone


@blueprint.post("/tasks/<int:key>/draft")
@signed_in()
def keep_draft(key: int) -> Any:
    view = load_sheet(key)
    if view.form is None or not view.open:
        return "", 204
    answer = answer_of(view.form, flask.request.form, zone=zone())
    at = now()
    operations.save_draft(parts().runtime, key, answer, actor=actor(), now=at)
    said = say("Kept as a draft at {time}", language()).format(
        time=clock_time(at.astimezone(zone()), language(), seconds=True)
    )
    response = flask.make_response(flask.render_template_string("{{ said }}", said=said))
    response.headers["HX-Trigger"] = json.dumps({"form-state": state_of(view.form, answer)})
    return response


@blueprint.post("/tasks/<int:key>/draft/drop")
@signed_in()
def drop_draft(key: int) -> Any:
    load_sheet(key)
    operations.drop_draft(parts().runtime, key, actor=actor(), now=now())
    return flask.redirect(link(f"/tasks/{key}", view_of(flask.request.args).here()))


def state_of(form: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the form's script shows: the fields not asked for, those required, and what is wrong
    with what is filled."""
    errors = {}
    try:
        tasks.validate(form, tasks.without_hidden(form, answer))
    except FormInvalid as error:
        for each in error.errors:
            if each.message != "is required":
                errors[each.pointer[1:].replace("/", ".")] = say(each.message, language())
    return {
        "hidden": sorted(tasks.list_hidden(form, answer)),
        "required": sorted(tasks.list_required(form, answer)),
        "errors": errors,
    }
