"""Who must not know of a case: whoever it is about and their superiors, always; where it is
restricted, everybody who is not on its list.

The person is the fact `complainedPerson` of the case. A case is kept from somebody together with
what belongs to it: the processes that it started, and what was merged into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from service.cases.tables import case_link, case_reader, complaint, follower, restriction
from service.db import Connection, Prepared, UtcDateTime
from service.identity.tables import account

MOST_READERS = 200


class RestrictionKind(StrEnum):
    """Why a case is for few."""

    MANAGEMENT = "management"
    FRAUD = "fraud"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Restriction:
    """That a case is for those on its list only."""

    root_key: int
    kind: RestrictionKind
    reason: str
    set_at: datetime
    set_by: str


@dataclass(frozen=True, slots=True)
class CaseReader:
    """Somebody on the list of a restricted case. `until` is the end of an emergency access."""

    root_key: int
    account: str
    reason: str
    given_at: datetime
    given_by: str
    until: datetime | None


_ME: sa.BindParameter[str] = sa.bindparam("b_me", type_=sa.String)
_FOLDED: sa.BindParameter[str] = sa.bindparam("b_folded", type_=sa.String)
_NOW: sa.BindParameter[datetime] = sa.bindparam("b_now", type_=UtcDateTime)


_MERGED: list[sa.ColumnElement[str]] = [
    sa.literal_column("'duplicate of'"),
    sa.literal_column("'has duplicate'"),
]


def about_of(facts: Mapping[str, Any]) -> str | None:
    """The account that a complaint is about, as it is kept to be compared."""
    person = str(facts.get("complainedPerson") or "").strip().casefold()
    return person[:100] or None


def _hidden() -> sa.Select[Any]:
    """The cases of which an account must not know, and their numbers."""
    below = sa.select(sa.cast(_FOLDED, sa.String).label("name")).cte("below", recursive=True)
    below = below.union(
        sa.select(sa.func.lower(account.c.name)).where(
            sa.func.lower(account.c.superior) == below.c.name
        )
    )
    about = sa.select(complaint.c.root_key).where(complaint.c.about.in_(sa.select(below.c.name)))
    listed = sa.select(case_reader.c.root_key).where(
        case_reader.c.account == _ME,
        sa.or_(case_reader.c.until.is_(None), case_reader.c.until > _NOW),
    )
    closed = sa.select(restriction.c.root_key).where(restriction.c.root_key.not_in(listed))
    kept = sa.union(about, closed).cte("kept")
    started = sa.select(follower.c.root_key).where(
        follower.c.case_key.in_(sa.select(kept.c.root_key))
    )
    merged = sa.select(case_link.c.other_key).where(
        case_link.c.root_key.in_(sa.select(kept.c.root_key)),
        case_link.c.kind.in_(_MERGED),
    )
    every = sa.union(sa.select(kept.c.root_key), started, merged).subquery("every_key")
    return sa.select(every.c.root_key, complaint.c.number).outerjoin(
        complaint, complaint.c.root_key == every.c.root_key
    )


_HIDDEN = Prepared(_hidden())


def hidden_from(connection: Connection, name: str, *, now: datetime) -> dict[int, str | None]:
    """The root keys of the cases of which an account must not know, each with its number where it
    is a complaint."""
    rows = _HIDDEN.all(connection, {"b_me": name, "b_folded": name.casefold(), "b_now": now})
    return {row["root_key"]: row["number"] for row in rows}


def is_hidden_from(connection: Connection, name: str, root_key: int, *, now: datetime) -> bool:
    """Whether an account must not know of a case."""
    return root_key in hidden_from(connection, name, now=now)


def who_may_know(
    connection: Connection, names: Iterable[str], root_key: int, *, now: datetime
) -> list[str]:
    """Those of these accounts who may know of a case, in their order; one question for all."""
    barred: set[str] = set()
    lists: dict[int, set[str]] = {}
    for row in _WALLS.all(connection, {"b_root_key": root_key, "b_now": now}):
        if row["what"] == "about":
            barred.add(row["name"])
        elif row["what"] == "closed":
            lists.setdefault(row["root_key"], set())
        else:
            lists.setdefault(row["root_key"], set()).add(row["name"])
    return [
        each
        for each in names
        if each.casefold() not in barred and all(each in listed for listed in lists.values())
    ]


def _walls() -> sa.CompoundSelect[Any]:
    """What keeps a case from people: whom it is about with everybody above them, that it is closed,
    and who is on its list; and the same of the cases that it is kept from people with."""
    started = sa.select(follower.c.case_key).where(follower.c.root_key == _ROOT)
    merged = sa.select(case_link.c.root_key).where(
        case_link.c.other_key == _ROOT, case_link.c.kind.in_(_MERGED)
    )
    own = sa.select(sa.cast(_ROOT, sa.BigInteger).label("root_key"))
    these = sa.select(sa.union(own, started, merged).cte("these"))
    above = sa.select(sa.cast(complaint.c.about, sa.String).label("name")).where(
        complaint.c.root_key.in_(these), complaint.c.about.is_not(None)
    )
    line = above.cte("line", recursive=True)
    line = line.union(
        sa.select(sa.func.lower(account.c.superior)).where(
            sa.func.lower(account.c.name) == line.c.name, account.c.superior.is_not(None)
        )
    )
    nobody, nothing = sa.cast(sa.null(), sa.String), sa.cast(sa.null(), sa.BigInteger)
    closed = restriction.c.root_key.in_(these)
    listed = sa.select(_what("listed"), case_reader.c.root_key, case_reader.c.account)
    return sa.union_all(
        sa.select(_what("about"), nothing.label("root_key"), line.c.name),
        sa.select(_what("closed"), restriction.c.root_key, nobody).where(closed),
        listed.join(restriction, restriction.c.root_key == case_reader.c.root_key).where(
            closed, sa.or_(case_reader.c.until.is_(None), case_reader.c.until > _NOW)
        ),
    )


def _what(word: str) -> sa.Label[str]:
    return sa.literal_column(f"'{word}'", sa.String).label("what")


_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key", type_=sa.BigInteger)
_WALLS = Prepared(_walls())


def find_restriction(connection: Connection, root_key: int) -> Restriction | None:
    """That a case is for few, or None."""
    query = sa.select(restriction).where(restriction.c.root_key == root_key)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return Restriction(**{**row, "kind": RestrictionKind(row["kind"])})


def put_restriction(connection: Connection, found: Restriction) -> None:
    """Let a case be for those on its list only."""
    row = {name: getattr(found, name) for name in Restriction.__dataclass_fields__}
    connection.execute(sa.insert(restriction), {**row, "kind": found.kind.value})


def drop_restriction(connection: Connection, root_key: int) -> None:
    """Let a case be for everybody who reads complaints, and forget its list."""
    connection.execute(sa.delete(case_reader).where(case_reader.c.root_key == root_key))
    connection.execute(sa.delete(restriction).where(restriction.c.root_key == root_key))


def put_reader(connection: Connection, reader: CaseReader) -> None:
    """Put somebody on the list; who was on it is written anew."""
    drop_reader(connection, reader.root_key, reader.account)
    row = {name: getattr(reader, name) for name in CaseReader.__dataclass_fields__}
    connection.execute(sa.insert(case_reader), row)


def drop_reader(connection: Connection, root_key: int, name: str) -> None:
    """Take somebody off the list."""
    connection.execute(
        sa.delete(case_reader).where(
            case_reader.c.root_key == root_key, case_reader.c.account == name
        )
    )


def list_readers(connection: Connection, root_key: int) -> list[CaseReader]:
    """The list of a restricted case, by name."""
    query = sa.select(case_reader).where(case_reader.c.root_key == root_key)
    rows = connection.execute(query.order_by(case_reader.c.account)).mappings()
    return [CaseReader(**row) for row in rows]
