"""A new account, and the task groups of the bank's own that accounts can have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service import audit, identity
from service.audit import HouseEvent
from service.errors import InvalidInput
from service.execution import Runtime
from service.i18n.languages import is_known
from service.identity import OPERATOR, Actor, Permission, Standing, check_permission
from service.operations.change_account import ask, note, put_standing
from service.operations.send_code import send_within


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is known of somebody who is to have an account. `email` is where the code for their
    password goes."""

    name: str
    display_name: str = ""
    email: str = ""
    language: str = "en"
    roles: tuple[str, ...] = ()
    level: str = ""


def add_account(
    runtime: Runtime,
    new: NewAccount,
    *,
    actor: Actor,
    now: datetime,
    password: str | None = None,
) -> None:
    """Make an account: it has no role before another administrator has granted it, except at the
    hands of the operator, and no password but the one its owner sets with the code that is mailed.
    Only the operator sets one. For those who manage accounts. Raises Forbidden, InvalidInput,
    StateConflict for a name that is taken."""
    check_permission(actor, Permission.MANAGE_ACCOUNTS)
    alone = actor == OPERATOR
    if not alone and password is not None:
        raise InvalidInput("expected no password: its owner sets it")
    _check(new, needs_email=not alone)
    roles = tuple(sorted({each.casefold() for each in new.roles}))
    with runtime.database.transaction() as connection:
        identity.create_account(
            connection,
            new.name,
            password,
            (),
            now=now,
            display_name=new.display_name,
            language=new.language,
            email=new.email or None,
        )
        identity.check_roles(connection, roles)
        identity.check_level(new.level)
        details = {
            "displayName": new.display_name or new.name,
            "email": new.email,
            "language": new.language,
        }
        note(connection, new.name, HouseEvent.ACCOUNT_ADDED, actor=actor, now=now, details=details)
        before = identity.get_standing(connection, new.name)
        after = Standing(roles, new.level, new.email, active=True)
        at_once = after if alone else identity.narrowed(before, after)
        put_standing(connection, new.name, before, at_once, actor=actor, now=now)
        if more := identity.widened(at_once, after):
            ask(connection, new.name, at_once, more, actor=actor, now=now)
        if new.email and password is None:
            send_within(connection, runtime, new.name, actor=actor, now=now)


def add_group(runtime: Runtime, name: str, *, actor: Actor, now: datetime) -> None:
    """Make a task group of the bank's own known. For those who manage accounts. Raises Forbidden,
    InvalidInput, StateConflict."""
    check_permission(actor, Permission.MANAGE_ACCOUNTS)
    with runtime.database.transaction() as connection:
        identity.add_group(connection, name, by=actor.name, now=now)
        subject = f"group:{name.strip().casefold()}"
        audit.record(
            connection, subject, HouseEvent.GROUP_ADDED, actor=actor.name, at=now, details={}
        )


def _check(new: NewAccount, *, needs_email: bool) -> None:
    if new.email or needs_email:
        identity.check_email(new.email)
    if not is_known(new.language):
        raise InvalidInput("expected a language of the product, got {tag!r}", tag=new.language[:20])


def names_of(text: Iterable[str]) -> tuple[str, ...]:
    """Roles as they are kept: each once, in small letters."""
    return tuple(sorted({each.strip().casefold() for each in text if each.strip()}))
