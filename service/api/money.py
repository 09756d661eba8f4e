"""The money of a case: its ledger, its offers, and money that came back."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from service import cases, operations
from service.api.operation import Call, operation
from service.api.shapes import Given, Instant, Sent, Text, time_of
from service.cases import Balance
from service.identity import Permission
from service.operations import Recovery


class SumsGiven(Given):
    """The sums of the ledger, as texts of decimal numbers in the currency of the case. `due` is
    payable less paid, with what came back."""

    offered: str
    accepted: str
    payable: str
    paid: str
    recovered: str
    due: str


class EntryGiven(Given):
    """One entry. `assumed` says what was taken for granted where an older version had not recorded
    it."""

    entry: str
    kind: str
    amount: str
    at: Instant
    by: str
    reference: str
    assumed: str


class OfferGiven(Given):
    """One offer to the customer, open until the end of the day of `until`."""

    amount: str
    made_at: Instant
    until: Instant
    state: str
    ended_at: Instant | None
    answered_by: str
    channel: str
    recorded_by: str


class MoneyGiven(Given):
    """The money of a case."""

    number: str
    currency: str
    sums: SumsGiven
    entries: list[EntryGiven]
    offers: list[OfferGiven]


class RecoverySent(Sent):
    """Money that came back, in the currency of the case."""

    amount: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=2)]
    reference: Text
    reason: Annotated[str, Field(max_length=1_000)]


@operation("GET /api/complaints/{number}/money", may=Permission.READ_COMPLAINTS, gives=MoneyGiven)
def get_money(call: Call, number: str) -> Any:
    """The ledger of a case and the offers that its customer was made."""
    with call.runtime.database.read() as connection:
        case = cases.get_complaint(connection, number)
        entries = cases.list_ledger(connection, case.root_key)
        offers = cases.list_offers(connection, case.root_key)
        sums = cases.balance_of_rows(entries)
    names = ("entry", "kind", "by", "reference", "assumed")
    return {
        "number": case.number,
        "currency": case.currency,
        "sums": _sums(sums),
        "entries": [
            {
                **{name: each[name] for name in names},
                "amount": str(each["amount"]),
                "at": each["at"],
            }
            for each in entries
        ],
        "offers": [
            {
                "amount": str(each.amount),
                "madeAt": time_of(each.made_at),
                "until": time_of(each.until_at),
                "state": each.state.value,
                "endedAt": time_of(each.ended_at),
                "answeredBy": each.answered_by,
                "channel": each.channel,
                "recordedBy": each.recorded_by,
            }
            for each in offers
        ],
    }


@operation(
    "POST /api/complaints/{number}/recoveries",
    may=Permission.RECORD_MONEY,
    takes=RecoverySent,
    gives=SumsGiven,
    status=201,
)
def record_recovery(call: Call, number: str, sent: RecoverySent) -> Any:
    """Enter money that was paid and came back; the sums after it."""
    new = Recovery(sent.amount, sent.reference, sent.reason)
    done = operations.record_recovery(call.runtime, number, new, actor=call.actor, now=call.now)
    return _sums(done), 201


def _sums(sums: Balance) -> dict[str, str]:
    names = ("offered", "accepted", "payable", "paid", "recovered", "due")
    return {name: str(getattr(sums, name)) for name in names}
