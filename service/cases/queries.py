"""Reads and writes of complaints and their clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from service.cases.numbers import make_number, parse_number
from service.cases.search import index_words
from service.cases.tables import complaint
from service.cases.tokens import Words, words_in
from service.cases.walls import about_of
from service.db import Connection, Prepared, take, touch
from service.errors import NotFound

RECORDED = frozenset(
    {
        "approvedBy",
        "complainedPerson",
        "complainedUnit",
        "proxyAuthority",
        "proxyName",
        "representatives",
        "authorityLevel",
        "compensationAmount",
        "decisionText",
        "emergencyLevel",
        "improvement",
        "investigator",
        "issueFindings",
        "lesson",
        "redressParts",
        "outcome",
        "rejected",
        "remedy",
        "responsibleUnit",
        "rootCause",
        "route",
        "rule",
        "satisfaction",
        "severity",
        "status",
    }
)
"""The facts a diagram may record; anything else is refused."""


@dataclass(frozen=True, slots=True)
class NewComplaint:
    """What is known of a complaint when it is registered (S3.2-c). `withheld` names facts the
    source kept back; `triage` the facts that severity is decided on; `thread` is the Message-ID
    that our letters answer; `legal` the facts that regime and figures are chosen by."""

    customer_name: str | None
    phone: str | None
    email: str | None
    address: str | None
    channel: str
    content: str
    received_at: datetime
    language: str = "zh-Hant"
    product: str | None = None
    amount: Decimal | None = None
    currency: str = "TWD"
    external_id: str | None = None
    withheld: tuple[str, ...] = ()
    triage: Mapping[str, Any] = field(default_factory=dict)
    thread: str | None = None
    legal: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One row of `complaint`."""

    root_key: int
    number: str
    status: str
    customer_name: str | None
    contact_phone: str | None
    contact_email: str | None
    contact_address: str | None
    withheld: list[str]
    channel: str
    content: str
    language: str
    product: str | None
    amount: Decimal | None
    currency: str
    received_at: datetime
    registered_at: datetime
    registered_by: str
    external_id: str | None
    severity: str | None
    due_at: datetime | None
    closed_at: datetime | None
    archived_at: datetime | None
    outcome: str | None
    facts: dict[str, Any]
    customer_key: str | None = None
    investigator: str | None = None
    legal_hold: bool = False
    about: str | None = None
    regime: dict[str, Any] | None = None


_BY_ROOT = Prepared(sa.select(complaint).where(complaint.c.root_key == sa.bindparam("b_root_key")))
_BY_NUMBER = sa.select(complaint).where(complaint.c.number == sa.bindparam("b_number"))
_MOVING = (
    "status",
    "severity",
    "due_at",
    "closed_at",
    "archived_at",
    "outcome",
    "facts",
    "investigator",
    "regime",
)
"""What a step may change; `about` follows from the facts."""
_SAVE = Prepared(
    sa.update(complaint)
    .where(complaint.c.root_key == sa.bindparam("b_root_key"))
    .values(
        {
            name: sa.bindparam(f"b_{name}", type_=complaint.c[name].type)
            for name in (*_MOVING, "about")
        }
    )
)
_LOAD = Prepared(
    sa.select(complaint.c.investigator, sa.func.count().label("held"))
    .where(complaint.c.status == "open", complaint.c.investigator.is_not(None))
    .group_by(complaint.c.investigator)
)
_BY_EXTERNAL = sa.select(complaint.c.number).where(
    complaint.c.external_id == sa.bindparam("b_external_id")
)


def words_of(new: NewComplaint) -> Words:
    """The words that a new complaint is found by, beside its number. They are worked out before the
    transaction that writes them: others wait for that."""
    return words_in(
        new.customer_name,
        new.phone,
        new.email,
        new.address,
        new.product,
        new.content,
        new.external_id,
    )


def insert_complaint(
    connection: Connection,
    new: NewComplaint,
    *,
    root_key: int,
    number: str,
    now: datetime,
    actor: str,
    words: Words,
) -> None:
    """Write a new complaint under a number that `next_number` gave in this transaction, to be found
    by that number and by `words`."""
    touch(connection, root_key)
    connection.execute(
        sa.insert(complaint),
        {
            "root_key": root_key,
            "number": number,
            "status": "open",
            "customer_name": new.customer_name,
            "contact_phone": new.phone,
            "contact_email": new.email,
            "contact_address": new.address,
            "withheld": list(new.withheld),
            "channel": new.channel,
            "content": new.content,
            "language": new.language,
            "product": new.product,
            "amount": new.amount,
            "currency": new.currency,
            "received_at": new.received_at,
            "registered_at": now,
            "registered_by": actor,
            "external_id": new.external_id,
            "facts": {
                **({"mailThread": new.thread} if new.thread else {}),
                **({"legal": legal} if (legal := legal_of(new)) else {}),
            },
            "customer_key": customer_key_of(new),
        },
    )
    index_words(connection, root_key, words_in(number) + words)


