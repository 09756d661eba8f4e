"""Somebody sets their own password: with the code that they were sent, or with the one before."""

from __future__ import annotations

from datetime import datetime

from service import identity
from service.audit import HouseEvent
from service.db import Connection
from service.errors import Forbidden
from service.execution.runtime import Runtime
from service.identity import Actor
from service.operations.change_account import note


def set_password(
    runtime: Runtime,
    name: str,
    *,
    code: str,
    password: str,
    key: str,
    address: str,
    now: datetime,
) -> None:
    """Set the password of an account by its code, which is used up; sessions end. `key` is the
    service's secret, `address` where it is asked from. For everybody. Raises TooManyAttempts,
    Forbidden for a wrong code, InvalidInput for a password that is too easy."""
    with runtime.database.read() as connection:
        identity.check_sign_in(connection, name, address, now=now)
        link = identity.find_link(connection, name, code, key=key, now=now)
        about = _about(connection, name)
    if link is None:
        with runtime.database.transaction() as connection:
            identity.count_failed(connection, name, address, now=now)
        raise _wrong_code()
    identity.check_new_password(password, about=about)
    password_hash = identity.hash_password(password)
    with runtime.database.transaction() as connection:
        if not identity.use_link(connection, link, now=now):
            raise _wrong_code()
        _write(connection, name, password_hash, by="code", now=now)


def change_password(
    runtime: Runtime, actor: Actor, *, old: str, new: str, address: str, now: datetime
) -> None:
    """Set one's own password, showing the one before; every session ends. For whoever is signed in.
    Raises TooManyAttempts, Forbidden for a wrong password, InvalidInput for one that is too
    easy."""
    with runtime.database.read() as connection:
        identity.check_sign_in(connection, actor.name, address, now=now)
        known = identity.find_password(connection, actor.name)
        about = _about(connection, actor.name)
    if not identity.check_password(known, old):
        with runtime.database.transaction() as connection:
            identity.count_failed(connection, actor.name, address, now=now)
        raise Forbidden("That is not your present password.")
    identity.check_new_password(new, about=[*about, old])
    password_hash = identity.hash_password(new)
    with runtime.database.transaction() as connection:
        _write(connection, actor.name, password_hash, by="themselves", now=now)


def _wrong_code() -> Forbidden:
    return Forbidden("The name and the code do not belong together, or the code's time is over.")


def _about(connection: Connection, name: str) -> list[str]:
    """What a guesser knows of somebody."""
    found = identity.find_account(connection, name)
    return [name] if found is None else [name, found.display_name]


def _write(
    connection: Connection, name: str, password_hash: str, *, by: str, now: datetime
) -> None:
    identity.set_password(connection, name, password_hash)
    note(
        connection,
        name,
        HouseEvent.PASSWORD_SET,
        actor=Actor(name),
        now=now,
        details={"by": by},
    )
