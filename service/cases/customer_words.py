"""What a customer said of their complaint after it was registered: answers, disputes, additions.

A row is written once, in the transaction of what it moved; the history row of that carries its key.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from service.cases.search import extend_case
from service.cases.tables import customer_word
from service.db import Connection

WORD_KINDS = ("answer", "information", "opinion", "withdrawal")
"""An answer to the bank's question; something added unasked; what they think of the outcome; why
they withdraw."""


@dataclass(frozen=True, slots=True)
class CustomerWord:
    """One thing a customer said. `kind` is one of `WORD_KINDS`; `channel` is portal or email."""

    root_key: int
    key: int
    kind: str
    channel: str
    body: str
    said_at: datetime


def insert_word(connection: Connection, new: CustomerWord) -> None:
    """Write it, and let the case be found by it; in the caller's transaction."""
    connection.execute(sa.insert(customer_word), asdict(new))
    extend_case(connection, new.root_key, new.body)


def list_words(
    connection: Connection, root_key: int, *, limit: int | None = None
) -> list[CustomerWord]:
    """What the customer said, the last `limit` of it; oldest first."""
    query = sa.select(customer_word).where(customer_word.c.root_key == root_key)
    rows = connection.execute(query.order_by(customer_word.c.key.desc()).limit(limit)).mappings()
    return [CustomerWord(**row) for row in rows][::-1]
