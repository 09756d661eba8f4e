"""Complaints that are like another: their marks, the proposals that follow from them, and what
people decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.cases.queries import Complaint
from service.cases.similarity import Likable, compare, marks_of
from service.cases.tables import case_link, case_mark, case_marked, complaint
from service.db import Connection

WORTH_SHOWING = 0.4
MOST_CANDIDATES = 60
MOST_PROPOSALS = 20
_NEW = {
    "sqlite": sqlite.insert(case_marked).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(case_marked).on_conflict_do_nothing(),
}
_MARK = {
    "sqlite": sqlite.insert(case_mark).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(case_mark).on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another complaint that may have to do with this one, how much, and why."""

    complaint: Complaint
    score: float
    reasons: tuple[str, ...]
    same_customer: bool


@dataclass(frozen=True, slots=True)
class Link:
    """What was decided on another complaint, seen from this one."""

    root_key: int
    other_key: int
    kind: str
    reason: str
    decided_at: datetime
    decided_by: str


def likable(one: Complaint) -> Likable:
    """What is compared of a complaint."""
    return Likable(
        one.customer_name,
        one.contact_phone,
        one.contact_email,
        one.content,
        one.facts.get("incident") or None,
    )


def list_unmarked(connection: Connection, *, since: datetime, limit: int = 50) -> list[Complaint]:
    """Complaints that were registered since then and have no marks yet, oldest first."""
    query = (
        sa.select(complaint)
        .outerjoin(case_marked, case_marked.c.root_key == complaint.c.root_key)
        .where(complaint.c.registered_at >= since, case_marked.c.root_key.is_(None))
        .order_by(complaint.c.registered_at)
        .limit(limit)
    )
    return [Complaint(**row) for row in connection.execute(query).mappings()]


def marks_for(found: Iterable[Complaint]) -> dict[int, frozenset[str]]:
    """The marks of complaints by their root keys. It takes a tenth of a second for a long text:
    nothing to do inside a transaction."""
    return {one.root_key: marks_of(likable(one)) for one in found}


def write_marks(
    connection: Connection, marks: Mapping[int, frozenset[str]], *, now: datetime
) -> None:
    """Give complaints their marks; those that are gone by now get none."""
    known = sa.select(complaint.c.root_key).where(complaint.c.root_key.in_(list(marks)))
    dialect = connection.dialect.name
    for root_key in connection.execute(known).scalars().all():
        connection.execute(_NEW[dialect], {"root_key": root_key, "marked_at": now})
        rows = [{"mark": each, "root_key": root_key} for each in sorted(marks[root_key])]
        if rows:
            connection.execute(_MARK[dialect], rows)


def mark_new(connection: Connection, *, since: datetime, now: datetime, limit: int = 200) -> int:
    """All of it on one connection, where nobody waits for it; how many complaints there were."""
    found = list_unmarked(connection, since=since, limit=limit)
    write_marks(connection, marks_for(found), now=now)
    return len(found)


def propose(connection: Connection, one: Likable, *, besides: Iterable[int] = ()) -> list[Proposal]:
    """Complaints that are like this one, the likest first. It need not be registered yet."""
    marks = sorted(marks_of(one))
    if not marks:
        return []
    hits = (
        sa.select(case_mark.c.root_key)
        .where(case_mark.c.mark.in_(marks), case_mark.c.root_key.not_in(set(besides)))
        .group_by(case_mark.c.root_key)
        .order_by(sa.func.count().desc(), case_mark.c.root_key.desc())
        .limit(MOST_CANDIDATES)
    )
    keys = list(connection.execute(hits).scalars())
    rows = connection.execute(sa.select(complaint).where(complaint.c.root_key.in_(keys))).mappings()
    found = [(compare(one, likable(each)), each) for each in (Complaint(**row) for row in rows)]
    likest = sorted(found, key=lambda pair: (-pair[0].score, -pair[1].root_key))
    return [
        Proposal(each, likeness.score, likeness.reasons, likeness.same_customer)
        for likeness, each in likest[:MOST_PROPOSALS]
        if likeness.score >= WORTH_SHOWING
    ]


def propose_for(connection: Connection, one: Complaint) -> list[Proposal]:
    """Complaints that are like a registered one and that nobody has decided on yet."""
    decided = {link.other_key for link in list_links(connection, one.root_key)}
    return propose(connection, likable(one), besides={one.root_key, *decided})


def list_links(connection: Connection, root_key: int) -> list[Link]:
    """What was decided on others, seen from this complaint."""
    query = (
        sa.select(case_link)
        .where(case_link.c.root_key == root_key)
        .order_by(case_link.c.decided_at)
    )
    return [Link(**row) for row in connection.execute(query).mappings()]


def put_links(
    connection: Connection,
    root_key: int,
    other_key: int,
    kinds: tuple[str, str],
    *,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    """Write a decision for both; an earlier one on the same two is replaced."""
    for one, other, kind in ((root_key, other_key, kinds[0]), (other_key, root_key, kinds[1])):
        connection.execute(
            sa.delete(case_link).where(case_link.c.root_key == one, case_link.c.other_key == other)
        )
        row = {"root_key": one, "other_key": other, "kind": kind, "reason": reason}
        connection.execute(sa.insert(case_link), {**row, "decided_at": now, "decided_by": by})


MARKED_AGAIN = timedelta(hours=1)
"""How far back new complaints are looked for: a transaction that began earlier may have committed
later."""
