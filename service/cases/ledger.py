"""The money of a case, entry by entry: what was offered, accepted, is payable, was paid, came back.

Entries are only added. A further round adds to what is payable only by how much more it decides
than the rounds before, so that nothing is paid twice; whoever pays, pays what the ledger says is
due. An amount may consist of parts (refund, interest, …): they are entries of one batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from service.db import Connection, Prepared, UtcDateTime, metadata, touch
from service.sentence import WordList

KINDS_OF_MONEY: WordList = (
    "compensation",
    "refund",
    "interest",
    "distress",
    "goodwill",
    "costs",
)
"""What an amount is for; `compensation` where nobody said more."""
WHOLE = KINDS_OF_MONEY[0]
Parts = Mapping[str, Decimal]
"""Kind → amount above zero."""


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
    sa.Column("batch", sa.Integer),
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
an older version had not recorded it, "" where nothing was. `batch` is the `seq` of the first entry
that was made with this one; null for an entry alone."""


_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key")
_LAST = Prepared(
    sa.select(sa.func.max(ledger_entry.c.seq).label("last")).where(ledger_entry.c.root_key == _ROOT)
)
_LINES = Prepared(
    sa.select(
        ledger_entry.c.entry,
        ledger_entry.c.kind,
        ledger_entry.c.amount,
        ledger_entry.c.seq,
        ledger_entry.c.batch,
    )
    .where(ledger_entry.c.root_key == _ROOT)
    .order_by(ledger_entry.c.seq)
)
_ENTER = sa.insert(ledger_entry)
"""Sent at once, not gathered: the next entry of the same write is numbered after it."""


@dataclass(frozen=True, slots=True)
class Movement:
    """An entry to be made. Amounts are above zero, in the currency of the case."""

    entry: Entry
    amount: Decimal
    by: str
    at: datetime
    reference: str = ""
    kind: str = WHOLE


@dataclass(frozen=True, slots=True)
class Line:
    """What an entry says, without who and when. `batch` is never null here."""

    entry: Entry
    kind: str
    amount: Decimal
    batch: int


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums of a case, in its currency. `offered` is the highest offer: each names the total of
    all rounds."""

    offered: Decimal = Decimal(0)
    accepted: Decimal = Decimal(0)
    payable: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    recovered: Decimal = Decimal(0)
    lines: tuple[Line, ...] = ()

    @property
    def due(self) -> Decimal:
        """What is still to be paid; never below zero."""
        return max(Decimal(0), self.payable - self.paid + self.recovered)

    def of(self, entry: Entry) -> dict[str, Decimal]:
        """The sum of the entries of a sort, by kind."""
        found: dict[str, Decimal] = {}
        for line in self.lines:
            if line.entry is entry:
                found[line.kind] = found.get(line.kind, Decimal(0)) + line.amount
        return found

    def last_offer(self) -> dict[str, Decimal]:
        """The parts of the offer that was made last."""
        batch = max((each.batch for each in self.lines if each.entry is Entry.OFFERED), default=0)
        found = [line for line in self.lines if line.entry is Entry.OFFERED and line.batch == batch]
        return {line.kind: line.amount for line in found}


def read_parts(given: Any) -> dict[str, Decimal]:
    """The parts of an amount as an answer or a fact names them; none where it names none."""
    known = given if isinstance(given, Mapping) else {}
    return {
        kind: Decimal(str(known[kind])) for kind in KINDS_OF_MONEY if known.get(kind) is not None
    }


def enter(connection: Connection, root_key: int, movement: Movement, *, currency: str) -> None:
    """Add an entry, in the caller's transaction, which is the only one that moves the case."""
    enter_parts(connection, root_key, movement, {movement.kind: movement.amount}, currency=currency)


def enter_parts(
    connection: Connection, root_key: int, movement: Movement, parts: Parts, *, currency: str
) -> None:
    """Add the parts of an amount as entries of one batch; `movement` says the rest."""
    touch(connection, root_key)
    found = _LAST.first(connection, {"b_root_key": root_key})
    last = int((found or {}).get("last") or 0)
    connection.execute(
        _ENTER,
        [
            {
                "root_key": root_key,
                "seq": seq,
                "entry": movement.entry.value,
                "kind": kind,
                "amount": amount,
                "currency": currency,
                "at": movement.at,
                "by": movement.by,
                "reference": movement.reference[:200],
                "batch": last + 1,
            }
            for seq, (kind, amount) in enumerate(parts.items(), last + 1)
        ],
    )


