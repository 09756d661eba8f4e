"""What the bank offers is paid once the customer has accepted it, and not otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service import cases
from service.cases import Offer, OfferState
from service.db import Database
from service.definitions import shipped_files
from service.errors import FormInvalid, NotFound, RedressError, StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.intake import portal
from service.operations import complete_task
from tests.kit.installation import release_files
from tests.kit.walker import Walk, complain

OFFERED = {
    "outcome": "upheld",
    "remedies": ["compensation"],
    "reason": "Our error",
    "compensationAmount": 5_000,
}
ACCEPTED = {"offerAnswer": "accepted", "offerChannel": "letter", "offerAnsweredBy": "Lin"}


@pytest.fixture
def shipped(database: Database) -> Runtime:
    return release_files(database, shipped_files())


def offered(runtime: Runtime, **facts: Any) -> Walk:
    """A case whose offer waits for the customer."""
    walk = complain(runtime, **facts)
    return walk.work(until="record-offer-answer", propose_solution={**OFFERED, **facts})


def offers(walk: Walk) -> list[Offer]:
    with walk.runtime.database.read() as connection:
        assert list(cases.unbalanced(connection)) == []
        return cases.list_offers(connection, walk.root)


def money(walk: Walk) -> list[str]:
    with walk.runtime.database.read() as connection:
        return [str(row["entry"]) for row in cases.list_ledger(connection, walk.root)]


def test_nothing_is_payable_before_the_customer_accepts(shipped: Runtime) -> None:
    walk = offered(shipped)
    assert money(walk) == ["offered"]
    assert walk.letters[-1] == "outcome"
    assert "pay-compensation" not in walk.open()
    walk.answer("record-offer-answer", **ACCEPTED)
    assert money(walk) == ["offered", "accepted", "payable"]
    assert walk.open() == ["pay-compensation"]
    found = offers(walk)[-1]
    assert (found.state, found.channel, found.answered_by, found.recorded_by) == (
        OfferState.ACCEPTED,
        "letter",
        "Lin",
        "wu",
    )


def test_the_customer_accepts_on_the_portal(shipped: Runtime) -> None:
    walk = offered(shipped)
    accept(walk)
    assert walk.open() == ["pay-compensation"]
    found = offers(walk)[-1]
    assert (found.channel, found.answered_by, found.recorded_by) == ("portal", "Lin", "customer")
    with pytest.raises(StateConflict):
        accept(walk)
    walk.answer("pay-compensation")
    assert money(walk) == ["offered", "accepted", "payable", "paid"]


def accept(walk: Walk) -> None:
    portal.answer_offer(
        walk.runtime, walk.complaint.number, accepted=True, comment="", now=walk.now
    )


def test_an_offer_that_is_declined_is_not_paid_and_decided_again(shipped: Runtime) -> None:
    walk = offered(shipped)
    number = walk.complaint.number
    with pytest.raises(FormInvalid):
        portal.answer_offer(shipped, number, accepted=False, comment=" ", now=walk.now)
    portal.answer_offer(shipped, number, accepted=False, comment="Too little.", now=walk.now)
    assert walk.open() == ["propose-solution"]
    assert money(walk) == ["offered"]
    assert offers(walk)[-1].words == "Too little."
    walk.work(
        until="record-offer-answer", propose_solution={**OFFERED, "compensationAmount": 6_000}
    )
    walk.answer("record-offer-answer", **ACCEPTED)
    walk.work()
    assert [each.state.value for each in offers(walk)] == ["declined", "accepted"]
    assert money(walk) == ["offered", "offered", "accepted", "payable", "paid"]


def test_an_offer_lapses_and_cannot_be_accepted_any_more(shipped: Runtime) -> None:
    walk = offered(shipped)
    until = offers(walk)[-1].until_at
    walk.now = until - timedelta(seconds=1)
    due = {due for due, _ in walk.standing().timers}
    assert until in due
    while offers(walk)[-1].state is OfferState.OPEN:
        walk.wait()
    with pytest.raises(StateConflict):
        accept(walk)
    assert offers(walk)[-1].state is OfferState.LAPSED
    walk.work(ask_customer={"reached": False})
    assert money(walk) == ["offered"]


def test_a_late_acceptance_is_refused_although_the_timer_has_not_fired(shipped: Runtime) -> None:
    walk = offered(shipped)
    walk.now = offers(walk)[-1].until_at + timedelta(days=2)
    with pytest.raises(FormInvalid) as caught:
        walk.answer("record-offer-answer", **ACCEPTED)
    assert [each.pointer for each in caught.value.errors] == ["/offerAnswer"]
    assert money(walk) == ["offered"]


def test_an_acceptance_after_a_withdrawal_is_refused(shipped: Runtime) -> None:
    walk = offered(shipped)
    key = next(t.key for t in walk.standing().tasks if t.element_id == "record-offer-answer")
    walk.say("complaint-withdrawn", reason="Settled otherwise")
    for attempt in (accept, lambda each: late_answer(each, key)):
        with pytest.raises(RedressError) as caught:
            attempt(walk)
        assert isinstance(caught.value, StateConflict | NotFound)
    walk.work()
    assert walk.complaint.outcome == "withdrawn"
    assert offers(walk)[-1].state is OfferState.WITHDRAWN
    assert money(walk) == ["offered"]


def late_answer(walk: Walk, key: int) -> None:
    complete_task(
        walk.runtime, key, ACCEPTED, actor=Actor("wu", frozenset({"handler"})), now=walk.now
    )


@pytest.mark.parametrize(
    ("parts", "right"),
    [
        ({"refund": 3_000, "distress": 2_000}, True),
        ({"refund": 3_000}, False),
        ({"refund": 5_000, "interest": 0.5}, False),
        ({}, True),
    ],
)
def test_what_the_compensation_is_made_of_adds_up(
    sqlite_database: Database, parts: dict[str, float], right: bool
) -> None:
    walk = complain(release_files(sqlite_database, shipped_files())).work(until="propose-solution")
    if not right:
        with pytest.raises(FormInvalid) as caught:
            walk.answer("propose-solution", **OFFERED, redressParts=parts)
        assert [each.pointer for each in caught.value.errors] == ["/redressParts"]
        return
    walk.answer("propose-solution", **OFFERED, redressParts=parts)
    walk.work(propose_solution=OFFERED)
    with walk.runtime.database.read() as connection:
        paid = cases.balance_of(connection, walk.root).of(cases.LedgerEntry.PAID)
    assert paid == (parts or {"compensation": 5_000})
