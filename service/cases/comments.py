"""What the bank's people say to each other about a case, and which other cases its customer has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.cases.queries import Complaint
from service.cases.search import search_roots
from service.cases.tables import case_comment, complaint
from service.db import Connection

MOST_RELATED = 10
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
    """Write a comment; in the caller's transaction."""
    values = {name: getattr(new, name) for name in Comment.__slots__}
    connection.execute(sa.insert(case_comment), values)


def list_comments(connection: Connection, root_key: int) -> list[Comment]:
    """The comments of a case, oldest first."""
    query = sa.select(case_comment).where(case_comment.c.root_key == root_key).order_by(case_comment.c.key)
    return [Comment(**row) for row in connection.execute(query).mappings()]


def list_related(connection: Connection, found: Complaint) -> Sequence[Complaint]:
    """Other cases of the same customer, newest first: the same telephone, address of mail, or name."""
    ways = {"contact_phone": found.contact_phone, "contact_email": found.contact_email}
    if found.customer_name and len(found.customer_name) > 1:
        ways["customer_name"] = found.customer_name
    roots: set[int] = set()
    for text in filter(None, ways.values()):
        roots.update(search_roots(connection, "".join(text.split()) or text, limit=50))
        roots.update(search_roots(connection, text, limit=50))
    roots.discard(found.root_key)
    if not roots:
        return ()
    same = sa.or_(*(complaint.c[name] == text for name, text in ways.items() if text))
    query = sa.select(complaint).where(complaint.c.root_key.in_(sorted(roots)[-200:]), same)
    rows = connection.execute(query.order_by(complaint.c.root_key.desc()).limit(MOST_RELATED)).mappings()
    return [Complaint(**row) for row in rows]
