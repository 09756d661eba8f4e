"""Whether the money of every case agrees with itself: decisions, offers, answers, payments."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from service.cases.ledger import balance_of, ledger_entry
from service.cases.offers import OfferState, list_offers, offer
from service.cases.tables import complaint
from service.db import Connection


def unbalanced(connection: Connection) -> Iterator[tuple[int, str]]:
    """Cases whose entries do not agree with each other, with the decision or with what the customer
    accepted, and how."""
    both = sa.union(sa.select(ledger_entry.c.root_key), sa.select(offer.c.root_key)).subquery()
    for root_key in connection.execute(
        sa.select(both.c.root_key).order_by(both.c.root_key)
    ).scalars():
        for problem in (*_sums(connection, root_key), *_offers(connection, root_key)):
            yield root_key, problem


def _sums(connection: Connection, root_key: int) -> Iterator[str]:
    sums = balance_of(connection, root_key)
    if sums.paid - sums.recovered > sums.payable:
        yield f"{sums.paid - sums.recovered} was paid, {sums.payable} was decided"
    if sums.payable > sums.offered:
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


def _offers(connection: Connection, root_key: int) -> Iterator[str]:
    """Each offer was decided, each accepted one is in the ledger, and none outlives its case."""
    sums, found = balance_of(connection, root_key), list_offers(connection, root_key)
    for each in found:
        if each.amount > sums.offered:
            yield f"{each.amount} was offered to the customer, {sums.offered} was decided"
        if each.state is OfferState.ACCEPTED and each.amount > sums.accepted:
            yield f"an offer of {each.amount} was accepted, the ledger has {sums.accepted}"
    open_ones = [each for each in found if each.state is OfferState.OPEN]
    if len(open_ones) > 1:
        yield f"{len(open_ones)} offers are open at once"
    status = connection.execute(
        sa.select(complaint.c.status).where(complaint.c.root_key == root_key)
    ).scalar_one_or_none()
    if open_ones and status not in (None, "open"):
        yield f"an offer is open in a case that is {status}"
