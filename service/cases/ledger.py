"""The money of a case, entry by entry: what was offered, accepted, is payable, was paid, came back.

Entries are only added. A further round adds to what is payable only by how much more it decides
than the rounds before, so that nothing is paid twice; whoever pays, pays what the ledger says is
due.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa

from service.cases.tables import complaint
from service.db import Connection, UtcDateTime, metadata


class Entry(StrEnum):
    """What an entry says of an amount."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    PAYABLE = "payable"
    PAID = "paid"
    RECOVERED = "recovered"


ledger_entry = sa.Table(
    "ledger_entry",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("entry", sa.String(10), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("amount", sa.Numeric(18, 2), nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("reference", sa.String(200), nullable=False),
    sa.Column("assumed", sa.String(200), nullable=False, server_default=""),
    sa.CheckConstraint(
        "entry IN ('offered', 'accepted', 'payable', 'paid', 'recovered')", name="entry"
    ),
    sa.CheckConstraint(
        "kind IN ('compensation', 'refund', 'interest', 'distress', 'goodwill', 'costs')",
        name="kind",
    ),
    sa.CheckConstraint("amount > 0", name="amount"),
)
"""`reference` is the payment's, or says which decision; `assumed` what was taken for granted where
an older version had not recorded it, "" where nothing was."""


_LAST_OFFER = (
    sa.select(ledger_entry.c.amount)
    .where(
        ledger_entry.c.root_key == sa.bindparam("b_root_key"),
        ledger_entry.c.entry == Entry.OFFERED.value,
    )
    .order_by(ledger_entry.c.seq.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Movement:
    """An entry to be made. Amounts are above zero, in the currency of the case."""

    entry: Entry
    amount: Decimal
    by: str
    at: datetime
    reference: str = ""
    kind: str = "compensation"


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums of a case, in its currency. `offered` is the highest offer: each names the total of
    all rounds."""

    offered: Decimal = Decimal(0)
    accepted: Decimal = Decimal(0)
    payable: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    recovered: Decimal = Decimal(0)

    @property
    def due(self) -> Decimal:
        """What is still to be paid; never below zero."""
        return max(Decimal(0), self.payable - self.paid + self.recovered)


def enter(connection: Connection, root_key: int, movement: Movement, *, currency: str) -> None:
    """Add an entry, in the caller's transaction, which is the only one that moves the case."""
    last = sa.select(sa.func.coalesce(sa.func.max(ledger_entry.c.seq), 0)).where(
        ledger_entry.c.root_key == root_key
    )
    connection.execute(
        sa.insert(ledger_entry).values(
            root_key=root_key,
            seq=last.scalar_subquery() + 1,
            entry=movement.entry.value,
            kind=movement.kind,
            amount=movement.amount,
            currency=currency,
            at=movement.at,
            by=movement.by,
            reference=movement.reference[:200],
        )
    )


def enter_decision(
    connection: Connection, root_key: int, movement: Movement, *, currency: str
) -> None:
    """A decision on the total of all rounds: it is offered, and by how much it exceeds what was
    payable before becomes payable. The total that was offered last is the same offer."""
    last = connection.execute(_LAST_OFFER, {"b_root_key": root_key}).scalar_one_or_none()
    if last == movement.amount:
        return
    enter(connection, root_key, movement, currency=currency)
    more = movement.amount - balance_of(connection, root_key).payable
    if more > 0:
        payable = Movement(Entry.PAYABLE, more, movement.by, movement.at, movement.reference)
        enter(connection, root_key, payable, currency=currency)


def balance_of(connection: Connection, root_key: int) -> Balance:
    """The sums of the entries; zeros for a case without any."""
    value = sa.case(
        # not IN: its list is rendered each time that the statement runs
        (
            sa.or_(ledger_entry.c.entry == "offered", ledger_entry.c.entry == "accepted"),
            sa.func.max(ledger_entry.c.amount),
        ),
        else_=sa.func.sum(ledger_entry.c.amount),
    )
    rows = connection.execute(
        sa.select(ledger_entry.c.entry, value)
        .where(ledger_entry.c.root_key == root_key)
        .group_by(ledger_entry.c.entry)
    )
    return Balance(**{entry: Decimal(amount) for entry, amount in rows})


def unbalanced(connection: Connection) -> Iterator[tuple[int, str]]:
    """Cases whose entries do not agree with each other or with the decision, and how."""
    for root_key in connection.execute(
        sa.select(ledger_entry.c.root_key).distinct().order_by(ledger_entry.c.root_key)
    ).scalars():
        for problem in _problems(connection, root_key):
            yield root_key, problem


def _problems(connection: Connection, root_key: int) -> Iterator[str]:
    sums = balance_of(connection, root_key)
    if sums.paid - sums.recovered > sums.payable:
        yield f"{sums.paid - sums.recovered} was paid, {sums.payable} was decided"
    if sums.payable != sums.offered:
        yield f"{sums.payable} is payable, the highest decision is {sums.offered}"
    if sums.accepted > sums.offered:
        yield f"{sums.accepted} was accepted, {sums.offered} was offered"
    if sums.recovered > sums.paid:
        yield f"{sums.recovered} came back, {sums.paid} was paid"
    wrong = connection.execute(
        sa.select(sa.func.count())
        .select_from(ledger_entry)
        .join(complaint, complaint.c.root_key == ledger_entry.c.root_key)
        .where(ledger_entry.c.root_key == root_key, ledger_entry.c.currency != complaint.c.currency)
    ).scalar_one()
    if wrong:
        yield f"{wrong} entries are in another currency than the case"
