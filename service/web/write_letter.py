"""Writing to the customer of a case: choose a letter, say what it needs, read it, send it."""

from __future__ import annotations

from typing import Any

import flask

from service import operations
from service.errors import FormInvalid
from service.identity import Permission
from service.letters import Queued
from service.letters.saved_replies import list_replies
from service.operations import LETTERS_BY_HAND
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.zones import asked_case


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
    if sent.get("insert"):
        return _inserted(number, sent)
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


@blueprint.post("/complaints/<number>/letters/preview")
@signed_in(may=Permission.WRITE_LETTERS)
def letter_as_typed(number: str) -> Any:
    """The letter beside the typing, as it would be sent now; what is missing where it cannot be."""
    sent = flask.request.form
    text = sent.get("text", "").replace("\r\n", "\n")
    letter, errors = None, {}
    try:
        letter = operations.preview_letter(
            parts().runtime, number, sent.get("template", ""), text, now=now()
        )
    except FormInvalid as error:
        errors = {each.pointer: each.message for each in error.errors}
    return flask.render_template(
        "letter_preview.html", letter=letter, values=sent, errors=errors, number=number
    )


def _inserted(number: str, sent: Any) -> Any:
    """The page with a saved reply put behind what was typed."""
    values = dict(sent)
    with parts().runtime.database.read() as connection:
        complaint = asked_case(connection, number)
        try:
            filled = operations.use_reply(
                connection,
                parts().runtime,
                sent.get("reply", "")[:32],
                complaint,
                actor=actor(),
                now=now(),
            )
        except FormInvalid as error:
            errors = {each.pointer: each.message for each in error.errors}
            return _show(number, values, errors, None), 422
    values["text"] = "\n\n".join(filter(None, (sent.get("text", "").strip(), filled)))
    return _show(number, values, {}, None)


def _show(number: str, values: Any, errors: dict[str, str], letter: Queued | None) -> str:
    with parts().runtime.database.read() as connection:
        complaint = asked_case(connection, number)
        replies = list_replies(connection, actor().name)
    return flask.render_template(
        "write_letter.html",
        complaint=complaint,
        values=values,
        errors=errors,
        letter=letter,
        number=number,
        templates=list(LETTERS_BY_HAND),
        replies=replies,
    )
