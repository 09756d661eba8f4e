"""Somebody shows a name and a password, and gets a session for their browser."""

from __future__ import annotations

import logging
from datetime import datetime

from service import identity
from service.errors import Forbidden, RedressError
from service.execution.runtime import Runtime

log = logging.getLogger("redress.security")


class CodeWanted(RedressError):
    """The password is right; a code of the second factor is asked for."""

    code = "code-wanted"

    def __init__(self, pending: str) -> None:
        """`pending` is to be shown with the code."""
        super().__init__()
        self.pending = pending


def sign_in(
    runtime: Runtime, name: str, password: str, *, address: str, now: datetime, key: str = ""
) -> str | None:
    """The token of a new session, or None for a name and a password that do not belong together.
    `key` is the service's own secret. For everybody. Raises TooManyAttempts; CodeWanted where the
    account has a second factor.

    The password is hashed while no transaction is open: it takes long on purpose, and nobody else
    could write meanwhile.
    """
    with runtime.database.read() as connection:
        identity.check_sign_in(connection, name, address, now=now)
        known = identity.find_password(connection, name)
    right = identity.check_password(known, password)
    with runtime.database.transaction() as connection:
        if right and known and identity.find_password(connection, name) == known:
            if identity.has_factor(connection, name):
                raise CodeWanted(identity.make_pending(name, known, key=key, now=now))
            identity.note_success(connection, name, address, now=now)
            return identity.open_session(connection, name, now=now)
        if identity.count_failed(connection, name, address, now=now):
            log.warning("too many failed at an account: it is closed to new addresses for a while")
    return None


def enter_vouched(runtime: Runtime, name: str, *, key: str, now: datetime) -> str:
    """The token of a new session for somebody whom the bank's identity provider has vouched for.
    For everybody. Raises Forbidden without an active account of that name; CodeWanted where it has
    a second factor here."""
    with runtime.database.transaction() as connection:
        found = identity.find_account(connection, name)
        if found is None or not found.active:
            log.warning("the provider vouched for somebody who has no account here")
            raise Forbidden(
                "Your work account is {name}, and there is no account of that name here. Ask an "
                "administrator for one.",
                name=name,
            )
        if identity.has_factor(connection, name):
            known = identity.find_password(connection, name) or ""
            raise CodeWanted(identity.make_pending(name, known, key=key, now=now))
        return identity.open_session(connection, name, now=now)


def check_token_attempts(runtime: Runtime, address: str, *, now: datetime) -> None:
    """Raises TooManyAttempts while too many failed from this address. For everybody."""
    with runtime.database.read() as connection:
        if (
            identity.count_of(connection, identity.ADDRESS, address, now=now)
            >= identity.ADDRESS.most
        ):
            raise identity.TooManyAttempts


def count_token_failure(runtime: Runtime, address: str, *, now: datetime) -> None:
    """Note that a client showed credentials that are none. For everybody."""
    with runtime.database.transaction() as connection:
        identity.count_up(connection, identity.ADDRESS, address, now=now)
