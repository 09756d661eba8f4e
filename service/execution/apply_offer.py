"""What a step says of the offer to the customer goes into the case's offers and its ledger."""

from __future__ import annotations

from service import cases
from service.builtins import OfferAnsweredEffect, OfferEffect
from service.cases import Complaint, LedgerEntry, Movement, Offer, OfferAnswer, OfferState
from service.execution.write import Write


def write_offer(write: Write, complaint: Complaint, effect: OfferEffect, *, by: str) -> None:
    """The decided amount is offered; where nobody has to accept it, it is payable."""
    connection, root_key, currency = write.connection, complaint.root_key, complaint.currency
    if effect.until is None:
        movement = Movement(LedgerEntry.PAYABLE, effect.amount, by, write.now)
        cases.enter_payable(connection, root_key, movement, currency=currency)
        write.note("ledger", ["payable", str(effect.amount), currency])
        return
    fresh = Offer(
        root_key, 0, effect.amount, currency, write.now, by, effect.until, OfferState.OPEN
    )
    cases.make_offer(connection, fresh)
    write.note("offer", ["open", str(effect.amount), currency, effect.until.isoformat()])


def write_answer(
    write: Write, complaint: Complaint, effect: OfferAnsweredEffect, *, by: str
) -> None:
    """The customer has answered, or not in time. Raises StateConflict where no offer is open."""
    answer = OfferAnswer(
        OfferState(effect.state),
        by,
        write.now,
        effect.answered_by or (complaint.customer_name or "" if effect.channel else ""),
        effect.channel,
        effect.words,
    )
    cases.answer_offer(write.connection, complaint.root_key, answer)
    write.note("offer", [effect.state, effect.channel, answer.answered_by])
    if answer.state is not OfferState.ACCEPTED:
        return
    found = cases.find_offer(write.connection, complaint.root_key)
    if found is not None:
        movement = Movement(LedgerEntry.ACCEPTED, found.amount, by, write.now, effect.channel)
        cases.enter_accepted(
            write.connection, complaint.root_key, movement, currency=complaint.currency
        )
        write.note("ledger", ["accepted", str(found.amount), complaint.currency])


def end_open_offer(write: Write, complaint: Complaint) -> None:
    """The case closes: an offer that nobody has answered cannot be accepted any more."""
    if complaint.facts.get("compensationAmount") is None:
        return
    withdrawn = complaint.outcome == "withdrawn"
    state = OfferState.WITHDRAWN if withdrawn else OfferState.LAPSED
    cases.end_offers(write.connection, complaint.root_key, state, at=write.now)
