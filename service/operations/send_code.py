"""Somebody is to set their password, for the first time or anew: a code goes to the address on
file, and nobody else sees it."""

from __future__ import annotations

from datetime import datetime

from service import identity, jobs, letters
from service.audit import HouseEvent
from service.db import Connection
from service.errors import StateConflict
from service.execution import Runtime
from service.execution.begin import new_root_key
from service.identity import Actor, Permission, check_permission
from service.operations.change_account import note


def send_code(runtime: Runtime, name: str, *, actor: Actor, now: datetime) -> None:
    """Mail a code by which an account's owner sets their password within a day. Codes from before
    do not work any more. For those who manage accounts. Raises Forbidden, NotFound, StateConflict
    for an account that is over or has no address."""
    check_permission(actor, Permission.MANAGE_ACCOUNTS)
    with runtime.database.transaction() as connection:
        send_within(connection, runtime, name, actor=actor, now=now)


def send_within(
    connection: Connection, runtime: Runtime, name: str, *, actor: Actor, now: datetime
) -> None:
    """The same in a transaction that is open. The code itself is made when the mail leaves."""
    identity.get_account(connection, name)
    address = identity.find_addresses(connection, [name]).get(name)
    if address is None:
        raise StateConflict(
            "{name} is over or has no e-mail address to send a code to; the operator makes one on "
            "the machine with: redress user code {name}",
            name=name,
        )
    link = identity.make_link(connection, name, by=actor.name, now=now)
    root_key = new_root_key(connection, runtime)
    letter = letters.write_letter(
        "password-code",
        language=address[1],
        recipient=address[0],
        audience="staff",
        facts={"name": name},
    )
    payload = {
        "to": letter.recipient,
        "subject": letter.subject,
        "body": letter.body,
        "automatic": True,
        "accountLink": link,
        "language": address[1],
    }
    jobs.insert_outbox(connection, root_key, [(root_key + 1, payload)], kind="mail", now=now)
    note(connection, name, HouseEvent.CODE_SENT, actor=actor, now=now, details={"by": "mail"})


def make_code(runtime: Runtime, name: str, *, key: str, actor: Actor, now: datetime) -> str:
    """A code, to be handed over in person. Only for the operator at the bank's own machine; `key`
    is the service's secret. Raises Forbidden, NotFound."""
    check_permission(actor, Permission.MAKE_CODES)
    with runtime.database.transaction() as connection:
        identity.get_account(connection, name)
        link = identity.make_link(connection, name, by=actor.name, now=now)
        note(connection, name, HouseEvent.CODE_SENT, actor=actor, now=now, details={"by": "hand"})
    return identity.link_code(key, link)
