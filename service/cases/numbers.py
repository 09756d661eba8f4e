"""The complaint number `C-YYYY-NNNNNNN-K` (S3.2-b): year of registration, a counter, a check
character.

K is a check character over the eleven digits before it: it catches every single wrong digit and
every swap of two. Numbers are given in order of registration and never again.
"""

from __future__ import annotations

import re

from service.errors import InvalidInput

_CHECKS = "0123456789ABCDEFGHJKMNPQRSTVWXY"
"""Thirty-one characters that are not mistaken for one another when read out: no I, L, O, U, Z."""
_SHAPE = re.compile(r"C-(\d{4})-(\d{7})-([0-9A-Z])")
LARGEST = 9_999_999


def make_number(year: int, count: int) -> str:
    """The number of the `count`-th complaint registered in `year`."""
    if not 1 <= count <= LARGEST:
        raise InvalidInput(
            "expected a count from 1 to {most} within the year {year}, got {count}",
            most=LARGEST,
            year=year,
            count=count,
        )
    digits = f"{year:04d}{count:07d}"
    return f"C-{digits[:4]}-{digits[4:]}-{check_character(digits)}"


def parse_number(text: str) -> str:
    """The number in its one spelling. Raises InvalidInput when it has another shape or a wrong
    check character."""
    found = _SHAPE.fullmatch(text.strip().upper())
    if found is None:
        raise InvalidInput(
            "expected a complaint number such as {what}, got {text!r}",
            what=make_number(2026, 1),
            text=text[:40],
        )
    year, count, check = found.groups()
    if check_character(year + count) != check:
        raise InvalidInput(
            "The complaint number {text!r} has a wrong check character: a digit was mistyped.",
            text=text[:40],
        )
    return found.group(0)


def check_character(digits: str) -> str:
    """The sum of the digits, each weighted by its place, modulo 31. All weights differ and 31 is
    prime: no single wrong digit and no swap of two digits gives the same sum."""
    return _CHECKS[
        sum(weight * int(digit) for weight, digit in enumerate(digits, start=2)) % len(_CHECKS)
    ]
