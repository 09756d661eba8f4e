"""Money that the law owes: it becomes payable with the decision, and nobody has to accept it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from service.cases.ledger import (
    Balance,
    Entry,
    Movement,
    Parts,
    balance_of,
    enter_paid,
    enter_parts,
    portion,
)
from service.db import Connection

BY_LAW = "owed by law"
"""The reference of an entry that nobody had to accept."""


def rise_of(sums: Balance, owed: Parts, total: Decimal) -> Decimal:
    """By how much what the law owes raises what is payable, of a decision on `total`: each kind by
    what was not payable of it before, all of them never beyond the total."""
    return max(Decimal(0), min(sum(_rises(sums, owed).values(), Decimal(0)), total - sums.payable))


def _rises(sums: Balance, owed: Parts) -> dict[str, Decimal]:
    before = sums.of(Entry.PAYABLE)
    return {
        kind: max(Decimal(0), amount - before.get(kind, Decimal(0)))
        for kind, amount in owed.items()
    }


def enter_owed(
    connection: Connection, root_key: int, movement: Movement, owed: Parts, *, currency: str
) -> None:
    """What the law owes of the last decision becomes payable; of that the movement's amount, which
    may be nothing, has been paid."""
    sums = balance_of(connection, root_key)
    total = sum(sums.last_offer().values(), Decimal(0))
    more = rise_of(sums, owed, total)
    if more > 0:
        payable = replace(movement, entry=Entry.PAYABLE, amount=more, reference=BY_LAW)
        parts = portion(_rises(sums, owed), more)
        enter_parts(connection, root_key, payable, parts, currency=currency)
    if movement.amount > 0:
        enter_paid(connection, root_key, movement, currency=currency)
