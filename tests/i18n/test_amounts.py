"""Money as a reader writes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from service.currencies import CURRENCIES, DECIMALS
from service.i18n.amounts import money
from service.i18n.languages import LANGUAGES


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (Decimal("300000.00"), "TWD", "TWD 300,000"),
        (1280, "JPY", "JPY 1,280"),
        ("1280.5", "GBP", "GBP 1,280.50"),
        (0, "EUR", "EUR 0.00"),
        (Decimal("0.5"), "TWD", "TWD 0.50"),
        (Decimal("-12"), "TWD", "-TWD 12"),
        (7, "", "7.00"),
        (None, "TWD", "—"),
        (True, "TWD", "—"),
        ("a lot", "TWD", "TWD a lot"),
        ("NaN", "TWD", "TWD NaN"),
    ],
)
def test_an_amount_has_its_code_its_groups_and_the_decimals_that_are_paid(
    amount: Any, currency: str, words: str
) -> None:
    assert money(amount, currency, "en") == words


@pytest.mark.parametrize("language", [*LANGUAGES, "en-XA", "no language"])
@pytest.mark.parametrize("currency", CURRENCIES)
def test_every_currency_reads_in_every_language(language: str, currency: str) -> None:
    written = money(Decimal("1234567"), currency, language)
    code, number = written.split(" ")
    assert code == currency
    assert number.replace(",", "").partition(".")[0] == "1234567"
    assert len(number.partition(".")[2]) == DECIMALS[currency]
