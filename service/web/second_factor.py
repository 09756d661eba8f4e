"""The second factor: setting it up with a telephone, showing its code after the password, turning
it off."""

from __future__ import annotations

from typing import Any

import flask
import segno

from service import identity, operations
from service.edge import COOKIE
from service.errors import Forbidden, RedressError
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.signing import enter

LONGEST = 40


@blueprint.get("/account/second-factor")
@signed_in()
def second_factor() -> Any:
    return _show("")


@blueprint.post("/account/second-factor")
@signed_in()
def begin_factor() -> Any:
    _check_browser()
    try:
        operations.begin_factor(parts().runtime, actor(), now=now())
    except RedressError as error:
        return _show(error.message), 409
    return flask.redirect(flask.url_for("web.second_factor"))


@blueprint.post("/account/second-factor/confirm")
@signed_in()
def confirm_factor() -> Any:
    _check_browser()
    try:
        codes, token = operations.confirm_factor(
            parts().runtime, actor(), _code(), key=_key(), address=_address(), now=now()
        )
    except RedressError as error:
        return _show(error.message), 422
    response = flask.make_response(_show("", codes=codes))
    secure = flask.request.is_secure
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=secure)
    return response


@blueprint.post("/account/second-factor/off")
@signed_in()
def drop_factor() -> Any:
    _check_browser()
    try:
        operations.drop_factor(
            parts().runtime, actor(), _code(), key=_key(), address=_address(), now=now()
        )
    except RedressError as error:
        return _show(error.message), 422
    return flask.redirect(flask.url_for("web.second_factor"))


@blueprint.post("/sign-in/code")
def sign_in_code() -> Any:
    """The second step of signing in."""
    form = flask.request.form
    pending, target = form.get("pending", "")[:400], form.get("next", "")
    token = operations.pass_factor(
        parts().runtime, pending, _code(), key=_key(), address=_address(), now=now()
    )
    if token is None:
        page = flask.render_template("sign_in_code.html", pending=pending, next=target, wrong=True)
        return page, 403
    return enter(token, target)


def _check_browser() -> None:
    """Raises Forbidden for a program with a token: a second factor is a person's."""
    if not flask.g.by_session:
        raise Forbidden("A second factor is set up in the browser, after signing in.")


def _code() -> str:
    return flask.request.form.get("code", "")[:LONGEST]


def _key() -> str:
    return parts().settings.secret_key


def _address() -> str:
    return flask.request.remote_addr or ""


def _show(problem: str, *, codes: list[str] | None = None) -> str:
    with parts().runtime.database.read() as connection:
        factor = identity.find_factor(connection, actor().name)
    begun = factor is not None and factor.confirmed_at is None and flask.g.by_session
    address = identity.address_of(factor, _key()) if factor is not None and begun else ""
    return flask.render_template(
        "second_factor.html",
        factor=factor,
        secret=identity.secret_of(factor, _key()) if factor is not None and begun else "",
        picture=_picture(address) if address else "",
        codes=codes or [],
        required=parts().settings.asks_second_factor(flask.g.account.roles),
        problem=problem,
    )


def _picture(address: str) -> str:
    """The address as a QR code, in SVG without a style: dark on white also at night."""
    return segno.make(address, error="m").svg_inline(scale=5, light="#ffffff", dark="#000000")
