"""What a setting may be: each takes what was given, and raises ValueError with what it expected."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.logs import FORMS

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
"""Those of `service.i18n`, which a test compares."""


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def zone(value: Any) -> str:
    try:
        ZoneInfo(text(value))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("an IANA time zone such as Asia/Taipei") from error
    return str(value)


def address(value: Any) -> str:
    found = urlsplit(text(value))
    if value and (
        found.scheme not in ("https", "http") or not found.hostname or found.query or found.fragment
    ):
        raise ValueError("an address such as https://complaints.bank.example")
    return str(value).rstrip("/")


def count(value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if number < 1:
        raise ValueError("a whole number above 0")
    return number


def minutes_of_session(value: Any) -> int:
    number = count(value)
    if number > 720:
        raise ValueError("a whole number from 1 to 720")
    return number


def count_or_none(value: Any) -> int:
    return 0 if str(value) == "0" else count(value)


def on_or_off(value: Any) -> str:
    if value not in ("on", "off"):
        raise ValueError("on or off")
    return str(value)


def language(value: Any) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"one of {', '.join(LANGUAGES)}")
    return str(value)


def log_form(value: Any) -> str:
    if value not in FORMS:
        raise ValueError(f"one of {', '.join(FORMS)}")
    return str(value)
