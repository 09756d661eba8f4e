"""One's own account: the password, and the tokens of one's scripts. And setting a password with a
code, for which nobody is signed in."""

from __future__ import annotations

from typing import Any

import flask

from service import identity, operations
from service.edge import COOKIE
from service.errors import RedressError
from service.identity import Permission
from service.sentence import Sentence
from service.web.accounts import token_asked
from service.web.edge import actor, blueprint, now, parts, signed_in

LONGEST = 1_000


@blueprint.get("/account")
@signed_in()
def my_account() -> Any:
    return _show("")


@blueprint.post("/account/password")
@signed_in()
def change_password() -> Any:
    sent = flask.request.form
    if sent.get("new", "") != sent.get("again", ""):
        return _show(Sentence("The two new passwords are not the same.")), 422
    try:
        operations.change_password(
            parts().runtime,
            actor(),
            old=sent.get("old", "")[:LONGEST],
            new=sent.get("new", "")[: LONGEST + 1],
            address=flask.request.remote_addr or "",
            now=now(),
        )
    except RedressError as error:
        return _show(error.message), 422
    response = flask.redirect(flask.url_for("web.sign_in"))
    response.delete_cookie(COOKIE)
    return response


@blueprint.post("/account/tokens")
@signed_in()
def make_own_token() -> Any:
    try:
        token = operations.make_token(
            parts().runtime, token_asked(actor().name), actor=actor(), now=now()
        )
    except RedressError as error:
        return _show(error.message), 422
    return _show("", token=token)


@blueprint.post("/account/tokens/<token_id>")
@signed_in()
def revoke_own_token(token_id: str) -> Any:
    operations.revoke_token(parts().runtime, token_id, actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.my_account"))


@blueprint.get("/set-password")
def set_password_page() -> Any:
    return flask.render_template("set_password.html", problem="", name="")


@blueprint.post("/set-password")
def set_password() -> Any:
    sent = flask.request.form
    name = sent.get("name", "").strip()[:100]
    try:
        if sent.get("password", "") != sent.get("again", ""):
            return _again(Sentence("The two new passwords are not the same."), name)
        operations.set_password(
            parts().runtime,
            name,
            code=sent.get("code", "")[:100],
            password=sent.get("password", "")[: LONGEST + 1],
            key=parts().settings.secret_key,
            address=flask.request.remote_addr or "",
            now=now(),
        )
    except RedressError as error:
        return _again(error.message, name)
    return flask.redirect(flask.url_for("web.sign_in"))


def _again(problem: str, name: str) -> Any:
    return flask.render_template("set_password.html", problem=problem, name=name), 422


def _show(problem: str, *, token: str = "") -> str:
    with parts().runtime.database.read() as connection:
        name = actor().name
        tokens = identity.list_tokens(connection, name)
    return flask.render_template(
        "my_account.html",
        tokens=tokens,
        permissions=[each.value for each in Permission if actor().may(each)],
        problem=problem,
        token=token,
        at=now(),
    )