def enter_decision(
    connection: Connection,
    root_key: int,
    movement: Movement,
    *,
    currency: str,
    parts: Parts | None = None,
    payable: bool = True,
) -> None:
    """A decision on the total of all rounds: it is offered, and where it needs no acceptance, by
    how much it exceeds what was payable before becomes payable. The same total with the same parts
    as last is the same offer. `parts` add up to the movement's amount."""
    given = dict(parts) if parts else {movement.kind: movement.amount}
    if balance_of(connection, root_key).last_offer() == given:
        return
    enter_parts(connection, root_key, movement, given, currency=currency)
    if payable:
        enter_payable(connection, root_key, movement, currency=currency)


def enter_payable(
    connection: Connection, root_key: int, movement: Movement, *, currency: str
) -> Decimal:
    """By how much the last offer exceeds what was payable before becomes payable; that amount."""
    sums = balance_of(connection, root_key)
    offer = sums.last_offer()
    more = sum(offer.values(), Decimal(0)) - sums.payable
    if more > 0:
        before = sums.of(Entry.PAYABLE)
        rises = {kind: amount - before.get(kind, Decimal(0)) for kind, amount in offer.items()}
        payable = replace(movement, entry=Entry.PAYABLE)
        enter_parts(connection, root_key, payable, portion(rises, more), currency=currency)
    return max(more, Decimal(0))


def enter_accepted(
    connection: Connection, root_key: int, movement: Movement, *, currency: str
) -> None:
    """The customer accepts the last offer, with all its parts: what it adds becomes payable."""
    offer = balance_of(connection, root_key).last_offer()
    accepted = replace(movement, entry=Entry.ACCEPTED)
    enter_parts(connection, root_key, accepted, offer, currency=currency)
    enter_payable(connection, root_key, movement, currency=currency)


def enter_paid(connection: Connection, root_key: int, movement: Movement, *, currency: str) -> None:
    """A payment, put to the parts that are due."""
    sums = balance_of(connection, root_key)
    due, came_back = sums.of(Entry.PAYABLE), sums.of(Entry.RECOVERED)
    for kind, amount in sums.of(Entry.PAID).items():
        due[kind] = due.get(kind, Decimal(0)) - amount + came_back.get(kind, Decimal(0))
    paid = replace(movement, entry=Entry.PAID)
    enter_parts(connection, root_key, paid, portion(due, movement.amount), currency=currency)


def enter_recovered(
    connection: Connection, root_key: int, movement: Movement, *, currency: str
) -> None:
    """Money that came back, taken from the parts that were paid."""
    sums = balance_of(connection, root_key)
    held = sums.of(Entry.PAID)
    for kind, amount in sums.of(Entry.RECOVERED).items():
        held[kind] = held.get(kind, Decimal(0)) - amount
    back = replace(movement, entry=Entry.RECOVERED)
    enter_parts(connection, root_key, back, portion(held, movement.amount), currency=currency)


def portion(room: Parts, amount: Decimal) -> dict[str, Decimal]:
    """The amount put to the kinds in their order, to each as much as there is room for; what no
    kind has room for is of no kind."""
    left, found = amount, {}
    for kind in sorted(room, key=KINDS_OF_MONEY.index):
        share = min(left, room[kind])
        if share > 0:
            found[kind], left = share, left - share
    if left > 0:
        found[WHOLE] = found.get(WHOLE, Decimal(0)) + left
    return found


def balance_of(connection: Connection, root_key: int) -> Balance:
    """The sums of the entries; zeros for a case without any."""
    return balance_of_rows(_LINES.all(connection, {"b_root_key": root_key}))


def balance_of_rows(rows: Iterable[Mapping[str, Any]]) -> Balance:
    """The sums of rows of the ledger (`list_ledger`), which are those of one case."""
    return balance(
        Line(Entry(row["entry"]), row["kind"], Decimal(row["amount"]), row["batch"] or row["seq"])
        for row in rows
    )


def balance(lines: Iterable[Line]) -> Balance:
    """The sums of these entries, which are those of one case."""
    known = tuple(lines)
    return Balance(
        _highest(known, Entry.OFFERED),
        _highest(known, Entry.ACCEPTED),
        _sum(known, Entry.PAYABLE),
        _sum(known, Entry.PAID),
        _sum(known, Entry.RECOVERED),
        known,
    )


def _sum(lines: Iterable[Line], entry: Entry) -> Decimal:
    return sum((each.amount for each in lines if each.entry is entry), Decimal(0))


def _highest(lines: Iterable[Line], entry: Entry) -> Decimal:
    """The highest batch of a sort."""
    sums: dict[int, Decimal] = {}
    for line in lines:
        if line.entry is entry:
            sums[line.batch] = sums.get(line.batch, Decimal(0)) + line.amount
    return max(sums.values(), default=Decimal(0))


def list_ledger(connection: Connection, root_key: int) -> list[dict[str, object]]:
    """The entries of a case, oldest first."""
    query = (
        sa.select(ledger_entry)
        .where(ledger_entry.c.root_key == root_key)
        .order_by(ledger_entry.c.seq)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
