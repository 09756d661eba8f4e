"""Accounts for those who manage them: who there is, what each may, what waits for a second pair of
eyes, and what was done."""

from __future__ import annotations

from typing import Any

import flask

from service import audit, cases, identity, operations
from service.audit import HouseEvent
from service.errors import RedressError
from service.identity import LEVELS, Permission, Standing
from service.operations import NewAccount, NewToken
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.house_record import told
from service.web.persons import forget_names

RECENT = 20
"""So many of the last changes are shown."""
EVENTS = (
    HouseEvent.ACCOUNT_ADDED,
    HouseEvent.ACCOUNT_CHANGED,
    HouseEvent.ACCOUNT_ENDED,
    HouseEvent.GRANT_ASKED,
    HouseEvent.GRANT_MADE,
    HouseEvent.GRANT_REFUSED,
    HouseEvent.GROUP_ADDED,
    HouseEvent.PASSWORD_SET,
    HouseEvent.CODE_SENT,
    HouseEvent.FACTOR_BEGUN,
    HouseEvent.FACTOR_SET,
    HouseEvent.FACTOR_DROPPED,
    HouseEvent.TOKEN_MADE,
    HouseEvent.TOKEN_REVOKED,
)


@blueprint.get("/accounts")
@signed_in(may=Permission.MANAGE_ACCOUNTS)
def accounts() -> Any:
    return _list("")


@blueprint.post("/accounts")
@signed_in(may=Permission.MANAGE_ACCOUNTS)
def add_account() -> Any:
    sent = flask.request.form
    new = NewAccount(
        sent.get("name", "").strip()[:101],
        sent.get("displayName", "").strip()[:200],
        sent.get("email", "").strip()[:321],
        sent.get("language", "en"),
        operations.names_of(sent.getlist("role")),
        sent.get("level", ""),
    )
    try:
        operations.add_account(parts().runtime, new, actor=actor(), now=now())
        forget_names()
    except RedressError as error:
        return _list(error.message), 422
    return flask.redirect(flask.url_for("web.account_page", name=new.name))


@blueprint.post("/accounts/groups")
@signed_in(may=Permission.MANAGE_ACCOUNTS)
def add_group() -> Any:
    name = flask.request.form.get("name", "")[:100]
    try:
        operations.add_group(parts().runtime, name, actor=actor(), now=now())
    except RedressError as error:
        return _list(error.message), 422
    return flask.redirect(flask.url_for("web.accounts"))


@blueprint.post("/accounts/grants/<int:key>")
@signed_in(may=Permission.MANAGE_ACCOUNTS)
def decide_grant(key: int) -> Any:
    granted = flask.request.form.get("granted") == "yes"
    try:
        operations.decide_grant(parts().runtime, key, granted=granted, actor=actor(), now=now())
    except RedressError as error:
        return _list(error.message), 422
    return flask.redirect(flask.url_for("web.accounts"))


@blueprint.get("/accounts/<name>")
@signed_in(may=Permission.MANAGE_ACCOUNTS)
def account_page(name: str) -> Any:
    return _show(name, "")


@blueprint.post("/accounts/<name>")
@signed_in(may=Permission.MANAGE_ACCOUNTS)
def change_account(name: str) -> Any:
    sent = flask.request.form
    wanted = Standing(
        operations.names_of(sent.getlist("role")),
        sent.get("level", ""),
        sent.get("email", "").strip()[:320],
        sent.get("active") == "yes",
    )
    runtime, who, at = parts().runtime, actor(), now()
    try:
        superior = sent.get("superior", "").strip()[:100]
        operations.change_account(runtime, name, wanted, actor=who, now=at)
        operations.set_superior(runtime, name, superior, actor=who, now=at)
        forget_names()
    except RedressError as error:
        return _show(name, error.message), 422
    return flask.redirect(flask.url_for("web.account_page", name=name))


@blueprint.post("/accounts/<name>/code")
@signed_in(may=Permission.MANAGE_ACCOUNTS)
def send_code(name: str) -> Any:
    try:
        operations.send_code(parts().runtime, name, actor=actor(), now=now())
    except RedressError as error:
        return _show(name, error.message), 422
    return flask.redirect(flask.url_for("web.account_page", name=name))


@blueprint.post("/accounts/<name>/tokens")
@signed_in(may=Permission.MANAGE_ACCOUNTS)
def add_token(name: str) -> Any:
    try:
        token = operations.make_token(parts().runtime, token_asked(name), actor=actor(), now=now())
    except RedressError as error:
        return _show(name, error.message), 422
    return _show(name, "", token=token)


@blueprint.post("/accounts/<name>/tokens/<token_id>")
@signed_in(may=Permission.MANAGE_ACCOUNTS)
def revoke_token(name: str, token_id: str) -> Any:
    operations.revoke_token(parts().runtime, token_id, actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.account_page", name=name))


def token_asked(name: str) -> NewToken:
    """The token that a form asks for."""
    sent = flask.request.form
    days = sent.get("days", "")
    return NewToken(
        name,
        sent.get("label", "")[:100],
        tuple(sent.getlist("scope")) or None,
        int(days) if days.isdecimal() and len(days) < 5 else 0,
    )


def _list(problem: str) -> str:
    with parts().runtime.database.read() as connection:
        rows = identity.list_accounts(connection)
        levels = {each.name: identity.get_standing(connection, each.name).level for each in rows}
        waiting = identity.list_grants(connection)
        known = identity.known_roles(connection)
        record = audit.list_recent_house_events(connection, EVENTS, limit=RECENT)
    return flask.render_template(
        "accounts.html",
        rows=rows,
        levels=levels,
        waiting=waiting,
        known=known,
        every_level=LEVELS,
        problem=problem,
        record=told(record),
    )


def _show(name: str, problem: str, *, token: str = "") -> str:
    with parts().runtime.database.read() as connection:
        account = identity.get_account(connection, name)
        shown = {
            "standing": identity.get_standing(connection, name),
            "superior": identity.get_superior(connection, name),
            "waiting": identity.list_grants(connection, account=name),
            "known": identity.known_roles(connection),
            "tokens": identity.list_tokens(connection, name),
            "codes": identity.list_links(connection, name),
            "holds": cases.count_open_by_investigator(connection).get(name, 0),
            "settings": identity.get_settings(connection, name),
            "record": told(
                audit.list_house_events(connection, audit.account_subject(name), limit=RECENT)
            ),
        }
    return flask.render_template(
        "account.html",
        one=account,
        every_level=LEVELS,
        permissions=[each.value for each in Permission],
        problem=problem,
        token=token,
        at=now(),
        **shown,
    )
