"""The customers' portal: one case, for the browser that showed its secret."""

from __future__ import annotations

from typing import Any

import flask

from service import cases
from service.cases import NewEvidence
from service.errors import FormInvalid, RedressError, StateConflict
from service.intake import portal, portal_access
from service.intake.portal_access import Visit
from service.web.edge import blueprint, now, parts
from service.web.portal import COOKIE, allow_files, received_files
from service.web.zones import tell_of

_YES = {"yes": True, "no": False}


@blueprint.get("/portal/case")
def portal_case() -> Any:
    visit = _visit()
    return _enter() if visit is None else _show(visit)


@blueprint.post("/portal/case/add")
def portal_add() -> Any:
    return _take_in(answers=False)


@blueprint.post("/portal/case/reply")
def portal_reply() -> Any:
    """The answer to what the bank has asked."""
    return _take_in(answers=True)


def _take_in(*, answers: bool) -> Any:
    visit = _visit()
    if visit is None:
        return _enter()
    allow_files()
    try:
        text = flask.request.form.get("text", "").strip()
        files = [*received_files(), *_as_file(text)]
        heard = portal.add_information(
            parts().runtime, visit.root_key, text, files, now=now(), answers=answers
        )
    except (FormInvalid, StateConflict) as error:
        return _show(visit, error)
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
    visit, sent = _visit(), flask.request.form
    if visit is None:
        return _enter()
    mark = sent.get("satisfaction", "")
    try:
        portal.answer_questions(
            parts().runtime,
            _number(visit.root_key),
            satisfaction=int(mark) if mark in "12345" and mark else None,
            settled=_YES.get(sent.get("settled", "")),
            comment=sent.get("comment", "").strip(),
            now=now(),
            helper=visit.helper,
        )
    except (FormInvalid, StateConflict) as error:
        return _show(visit, error)
    return flask.redirect(flask.url_for("web.portal_case", done="answered"))


@blueprint.post("/portal/case/offer")
def portal_offer() -> Any:
    """The answer to what the bank offers."""
    visit, sent = _visit(), flask.request.form
    if visit is None:
        return _enter()
    accepted = _YES.get(sent.get("accepted", ""))
    try:
        portal.answer_offer(
            parts().runtime,
            _number(visit.root_key),
            accepted=accepted,
            comment=sent.get("why", ""),
            now=now(),
            helper=visit.helper,
        )
    except (FormInvalid, StateConflict) as error:
        return _show(visit, error)
    done = "accepted" if accepted else "declined"
    return flask.redirect(flask.url_for("web.portal_case", done=done))


@blueprint.post("/portal/case/withdraw")
def portal_withdraw() -> Any:
    visit, sent = _visit(), flask.request.form
    if visit is None:
        return _enter()
    freely, reason = sent.get("freely") == "true", sent.get("reason", "").strip()
    try:
        portal.withdraw(
            parts().runtime,
            _number(visit.root_key),
            freely=freely,
            reason=reason,
            now=now(),
            helper=visit.helper,
        )
    except (FormInvalid, StateConflict) as error:
        return _show(visit, error)
    return flask.redirect(flask.url_for("web.portal_case", done="withdrawn"))


def _visit() -> Visit | None:
    token = flask.request.cookies.get(COOKIE, "")
    with parts().runtime.database.read() as connection:
        return portal_access.find_visit(connection, token, now=now())


def _number(root_key: int) -> str:
    with parts().runtime.database.read() as connection:
        return portal.look(connection, root_key).complaint.number


def _enter() -> Any:
    return flask.redirect(flask.url_for("web.portal_follow"))


def _show(visit: Visit, error: RedressError | None = None) -> Any:
    with parts().runtime.database.read() as connection:
        standing = portal.look(connection, visit.root_key)
    tell_of(standing.complaint)
    fields = {each.pointer for each in getattr(error, "errors", ())}
    page = flask.render_template(
        "portal/case.html",
        s=standing,
        alone=visit.helper is None,
        complaint=standing.complaint,
        wrong=fields,
        problem=error.message if isinstance(error, StateConflict) else "",
        done=flask.request.args.get("done", ""),
        typed=flask.request.form.get("text", ""),
    )
    return page, 200 if error is None else 409 if isinstance(error, StateConflict) else 422
