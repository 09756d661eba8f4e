"""Tell a person of the bank something: in the page, and by mail where they chose it. In the
caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from service import cases, identity, jobs, letters, notifications
from service.db import Connection
from service.execution.child_keys import take_children


def tell_person(
    connection: Connection,
    name: str,
    kind: str,
    *,
    root_key: int,
    subject_key: int,
    now: datetime,
    by: str = "",
    stamp: str = "",
) -> bool:
    """Write the notice and put its mail into the outbox; whether there was anything new to tell.
    Whoever must not know of the case is told nothing."""
    if not cases.who_may_know(connection, [name], root_key, now=now):
        return False
    ways = notifications.tell(
        connection,
        name,
        kind,
        root_key=root_key,
        subject_key=subject_key,
        now=now,
        by=by,
        stamp=stamp,
    )
    if ways is not None and ways.mail:
        _mail(connection, [name], kind, root_key=root_key, by=by, now=now)
    return ways is not None


def tell_group(
    connection: Connection,
    group: str,
    kind: str,
    *,
    root_key: int,
    subject_key: int,
    now: datetime,
    stamp: str = "",
) -> bool:
    """Tell every person of a role, or the one person of that name; whether there was anybody to
    tell."""
    return tell_people(
        connection,
        identity.list_members(connection, group),
        kind,
        root_key=root_key,
        subject_key=subject_key,
        now=now,
        stamp=stamp,
    )


def tell_people(
    connection: Connection,
    names: Iterable[str],
    kind: str,
    *,
    root_key: int,
    subject_key: int,
    now: datetime,
    stamp: str = "",
) -> bool:
    """Tell each of them who may know of the case; whether there was anybody to tell."""
    told = notifications.tell_all(
        connection,
        cases.who_may_know(connection, names, root_key, now=now),
        kind,
        root_key=root_key,
        subject_key=subject_key,
        now=now,
        stamp=stamp,
    )
    by_mail = [name for name, ways in told.items() if ways.mail]
    if by_mail:
        _mail(connection, by_mail, kind, root_key=root_key, by="", now=now)
    return bool(told)


def _mail(
    connection: Connection,
    names: Sequence[str],
    kind: str,
    *,
    root_key: int,
    by: str,
    now: datetime,
) -> None:
    """The mails name the case and what happened, nothing of its customer: they leave the house."""
    addresses = identity.find_addresses(connection, names)
    case = cases.find_complaint(connection, root_key) or cases.find_emergency(connection, root_key)
    if not addresses or case is None:
        return
    facts = {"kind": kind, "number": case.number, "by": by}
    key = take_children(connection, root_key, len(addresses))
    mails = [
        (key + number, _payload(address, language, facts))
        for number, (address, language) in enumerate(addresses[n] for n in names if n in addresses)
    ]
    jobs.insert_outbox(connection, root_key, mails, kind="mail", now=now)


def _payload(address: str, language: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    written = letters.write_letter(
        "told", language=language, recipient=address, facts=facts, audience="staff"
    )
    return {
        "to": written.recipient,
        "subject": written.subject,
        "body": written.body,
        "automatic": True,
    }
