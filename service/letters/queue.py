"""Letters are filed with their case and leave through the outbox, or on paper where there is no
address to mail to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.db import Connection, PageMark, Prepared, beyond, count_up_to, root_of, touch
from service.errors import NotFound, StateConflict
from service.jobs import insert_outbox, raise_incident
from service.letters.tables import letter
from service.letters.template import Letter

ON_PAPER = ("print", "returned", "incomplete")
_WAITS = letter.c.delivery.in_([sa.literal_column(f"'{each}'") for each in ON_PAPER])
"""In the words of the index: PostgreSQL does not recognize it by parameters."""
BY_HAND = frozenset({"outcome", "clarification"})
"""Letters that a person wrote; all others tell mail systems that nobody has to answer them."""
_COLUMNS = (
    "root_key key template language audience recipient subject body written_at details "
    "delivery token"
)
_INSERT = Prepared(sa.insert(letter), columns=_COLUMNS.split())


@dataclass(frozen=True, slots=True)
class Queued:
    """A letter with two fresh keys of its case: its own, and one for its way out. `missing` says
    why it could not be written: then nothing leaves, and an incident takes the second key. `thread`
    is the Message-ID it answers."""

    key: int
    second_key: int
    written: Letter
    thread: str | None = None
    missing: str = ""

    @property
    def meets(self) -> str:
        """The clocks that it meets on its way, by commas: at once by mail, when posted on
        paper."""
        return str(self.written.details.get("meets", "")) if self.delivery == "queued" else ""

    @property
    def delivery(self) -> str:
        if self.missing:
            return "incomplete"
        if self.written.deliverable:
            return "queued"
        return "print" if self.written.audience == "customer" else "none"


def queue_letters(
    connection: Connection, root_key: int, letters: Iterable[Queued], *, now: datetime
) -> None:
    """File the letters and, where there is an address, put them into the outbox; in the caller's
    transaction."""
    queued = [(each, secrets.token_hex(8)) for each in letters]
    if queued:
        touch(connection, root_key)
    _INSERT.run_many(connection, [_row(root_key, each, token, now) for each, token in queued])
    mails = [
        (each.second_key, _mail(each, token)) for each, token in queued if each.delivery == "queued"
    ]
    insert_outbox(connection, root_key, mails, kind="mail", now=now)
    for each, _ in queued:
        if each.missing:
            raise_incident(
                connection,
                root_key=root_key,
                key=each.second_key,
                kind="letter-incomplete",
                element_id="",
                message=each.missing,
                now=now,
                subject_key=each.key,
            )


def _mail(each: Queued, token: str) -> dict[str, Any]:
    written = each.written
    return {
        "to": written.recipient,
        "subject": written.subject,
        "body": written.body,
        "letter": str(each.key),
        "token": token,
        "thread": each.thread,
        "customer": written.language if written.audience == "customer" else "",
        "automatic": written.template not in BY_HAND,
    }


def _row(root_key: int, each: Queued, token: str, now: datetime) -> dict[str, Any]:
    written = each.written
    return {
        "root_key": root_key,
        "key": each.key,
        "template": written.template,
        "language": written.language,
        "audience": written.audience,
        "recipient": written.recipient,
        "subject": written.subject,
        "body": written.body,
        "written_at": now,
        "details": dict(written.details),
        "delivery": each.delivery,
        "token": token,
    }


def list_letters(connection: Connection, root_key: int) -> list[dict[str, Any]]:
    """The letters of a case, oldest first."""
    query = sa.select(letter).where(letter.c.root_key == root_key).order_by(letter.c.key)
    return [dict(row) for row in connection.execute(query).mappings()]


def get_letter(connection: Connection, key: int) -> dict[str, Any]:
    """One letter. Raises NotFound."""
    query = sa.select(letter).where(letter.c.root_key == root_of(key), letter.c.key == key)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no letter {key}.", key=key)
    return dict(row)


def find_letter(connection: Connection, key: int, token: str) -> int | None:
    """The case of the letter that left under that key and token."""
    if not 0 < key < 1 << 63 or not token:
        return None
    query = sa.select(letter.c.root_key).where(
        letter.c.root_key == root_of(key), letter.c.key == key, letter.c.token == token
    )
    root_key: int | None = connection.execute(query).scalar_one_or_none()
    return root_key


def list_on_paper(
    connection: Connection, *, after: PageMark | None = None, limit: int = 50
) -> tuple[list[dict[str, Any]], int]:
    """Letters that wait for a person: to be printed, sent another way, or completed. Oldest first,
    from just after a place, and how many there are, counted up to a bound."""
    order = (letter.c.written_at, letter.c.key)
    query = sa.select(letter).where(_WAITS)
    total = count_up_to(connection, query)
    if after is not None:
        query = query.where(beyond(order, after))
    return [
        dict(row) for row in connection.execute(query.order_by(*order).limit(limit)).mappings()
    ], total


def set_delivery(
    connection: Connection, key: int, delivery: str, *, was: tuple[str, ...], now: datetime, by: str
) -> None:
    """What became of a letter. Raises StateConflict unless it was in one of those states."""
    changed = connection.execute(
        sa.update(letter)
        .where(letter.c.root_key == root_of(key), letter.c.key == key, letter.c.delivery.in_(was))
        .values(delivery=delivery, delivery_at=now, delivery_by=by)
    )
    if changed.rowcount != 1:
        raise StateConflict("Somebody else dealt with this letter already. Open the list again.")


def mark_sent(connection: Connection, payload: Mapping[str, Any], *, now: datetime) -> None:
    """The mail server took the letter; one that came back meanwhile stays returned."""
    key = int(payload.get("letter") or 0)
    connection.execute(
        sa.update(letter)
        .where(
            letter.c.root_key == root_of(key), letter.c.key == key, letter.c.delivery == "queued"
        )
        .values(delivery="sent", delivery_at=now)
    )


def mark_unsent(connection: Connection, payload: Mapping[str, Any], *, now: datetime) -> None:
    """No mail server takes the letter: it has to go another way."""
    key = int(payload.get("letter") or 0)
    connection.execute(
        sa.update(letter)
        .where(
            letter.c.root_key == root_of(key), letter.c.key == key, letter.c.delivery == "queued"
        )
        .values(delivery="returned", delivery_at=now)
    )
