"""The money of a case on its page: the sums, the entries, the offers, and entering what came
back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import flask

from service import cases, operations
from service.cases import Balance, Complaint, Offer
from service.db import Connection
from service.identity import Permission
from service.operations import Recovery
from service.sentence import WordList
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.evidence import visible_case

SUMS: WordList = ("offered", "accepted", "payable", "paid", "recovered")
"""The columns of the ledger, in their order."""


@dataclass(frozen=True, slots=True)
class MoneyBook:
    """What the card shows. `sums` has the amounts that are not zero."""

    sums: tuple[tuple[str, Decimal], ...]
    due: Decimal
    held: Decimal
    entries: tuple[dict[str, object], ...]
    offers: tuple[Offer, ...]
    currency: str


def money_book(connection: Connection, complaint: Complaint) -> MoneyBook:
    """The ledger and the offers of a case, oldest first."""
    entries = cases.list_ledger(connection, complaint.root_key)
    sums: Balance = cases.balance_of_rows(entries)
    amounts = tuple((name, getattr(sums, name)) for name in SUMS)
    return MoneyBook(
        tuple((name, amount) for name, amount in amounts if amount),
        sums.due,
        sums.paid - sums.recovered,
        tuple(entries),
        tuple(cases.list_offers(connection, complaint.root_key)),
        complaint.currency,
    )


@blueprint.post("/complaints/<number>/recoveries")
@signed_in(may=Permission.RECORD_MONEY)
def record_recovery(number: str) -> Any:
    complaint, sent = visible_case(number), flask.request.form
    new = Recovery(
        _amount(sent.get("amount", "")), sent.get("reference", ""), sent.get("reason", "")
    )
    operations.record_recovery(parts().runtime, complaint.number, new, actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.case_page", number=number) + "#money")


def _amount(text: str) -> Decimal:
    """Zero for what is no number: it is refused with the field."""
    try:
        found = Decimal(text.strip().replace(",", "")[:30])
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)
