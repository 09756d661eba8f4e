"""What completing a task says about money goes into the case's ledger (property `ledger` of the
task, and the payment of versions that do not know it)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from service import cases
from service.cases import Complaint, LedgerEntry, Movement
from service.execution.write import Write
from service.tasks import UserTask

PAID_BY_FORM = "pay-compensation"
"""The form of the payment in versions that were drawn before there was a ledger: a case that runs
in one of them is paid like any other, and its task does not say so."""


def money_of(task: UserTask | None) -> str:
    """What completing the task enters in the ledger, "" for nothing."""
    if task is None:
        return ""
    given = LedgerEntry.PAID.value if task.form_id == PAID_BY_FORM else ""
    return task.properties.get("ledger", given)


def write_ledger(
    write: Write, complaint: Complaint, entry: str, answer: Mapping[str, Any], *, by: str
) -> None:
    """`paid`: what is due was paid. `accepted`: the customer accepts what was offered, unless they
    dispute it. Nothing where the ledger has nothing to pay or to accept."""
    sums = cases.balance_of(write.connection, complaint.root_key)
    amount = _AMOUNTS[entry](sums, answer) if entry in _AMOUNTS else Decimal(0)
    if amount <= 0:
        return
    reference = str(answer.get("reference") or "")
    movement = Movement(LedgerEntry(entry), amount, by, write.now, reference)
    put = cases.enter_paid if movement.entry is LedgerEntry.PAID else cases.enter
    put(write.connection, complaint.root_key, movement, currency=complaint.currency)
    write.note("ledger", [entry, str(amount), complaint.currency])


def _paid(sums: cases.Balance, answer: Mapping[str, Any]) -> Decimal:
    given = answer.get("amountPaid")
    return sums.due if given is None else Decimal(str(given))


def _accepted(sums: cases.Balance, answer: Mapping[str, Any]) -> Decimal:
    new = answer.get("disputed") is False and sums.accepted < sums.offered
    return sums.offered if new else Decimal(0)


_AMOUNTS = {"paid": _paid, "accepted": _accepted}
