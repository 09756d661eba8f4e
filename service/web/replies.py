"""The replies that people keep to use again: my own, and those that are shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask

from service import operations
from service.errors import FormInvalid
from service.identity import Permission
from service.letters import LANGUAGES
from service.letters.saved_replies import FACTS, find_reply, list_replies
from service.sentence import Words
from service.web.edge import actor, blueprint, now, parts, signed_in

PLACEHOLDERS: Words = {
    "number": "number of the complaint",
    "customer": "name of the customer",
    "registered": "when it was registered",
    "today": "the day of today",
    "authority": "the authority to turn to",
    "rights": "how to turn to it, in full",
    "currency": "currency of the complaint",
    "severity": "severity of the complaint",
    "paid": "what has been paid",
    "terms": "on what terms, with the days to answer",
    "final_response": "day of the final response",
}


@blueprint.get("/replies")
@signed_in(may=Permission.WRITE_LETTERS)
def reply_list() -> Any:
    chosen = flask.request.args.get("edit", "")[:32]
    values: dict[str, Any] = {}
    if chosen:
        with parts().runtime.database.read() as connection:
            found = find_reply(connection, chosen, actor().name)
        values = {"name": found.name, "shared": found.shared, **found.texts}
    return _show(values, {})


@blueprint.post("/replies")
@signed_in(may=Permission.WRITE_LETTERS)
def reply_keep() -> Any:
    sent = flask.request.form
    texts = {language: sent.get(language, "") for language in LANGUAGES}
    shared = sent.get("shared") == "true"
    try:
        operations.keep_reply(
            parts().runtime, sent.get("name", ""), texts, shared=shared, actor=actor(), now=now()
        )
    except FormInvalid as error:
        values = {"name": sent.get("name", ""), "shared": shared, **texts}
        return _show(values, {each.pointer: each.message for each in error.errors}), 422
    return flask.redirect(flask.url_for("web.reply_list"))


@blueprint.post("/replies/<reply_id>/delete")
@signed_in(may=Permission.WRITE_LETTERS)
def reply_delete(reply_id: str) -> Any:
    operations.drop_reply(parts().runtime, reply_id[:32], actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.reply_list"))


def _show(values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    with parts().runtime.database.read() as connection:
        found = list_replies(connection, actor().name)
    return flask.render_template(
        "replies.html",
        replies=found,
        values=values,
        errors=errors,
        places=[(name, PLACEHOLDERS[name]) for name in FACTS],
        written=LANGUAGES,
    )
