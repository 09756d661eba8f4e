"""The complaints of a return: those under its regimes that were open at the beginning of the
period, received in it, or closed in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from service.cases.tables import complaint
from service.db import Connection
from service.facts import complaint_fact as fact
from service.insight import Period
from service.policy import Profile

EIGHT_WEEKS = timedelta(weeks=8)
THREE_DAYS, THIRTY_DAYS = 3, 30


@dataclass(frozen=True, slots=True)
class Row:
    """A complaint as forms ask for it. `closed`, `days` and what follows from them are None of one
    that was not closed by the end of the period. `days` are calendar days; `bucket` is
    `3-business-days`, `8-weeks` or `later`."""

    number: str
    received: datetime
    closed: datetime | None
    status: str
    channel: str
    product: str
    cause: str
    outcome: str
    customer_kind: str
    paid: Decimal
    currency: str
    days: int | None
    bucket: str | None
    within_30_days: bool | None


def read_rows(
    connection: Connection, period: Period, profile: Profile, *, regimes: Sequence[str]
) -> list[Row]:
    """In the order of their registration. `profile` is the installation's: complaints without a
    regime of their own are under it, and business days are those of its calendar."""
    regime = sa.func.coalesce(fact.c.regime, sa.literal(profile.id))
    query = (
        sa.select(fact, complaint.c.number)
        .join(complaint, complaint.c.root_key == fact.c.root_key)
        .where(
            regime.in_(regimes),
            fact.c.received_at < period.end,
            sa.or_(
                sa.and_(fact.c.closed_at.is_(None), fact.c.status == "open"),
                fact.c.closed_at >= period.begin,
                fact.c.received_at >= period.begin,
            ),
        )
        .order_by(fact.c.root_key)
    )
    return [_row(each, period, profile) for each in connection.execute(query)]


def _row(each: Any, period: Period, profile: Profile) -> Row:
    closed = each.closed_at if each.closed_at and each.closed_at < period.end else None
    lasted = None if closed is None else closed - each.received_at
    return Row(
        number=each.number,
        received=each.received_at.astimezone(period.zone),
        closed=None if closed is None else closed.astimezone(period.zone),
        status="open" if closed is None else "closed",
        channel=each.channel,
        product=each.product or "",
        cause=each.cause or "",
        outcome=(each.outcome or "") if closed is not None else "",
        customer_kind=each.customer_kind or "",
        paid=Decimal(each.paid),
        currency=each.currency,
        days=None if lasted is None else lasted.days,
        bucket=None if closed is None else _bucket(each.received_at, closed, profile),
        within_30_days=None if lasted is None else lasted <= timedelta(days=THIRTY_DAYS),
    )


def _bucket(received: datetime, closed: datetime, profile: Profile) -> str:
    """By the close of the third business day after receipt; within eight weeks of it; later."""
    if closed <= profile.calendar.working_days_after(received, THREE_DAYS):
        return "3-business-days"
    return "8-weeks" if closed - received <= EIGHT_WEEKS else "later"
