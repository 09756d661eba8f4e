"""The customers' portal: complaining, and the receipt with the secret. Nobody needs an account."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

import flask

from service import cases
from service.cases import NewEvidence
from service.errors import FieldError, FormInvalid
from service.intake import parse_complaint, portal, portal_access, portal_door
from service.sentence import Sentence
from service.web.edge import blueprint, language, now, parts
from service.web.zones import asked_case

MOST_FILES = 10
WITHOUT_FILES = 200_000
"""Bytes of a form without files, at most."""
_CONTACT = ("phone", "email")
_SIGNS = ("threatToLife", "moneyMoving")
"""What makes a complaint urgent, as far as a customer can say it."""


@blueprint.get("/portal")
def portal_home() -> Any:
    return flask.render_template("portal/home.html")


@blueprint.get("/portal/complain")
def portal_form() -> Any:
    return _form({}, {}, token_hex(16)), 200


@blueprint.post("/portal/complain")
def portal_complain() -> Any:
    allow_files()
    sent, at, runtime = flask.request.form, now(), parts().runtime
    once = sent.get("once", "")[:64]
    try:
        if not once.isalnum() or len(once) < 32:
            raise FormInvalid([FieldError("/content", "is required")])
        new = parse_complaint(_given(), now=at, currency=runtime.profile.currency)
        if not new.content:
            raise FormInvalid([FieldError("/content", "is required")])
        portal_door.count_portal(runtime, portal_door.COMPLAINTS, address(), now=at)
        secret = portal_access.secret_from(parts().settings.secret_key, once)
        done = portal.complain(runtime, new, received_files(), secret=secret, once=once, now=at)
    except FormInvalid as error:
        return _form(
            sent, {each.pointer: each.message for each in error.errors}, token_hex(16)
        ), 422
    final = next((each for each in done.deadlines if each.clock == "final response"), None)
    with runtime.database.read() as connection:
        asked_case(connection, done.number)
    page = flask.render_template(
        "portal/receipt.html", number=done.number, secret=secret, final=final
    )
    return page, 200 if done.repeated else 201


def allow_files() -> None:
    """Let this request be as large as the files of a customer may be, within what one address may
    send in a day. Raises TooManyAttempts."""
    flask.request.max_content_length = 2 * parts().vault.limit
    size = flask.request.content_length or 0
    if size > WITHOUT_FILES:
        limit = portal_door.UPLOADS
        portal_door.count_portal(parts().runtime, limit, address(), now=now(), by=size)


def received_files() -> list[NewEvidence]:
    """The files of this request, kept and looked at. Raises FormInvalid for too many of them,
    TooLarge."""
    sent = [each for each in flask.request.files.getlist("files") if each.filename]
    if len(sent) > MOST_FILES:
        raise FormInvalid(
            [
                FieldError(
                    "/files",
                    Sentence(
                        "expected at most {most} files, got {count}",
                        most=MOST_FILES,
                        count=len(sent),
                    ),
                )
            ]
        )
    return [
        cases.take_in(
            parts().vault,
            each.stream,  # type: ignore[arg-type]
            name=each.filename or "",
            kind="document",
            source="portal",
        )
        for each in sent
    ]


def _given() -> dict[str, Any]:
    sent = flask.request.form
    contact = {name: sent[name].strip() for name in _CONTACT if sent.get(name, "").strip()}
    texts = {
        name: sent[name].strip()
        for name in ("customerName", "content", "product")
        if sent.get(name, "").strip()
    }
    signs = {name: True for name in _SIGNS if sent.get(name)}
    return {**texts, **signs, "contact": contact, "language": language(), "channel": "online"}


def _form(values: Any, errors: dict[str, str], once: str) -> str:
    return flask.render_template("portal/complain.html", values=values, errors=errors, once=once)


def address() -> str:
    """Where the visitor is, as far as the bank's proxies tell."""
    return flask.request.remote_addr or ""
