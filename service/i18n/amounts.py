"""How an amount of money, or a number, is written for the person who reads it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_currency, format_decimal, format_percent, get_currency_name

from service.currencies import DECIMALS, is_payable
from service.i18n.languages import language_of


def money(amount: Any, currency: str, language: str) -> str:
    """`TWD 300,000` or `GBP 1,280.50`, grouped as the language's readers do: the code and not the
    sign, which several dollars share; decimals where the currency is paid in them, or the amount
    has them. What is no number is written as it is; a dash where there is none."""
    if amount is None or isinstance(amount, bool):
        return "—"
    value = _finite(amount)
    if value is None:
        return f"{currency} {amount}".strip()
    places = DECIMALS.get(currency, 2) if is_payable(value, currency) else 2
    pattern = "¤¤ #,##0" + ("." + "0" * places if places else "")
    locale = language_of(language).locale
    return format_currency(value, currency, pattern, locale, currency_digits=False).strip()


def letter_money(amount: Any, currency: str, language: str) -> str:
    """An amount as letters of the language say it: `新臺幣9,000元`, `1,280.50英鎊`; in English as
    `money`."""
    value = None if isinstance(amount, bool) else _finite(amount)
    if value is None or currency not in DECIMALS or not language_of(language).wide:
        return money(amount, currency, language)
    places = 0 if value == value.to_integral_value() else max(2, DECIMALS.get(currency, 2))
    pattern = "#,##0" + ("." + "0" * places if places else "")
    number = format_decimal(value, pattern, locale=language_of(language).locale)
    name = currency_name(currency, language)
    return f"{name}{number}元" if name.endswith(("幣", "币")) else f"{number}{name}"


def currency_name(currency: str, language: str) -> str:
    """What a currency is called; Taiwan's as its own documents write it."""
    if (currency, language) == ("TWD", "zh-Hant"):
        return "新臺幣"  # CLDR has the informal 新台幣
    return str(get_currency_name(currency, locale=language_of(language).locale))


def number(value: int | float | Decimal, language: str) -> str:
    """A number, grouped as the language's readers do."""
    return format_decimal(value, locale=language_of(language).locale)


def percent(share: float | None, language: str) -> str:
    """A share of one in whole percent; a dash where there is none."""
    if share is None:
        return "–"
    return format_percent(share, locale=language_of(language).locale)


def exact_number(value: Decimal, language: str) -> str:
    """The same with all its decimals."""
    locale = language_of(language).locale
    return format_decimal(value, locale=locale, decimal_quantization=False)


def _finite(amount: Any) -> Decimal | None:
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
