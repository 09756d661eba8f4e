"""Signing in and out, and what a visitor chooses for the browser: the language and the theme."""

from __future__ import annotations

from typing import Any

import flask

from service import operations
from service.edge import COOKIE
from service.errors import Forbidden
from service.i18n.languages import LANGUAGES
from service.web.demo_bank import demo_doors
from service.web.demo_roles import demo_roles
from service.web.edge import THEMES, YEAR_SECONDS, blueprint, inside, now, parts

VOUCHED = "redress_vouched"
"""The cookie of a browser whose person came by the bank's own provider, where they are signed in
too."""


@blueprint.get("/")
def home() -> Any:
    return flask.redirect(flask.url_for("web.today"))


@blueprint.get("/sign-in")
def sign_in() -> Any:
    return _page(
        wrong=False,
        target=flask.request.args.get("next", ""),
        left="left" in flask.request.args and bool(parts().settings.oidc_issuer),
    )


def _page(*, wrong: bool, target: str, left: bool = False) -> str:
    return flask.render_template(
        "sign_in.html",
        wrong=wrong,
        left=left,
        next=target,
        demo_roles=demo_roles(),
        demo_doors=demo_doors(),
        elsewhere=bool(parts().settings.oidc_issuer),
        passwords=parts().settings.passwords == "on",
    )


@blueprint.post("/sign-in/demo")
def sign_in_demo() -> Any:
    """One click into the demo as one of its accounts."""
    form = flask.request.form
    token = operations.enter_demo(
        parts().runtime, form.get("account", ""), demo=parts().settings.demo, now=now()
    )
    return enter(token, form.get("next", ""))


@blueprint.post("/sign-in")
def sign_in_send() -> Any:
    form = flask.request.form
    target = form.get("next", "")
    if parts().settings.passwords == "off":
        raise Forbidden("No password is taken here; sign in with your work account.")
    try:
        token = operations.sign_in(
            parts().runtime,
            form.get("name", "")[:100],
            form.get("password", "")[:1000],
            address=flask.request.remote_addr or "",
            now=now(),
            key=parts().settings.secret_key,
        )
    except operations.CodeWanted as wanted:
        return flask.render_template(
            "sign_in_code.html", pending=wanted.pending, next=target, wrong=False
        )
    if token is None:
        return _page(wrong=True, target=target), 403
    return enter(token, target)


def enter(token: str, wanted: str) -> Any:
    """To where the visitor wanted to go, else to their first page."""
    target = inside(wanted)
    response = flask.redirect(target if target != "/" else flask.url_for("web.today"))
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="Lax", secure=flask.request.is_secure
    )
    return response


@blueprint.post("/sign-out")
def sign_out() -> Any:
    token = flask.request.cookies.get(COOKIE)
    if token:
        operations.sign_out(parts().runtime, token)
    came = VOUCHED in flask.request.cookies
    way = flask.url_for("web.sign_in", left=1) if came else flask.url_for("web.sign_in")
    response = flask.redirect(way)
    response.delete_cookie(COOKIE)
    response.delete_cookie(VOUCHED)
    return response


@blueprint.post("/language")
def set_language() -> Any:
    return _choose("language", flask.request.form.get("language", ""), tuple(LANGUAGES))


@blueprint.post("/theme")
def set_theme() -> Any:
    return _choose("theme", flask.request.form.get("theme", ""), (*THEMES, "auto"))


def _choose(name: str, value: str, known: tuple[str, ...]) -> Any:
    """Keep a choice in the browser and go back to the page it was made on."""
    response = flask.redirect(inside(flask.request.form.get("back", "/")))
    if value in known:
        secure = flask.request.is_secure
        response.set_cookie(
            name, value, samesite="Lax", httponly=True, max_age=YEAR_SECONDS, secure=secure
        )
    return response
