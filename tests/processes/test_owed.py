"""What the law owes is paid by the law's time and is no offer; goodwill beside it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import cases, letters
from service.cases import KINDS_OF_MONEY, LedgerEntry, rise_of
from service.cases.ledger import Line, balance
from service.db import Database
from service.definitions import shipped_files
from service.execution import Runtime
from service.policy import load_profile, owed_kinds, owed_of
from tests.kit.installation import release_files
from tests.kit.walker import Walk, complain

ERROR = {
    "outcome": "upheld",
    "remedies": ["compensation"],
    "reason": "The terminal debited twice.",
    "compensationAmount": 250,
}
REFUND = {**ERROR, "redressParts": {"refund": 240, "interest": 10}}
BESIDE = {
    **ERROR,
    "compensationAmount": 400,
    "redressParts": {"refund": 240, "interest": 10, "goodwill": 150},
}
REFUSED = {"outcome": "not upheld", "remedies": [], "reason": "The purchase was the customer's."}
NO_CREDIT = {
    "credited": False,
    "noCreditReason": "Decided within ten days.",
}
PAYMENTS = ("UK-DISP-PSD", "EU-PSD2", "DE-BAFIN", "FR-ACPR", "IE-CPC2025")


@pytest.fixture
def shipped(database: Database) -> Runtime:
    return release_files(database, shipped_files())


def under(runtime: Runtime, name: str) -> Walk:
    law = load_profile(name)
    house = replace(runtime, profile=law, enabled=(law,))
    return complain(house, product="debit-card", amount=250, currency=law.currency)


def solve(walk: Walk, **answers: Any) -> Walk:
    return walk.work(first_contact={"expectedDate": "2026-03-12"}, **answers)


def money(walk: Walk) -> list[tuple[str, str, Decimal]]:
    with walk.runtime.database.read() as connection:
        assert list(cases.unbalanced(connection)) == []
        return [
            (str(row["entry"]), str(row["kind"]), Decimal(str(row["amount"])))
            for row in cases.list_ledger(connection, walk.root)
        ]


def due_of(walk: Walk, element: str) -> Any:
    return next(t.due_at for t in walk.standing().tasks if t.element_id == element)


def clock(walk: Walk, name: str) -> Any:
    with walk.runtime.database.read() as connection:
        found = {each.clock: each for each in cases.list_deadlines(connection, walk.root)}
    return found.get(name)


def sums(walk: Walk) -> cases.Balance:
    with walk.runtime.database.read() as connection:
        return cases.balance_of(connection, walk.root)


def written(walk: Walk) -> str:
    """The outcome letter, the last one."""
    with walk.runtime.database.read() as connection:
        found = letters.list_letters(connection, walk.root)
    return [str(each["body"]) for each in found if each["template"] == "outcome"][-1]


@pytest.mark.parametrize("name", ["US-REGE", "US-REGZ"])
def test_an_error_that_was_found_is_corrected_within_a_day_and_offered_to_nobody(
    shipped: Runtime, name: str
) -> None:
    walk = under(shipped, name)
    solve(walk, until="pay-what-is-owed", propose_solution=ERROR, give_provisional_credit=NO_CREDIT)
    assert "write-reply" not in walk.done
    assert "outcome" not in walk.letters
    corrected = clock(walk, "correction")
    if corrected is not None:
        assert due_of(walk, "pay-what-is-owed") == corrected.due_at
        assert corrected.limit == "1 business_days"
    walk.answer("pay-what-is-owed")
    assert [entry for entry, *_ in money(walk)] == ["offered", "payable", "paid"]
    solve(walk)
    assert "record-offer-answer" not in walk.done
    assert "pay-compensation" not in walk.done
    assert sums(walk).paid == 250
    if corrected is not None:
        assert clock(walk, "correction").met_at is not None


@pytest.mark.parametrize("name", PAYMENTS)
def test_a_payment_that_nobody_authorised_goes_back_by_the_next_business_day(
    shipped: Runtime, name: str
) -> None:
    walk = under(shipped, name)
    solve(walk, until="pay-what-is-owed", propose_solution=REFUND)
    corrected = clock(walk, "correction")
    assert due_of(walk, "pay-what-is-owed") == corrected.due_at
    solve(walk)
    assert sums(walk).paid == 250
    assert "record-offer-answer" not in walk.done
    assert clock(walk, "correction").met_at is not None


def test_a_further_round_that_owes_more_has_the_time_of_the_law_anew(shipped: Runtime) -> None:
    walk = under(shipped, "UK-DISP-PSD")
    less = {**ERROR, "compensationAmount": 100, "redressParts": {"refund": 100}}
    solve(walk, until="ask-customer", propose_solution=less)
    first = clock(walk, "correction")
    assert first.met_at is not None
    walk.answer("ask-customer", reached=True, satisfaction=1, disputed=True)
    walk.work(until="propose-solution")
    walk.now += timedelta(days=2)
    more = {**ERROR, "redressParts": {"refund": 250}}
    walk.answer("propose-solution", **more)
    walk.work(until="pay-what-is-owed", propose_solution=more)
    again = clock(walk, "correction")
    assert again.met_at is None
    assert first.due_at < again.started_at < again.due_at
    assert due_of(walk, "pay-what-is-owed") == again.due_at
    walk.answer("pay-what-is-owed")
    assert clock(walk, "correction").met_at is not None


def test_a_fee_that_was_wrongly_charged_goes_back_under_every_law(shipped: Runtime) -> None:
    walk = under(shipped, "TW-FCPA")
    fee = {**ERROR, "redressParts": {"refund": 250}}
    solve(walk, until="pay-what-is-owed", propose_solution=fee)
    solve(walk)
    assert "record-offer-answer" not in walk.done
    assert sums(walk).paid == 250


def test_what_is_given_beside_waits_for_the_customer_and_what_is_owed_does_not(
    shipped: Runtime,
) -> None:
    walk = under(shipped, "UK-DISP-PSD")
    solve(walk, until="record-offer-answer", propose_solution={**BESIDE, "compensationAmount": 400})
    assert sums(walk).paid == 250
    assert "it is yours whether or not you accept the rest" in written(walk)
    walk.answer("record-offer-answer")
    assert sums(walk).due == 150
    solve(walk)
    assert sums(walk).paid == 400
    assert [kind for entry, kind, _ in money(walk) if entry == "paid"] == [
        "refund",
        "interest",
        "goodwill",
    ]


def test_what_is_owed_stays_paid_where_the_rest_is_declined(shipped: Runtime) -> None:
    walk = under(shipped, "UK-DISP-PSD")
    solve(walk, until="record-offer-answer", propose_solution=BESIDE)
    walk.answer("record-offer-answer", offerAnswer="declined", offerWords="Too little.")
    solve(walk, until="record-offer-answer", propose_solution=BESIDE)
    assert sums(walk).paid == 250
    assert walk.done.count("pay-what-is-owed") == 1


@pytest.mark.parametrize("name", PAYMENTS)
def test_goodwill_alone_is_an_offer_and_starts_no_clock_of_the_law(
    shipped: Runtime, name: str
) -> None:
    walk = under(shipped, name)
    solve(
        walk,
        until="record-offer-answer",
        propose_solution={
            **ERROR,
            "compensationAmount": 5_000,
            "redressParts": {"goodwill": 5_000},
        },
    )
    assert "pay-what-is-owed" not in walk.done
    assert clock(walk, "correction") is None


CREDIT = {"credited": True, "creditAmount": 250}


def test_a_provisional_credit_becomes_final_and_nothing_is_paid_twice(shipped: Runtime) -> None:
    walk = under(shipped, "US-REGE")
    solve(walk, propose_solution=ERROR, give_provisional_credit=CREDIT)
    assert {"pay-what-is-owed", "pay-compensation"}.isdisjoint(walk.done)
    assert [entry for entry, *_ in money(walk)] == ["offered", "payable", "paid"]
    assert sums(walk).paid == 250
    assert clock(walk, "correction").met_at is not None
    assert "the credit is now final" in written(walk)


def test_the_rest_of_an_error_is_paid_beyond_the_credit(shipped: Runtime) -> None:
    walk = under(shipped, "US-REGE")
    solve(
        walk,
        until="pay-what-is-owed",
        propose_solution={**ERROR, "compensationAmount": 275},
        give_provisional_credit=CREDIT,
    )
    assert sums(walk).due == 25
    solve(walk)
    assert sums(walk).paid == 275


def test_a_credit_is_taken_back_where_there_was_no_error(shipped: Runtime) -> None:
    walk = under(shipped, "US-REGE")
    solve(walk, propose_solution=REFUSED, give_provisional_credit=CREDIT)
    assert money(walk) == []
    assert clock(walk, "correction") is None
    assert "we take back" in written(walk)


@pytest.mark.parametrize("outcome", ["not upheld", None])
def test_without_a_finding_nothing_is_owed(outcome: str | None) -> None:
    law = load_profile("US-REGE")
    assert owed_of(law, outcome, {"refund": Decimal(5)}) == {}
    assert owed_of(law, "upheld", {"refund": Decimal(5), "goodwill": Decimal(1)}) == {
        "refund": Decimal(5)
    }


def test_the_regimes_of_a_case_owe_together() -> None:
    one, other = load_profile("UK-DISP"), load_profile("UK-DISP-PSD")
    assert owed_kinds(one) == {"refund"}
    assert owed_kinds(one.leading([other])) == {"refund", "interest", "costs"}


AMOUNTS = st.dictionaries(
    st.sampled_from(KINDS_OF_MONEY),
    st.decimals(min_value="0.01", max_value="9999", places=2),
    max_size=4,
)


@given(before=AMOUNTS, decided=AMOUNTS, kinds=st.sets(st.sampled_from(KINDS_OF_MONEY)))
def test_what_is_owed_never_makes_more_payable_than_was_decided(
    before: dict[str, Decimal], decided: dict[str, Decimal], kinds: set[str]
) -> None:
    known = balance(Line(LedgerEntry.PAYABLE, kind, each, 1) for kind, each in before.items())
    total = sum(decided.values(), Decimal(0))
    owed = {kind: each for kind, each in decided.items() if kind in kinds}
    rise = rise_of(known, owed, total)
    assert 0 <= rise <= sum(owed.values(), Decimal(0))
    assert known.payable + rise <= max(total, known.payable)
    after = balance(
        [*known.lines, *([Line(LedgerEntry.PAYABLE, "refund", rise, 2)] if rise else [])]
    )
    if set(owed) <= {"refund"}:
        assert rise_of(after, owed, total) == 0
