"""Registering a complaint, and reading its number back."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

import flask

from service import cases, notifications, operations
from service.errors import FormInvalid
from service.identity import Role
from service.intake import CHANNELS, parse_complaint
from service.web.edge import READERS, actor, blueprint, now, parts, signed_in

REGISTRARS = (Role.CLERK, Role.HANDLER, Role.ADMIN)
_TEXTS = ("customerName", "channel", "content", "product", "amount", "currency", "language")
_CONTACT = ("phone", "email", "address")


@blueprint.get("/register")
@signed_in(*REGISTRARS)
def register_page() -> Any:
    return flask.render_template("register.html", values={}, errors={}, channels=CHANNELS, once=token_hex(16))


@blueprint.post("/register")
@signed_in(*REGISTRARS)
def register() -> Any:
    sent, at, runtime = flask.request.form, now(), parts().runtime
    contact = {name: sent[name] for name in _CONTACT if sent.get(name, "").strip()}
    data: dict[str, Any] = {name: sent[name].strip() for name in _TEXTS if sent.get(name, "").strip()}
    once = sent.get("once", "")[:64] or None
    try:
        new = parse_complaint({**data, "contact": contact}, now=at, currency=runtime.profile.currency)
        done = operations.register_complaint(runtime, new, actor=actor(), now=at, idempotency_key=once)
    except FormInvalid as error:
        errors = {each.pointer: each.message for each in error.errors}
        page = flask.render_template("register.html", values=sent, errors=errors, channels=CHANNELS, once=token_hex(16))
        return page, 422
    return flask.redirect(flask.url_for("web.registered", number=done.number))


@blueprint.get("/registered/<number>")
@signed_in(*READERS)
def registered(number: str) -> Any:
    with parts().runtime.database.read() as connection:
        complaint = cases.get_complaint(connection, number)
        letters = notifications.list_letters(connection, complaint.root_key)
    return flask.render_template("registered.html", complaint=complaint, letters=letters)
