"""Registering a complaint while its customer talks, and reading its number back."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from typing import Any

import flask

from service import cases, definitions, letters, operations, tasks
from service.errors import FieldError, FormInvalid, InvalidInput, Unavailable
from service.identity import Permission
from service.intake import CHANNELS, FLAGS, NUMBERS, parse_complaint
from service.sentence import Sentence
from service.web import forms
from service.web.answers import answer_of
from service.web.edge import actor, blueprint, language, now, parts, signed_in
from service.web.zones import asked_case, zone

FORM = "registration"
MOST_FILES = 20


@blueprint.get("/register")
@signed_in(may=Permission.REGISTER_COMPLAINTS)
def register_page() -> Any:
    asked = flask.request.args.get("channel", "phone")
    preset = {"channel": asked if asked in CHANNELS else "phone", "receivedAt": now().isoformat()}
    return _page(preset | {"language": language(), "currency": parts().runtime.profile.currency})


@blueprint.post("/register")
@signed_in(may=Permission.REGISTER_COMPLAINTS)
def register() -> Any:
    at, runtime, vault = now(), parts().runtime, parts().vault
    flask.request.max_content_length = MOST_FILES * vault.limit
    sent = flask.request.form
    form = _form()
    answer = answer_of(form, sent, zone=zone())
    once = sent.get("once", "")[:64] or None
    try:
        tasks.validate(form, answer)
        new = parse_complaint(answer, now=at, currency=runtime.profile.currency)
        files = _files()
        done = operations.register_complaint(
            runtime, new, actor=actor(), now=at, idempotency_key=once, request=answer
        )
    except FormInvalid as error:
        return _page(answer, {each.pointer: each.message for each in error.errors}), 422
    if files and not done.repeated:
        operations.add_evidence(runtime, done.root_key, files, actor=actor(), now=at)
    return flask.redirect(flask.url_for("web.registered", number=done.number))


def _files() -> list[cases.NewEvidence]:
    """What was handed in with the complaint, kept and looked at. Raises FormInvalid."""
    sent = [each for each in flask.request.files.getlist("files") if each.filename]
    if len(sent) > MOST_FILES:
        many = Sentence("expected at most {most} files", most=MOST_FILES)
        raise FormInvalid([FieldError("/files", many)])
    try:
        return [
            cases.take_in(
                parts().vault,
                each.stream,  # type: ignore[arg-type]
                name=each.filename or "",
                kind="document",
                source="desk",
            )
            for each in sent
        ]
    except InvalidInput as error:
        raise FormInvalid([FieldError("/files", error.message)]) from error


@blueprint.get("/registered/<number>")
@signed_in(may=Permission.READ_COMPLAINTS)
def registered(number: str) -> Any:
    with parts().runtime.database.read() as connection:
        complaint = asked_case(connection, number)
        filed = letters.list_letters(connection, complaint.root_key)
        clocks = cases.list_deadlines(connection, complaint.root_key)
    return flask.render_template(
        "registered.html", complaint=complaint, letters=filed, deadlines=clocks
    )


def _form() -> Mapping[str, Any]:
    """The registration form of the released procedure."""
    runtime = parts().runtime
    with runtime.database.read() as connection:
        released = definitions.find_released(connection, operations.COMPLAINT_PROCESS)
        bundle = runtime.bundles.get(connection, released.bundle_key) if released else None
    if bundle is None or FORM not in bundle.forms:
        raise Unavailable(
            "The released procedure has no form {form!r}; deploy and release one that has.",
            form=FORM,
        )
    return bundle.forms[FORM]


def _page(values: Mapping[str, Any], errors: Mapping[str, str] | None = None) -> str:
    form = _form()
    fields = forms.fields_of(form, forms.Look(values, errors or {}, language(), zone()))
    urgent = {*FLAGS, *NUMBERS}
    return flask.render_template(
        "register.html",
        title=forms.title_of(form, language()),
        first=[each for each in fields if each.name not in urgent],
        urgent=[each for each in fields if each.name in urgent],
        labels=forms.labels_of(fields),
        errors=errors or {},
        once=token_hex(16),
    )
