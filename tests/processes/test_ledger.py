"""The money of a case: rounds pay the difference, what is paid is what was decided, and the ledger
balances whatever the rounds were."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service import cases, letters
from service.cases import LedgerEntry, Movement
from service.cases.ledger import ledger_entry
from service.currencies import CURRENCIES
from service.db import Database
from service.definitions import shipped_files
from service.errors import FormInvalid
from service.execution import Runtime
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.ledger import list_ledger
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
        ("payable", 5_000),
        ("paid", 5_000),
        ("offered", 8_000),
        ("payable", 3_000),
        ("paid", 3_000),
    ]
    assert walk.done.count("pay-compensation") == 2
    with shipped.database.read() as connection:
        bodies = [
            str(each["body"])
            for each in letters.list_letters(connection, walk.root)
            if each["template"] == "outcome"
        ]
    assert ["TWD 5,000 in all, of which TWD 5,000" in each for each in bodies] == [
        True,
        False,
        False,
    ]
    assert ["TWD 8,000 in all, of which TWD 8,000" in each for each in bodies] == [
        False,
        True,
        True,
    ]


def test_a_customer_who_is_content_accepts_what_was_offered(shipped: Runtime) -> None:
    walk = complain(shipped).work(
        propose_solution={**MONEY, "compensationAmount": 900}, until="archived"
    )
    assert ledger(walk) == [
        ("offered", 900),
        ("payable", 900),
        ("paid", 900),
        ("accepted", 900),
    ]


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


TOTALS = st.lists(st.decimals("0.01", 10**8, places=2), min_size=1, max_size=6)
root_keys = iter(range(10**6, 10**9))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TOTALS, st.sampled_from(CURRENCIES), st.lists(st.booleans(), min_size=6, max_size=6))
def test_the_ledger_balances_over_any_rounds(
    database: Database, totals: list[Decimal], currency: str, pays: list[bool]
) -> None:
    """Each round decides a total and pays what is due then, or leaves it to a later one."""
    root = next(root_keys)
    with database.transaction() as connection:
        for total, pay in zip(totals, pays, strict=False):
            offer = Movement(LedgerEntry.OFFERED, total, "wu", NOW)
            cases.enter_decision(connection, root, offer, currency=currency)
            due = cases.balance_of(connection, root).due
            if pay and due > 0:
                paid = Movement(LedgerEntry.PAID, due, "clerk", NOW)
                cases.enter(connection, root, paid, currency=currency)
                assert cases.balance_of(connection, root).due == 0
        sums = cases.balance_of(connection, root)
        assert sums.payable == sums.offered == max(totals)
        assert sums.paid + sums.due == max(totals)
        assert [each for each in cases.unbalanced(connection) if each[0] == root] == []


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
