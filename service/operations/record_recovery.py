"""Money that was paid comes back: a transfer that bounced, or one that was paid in error. It is
entered in the case's ledger; what is due follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from service import audit, cases
from service.audit import Event
from service.cases import LedgerEntry, Movement
from service.currencies import format_money, is_payable
from service.errors import FieldError, FormInvalid
from service.execution import Runtime, take_children
from service.identity import Actor, Permission, check_permission
from service.lengths import find_length_problem
from service.sentence import Sentence

MOST_REFERENCE, LEAST_REASON, MOST_REASON = 100, 10, 1_000


@dataclass(frozen=True, slots=True)
class Recovery:
    """An amount in the currency of the case, the reference of its booking, and why it came back."""

    amount: Decimal
    reference: str
    reason: str


def record_recovery(
    runtime: Runtime, number: str, new: Recovery, *, actor: Actor, now: datetime
) -> cases.Balance:
    """Enter it; the sums after it. Raises Forbidden, FormInvalid, NotFound."""
    check_permission(actor, Permission.RECORD_MONEY)
    with runtime.database.transaction() as connection:
        case = cases.get_complaint(connection, number)
        take_children(connection, case.root_key)
        sums = cases.balance_of(connection, case.root_key)
        _check(new, sums.paid - sums.recovered, case.currency)
        movement = Movement(
            LedgerEntry.RECOVERED, new.amount, actor.name, now, new.reference.strip()
        )
        cases.enter_recovered(connection, case.root_key, movement, currency=case.currency)
        details = {
            "amount": str(new.amount),
            "currency": case.currency,
            "reference": new.reference.strip(),
            "reason": new.reason.strip(),
        }
        event = Event.MONEY_RECOVERED
        audit.append(connection, case.root_key, event, actor=actor.name, at=now, details=details)
        return cases.balance_of(connection, case.root_key)


def _check(new: Recovery, held: Decimal, currency: str) -> None:
    errors = []
    if not (0 < new.amount <= held and is_payable(new.amount, currency)):
        errors.append(
            FieldError(
                "/amount",
                Sentence(
                    "expected an amount above zero and at most {held}, which was paid and has not"
                    " come back, got {given}",
                    held=format_money(held, currency),
                    given=format_money(new.amount, currency),
                ),
            )
        )
    problem = find_length_problem("/reference", new.reference.strip(), MOST_REFERENCE)
    if problem is not None:
        errors.append(problem)
    if not LEAST_REASON <= len(new.reason.strip()) <= MOST_REASON:
        errors.append(
            FieldError(
                "/reason",
                Sentence(
                    "expected why it came back, in {least} to {most} characters",
                    least=LEAST_REASON,
                    most=MOST_REASON,
                ),
            )
        )
    if errors:
        raise FormInvalid(errors)
