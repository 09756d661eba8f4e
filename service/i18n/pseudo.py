"""A pseudo-locale: English with accents, readable, and plainly not what the code has.

A page walked in it shows at a glance, and to a test, what has bypassed the catalogue.
"""

from __future__ import annotations

import re

_PLAIN = "ABCDEFGHIJKLMNOPRSTUVWYZabcdefghijklmnoprstuvwyz"
_MARKED = "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞŔŠŢÛṼŴÝŽåƀçðéƒĝĥîĵķļṁñöþŕšţûṽŵýž"
_TABLE = str.maketrans(_PLAIN, _MARKED)
_PLACEHOLDER = re.compile(r"(\{[^{}]*\}|<[^<>]*>|&\w+;)")


def accented(text: str) -> str:
    """The text with accented letters; placeholders and marks of HTML stay."""
    return "".join(
        part if odd else part.translate(_TABLE)
        for odd, part in ((at % 2, part) for at, part in enumerate(_PLACEHOLDER.split(text)))
    )
