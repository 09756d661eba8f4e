"""How a customer without a code gets into the portal: what the bank's people do for them."""

from __future__ import annotations

from typing import Any

import flask

from service.errors import FormInvalid, RedressError
from service.identity import Permission
from service.intake import portal_help
from service.intake.portal_help import IdentityCheck
from service.sentence import Words
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.evidence import visible_case
from service.web.portal import address

CHECKS: Words = {
    IdentityCheck.DOCUMENT: "I saw an identity document with a photograph",
    IdentityCheck.CALLED_BACK: "I called back at the telephone number on file",
    IdentityCheck.QUESTIONS: "I asked what only the customer knows",
}


@blueprint.get("/complaints/<number>/portal")
@signed_in(may=Permission.GIVE_PORTAL_ACCESS)
def portal_access_page(number: str) -> Any:
    return _show(number)


@blueprint.post("/complaints/<number>/portal/link")
@signed_in(may=Permission.GIVE_PORTAL_ACCESS)
def portal_link(number: str) -> Any:
    """A link goes to the address on file; nobody here sees it."""
    root_key = visible_case(number).root_key
    try:
        portal_help.send_portal_link(parts().runtime, root_key, actor=actor(), now=now())
    except RedressError as error:
        return _show(number, problem=error.message), 409
    return flask.redirect(flask.url_for("web.portal_access_page", number=number, done="sent"))


@blueprint.post("/complaints/<number>/portal/code")
@signed_in(may=Permission.GIVE_PORTAL_ACCESS)
def portal_code(number: str) -> Any:
    """A code for one visit, shown to be read out."""
    sent, root_key = flask.request.form, visible_case(number).root_key
    try:
        code = portal_help.give_portal_code(
            parts().runtime,
            root_key,
            check=sent.get("check", ""),
            seen=sent.get("seen", ""),
            actor=actor(),
            now=now(),
        )
    except FormInvalid as error:
        wrong = {each.pointer: each.message for each in error.errors}
        return _show(number, wrong=wrong), 422
    return _show(number, code=code)


@blueprint.get("/portal/lost")
def portal_lost() -> Any:
    return flask.render_template("portal/lost.html", mails=_mails(), asked=False)


@blueprint.post("/portal/lost")
def portal_ask_link() -> Any:
    number = flask.request.form.get("number", "").strip()[:40]
    if _mails():
        portal_help.ask_portal_link(parts().runtime, number, address=address(), now=now())
    return flask.render_template("portal/lost.html", mails=_mails(), asked=True)


def _mails() -> bool:
    """Whether mail to customers has a link to the portal in it."""
    return bool(parts().settings.portal_url)


def _show(
    number: str, *, problem: str = "", code: str = "", wrong: dict[str, str] | None = None
) -> str:
    return flask.render_template(
        "portal_help.html",
        complaint=visible_case(number),
        mails=_mails(),
        checks=CHECKS,
        problem=problem,
        code=code,
        wrong=wrong or {},
        typed=flask.request.form,
        done=flask.request.args.get("done", ""),
    )
