"""The customers' portal: one case, for the browser that showed its secret."""

from __future__ import annotations

from typing import Any

import flask

from service import cases
from service.cases import NewEvidence
from service.errors import FormInvalid, RedressError, StateConflict
from service.identity import Permission
from service.intake import portal, portal_access, portal_door
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.evidence import visible_case
from service.web.portal import COOKIE, allow_files, received_files
from service.web.zones import tell_of

_YES = {"yes": True, "no": False}


@blueprint.get("/portal/case")
def portal_case() -> Any:
    root_key = _visit()
    return _enter() if root_key is None else _show(root_key)


@blueprint.post("/portal/case/add")
def portal_add() -> Any:
    return _take_in(answers=False)


@blueprint.post("/portal/case/reply")
def portal_reply() -> Any:
    """The answer to what the bank has asked."""
    return _take_in(answers=True)


def _take_in(*, answers: bool) -> Any:
    root_key = _visit()
    if root_key is None:
        return _enter()
    allow_files()
    try:
        text = flask.request.form.get("text", "").strip()
        files = [*received_files(), *_as_file(text)]
        heard = portal.add_information(
            parts().runtime, root_key, text, files, now=now(), answers=answers
        )
    except (FormInvalid, StateConflict) as error:
        return _show(root_key, error)
    return flask.redirect(flask.url_for("web.portal_case", done=heard.value))


def _as_file(text: str) -> list[NewEvidence]:
    """What was written as evidence too: its hash goes into the history."""
    if not text:
        return []
    vault = parts().vault
    kept = vault.keep_bytes(text.encode("utf-8", errors="replace"))
    return [cases.examine(vault, kept, name="message.txt", kind="statement", source="portal")]


@blueprint.post("/portal/case/answer")
def portal_answer() -> Any:
    root_key, sent = _visit(), flask.request.form
    if root_key is None:
        return _enter()
    mark = sent.get("satisfaction", "")
    try:
        portal.answer_questions(
            parts().runtime,
            _number(root_key),
            satisfaction=int(mark) if mark in "12345" and mark else None,
            settled=_YES.get(sent.get("settled", "")),
            comment=sent.get("comment", "").strip(),
            now=now(),
        )
    except (FormInvalid, StateConflict) as error:
        return _show(root_key, error)
    return flask.redirect(flask.url_for("web.portal_case", done="answered"))


@blueprint.post("/portal/case/offer")
def portal_offer() -> Any:
    """The answer to what the bank offers."""
    root_key, sent = _visit(), flask.request.form
    if root_key is None:
        return _enter()
    accepted = _YES.get(sent.get("accepted", ""))
    try:
        portal.answer_offer(
            parts().runtime,
            _number(root_key),
            accepted=accepted,
            comment=sent.get("why", ""),
            now=now(),
        )
    except (FormInvalid, StateConflict) as error:
        return _show(root_key, error)
    done = "accepted" if accepted else "declined"
    return flask.redirect(flask.url_for("web.portal_case", done=done))


@blueprint.post("/portal/case/withdraw")
def portal_withdraw() -> Any:
    root_key, sent = _visit(), flask.request.form
    if root_key is None:
        return _enter()
    freely, reason = sent.get("freely") == "true", sent.get("reason", "").strip()
    try:
        portal.withdraw(parts().runtime, _number(root_key), freely=freely, reason=reason, now=now())
    except (FormInvalid, StateConflict) as error:
        return _show(root_key, error)
    return flask.redirect(flask.url_for("web.portal_case", done="withdrawn"))


@blueprint.post("/complaints/<number>/portal")
@signed_in(may=Permission.GIVE_PORTAL_ACCESS)
def portal_give(number: str) -> Any:
    """Somebody of the bank gives the customer a secret: it is shown once, to be read out."""
    complaint = visible_case(number)
    secret = portal_door.give_portal_access(
        parts().runtime, complaint.root_key, actor=actor(), now=now()
    )
    return flask.render_template("portal_given.html", complaint=complaint, secret=secret)


def _visit() -> int | None:
    token = flask.request.cookies.get(COOKIE, "")
    with parts().runtime.database.read() as connection:
        return portal_access.find_visit(connection, token, now=now())


def _number(root_key: int) -> str:
    with parts().runtime.database.read() as connection:
        return portal.look(connection, root_key).complaint.number


def _enter() -> Any:
    return flask.redirect(flask.url_for("web.portal_follow"))


def _show(root_key: int, error: RedressError | None = None) -> Any:
    with parts().runtime.database.read() as connection:
        standing = portal.look(connection, root_key)
    tell_of(standing.complaint)
    fields = {each.pointer for each in getattr(error, "errors", ())}
    page = flask.render_template(
        "portal/case.html",
        s=standing,
        complaint=standing.complaint,
        wrong=fields,
        problem=error.message if isinstance(error, StateConflict) else "",
        done=flask.request.args.get("done", ""),
        typed=flask.request.form.get("text", ""),
    )
    return page, 200 if error is None else 409 if isinstance(error, StateConflict) else 422
