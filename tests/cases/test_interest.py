"""Interest: exact, by dated tables, refused by name where a table has a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.policy.interest import (
    Basis,
    Compounding,
    Rate,
    Year,
    find_basis,
    list_bases,
    reckon,
    to_decimal,
)

BASES = list_bases()
FLAT = replace(find_basis("gb-8"), rates=(Rate(date(1990, 1, 1), Decimal(8)),))
STEPS = replace(
    FLAT,
    rates=(
        Rate(date(1990, 1, 1), Decimal("0.1")),
        Rate(date(2022, 2, 3), Decimal("0.5")),
        Rate(date(2023, 8, 3), Decimal("5.25")),
    ),
)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
AMOUNTS = st.decimals(min_value="0.01", max_value="9999999", places=2)
SIMPLE = st.sampled_from([FLAT, STEPS, replace(STEPS, year=Year.CALENDAR)])


@pytest.mark.parametrize(
    ("id", "amount", "first", "end", "expected"),
    [
        # 1,000 at 8 % over a common year, a leap year of 366 days on 365, and a single day.
        ("gb-8", "1000", "2025-01-01", "2026-01-01", "80.00"),
        ("gb-8", "1000", "2024-01-01", "2025-01-01", "80.22"),
        ("gb-8", "1000", "2025-02-28", "2025-03-01", "0.22"),
        ("gb-8", "1000", "2024-02-28", "2024-03-01", "0.44"),
        # On the days of the calendar year, a leap year is a year.
        ("de-4", "1000", "2024-01-01", "2025-01-01", "40.00"),
        ("de-4", "1000", "2023-07-01", "2024-07-01", "40.06"),
        # 12,000 of Taiwan over 90 days: 12,000 x 5 % x 90 / 365.
        ("tw-5", "12000", "2026-01-01", "2026-04-01", "147.95"),
        # Bank Rate 5.25 until 31 July 2024, 5 from 1 August, 1 point more: 10 days at each.
        ("gb-bank-rate-plus-1", "36500", "2024-07-22", "2024-08-11", "122.50"),
    ],
)
def test_by_hand(id: str, amount: str, first: str, end: str, expected: str) -> None:
    found = reckon(
        find_basis(id), Decimal(amount), date.fromisoformat(first), date.fromisoformat(end)
    )
    assert found.rounded(2) == Decimal(expected)


def test_the_average_is_the_one_that_the_ombudsman_adds_a_point_to() -> None:
    found = reckon(
        find_basis("gb-bank-rate-plus-1"), Decimal(36500), date(2024, 7, 22), date(2024, 8, 11)
    )
    assert [(line.days, line.percent) for line in found.lines] == [
        (10, Decimal("6.25")),
        (10, Decimal("6.00")),
    ]
    assert found.average == Fraction(Decimal("6.125"))
    plain = Fraction(36500) * found.average / 100 * Fraction(20, 365)
    assert found.exact == plain


@given(basis=SIMPLE, amount=AMOUNTS, days=st.lists(DAYS, min_size=3, max_size=3))
def test_a_time_that_is_split_adds_up(basis: Basis, amount: Decimal, days: list[date]) -> None:
    first, middle, end = sorted(days)
    whole = reckon(basis, amount, first, end)
    one, other = reckon(basis, amount, first, middle), reckon(basis, amount, middle, end)
    assert whole.exact == one.exact + other.exact
    assert sum(line.days for line in whole.lines) == (end - first).days


@given(amount=AMOUNTS, day=DAYS, basis=st.sampled_from(BASES))
def test_of_no_days_there_is_nothing(amount: Decimal, day: date, basis: Basis) -> None:
    found = reckon(basis, amount, day, day)
    assert (found.exact, found.average, found.lines) == (0, 0, ())


@given(amount=AMOUNTS, first=DAYS, years=st.integers(1, 8), kind=st.sampled_from(Compounding))
def test_compound_is_never_less_than_simple_and_a_year_is_the_same(
    amount: Decimal, first: date, years: int, kind: Compounding
) -> None:
    basis = replace(FLAT, compounding=kind)
    end = first.replace(year=first.year + years, day=min(first.day, 28))
    simple = reckon(FLAT, amount, first, end).exact
    found = reckon(basis, amount, first, end)
    assert found.exact >= simple
    assert [line.end for line in found.lines[:-1]] == [line.first for line in found.lines[1:]]
    if kind is Compounding.YEARLY and years == 1:
        assert found.exact - simple <= simple * Fraction(8, 100)


def test_compound_yearly_by_hand() -> None:
    basis = replace(FLAT, compounding=Compounding.YEARLY)
    found = reckon(basis, Decimal(1000), date(2021, 1, 1), date(2023, 1, 1))
    assert found.rounded(2) == Decimal("166.40")
    assert [line.base for line in found.lines] == [1000, 1080]


def test_compound_from_the_end_of_a_month_and_a_29_february() -> None:
    monthly = replace(FLAT, compounding=Compounding.MONTHLY)
    found = reckon(monthly, Decimal(1000), date(2025, 1, 31), date(2025, 4, 1))
    assert [line.first for line in found.lines] == [
        date(2025, 1, 31),
        date(2025, 2, 28),
        date(2025, 3, 31),
    ]
    yearly = replace(FLAT, compounding=Compounding.YEARLY)
    found = reckon(yearly, Decimal(1000), date(2024, 2, 29), date(2026, 3, 1))
    assert [line.first for line in found.lines] == [
        date(2024, 2, 29),
        date(2025, 2, 28),
        date(2026, 2, 28),
    ]


GAP = (
    Rate(date(2020, 1, 1), Decimal(1), date(2020, 12, 31)),
    Rate(date(2021, 3, 1), Decimal(2), date(2021, 12, 31)),
)


@given(first=DAYS, length=st.integers(1, 4000))
def test_a_gap_is_refused_by_the_name_of_the_table_and_its_first_day(
    first: date, length: int
) -> None:
    basis = replace(FLAT, rates=GAP, table="Rates of the bank")
    end = first + timedelta(days=length)
    days = [first + timedelta(days=n) for n in range(length)]
    bare = [
        day
        for day in days
        if not any(rate.since <= day <= (rate.until or date.max) for rate in GAP)
    ]
    if not bare:
        assert reckon(basis, Decimal(1), first, end).exact > 0
        return
    with pytest.raises(InvalidInput) as caught:
        reckon(basis, Decimal(1), first, end)
    assert "Rates of the bank" in caught.value.message
    assert bare[0].isoformat() in caught.value.message


def test_the_bank_rate_is_not_known_beyond_what_was_entered() -> None:
    basis = find_basis("gb-bank-rate-plus-1")
    with pytest.raises(InvalidInput, match=r"Bank of England.* no rate for 2025-12-18"):
        reckon(basis, Decimal(100), date(2025, 12, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("amount", "first", "end"),
    [
        ("0", date(2025, 1, 1), date(2025, 2, 1)),
        ("-5", date(2025, 1, 1), date(2025, 2, 1)),
        ("NaN", date(2025, 1, 1), date(2025, 2, 1)),
        ("1", date(2025, 2, 1), date(2025, 1, 31)),
        ("1", date(2025, 2, 1), date(2200, 1, 31)),
    ],
)
def test_what_cannot_be_reckoned_is_refused(amount: str, first: date, end: date) -> None:
    with pytest.raises(InvalidInput):
        reckon(FLAT, Decimal(amount), first, end)


@given(value=st.fractions(min_value=0, max_value=10**9), decimals=st.integers(0, 3))
def test_rounding_is_half_up_and_once(value: Fraction, decimals: int) -> None:
    found = Fraction(to_decimal(value, decimals))
    step = Fraction(1, 10**decimals)
    assert -step / 2 < value - found <= step / 2 or value - found == -step / 2
    assert to_decimal(Fraction(1, 2), 0) == 1
    assert str(to_decimal(Fraction(5), 2)) == "5.00"


def test_every_basis_says_where_it_comes_from() -> None:
    assert {country for each in BASES for country in each.countries} >= {"GB", "TW"}
    for each in BASES:
        assert set(each.names) == {"en", "zh-Hant", "zh-Hans"}
        assert each.source
