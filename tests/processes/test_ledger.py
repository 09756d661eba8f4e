"""The money of a case: rounds pay the difference, what is paid is what was decided, and the ledger
balances whatever the rounds were."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service import cases, letters
from service.cases import LedgerEntry, Movement, Offer, OfferAnswer, OfferState, list_ledger
from service.cases.ledger import ledger_entry
from service.currencies import CURRENCIES
from service.db import Connection, Database
from service.definitions import shipped_files
from service.errors import FormInvalid, StateConflict
from service.execution import Runtime
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.walker import Walk, complain

MONEY = {"outcome": "upheld", "remedies": ["compensation"], "reason": "Our error"}
DISPUTED = {"reached": True, "satisfaction": 1, "disputed": True}


@pytest.fixture
def shipped(database: Database) -> Runtime:
    return release_files(database, shipped_files())


def ledger(walk: Walk) -> list[tuple[str, int]]:
    with walk.runtime.database.read() as connection:
        rows = list_ledger(connection, walk.root)
        assert list(cases.unbalanced(connection)) == []
    return [(str(row["entry"]), int(str(row["amount"]).split(".")[0])) for row in rows]


def test_further_rounds_pay_the_difference_only(shipped: Runtime) -> None:
    walk = complain(shipped)
    for amount in (5_000, 8_000, 8_000):
        walk.work(until="propose-solution")
        walk.answer("propose-solution", **MONEY, compensationAmount=amount)
        walk.work(until="ask-customer", propose_solution={**MONEY, "compensationAmount": amount})
        walk.answer("ask-customer", **DISPUTED)
    walk.work()
    assert ledger(walk) == [
        ("offered", 5_000),
        ("accepted", 5_000),
        ("payable", 5_000),
        ("paid", 5_000),
        ("offered", 8_000),
        ("accepted", 8_000),
        ("payable", 3_000),
        ("paid", 3_000),
    ]
    assert walk.done.count("pay-compensation") == 2
    first, second, third = outcome_letters(shipped, walk)
    assert "TWD 5,000 in all." in first and "If you accept it" in first
    assert "TWD 8,000 in all, of which TWD 5,000 has been paid" in second
    assert "TWD 8,000 in all, of which TWD 8,000 has been paid" in third
    assert "If you accept it" in second and "If you accept it" not in third


def outcome_letters(runtime: Runtime, walk: Walk) -> list[str]:
    with runtime.database.read() as connection:
        return [
            str(each["body"])
            for each in letters.list_letters(connection, walk.root)
            if each["template"] == "outcome"
        ]


def test_a_small_sum_on_the_spot_needs_no_acceptance(shipped: Runtime) -> None:
    walk = complain(shipped).work(propose_solution={**MONEY, "compensationAmount": 900})
    assert ledger(walk) == [("offered", 900), ("payable", 900), ("paid", 900)]
    assert walk.done.index("write-reply") < walk.done.index("pay-compensation")
    assert "We will pay it" in outcome_letters(shipped, walk)[0]


@pytest.mark.parametrize(
    ("answer", "pointer"),
    [
        ({"amountPaid": 899}, "/amountPaid"),
        ({"amountPaid": 900.01}, "/amountPaid"),
        ({"amountPaid": 9_000}, "/amountPaid"),
        ({"paidOn": (NOW + timedelta(days=60)).date().isoformat()}, "/paidOn"),
    ],
)
def test_a_payment_that_differs_from_the_decision_is_refused(
    sqlite_database: Database, answer: dict[str, Any], pointer: str
) -> None:
    runtime = release_files(sqlite_database, shipped_files())
    walk = complain(runtime).work(
        propose_solution={**MONEY, "compensationAmount": 900}, until="pay-compensation"
    )
    with pytest.raises(FormInvalid) as caught:
        walk.answer("pay-compensation", **answer)
    assert [error.pointer for error in caught.value.errors] == [pointer]
    assert ledger(walk) == [("offered", 900), ("payable", 900)]
    walk.answer("pay-compensation", amountPaid=900)
    assert ledger(walk)[-1] == ("paid", 900)


KINDS = st.sampled_from(cases.KINDS_OF_MONEY)
AMOUNTS = st.decimals("0.01", 10**7, places=2)
ROUNDS = st.lists(
    st.tuples(
        st.dictionaries(KINDS, AMOUNTS, min_size=1, max_size=4),
        st.sampled_from(["accepted", "declined", "lapsed", "on the spot"]),
        st.booleans(),
        st.sampled_from([Decimal(0), Decimal("0.25"), Decimal(1)]),
    ),
    min_size=1,
    max_size=6,
)
root_keys = iter(range(10**6, 10**9))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROUNDS, st.sampled_from(CURRENCIES))
def test_the_ledger_balances_over_any_rounds(
    database: Database, rounds: list[Any], currency: str
) -> None:
    """Each round decides a total in parts, which the customer accepts or not; what is due is paid
    then or later, and some of it may come back."""
    root, agreed, left = next(root_keys), Decimal(0), Decimal(0)
    with database.transaction() as connection:
        for parts, answer, pays, share in rounds:
            total = sum(parts.values(), Decimal(0))
            offer = Movement(LedgerEntry.OFFERED, total, "wu", NOW)
            cases.enter_decision(
                connection,
                root,
                offer,
                currency=currency,
                parts=parts,
                payable=False,
            )
            if answer == "on the spot":
                cases.enter_payable(connection, root, offer, currency=currency)
            if answer != "on the spot":
                answered(connection, root, total, answer, currency)
            if answer in ("accepted", "on the spot"):
                agreed = max(agreed, total)
            left += paid_and_back(connection, root, pays, share, currency)
            sums = cases.balance_of(connection, root)
            assert sums.payable == agreed
            assert sums.paid - sums.recovered == agreed - sums.due
            assert all(
                sums.of(LedgerEntry.RECOVERED).get(kind, 0) <= amount
                for kind, amount in sums.of(LedgerEntry.PAID).items()
            )
        assert cases.balance_of(connection, root).recovered == left
        assert [each for each in cases.unbalanced(connection) if each[0] == root] == []


def answered(connection: Connection, root: int, total: Decimal, answer: str, currency: str) -> None:
    until = NOW + timedelta(days=30)
    new = Offer(root, 0, total, currency, NOW, "wu", until, OfferState.OPEN)
    cases.make_offer(connection, new)
    said = OfferAnswer(OfferState(answer), "wu", NOW, "Lin", "phone")
    cases.answer_offer(connection, root, said)
    with pytest.raises(StateConflict):
        cases.answer_offer(connection, root, replace(said, state=OfferState.ACCEPTED))
    if answer == "accepted":
        movement = Movement(LedgerEntry.ACCEPTED, total, "wu", NOW)
        cases.enter_accepted(connection, root, movement, currency=currency)


def paid_and_back(
    connection: Connection, root: int, pays: bool, share: Decimal, currency: str
) -> Decimal:
    """What came back of what was paid now."""
    due = cases.balance_of(connection, root).due
    if not pays or not due:
        return Decimal(0)
    paid = Movement(LedgerEntry.PAID, due, "clerk", NOW)
    cases.enter_paid(connection, root, paid, currency=currency)
    assert cases.balance_of(connection, root).due == 0
    back = (due * share).quantize(Decimal("0.01"))
    if back:
        movement = Movement(LedgerEntry.RECOVERED, back, "clerk", NOW)
        cases.enter_recovered(connection, root, movement, currency=currency)
    return back


@pytest.mark.parametrize(
    ("entry", "amount", "words"),
    [
        (LedgerEntry.PAID, 5_001, "was paid"),
        (LedgerEntry.PAYABLE, 1, "is payable"),
        (LedgerEntry.ACCEPTED, 5_001, "was accepted"),
        (LedgerEntry.RECOVERED, 1, "came back"),
    ],
)
def test_what_does_not_agree_is_told(
    database: Database, entry: LedgerEntry, amount: int, words: str
) -> None:
    root = next(root_keys)
    with database.transaction() as connection:
        offer = Movement(LedgerEntry.OFFERED, Decimal(5_000), "wu", NOW)
        cases.enter_decision(connection, root, offer, currency="TWD")
        assert list(cases.unbalanced(connection)) == []
        wrong = Movement(entry, Decimal(amount), "mallory", NOW)
        cases.enter(connection, root, wrong, currency="TWD")
        assert [words in problem for _, problem in cases.unbalanced(connection)][:1] == [True]


def test_an_entry_has_an_amount_above_zero(database: Database) -> None:
    nothing = Movement(LedgerEntry.PAID, Decimal(0), "wu", NOW)
    with pytest.raises(sa.exc.IntegrityError), database.transaction() as connection:
        cases.enter(connection, next(root_keys), nothing, currency="TWD")
    with database.read() as connection:
        count = sa.select(sa.func.count()).select_from(ledger_entry)
        assert connection.execute(count).scalar_one() == 0
