"""Writing to the customer of a case: choose a letter, say what it needs, read it, send it."""

from __future__ import annotations

from typing import Any

import flask

from service import cases, operations
from service.errors import FormInvalid
from service.identity import Permission
from service.letters import Queued
from service.operations import LETTERS_BY_HAND
from service.web.edge import actor, blueprint, now, parts, signed_in


@blueprint.get("/complaints/<number>/letters/new")
@signed_in(may=Permission.WRITE_LETTERS)
def letter_form(number: str) -> Any:
    return _show(number, {}, {}, None)


@blueprint.post("/complaints/<number>/letters/new")
@signed_in(may=Permission.WRITE_LETTERS)
def letter_send(number: str) -> Any:
    """The first time the letter is shown; it is sent when the very text that was shown is sent
    back."""
    sent, runtime, at = flask.request.form, parts().runtime, now()
    template, text = sent.get("template", ""), sent.get("text", "").replace("\r\n", "\n")
    try:
        letter = operations.preview_letter(runtime, number, template, text, now=at)
        if (
            sent.get("read") != "yes"
            or sent.get("body", "").replace("\r\n", "\n").strip() != letter.written.body.strip()
        ):
            return _show(number, sent, {}, letter)
        operations.send_letter(runtime, number, template, text, actor=actor(), now=at)
    except FormInvalid as error:
        return _show(number, sent, {each.pointer: each.message for each in error.errors}, None), 422
    return flask.redirect(flask.url_for("web.case_page", number=number))


def _show(number: str, values: Any, errors: dict[str, str], letter: Queued | None) -> str:
    with parts().runtime.database.read() as connection:
        complaint = cases.get_complaint(connection, number)
    return flask.render_template(
        "write_letter.html",
        complaint=complaint,
        values=values,
        errors=errors,
        letter=letter,
        templates=list(LETTERS_BY_HAND),
    )
