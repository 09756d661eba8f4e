"""The customers' portal: showing the secret, and one case for the browser that has shown it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask

from service import cases
from service.cases import NewEvidence
from service.errors import FormInvalid, RedressError, StateConflict
from service.intake import portal, portal_access, portal_door, portal_standing
from service.intake.portal_access import Visit
from service.web.edge import blueprint, now, parts
from service.web.portal import address, allow_files, received_files
from service.web.zones import tell_of

COOKIE = "redress_portal"
_YES = {"yes": True, "no": False}
_WORDS = ("text", "comment", "why", "reason")
"""The fields in which a customer writes."""


@blueprint.get("/portal/follow")
def portal_follow() -> Any:
    return flask.render_template("portal/follow.html", number="", wrong=False, unsent={})


@blueprint.post("/portal/follow")
def portal_enter() -> Any:
    sent = flask.request.form
    number, secret = sent.get("number", "").strip()[:40], sent.get("secret", "")[:100]
    key = parts().settings.secret_key
    token = portal_door.enter_portal(
        parts().runtime, number, secret, key=key, address=address(), now=now()
    )
    if token is None:
        page = flask.render_template(
            "portal/follow.html", number=number, wrong=True, unsent=_words(sent)
        )
        return page, 403
    response = _entered(token)
    response.set_cookie(
        COOKIE,
        token,
        httponly=True,
        samesite="Strict",
        secure=flask.request.is_secure,
        path="/portal",
        max_age=int(portal_access.VISIT.total_seconds()),
    )
    return response


@blueprint.post("/portal/leave")
def portal_leave() -> Any:
    token = flask.request.cookies.get(COOKIE)
    if token:
        portal_door.leave_portal(parts().runtime, token)
    response = flask.redirect(flask.url_for("web.portal_home"))
    response.delete_cookie(COOKIE, path="/portal")
    return response


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
        return portal_standing.look(connection, root_key).complaint.number


def _words(sent: Mapping[str, str]) -> dict[str, str]:
    """What the customer has written, by the field that it stood in; nothing where they have not."""
    return {name: sent[name] for name in _WORDS if sent.get(name)}


def _enter() -> Any:
    """Nobody's visit: they enter with their code, and what they had written goes in with them."""
    words = _words(flask.request.form)
    if not words:
        return flask.redirect(flask.url_for("web.portal_follow"))
    return flask.render_template("portal/follow.html", number="", wrong=False, unsent=words), 401


def _entered(token: str) -> flask.Response:
    """The case; with the words that could not be sent before, where there are any."""
    words = _words(flask.request.form)
    if not words:
        return flask.make_response(flask.redirect(flask.url_for("web.portal_case")))
    with parts().runtime.database.read() as connection:
        visit = portal_access.find_visit(connection, token, now=now())
    return flask.make_response(_enter() if visit is None else _show(visit, waiting=True))


def _show(visit: Visit, error: RedressError | None = None, *, waiting: bool = False) -> Any:
    """The case. `waiting` says that what was written before the visit waits to be sent."""
    with parts().runtime.database.read() as connection:
        standing = portal_standing.look(connection, visit.root_key)
    tell_of(standing.complaint)
    alone, sent = visit.helper is None, flask.request.form
    lost = {
        name: text for name, text in _words(sent).items() if not _is_open(standing, name, alone)
    }
    page = flask.render_template(
        "portal/case.html",
        s=standing,
        alone=alone,
        complaint=standing.complaint,
        wrong={each.pointer: each.message for each in getattr(error, "errors", ())},
        problem=error.message if isinstance(error, StateConflict) else "",
        done=flask.request.args.get("done", ""),
        sent=sent,
        waiting=waiting and not lost,
        unsent=next(iter(lost.values()), ""),
    )
    return page, 200 if error is None else 409 if isinstance(error, StateConflict) else 422


def _is_open(standing: portal_standing.Standing, field: str, alone: bool) -> bool:
    """Whether the page has the form of this field."""
    match field:
        case "comment":
            return alone and standing.may_answer
        case "why":
            return alone and standing.offer is not None
        case "reason":
            return alone and standing.may_withdraw
        case _:
            return standing.question is not None or standing.complaint.status == "open"
