"""Cases whose time of retention is over are erased whole; what stays is that there was one, and the
end of its chain.

A case under a legal hold stays, and so does one that began something which is not over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from service import audit, cases
from service.cases.tables import case_link, complaint, emergency_complaint, erased_case, follower
from service.db import Connection, metadata
from service.errors import NotFound
from service.execution import Runtime, take_children
from service.identity import Actor
from service.instances.tables import idempotency_key, process_instance
from service.jobs.tables import message
from service.vault import Vault

_UNTIL = complaint.c.facts["retainUntil"].as_string()
_BEYOND = (
    (case_link, case_link.c.other_key),
    (emergency_complaint, emergency_complaint.c.complaint_key),
    (follower, follower.c.case_key),
)
"""Rows that name a case otherwise than by `root_key`."""
KEPT = frozenset({"erased_case", "emergency"})


@dataclass(frozen=True, slots=True)
class Expired:
    """A case that may be erased, since the day after `until`."""

    root_key: int
    number: str
    archived_at: datetime
    until: date


def list_expired(
    connection: Connection, *, today: date, after: int = 0, limit: int = 500
) -> list[Expired]:
    """Archived complaints beyond their retention, no hold on them, from just after a key."""
    active = (
        sa.select(follower.c.root_key)
        .join(process_instance, process_instance.c.root_key == follower.c.root_key)
        .where(follower.c.case_key == complaint.c.root_key, process_instance.c.state == "active")
    )
    query = (
        sa.select(
            complaint.c.root_key, complaint.c.number, complaint.c.archived_at, _UNTIL.label("until")
        )
        .where(
            complaint.c.status == "archived",
            ~complaint.c.legal_hold,
            today.isoformat() > _UNTIL,
            complaint.c.root_key > after,
            ~active.exists(),
        )
        .order_by(complaint.c.root_key)
        .limit(limit)
    )
    return [
        Expired(row.root_key, row.number, row.archived_at, date.fromisoformat(row.until))
        for row in connection.execute(query)
    ]


def erase_case(
    runtime: Runtime, vault: Vault, found: Expired, *, today: date, actor: Actor, now: datetime
) -> bool:
    """Erase one case and what it began, in one transaction; whether it could still be erased. Its
    files go after."""
    with runtime.database.transaction() as connection:
        try:
            take_children(connection, found.root_key)
        except NotFound:  # somebody else has
            return False
        if list_expired(connection, today=today, after=found.root_key - 1, limit=1) != [found]:
            return False
        began = connection.execute(
            sa.select(follower.c.root_key).where(follower.c.case_key == found.root_key)
        ).scalars()
        keys = [found.root_key, *began]
        tip = audit.find_tip(connection, found.root_key)
        hashes = _hashes(connection, keys)
        _erase(connection, keys)
        _forget_requests(connection, found.number)
        row = {
            "number": found.number,
            "root_key": found.root_key,
            "archived_at": found.archived_at,
            "until": found.until,
            "erased_at": now,
            "erased_by": actor.name,
            "history_rows": tip.seq,
            "history_hash": tip.hash,
        }
        connection.execute(sa.insert(erased_case), row)
    remove_files(runtime, vault, hashes)
    return True


def _with_files() -> list[sa.Table]:
    """The tables that name files of cases: evidence, and messages as they came."""
    return [
        table for table in metadata.sorted_tables if "sha256" in table.c and "root_key" in table.c
    ]


def _hashes(connection: Connection, keys: Sequence[int]) -> list[str]:
    """The files that the cases name."""
    found: set[str] = set()
    for table in _with_files():
        found.update(
            connection.execute(
                sa.select(table.c.sha256).where(table.c.root_key.in_(keys))
            ).scalars()
        )
    return sorted(found)


def _erase(connection: Connection, keys: Sequence[int]) -> None:
    for table, column in _BEYOND:
        connection.execute(sa.delete(table).where(column.in_(keys)))
    blank_rows(connection, keys)
    for table in reversed(metadata.sorted_tables):
        if "root_key" in table.c and table.name not in KEPT:
            connection.execute(sa.delete(table).where(table.c.root_key.in_(keys)))
    for key in keys:
        cases.forget_texts(connection, key)


def blank_rows(connection: Connection, keys: Sequence[int]) -> None:
    """Empty the rows that have to stay because others name them: a mail that came for the case, by
    which a mailbox knows how far it has been read. Of its content nothing stays, nor its hash."""
    for table in metadata.sorted_tables:
        blank = table.info.get("erased_as")
        if blank is not None:
            connection.execute(
                sa.update(table).where(table.c.root_key.in_(keys)).values(blank(table))
            )


def _forget_requests(connection: Connection, number: str) -> None:
    """What was sent for the case from outside: published messages, and answers that are kept to be
    given again."""
    connection.execute(sa.delete(message).where(message.c.correlation_key == number))
    answered = idempotency_key.c.answer["number"].as_string() == number
    connection.execute(sa.delete(idempotency_key).where(answered))


def remove_files(runtime: Runtime, vault: Vault, hashes: Sequence[str]) -> None:
    """Remove the files that no other row names. A crash before it leaves a file that nothing
    names."""
    with runtime.database.read() as connection:
        for sha256 in hashes:
            named = [
                connection.execute(
                    sa.select(table.c.key).where(table.c.sha256 == sha256).limit(1)
                ).first()
                for table in _with_files()
            ]
            if not any(named):
                vault.path(sha256).unlink(missing_ok=True)
