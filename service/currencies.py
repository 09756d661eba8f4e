"""The currencies of this product, in one place: what a complaint, a compensation, a form and a
table of limits may name, and how an amount in each is written.

Decimals are those in which each is paid (ISO 4217, but none for TWD, which has had no smaller coin
in use for decades). `processes/authority.dmn` and `severity.dmn` have a rate for every one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

DECIMALS: Mapping[str, int] = {
    "TWD": 0,
    "HKD": 2,
    "CNY": 2,
    "USD": 2,
    "GBP": 2,
    "EUR": 2,
    "JPY": 0,
    "AUD": 2,
    "NZD": 2,
    "SGD": 2,
    "CAD": 2,
    "CHF": 2,
    "INR": 2,
    "AED": 2,
    "KRW": 0,
    "THB": 2,
    "MYR": 2,
    "ZAR": 2,
}
CURRENCIES = tuple(DECIMALS)


def is_payable(amount: Decimal, currency: str) -> bool:
    """Whether the amount has no smaller part than the currency is paid in."""
    return amount == round(amount, DECIMALS.get(currency, 2))


def format_money(amount: Any, currency: str) -> str:
    """`GBP 1,280.50`, `JPY 1,280`: decimals where the currency is paid in them or the amount has
    them. What is no number is written as it is."""
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return f"{currency} {amount}"
    if not value.is_finite():
        return f"{currency} {amount}"
    places = DECIMALS.get(currency, 2)
    return f"{currency} {value:,.{places if is_payable(value, currency) else 2}f}"
