"""How an amount of money is written for the person who reads it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_currency

from service.currencies import DECIMALS, is_payable
from service.i18n.languages import language_of


def money(amount: Any, currency: str, language: str) -> str:
    """`TWD 300,000` or `GBP 1,280.50`, grouped as the language's readers do: the code and not the
    sign, which several dollars share; decimals where the currency is paid in them, or the amount
    has them. What is no number is written as it is; a dash where there is none."""
    if amount is None or isinstance(amount, bool):
        return "—"
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return f"{currency} {amount}".strip()
    if not value.is_finite():
        return f"{currency} {amount}".strip()
    places = DECIMALS.get(currency, 2) if is_payable(value, currency) else 2
    pattern = "¤¤ #,##0" + ("." + "0" * places if places else "")
    locale = language_of(language).locale
    return format_currency(value, currency, pattern, locale, currency_digits=False).strip()
