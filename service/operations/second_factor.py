"""Somebody sets up their second factor, shows it when they sign in, or turns it off."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from service import identity
from service.audit import HouseEvent
from service.db import Connection
from service.errors import Forbidden, NotFound
from service.execution.runtime import Runtime
from service.identity import Actor, Factor, Permission, check_permission
from service.operations.change_account import note
from service.sentence import Sentence

log = logging.getLogger("redress.security")
NO_FACTOR = Sentence("There is no such second factor; set one up first.")


def begin_factor(runtime: Runtime, actor: Actor, *, now: datetime) -> Factor:
    """A second factor for oneself, to be confirmed with its first code. For whoever is signed in.
    Raises StateConflict where there is one."""
    with runtime.database.transaction() as connection:
        factor = identity.begin_factor(connection, actor.name, now=now)
        _note(connection, actor.name, HouseEvent.FACTOR_BEGUN, actor=actor, now=now)
    return factor


def confirm_factor(
    runtime: Runtime, actor: Actor, code: str, *, key: str, address: str, now: datetime
) -> tuple[list[str], str]:
    """Let one's second factor count, with its first code: the recovery codes, and the token of a
    new session, for every other ends. Raises Forbidden for a wrong code, NotFound,
    TooManyAttempts."""
    factor = _factor(runtime, actor.name, confirmed=False)
    _take(runtime, factor, code, key=key, address=address, now=now)
    with runtime.database.transaction() as connection:
        if not identity.confirm_factor(connection, factor, now=now):
            raise NotFound(NO_FACTOR)
        ended = identity.end_sessions(connection, actor.name)
        event = HouseEvent.FACTOR_SET
        _note(connection, actor.name, event, actor=actor, now=now, sessionsEnded=ended)
        token = identity.open_session(connection, actor.name, now=now)
    return identity.recovery_codes(factor, key), token


def drop_factor(
    runtime: Runtime, actor: Actor, code: str, *, key: str, address: str, now: datetime
) -> None:
    """Turn one's second factor off, with a code of it. For whoever is signed in. Raises Forbidden
    for a wrong code, NotFound, TooManyAttempts."""
    factor = _factor(runtime, actor.name, confirmed=True)
    _take(runtime, factor, code, key=key, address=address, now=now)
    _drop(runtime, actor.name, actor=actor, now=now)


def forget_factor(runtime: Runtime, name: str, *, actor: Actor, now: datetime) -> None:
    """Turn off the second factor of somebody who has lost it. Only for the operator at the bank's
    own machine. Raises Forbidden, NotFound."""
    check_permission(actor, Permission.MAKE_CODES)
    _drop(runtime, name, actor=actor, now=now)


def pass_factor(
    runtime: Runtime, pending: str, code: str, *, key: str, address: str, now: datetime
) -> str | None:
    """The token of a new session for whoever has shown the password (`pending`) and now a code of
    their second factor; None where either is wrong or over. For everybody. Raises
    TooManyAttempts: tries are counted with those of the password."""
    name = identity.read_pending(pending)
    with runtime.database.read() as connection:
        identity.check_sign_in(connection, name, address, now=now)
        found = identity.find_account(connection, name)
        # no password where the bank's own sign-in vouches for them
        known = (identity.find_password(connection, name) or "") if found else None
        factor = identity.find_factor(connection, name)
    if found is None or not found.active:
        return None
    if factor is None or not identity.is_pending(pending, known, key=key, now=now):
        return None
    with runtime.database.transaction() as connection:
        if identity.take_code(connection, factor, code, key=key, now=now):
            identity.note_success(connection, name, address, now=now)
            return identity.open_session(connection, name, now=now)
        if identity.count_failed(connection, name, address, now=now):
            log.warning("too many failed at an account: it is closed to new addresses for a while")
    return None


def _factor(runtime: Runtime, name: str, *, confirmed: bool) -> Factor:
    with runtime.database.read() as connection:
        found = identity.find_factor(connection, name)
    if found is None or (found.confirmed_at is not None) is not confirmed:
        raise NotFound(NO_FACTOR)
    return found


def _take(
    runtime: Runtime, factor: Factor, code: str, *, key: str, address: str, now: datetime
) -> None:
    name = factor.account
    with runtime.database.transaction() as connection:
        identity.check_sign_in(connection, name, address, now=now)
        taken = identity.take_code(connection, factor, code, key=key, now=now)
        if not taken:
            identity.count_failed(connection, name, address, now=now)
    if not taken:
        raise Forbidden("That is not the code your telephone shows now, or it was used already.")


def _drop(runtime: Runtime, name: str, *, actor: Actor, now: datetime) -> None:
    with runtime.database.transaction() as connection:
        if not identity.drop_factor(connection, name):
            raise NotFound(NO_FACTOR)
        _note(connection, name, HouseEvent.FACTOR_DROPPED, actor=actor, now=now)


def _note(
    connection: Connection,
    name: str,
    event: HouseEvent,
    *,
    actor: Actor,
    now: datetime,
    **details: Any,
) -> None:
    note(connection, name, event, actor=actor, now=now, details=details)
