"""What the bank's people say to each other about a case, and which other cases its customer has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.cases.queries import Complaint
from service.cases.search import extend_case, search_roots
from service.cases.tables import case_comment, complaint
from service.db import Connection

MOST_RELATED = 10
MOST_HITS = 50
_SAME_KEY = (
    sa.select(complaint.c.root_key)
    .where(complaint.c.customer_key == sa.bindparam("b_customer"))
    .order_by(complaint.c.root_key.desc())
    .limit(MOST_HITS)
)
_MENTION = re.compile(r"(?<![\w.@])@([\w.-]{1,100}\w|\w)")


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
    return list(dict.fromkeys(_MENTION.findall(body)))


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


def _ways_to_know(found: Complaint) -> dict[str, Any]:
    """What a customer is known by, from the column to its value."""
    contacts = {"contact_phone": found.contact_phone, "contact_email": found.contact_email}
    ways: dict[str, Any] = {name: value for name, value in contacts.items() if value}
    if not ways and found.customer_name and len(found.customer_name) > 1:
        ways["customer_name"] = found.customer_name
    return ways


def list_related(connection: Connection, found: Complaint) -> Sequence[Complaint]:
    """Other cases of the same customer, newest first: the same telephone or address of mail. Where
    there is neither, the same name: by itself a name tells little, a bank has many customers of
    one."""
    ways = _ways_to_know(found)
    roots: set[int] = set()
    for text in ways.values():
        roots.update(search_roots(connection, "".join(text.split()) or text, limit=MOST_HITS))
    if found.customer_key is not None:
        roots.update(connection.execute(_SAME_KEY, {"b_customer": found.customer_key}).scalars())
    roots.discard(found.root_key)
    if not roots:
        return ()
    if found.customer_key is not None:
        ways["customer_key"] = found.customer_key
    same = sa.or_(*(complaint.c[name] == ways[name] for name in ways))
    query = sa.select(complaint).where(complaint.c.root_key.in_(roots), same)
    rows = connection.execute(
        query.order_by(complaint.c.root_key.desc()).limit(MOST_RELATED)
    ).mappings()
    return [Complaint(**row) for row in rows]
