"""Signing in and out, and what a visitor chooses for the browser: the language and the theme."""

from __future__ import annotations

from typing import Any

import flask

from service import operations
from service.edge import COOKIE
from service.i18n.languages import LANGUAGES
from service.web.edge import THEMES, YEAR_SECONDS, blueprint, inside, now, parts


@blueprint.get("/")
def home() -> Any:
    return flask.redirect(flask.url_for("web.task_list"))


@blueprint.get("/sign-in")
def sign_in() -> Any:
    return flask.render_template(
        "sign_in.html", wrong=False, next=flask.request.args.get("next", "")
    )


@blueprint.post("/sign-in")
def sign_in_send() -> Any:
    form = flask.request.form
    token = operations.sign_in(
        parts().runtime,
        form.get("name", "")[:100],
        form.get("password", "")[:1000],
        address=flask.request.remote_addr or "",
        now=now(),
    )
    if token is None:
        return flask.render_template("sign_in.html", wrong=True, next=form.get("next", "")), 403
    target = inside(form.get("next", ""))
    response = flask.redirect(target if target != "/" else flask.url_for("web.task_list"))
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="Lax", secure=flask.request.is_secure
    )
    return response


@blueprint.post("/sign-out")
def sign_out() -> Any:
    token = flask.request.cookies.get(COOKIE)
    if token:
        operations.sign_out(parts().runtime, token)
    response = flask.redirect(flask.url_for("web.sign_in"))
    response.delete_cookie(COOKIE)
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
