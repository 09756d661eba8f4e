"""Authority and severity know what an amount is worth: no currency is taken for another, and none
without limits is decided on."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.currencies import CURRENCIES, DECIMALS, format_money, is_payable
from service.db import Database
from service.definitions import shipped_files
from service.dmn import load_model
from service.errors import FormInvalid
from service.intake import parse_complaint
from service.policy import load_profile
from service.policy.files import SHIPPED
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.walker import Walk, complain
from tests.processes.test_tables import FACTS, decide

FOLDER = Path(__file__).parents[2]
MODELS = {
    name: load_model((FOLDER / "processes" / name).read_bytes(), file=name)
    for name in ("authority.dmn", "severity.dmn")
}


def rate(file: str, currency: str | None) -> Any:
    return (
        MODELS[file].evaluate(file.replace(".dmn", "-rate"), {"currency": currency}, now=NOW).value
    )


def rank(amount: float, currency: str | None) -> int:
    given = {"compensationAmount": amount, "currency": currency, "round": 0}
    return int(str(decide("authority.dmn", "authority", given)["level"])[1])


@pytest.mark.parametrize("currency", CURRENCIES)
def test_each_currency_has_one_rate_that_both_tables_know(currency: str) -> None:
    found = rate("authority.dmn", currency)
    assert found == rate("severity.dmn", currency) and found > 0


def test_forms_profiles_and_tables_have_one_list_of_currencies() -> None:
    form = json.loads((FOLDER / "forms" / "registration.form.json").read_bytes())
    assert tuple(form["schema"]["properties"]["currency"]["enum"]) == CURRENCIES
    profiles = [path.stem for path in (SHIPPED / "profiles").glob("*.json")]
    assert {load_profile(each).currency for each in profiles} <= set(CURRENCIES)
    for currency in CURRENCIES:
        assert parse_complaint({"content": "x", "currency": currency}, now=NOW).currency == currency


@pytest.mark.parametrize("currency", ["XXX", "BTC", "twd", "TW", 5, ["GBP"]])
def test_a_currency_that_is_not_on_the_list_is_refused_with_the_list(currency: Any) -> None:
    with pytest.raises(FormInvalid) as caught:
        parse_complaint({"content": "x", "currency": currency}, now=NOW)
    [error] = caught.value.errors
    assert error.pointer == "/currency" and "GBP" in error.message


@pytest.mark.parametrize(
    ("amount", "currency", "level"),
    [
        (950, "TWD", "A0"),
        (950, None, "A0"),
        (950, "GBP", "A3"),
        (1_000, "USD", "A3"),
        (1_000, "JPY", "A0"),
        (100_000, "JPY", "A3"),
        (1_000, "EUR", "A3"),
        (1, "XXX", "A7"),
        (1_000_000, "GBP", "A7"),
    ],
)
def test_authority_follows_the_worth(amount: float, currency: str | None, level: str) -> None:
    given = {"compensationAmount": amount, "currency": currency, "round": 0}
    assert decide("authority.dmn", "authority", given)["level"] == level


@settings(deadline=None)
@given(st.floats(1, 1e9, allow_nan=False), st.sampled_from(CURRENCIES), st.sampled_from(CURRENCIES))
def test_what_is_worth_more_is_never_decided_lower(amount: float, one: str, other: str) -> None:
    lower, higher = sorted((one, other), key=lambda each: float(rate("authority.dmn", each)))
    assert rank(amount, lower) <= rank(amount, higher)


@pytest.mark.parametrize(
    ("amount", "currency", "rule"),
    [
        (30_000, "GBP", "T13"),
        (30_000, "TWD", "T20"),
        (2_000, "USD", "T17"),
        (1_000_000, "JPY", "T17"),
        (1_000_000, None, "T13"),
        (1_000_000, "XXX", "T20"),
    ],
)
def test_severity_follows_the_worth(amount: float, currency: str | None, rule: str) -> None:
    facts = dict.fromkeys(FACTS) | {"amount": amount, "currency": currency}
    assert decide("severity.dmn", "severity", facts)["rule"] == rule


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (1280, "TWD", "TWD 1,280"),
        ("1280.5", "GBP", "GBP 1,280.50"),
        (Decimal("0.10"), "EUR", "EUR 0.10"),
        (1_234_567, "JPY", "JPY 1,234,567"),
        (12.5, "TWD", "TWD 12.50"),
        ("a lot", "GBP", "GBP a lot"),
    ],
)
def test_money_is_written_as_it_is_paid(amount: Any, currency: str, words: str) -> None:
    assert format_money(amount, currency) == words


@settings(deadline=None)
@given(st.decimals(0, 10**9, places=3), st.sampled_from(CURRENCIES))
def test_an_amount_is_payable_when_writing_it_loses_nothing(amount: Decimal, currency: str) -> None:
    written = Decimal(f"{amount:.{DECIMALS[currency]}f}")
    assert is_payable(amount, currency) == (written == amount)


def refused(walk: Walk, **answer: Any) -> str:
    """What the form has against a proposal."""
    with pytest.raises(FormInvalid) as caught:
        walk.answer("propose-solution", **answer)
    [error] = caught.value.errors
    return error.message


def test_a_proposal_in_pounds_goes_to_an_approver_with_the_sums_of_pounds_only(
    sqlite_database: Database,
) -> None:
    runtime = release_files(sqlite_database, shipped_files())
    money = {"outcome": "upheld", "remedies": ["compensation"], "reason": "Our error"}
    first = complain(runtime, currency="TWD").work(until="propose-solution")
    first.answer("propose-solution", **money, compensationAmount=1000)
    assert first.open() == ["write-reply"]
    second = complain(runtime, currency="JPY").work(until="propose-solution")
    assert "decimals" in refused(second, **money, compensationAmount=10.5)
    second.answer("propose-solution", **money, compensationAmount=1000)
    assert second.open() == ["write-reply"]
    third = complain(runtime, currency="GBP").work(until="propose-solution")
    third.answer("propose-solution", **money, compensationAmount=950)
    assert third.open() == ["approve-solution"]


def test_nobody_decides_in_a_currency_without_limits(sqlite_database: Database) -> None:
    runtime = release_files(sqlite_database, shipped_files())
    walk = complain(runtime, currency="XXX").work(until="propose-solution")
    money = {"outcome": "upheld", "remedies": ["compensation"], "compensationAmount": 5}
    assert "no limits of authority for XXX" in refused(walk, **money)
    assert walk.open() == ["propose-solution"]