def legal_of(new: NewComplaint) -> dict[str, Any]:
    """What the figures of the law are chosen by, as far as it is known at registration."""
    hardship = {"hardship": True} if new.triage.get("hardship") is True else {}
    return {**new.legal, **hardship}


def next_number(connection: Connection, year: int) -> str:
    """The next complaint number of the year. The counter is locked until commit: numbers follow
    registration."""
    return make_number(year, take(connection, f"complaint-{year}"))


def get_complaint(connection: Connection, number: str) -> Complaint:
    """The complaint of that number. Raises InvalidInput for a number that cannot be one,
    NotFound."""
    row = (
        connection.execute(_BY_NUMBER, {"b_number": parse_number(number)}).mappings().one_or_none()
    )
    if row is None:
        raise NotFound("There is no complaint {number}.", number=number)
    return Complaint(**row)


def find_complaint(connection: Connection, root_key: int) -> Complaint | None:
    """The complaint that a root instance handles."""
    row = _BY_ROOT.first(connection, {"b_root_key": root_key})
    return None if row is None else Complaint(**row)


def map_complaints(connection: Connection, root_keys: Iterable[int]) -> Mapping[int, Complaint]:
    """The complaints that these root instances handle, by root key; one statement."""
    query = sa.select(complaint).where(complaint.c.root_key.in_(set(root_keys)))
    found = (Complaint(**row) for row in connection.execute(query).mappings())
    return {each.root_key: each for each in found}


def find_numbers(connection: Connection, root_keys: Iterable[int]) -> Mapping[int, str]:
    """The numbers of these cases, by root key."""
    query = sa.select(complaint.c.root_key, complaint.c.number).where(
        complaint.c.root_key.in_(set(root_keys))
    )
    return {row.root_key: row.number for row in connection.execute(query)}


def find_external(connection: Connection, external_id: str) -> str | None:
    """The number under which something from another system was registered."""
    number: str | None = connection.execute(
        _BY_EXTERNAL, {"b_external_id": external_id}
    ).scalar_one_or_none()
    return number


def list_complaints(
    connection: Connection, *, text: str = "", status: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[Complaint], int]:
    """Complaints whose number or customer begins with or contains `text`, newest first, and how
    many in all."""
    query = sa.select(complaint)
    if status:
        query = query.where(complaint.c.status == status)
    if text:
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(
            sa.or_(
                complaint.c.number.like(pattern.upper(), escape="\\"),
                complaint.c.customer_name.ilike(pattern, escape="\\"),
            )
        )
    total = connection.execute(
        sa.select(sa.func.count()).select_from(query.subquery())
    ).scalar_one()
    rows = connection.execute(
        query.order_by(complaint.c.root_key.desc()).offset(offset).limit(limit)
    ).mappings()
    return [Complaint(**row) for row in rows], int(total)


def save_complaint(connection: Connection, moved: Complaint) -> None:
    """Write what a step made of a complaint. The caller's write is guarded by the case's
    version."""
    touch(connection, moved.root_key)
    _SAVE.run(
        connection,
        {
            "b_root_key": moved.root_key,
            "b_about": about_of(moved.facts),
            **{f"b_{name}": getattr(moved, name) for name in _MOVING},
        },
    )


def customer_key_of(new: NewComplaint) -> str | None:
    """What tells one customer's complaints: the address of mail, else the digits of the telephone;
    None without."""
    if new.email:
        return f"mail:{new.email.strip().casefold()}"
    digits = "".join(ch for ch in new.phone or "" if ch.isdigit())
    return f"phone:{digits[-9:]}" if len(digits) >= 6 else None


def set_hold(connection: Connection, root_key: int, *, held: bool) -> None:
    """Keep a complaint beyond its retention, or no longer."""
    connection.execute(
        sa.update(complaint).where(complaint.c.root_key == root_key).values(legal_hold=held)
    )


def count_open_by_investigator(connection: Connection) -> dict[str, int]:
    """How many open complaints each investigator holds."""
    return {row["investigator"]: int(row["held"]) for row in _LOAD.all(connection, {})}
