"""Starting a process from the browser: what this person may start, its form, and what is under
way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask

from service import operations, reporting, tasks
from service.definitions import Startable
from service.errors import FieldError, FormInvalid, InvalidInput
from service.i18n.catalogue import chosen
from service.web import forms
from service.web.answers import answer_of
from service.web.edge import PAGE_SIZE, actor, blueprint, language, now, parts, signed_in
from service.web.form_drafts import state_of
from service.web.paging import key_asked, page_of
from service.web.zones import zone

BUSINESS_KEY = "business-key"


@blueprint.get("/start")
@signed_in()
def start_list() -> Any:
    runtime = parts().runtime
    with runtime.database.read() as connection:
        offered = operations.list_to_start(connection, runtime, actor())
        titles = {each.process.process_id: title_of(each) for each in offered}
        found = reporting.list_plain_cases(
            connection, titles, before=key_asked(), limit=PAGE_SIZE + 1
        )
        rows, more = page_of(found, lambda row: row.root_key)
        stands = {
            row.root_key: tasks.list_open_tasks(connection, row.root_key)
            for row in rows
            if row.state == "active"
        }
    return flask.render_template(
        "start_list.html",
        offered=sorted(titles.items(), key=lambda each: each[1]),
        titles=titles,
        rows=rows,
        more=more,
        stands=stands,
    )


@blueprint.get("/start/<process_id>")
@signed_in()
def start_page(process_id: str) -> Any:
    return _page(process_id, {}, {})


@blueprint.post("/start/<process_id>")
@signed_in()
def start(process_id: str) -> Any:
    sent = flask.request.form
    form = _form(process_id)[1]
    answer = answer_of(form, sent, zone=zone()) if form else {}
    try:
        done = operations.start_by_hand(
            parts().runtime,
            process_id,
            tasks.without_hidden(form, answer) if form else {},
            business_key=sent.get(BUSINESS_KEY, ""),
            actor=actor(),
            now=now(),
        )
    except FormInvalid as error:
        return _page(process_id, answer, {each.pointer: each.message for each in error.errors}), 422
    except InvalidInput as error:
        wrong = FieldError(f"/{BUSINESS_KEY}", error.message)
        return _page(process_id, answer, {wrong.pointer: wrong.message}), 422
    return flask.redirect(flask.url_for("web.plain_case", key=done.root_key))


@blueprint.post("/start/<process_id>/state")
@signed_in()
def start_state(process_id: str) -> Any:
    """Which fields are asked for, given what is filled in so far."""
    form = _form(process_id)[1]
    response = flask.make_response("")
    if form:
        answer = answer_of(form, flask.request.form, zone=zone())
        state = flask.json.dumps({"form-state": state_of(form, answer)})
        response.headers["HX-Trigger"] = state
    return response


def title_of(each: Startable) -> str:
    """What the process is called in the reader's language."""
    return str(chosen(each.names, language(), default=each.process.name)) or each.process.process_id


def _form(process_id: str) -> tuple[Startable, Mapping[str, Any] | None]:
    runtime = parts().runtime
    with runtime.database.read() as connection:
        found = operations.find_to_start(connection, runtime, process_id, actor())
        bundle = runtime.bundles.get(connection, found.process.bundle_key)
    return found, bundle.forms.get(found.form_id)


def _page(process_id: str, values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    found, form = _form(process_id)
    look = forms.Look(values, errors, language(), zone(), actor=actor().name)
    fields = forms.fields_of(form, look) if form else []
    return flask.render_template(
        "start.html",
        title=title_of(found),
        process_id=process_id,
        fields=fields,
        errors=errors,
        labels=forms.labels_of(fields),
        business_key=flask.request.form.get(BUSINESS_KEY, ""),
        longest=operations.LONGEST_BUSINESS_KEY,
    )
