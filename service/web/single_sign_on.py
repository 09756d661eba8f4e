"""Signing in at the bank's own identity provider: there and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import flask
from itsdangerous import BadSignature, URLSafeTimedSerializer

from service import operations
from service.errors import Forbidden, NotFound
from service.identity.openid import Begun, NotVouchedFor, Provider, provider_of
from service.web.edge import blueprint, inside, now, parts
from service.web.signing import VOUCHED, enter

COOKIE = "redress_elsewhere"
MINUTES = 10
"""So long somebody may take at the provider."""


@blueprint.get("/sign-in/elsewhere")
def sign_in_elsewhere() -> Any:
    """To the provider, with what it has to bring back in a cookie that is signed."""
    address, begun = _provider().begin(_back())
    target = inside(flask.request.args.get("next", ""))
    response = flask.redirect(address)
    response.set_cookie(
        COOKIE,
        _signer().dumps({**asdict(begun), "next": target}),
        max_age=MINUTES * 60,
        path="/sign-in",
        httponly=True,
        samesite="Lax",
        secure=flask.request.is_secure,
    )
    return response


@blueprint.get("/sign-in/elsewhere/back")
def come_back() -> Any:
    """Back from the provider, with a code or with what went wrong there."""
    sent, provider = flask.request.args, _provider()
    try:
        kept = _signer().loads(flask.request.cookies.get(COOKIE, ""), max_age=MINUTES * 60)
    except BadSignature:
        kept = {}
    if not kept or sent.get("state") != kept["state"]:
        raise Forbidden("This sign-in began in another browser, or too long ago; begin anew.")
    target = kept.pop("next")
    begun = Begun(**kept)
    if "code" not in sent:
        raise NotVouchedFor
    name = provider.finish(sent["code"][:4_000], begun, back=_back(), now=now())
    try:
        token = operations.enter_vouched(
            parts().runtime, name, key=parts().settings.secret_key, now=now()
        )
    except operations.CodeWanted as wanted:
        page = flask.render_template(
            "sign_in_code.html", pending=wanted.pending, next=target, wrong=False
        )
        return _vouched(flask.make_response(page))
    return _vouched(enter(token, target))


@blueprint.get("/sign-in/elsewhere/out")
def sign_out_elsewhere() -> Any:
    """To where somebody signs out of their work account; back to the sign-in where the provider
    has no such place."""
    back = flask.url_for("web.sign_in", _external=True)
    return flask.redirect(_provider().farewell(back) or back)


def _vouched(response: Any) -> Any:
    response.delete_cookie(COOKIE, path="/sign-in")
    response.set_cookie(VOUCHED, "1", httponly=True, samesite="Lax", secure=flask.request.is_secure)
    return response


def _provider() -> Provider:
    """Raises NotFound where the bank has none."""
    if not parts().settings.oidc_issuer:
        raise NotFound("There is no sign-in with work accounts here.")
    return provider_of(parts().settings)


def _back() -> str:
    return flask.url_for("web.come_back", _external=True)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(parts().settings.secret_key, salt="sign-in elsewhere")
