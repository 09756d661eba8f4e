"""What belongs together: complaints, the processes that a case started, and what a customer was
given before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from service.cases.queries import Complaint, find_complaint
from service.cases.tables import compensation, emergency_complaint, follower
from service.db import Connection, Prepared

YEAR = timedelta(days=365)
_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key")
_CURRENCY: sa.BindParameter[str] = sa.bindparam("b_currency")
_GIVEN = sa.func.sum(compensation.c.amount).label("given")
_EARLIER = Prepared(
    sa.select(_GIVEN).where(
        compensation.c.customer_key == sa.bindparam("b_customer_key"),
        compensation.c.root_key != _ROOT,
        compensation.c.currency == _CURRENCY,
        compensation.c.decided_at > sa.bindparam("b_since"),
    )
)
_OF_EMERGENCY = Prepared(
    sa.select(_GIVEN)
    .join(emergency_complaint, emergency_complaint.c.complaint_key == compensation.c.root_key)
    .where(
        emergency_complaint.c.root_key
        == sa.select(emergency_complaint.c.root_key)
        .where(emergency_complaint.c.complaint_key == _ROOT)
        .scalar_subquery(),
        compensation.c.root_key != _ROOT,
        compensation.c.currency == _CURRENCY,
    )
)
_FORGET = Prepared(sa.delete(compensation).where(compensation.c.root_key == _ROOT))
_FOLLOW = Prepared(
    sa.insert(follower), columns=("root_key", "case_key", "process_id", "started_at")
)
_KEEP = Prepared(sa.insert(compensation), columns=[column.name for column in compensation.columns])


def insert_follower(
    connection: Connection, root_key: int, *, case_key: int, process_id: str, at: datetime
) -> None:
    """Note that a case has started a process of its own."""
    row = {"root_key": root_key, "case_key": case_key, "process_id": process_id, "started_at": at}
    _FOLLOW.run(connection, row)


def list_followers(connection: Connection, case_key: int) -> list[dict[str, Any]]:
    """The processes that a case has started, oldest first."""
    query = sa.select(follower).where(follower.c.case_key == case_key).order_by(follower.c.root_key)
    return [dict(row) for row in connection.execute(query).mappings()]


def case_of_follower(connection: Connection, root_key: int) -> Complaint | None:
    """The complaint that started a process."""
    found = connection.execute(
        sa.select(follower.c.case_key).where(follower.c.root_key == root_key)
    ).scalar_one_or_none()
    return None if found is None else find_complaint(connection, found)


def save_compensation(connection: Connection, moved: Complaint, *, at: datetime) -> None:
    """What was decided for the case as a whole, over what was decided before."""
    facts = moved.facts
    _FORGET.run(connection, {"b_root_key": moved.root_key})
    row = {
        "root_key": moved.root_key,
        "customer_key": moved.customer_key,
        "amount": Decimal(str(facts["compensationAmount"])),
        "currency": moved.currency,
        "level": str(facts.get("authorityLevel") or "A0"),
        "approved_by": facts.get("approvedBy"),
        "decided_at": at,
    }
    _KEEP.run(connection, row)


def earlier_compensation(connection: Connection, case: Complaint, *, now: datetime) -> Decimal:
    """What the customer was given in the twelve months before, in other cases, in the currency of
    this one: currencies are never added."""
    if case.customer_key is None:
        return Decimal(0)
    where = {
        "b_root_key": case.root_key,
        "b_customer_key": case.customer_key,
        "b_since": now - YEAR,
        "b_currency": case.currency,
    }
    return _sum(_EARLIER.first(connection, where))


def emergency_compensation(connection: Connection, case: Complaint) -> Decimal:
    """What was decided in the other cases of the same emergency, in the currency of this one."""
    where = {"b_root_key": case.root_key, "b_currency": case.currency}
    return _sum(_OF_EMERGENCY.first(connection, where))


def _sum(row: Mapping[str, Any] | None) -> Decimal:
    return Decimal((row or {}).get("given") or 0)
