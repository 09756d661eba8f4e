"""Reads and writes of the mailbox's rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.db import Connection, PageMark, beyond, count_up_to
from service.errors import NotFound, StateConflict
from service.intake.tables import mail_message, mail_uid

_SEEN = {
    "sqlite": sqlite.insert(mail_uid).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(mail_uid).on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True)
class MailRow:
    """One row of `mail_message`."""

    key: int
    fingerprint: str
    message_id: str
    sha256: str
    size: int
    sender: str
    subject: str
    preview: str
    received_at: datetime
    read_at: datetime
    verdict: str
    state: str
    reason: str
    root_key: int | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies."""

    mailbox: str
    uid_validity: int
    uid: int


def insert_mail(connection: Connection, row: MailRow, place: Place) -> None:
    """Write a message and where it was seen."""
    connection.execute(sa.insert(mail_message), asdict(row))
    mark_seen(connection, row.key, place)


def mark_seen(connection: Connection, key: int, place: Place) -> None:
    """Note that a known message lies there, too."""
    connection.execute(_SEEN[connection.dialect.name], {**asdict(place), "message_key": key})


def find_by_fingerprint(connection: Connection, fingerprint: str) -> int | None:
    """The key of a message that was read before."""
    query = sa.select(mail_message.c.key).where(mail_message.c.fingerprint == fingerprint)
    return connection.execute(query).scalar_one_or_none()


def last_uid(connection: Connection, mailbox: str, uid_validity: int) -> int:
    """How far a mailbox has been read."""
    query = sa.select(sa.func.max(mail_uid.c.uid)).where(
        mail_uid.c.mailbox == mailbox, mail_uid.c.uid_validity == uid_validity
    )
    return connection.execute(query).scalar_one() or 0


def get_mail(connection: Connection, key: int) -> MailRow:
    """A message's row. Raises NotFound."""
    row = (
        connection.execute(sa.select(mail_message).where(mail_message.c.key == key))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound("There is no mail {key}.", key=key)
    return MailRow(**row)


def list_mail(
    connection: Connection,
    *,
    state: str = "waiting",
    after: PageMark | None = None,
    limit: int = 50,
) -> tuple[list[MailRow], int]:
    """Messages in a state, the oldest first while they wait and the newest first afterwards, from
    just after a place; and how many there are, counted up to a bound."""
    query, down = sa.select(mail_message).where(mail_message.c.state == state), state != "waiting"
    total, order = count_up_to(connection, query), (mail_message.c.received_at, mail_message.c.key)
    if after is not None:
        query = query.where(beyond(order, after, down=down))
    query = query.order_by(*(column.desc() if down else column for column in order)).limit(limit)
    return [MailRow(**row) for row in connection.execute(query).mappings()], total


def count_mail(connection: Connection) -> Mapping[tuple[str, str], int]:
    """How many messages there are by verdict and state."""
    query = sa.select(mail_message.c.verdict, mail_message.c.state, sa.func.count()).group_by(
        mail_message.c.verdict, mail_message.c.state
    )
    return {(verdict, state): int(count) for verdict, state, count in connection.execute(query)}


def decide_mail(
    connection: Connection,
    row: MailRow,
    *,
    state: str,
    reason: str,
    root_key: int | None,
    by: str,
    now: datetime,
    verdict: str | None = None,
) -> None:
    """A person's decision on a waiting message. Raises StateConflict when somebody else decided at
    this moment."""
    changed = connection.execute(
        sa.update(mail_message)
        .where(mail_message.c.key == row.key, mail_message.c.state == "waiting")
        .values(
            state=state,
            reason=reason[:300],
            root_key=root_key,
            decided_by=by,
            decided_at=now,
            verdict=verdict or row.verdict,
        )
    )
    if changed.rowcount != 1:
        raise StateConflict("This mail was decided on already. Open the list again.")


def blank_strays(connection: Connection, *, before: datetime, limit: int) -> list[str]:
    """Empty messages that were put aside before then and belong to no case: the row stays, by
    which the mailbox knows how far it was read. The SHA-256 of each, whose file may go."""
    old = sa.select(mail_message.c.key, mail_message.c.sha256).where(
        mail_message.c.state == "dismissed",
        mail_message.c.root_key.is_(None),
        mail_message.c.sha256 != "",
        mail_message.c.received_at < before,
    )
    found = connection.execute(old.order_by(mail_message.c.key).limit(limit)).all()
    if found:
        blank = mail_message.info["erased_as"](mail_message)
        keys = [row.key for row in found]
        connection.execute(
            sa.update(mail_message).where(mail_message.c.key.in_(keys)).values(blank)
        )
    return [row.sha256 for row in found]
