"""What the bank's people say to each other about a case, and which other cases its customer has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.cases.queries import Complaint
from service.cases.search import extend_case
from service.cases.tables import case_comment, complaint
from service.db import Connection, Prepared

MOST_RELATED = 10
MENTION = re.compile(r"(?<![\w.@])@([\w.-]{1,100}\w|\w)")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment; `mentions` are account names."""

    root_key: int
    key: int
    author: str
    body: str
    mentions: list[str]
    written_at: datetime


def mentions_of(body: str) -> list[str]:
    """The names a text mentions as `@name`, each once."""
    return list(dict.fromkeys(MENTION.findall(body)))


def insert_comment(connection: Connection, new: Comment) -> None:
    """Write a comment, which the case is then found by; in the caller's transaction."""
    values = {name: getattr(new, name) for name in Comment.__slots__}
    connection.execute(sa.insert(case_comment), values)
    extend_case(connection, new.root_key, new.body)


def list_comments(
    connection: Connection, root_key: int, *, before: int | None = None, limit: int | None = None
) -> list[Comment]:
    """The comments of a case, or the last ones of them before a key; oldest first."""
    query = sa.select(case_comment).where(case_comment.c.root_key == root_key)
    if before is not None:
        query = query.where(case_comment.c.key < before)
    rows = connection.execute(query.order_by(case_comment.c.key.desc()).limit(limit)).mappings()
    return [Comment(**row) for row in rows][::-1]


def _root_keys(column: str, name: str) -> sa.Select[Any]:
    """The newest complaints with the value given as `name`; none for a value that is NULL."""
    given = sa.bindparam(name, type_=sa.String)
    query = sa.select(complaint.c.root_key).where(complaint.c[column] == given)
    newest = query.order_by(complaint.c.root_key.desc()).limit(MOST_RELATED + 1).subquery()
    return sa.select(newest.c.root_key)


_WAYS = {"contact_phone": "b_phone", "contact_email": "b_email", "customer_name": "b_name"}
_RELATED = Prepared(
    sa.select(complaint)
    .where(
        complaint.c.root_key.in_(
            sa.union(
                *(_root_keys(column, name) for column, name in _WAYS.items()),
                _root_keys("customer_key", "b_customer"),
            )
        ),
        complaint.c.root_key != sa.bindparam("b_root_key", type_=sa.BigInteger),
    )
    .order_by(complaint.c.root_key.desc())
    .limit(MOST_RELATED)
)
"""One statement: each way to know a customer reads the first entries of its own index."""


def list_related(connection: Connection, found: Complaint) -> Sequence[Complaint]:
    """Other cases of the same customer, newest first: the same telephone or address of mail. Where
    there is neither, the same name: by itself a name tells little, a bank has many customers of
    one."""
    reached = bool(found.contact_phone or found.contact_email)
    named = not reached and len(found.customer_name or "") > 1
    values = {
        "b_root_key": found.root_key,
        "b_phone": found.contact_phone or None,
        "b_email": found.contact_email or None,
        "b_name": found.customer_name if named else None,
        "b_customer": found.customer_key,
    }
    return [Complaint(**row) for row in _RELATED.all(connection, values)]
