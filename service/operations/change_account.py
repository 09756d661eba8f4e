"""What an account may: less at once, more once a second administrator has granted it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service import audit, identity
from service.audit import HouseEvent
from service.db import Connection
from service.errors import StateConflict
from service.execution import Runtime
from service.identity import OPERATOR, Actor, GrantState, Permission, Standing, check_permission
from service.operations.give_back import give_back


def change_account(
    runtime: Runtime, name: str, wanted: Standing, *, actor: Actor, now: datetime
) -> bool:
    """Let an account be allowed that; whether part of it waits for another administrator. What is
    less takes effect at once: its sessions end, and tasks that it may not do any more are given
    back. An account that ends loses its tokens and codes too. What had waited for the account is
    replaced. The operator at the bank's own machine grants alone, and the history says so.

    For those who manage accounts. Raises Forbidden, NotFound, InvalidInput for an unknown role or
    level, StateConflict where nobody would be left who manages accounts.
    """
    check_permission(actor, Permission.MANAGE_ACCOUNTS)
    with runtime.database.transaction() as connection:
        before = identity.get_standing(connection, name)
        identity.check_roles(connection, wanted.roles)
        identity.check_level(wanted.level)
        if wanted.email:
            identity.check_email(wanted.email)
        after = wanted if actor == OPERATOR else identity.narrowed(before, wanted)
        more = {} if actor == OPERATOR else identity.widened(before, wanted)
        _check_somebody_left(connection, name, after)
        put_standing(connection, name, before, after, actor=actor, now=now)
        if more:
            ask(connection, name, before, more, actor=actor, now=now)
        else:
            identity.refuse_grants(connection, name, by=actor.name, now=now)
    give_back(runtime, name, actor=actor, now=now)
    return bool(more)


def ask(
    connection: Connection,
    name: str,
    before: Standing,
    more: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Ask another administrator for more, on the record."""
    identity.ask_grant(connection, name, more, by=actor.name, now=now)
    known = before.document()
    details = {each: {"from": known[each], "to": more[each]} for each in sorted(more)}
    note(connection, name, HouseEvent.GRANT_ASKED, actor=actor, now=now, details=details)


def decide_grant(runtime: Runtime, key: int, *, granted: bool, actor: Actor, now: datetime) -> None:
    """Grant or refuse what another administrator asked for. For those who manage accounts, but
    neither who asked nor whom it is about. Raises Forbidden, NotFound, StateConflict."""
    check_permission(actor, Permission.MANAGE_ACCOUNTS)
    with runtime.database.transaction() as connection:
        request = identity.get_grant(connection, key)
        identity.check_may_decide(request, actor.name)
        state = GrantState.GRANTED if granted else GrantState.REFUSED
        identity.end_grant(connection, key, state, by=actor.name, now=now)
        before = identity.get_standing(connection, request.account)
        known, change = before.document(), request.change
        details: dict[str, Any] = {
            each: {"from": known[each], "to": change[each]} for each in sorted(change)
        }
        details["askedBy"] = request.asked_by
        event = HouseEvent.GRANT_MADE if granted else HouseEvent.GRANT_REFUSED
        note(connection, request.account, event, actor=actor, now=now, details=details)
        if granted:
            after = identity.applied(before, change)
            identity.put_standing(connection, request.account, after)


def put_standing(
    connection: Connection,
    name: str,
    before: Standing,
    after: Standing,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Write and record what an account may from now on; what was open for it closes where it may
    less."""
    if after == before:
        return
    identity.put_standing(connection, name, after)
    old, new = before.document(), after.document()
    details: dict[str, Any] = {
        each: {"from": old[each], "to": new[each]} for each in old if old[each] != new[each]
    }
    if identity.widened(after, before):
        details["sessionsEnded"] = identity.end_sessions(connection, name)
    ended = before.active and not after.active
    if ended:
        details["tokensRevoked"] = identity.revoke_all(connection, name, now=now)
        identity.void_links(connection, name, now=now)
    event = HouseEvent.ACCOUNT_ENDED if ended else HouseEvent.ACCOUNT_CHANGED
    note(connection, name, event, actor=actor, now=now, details=details)


def note(
    connection: Connection,
    name: str,
    event: HouseEvent,
    *,
    actor: Actor,
    now: datetime,
    details: Mapping[str, Any],
) -> None:
    """Record what was done to an account."""
    audit.record(
        connection,
        audit.account_subject(name),
        event,
        actor=actor.name,
        at=now,
        details=details,
    )


def _check_somebody_left(connection: Connection, name: str, after: Standing) -> None:
    """Raises StateConflict where this would end the last account that manages accounts."""
    if after.active and Actor(name, frozenset(after.roles)).may(Permission.MANAGE_ACCOUNTS):
        return
    others = [
        each
        for each in identity.list_accounts(connection)
        if each.active and each.actor.may(Permission.MANAGE_ACCOUNTS)
    ]
    if [each.name for each in others] == [name]:
        raise StateConflict(
            "{name} is the only administrator; there has to be another one first.", name=name
        )
