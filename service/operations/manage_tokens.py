"""API tokens are made, replaced and revoked on the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service import identity
from service.audit import HouseEvent
from service.db import Connection
from service.errors import Forbidden, InvalidInput
from service.execution import Runtime
from service.identity import OPERATOR, PROGRAMS, Actor, Permission, Token, check_permission
from service.operations.change_account import note

OVERLAP = timedelta(hours=24)
"""So long the token before works on beside the one that replaces it."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a token is to be: whose, what for, for how many days. `scope` None: whatever its account
    may; `days` None: until it is revoked, which only the operator gives."""

    account: str
    label: str = ""
    scope: tuple[str, ...] | None = None
    days: int | None = None


def make_token(runtime: Runtime, new: NewToken, *, actor: Actor, now: datetime) -> str:
    """A new token, shown once. One's own; for those who manage accounts also that of a program; for
    the operator any. Raises Forbidden, NotFound, InvalidInput."""
    _check_days(new.days, actor)
    with runtime.database.transaction() as connection:
        return _make(connection, new, actor=actor, now=now)


def _check_days(days: int | None, actor: Actor) -> None:
    if days is None and actor != OPERATOR:
        raise InvalidInput("expected how many days the token is for")


def _make(connection: Connection, new: NewToken, *, actor: Actor, now: datetime) -> str:
    account = identity.get_account(connection, new.account)
    _check_may(account, actor)
    token = identity.create_token(
        connection,
        new.account,
        now=now,
        label=new.label.strip(),
        scope=new.scope,
        expires_at=None if new.days is None else now + timedelta(days=new.days),
        by=actor.name,
    )
    made = identity.get_token(connection, identity.hash_token(token))
    details = {
        "token": made.id,
        "label": made.label,
        "scope": None if made.scope is None else list(made.scope),
        "until": None if made.expires_at is None else made.expires_at.isoformat(),
    }
    note(connection, new.account, HouseEvent.TOKEN_MADE, actor=actor, now=now, details=details)
    return token


def replace_token(
    runtime: Runtime, token_id: str, *, days: int | None, actor: Actor, now: datetime
) -> str:
    """A new token in the place of one, with its label and scope; the old one works on for a day, so
    that the program can be told. Raises as `make_token`; InvalidInput also for one that works no
    more."""
    _check_days(days, actor)
    with runtime.database.transaction() as connection:
        old = identity.get_token(connection, token_id)
        if not old.is_live(now):
            raise InvalidInput("expected a token that works, {token} does not", token=old.id)
        new = NewToken(old.account, old.label, old.scope, days)
        token = _make(connection, new, actor=actor, now=now)
        identity.let_expire(connection, old.id, at=now + OVERLAP)
        details = {"token": old.id, "until": (now + OVERLAP).isoformat()}
        note(
            connection,
            old.account,
            HouseEvent.TOKEN_REVOKED,
            actor=actor,
            now=now,
            details=details,
        )
    return token


def revoke_token(runtime: Runtime, token_id: str, *, actor: Actor, now: datetime) -> Token:
    """Let a token open nothing any more, at once. One's own; any for those who manage accounts.
    Raises Forbidden, NotFound."""
    with runtime.database.transaction() as connection:
        found = identity.get_token(connection, token_id)
        if found.account != actor.name:
            check_permission(actor, Permission.MANAGE_ACCOUNTS)
        identity.revoke_token(connection, token_id, now=now)
        if found.revoked_at is None:
            note(
                connection,
                found.account,
                HouseEvent.TOKEN_REVOKED,
                actor=actor,
                now=now,
                details={"token": found.id, "label": found.label},
            )
        return found


def _check_may(account: identity.Account, actor: Actor) -> None:
    """Raises Forbidden: who makes a token for somebody else could act in their name."""
    if actor.only is not None:
        raise Forbidden("A token makes no tokens; sign in for that.")
    if account.name == actor.name or actor == OPERATOR:
        return
    check_permission(actor, Permission.MANAGE_ACCOUNTS)
    if not account.roles or not set(account.roles) <= set(PROGRAMS):
        raise Forbidden(
            "A token of a person is made by that person; {name} is no program.", name=account.name
        )
