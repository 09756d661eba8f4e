"""Text that somebody meant to replace before the letter left: "[to be confirmed]", 【待確認】,
TODO, an unfilled {{ field }}.

A bracket in a letter to a customer is taken for one of these unless it is a note number, "sic" or
an ellipsis: a reader cannot tell an aside from a gap, and a letter held back costs a person one
look.
"""

from __future__ import annotations

import re

_BRACKETS = re.compile(
    r"\[[^\[\]]{0,300}\]|［[^［］]{0,300}］|【[^【】]{0,300}】|〔[^〔〕]{0,300}〕|〖[^〖〗]{0,300}〗"
)
_ASIDE = re.compile(r"[0-9０-９]{1,3}|sic|\.{3}|…{1,2}", re.IGNORECASE)
_FIELDS = re.compile(
    r"\{[{%#][^{}]{0,300}|[%#}]\}|\$\{[^{}]{0,300}\}|<<[^<>]{0,300}>>|«[^«»]{0,300}»"
    r"|%\([A-Za-z_]\w{0,60}\)s|<[A-Za-z_][\w -]{0,60}>"
)
_MARKS = re.compile(
    r"\b(?:TODO|TBD|TBC|TBA|FIXME|X{3,})\b"
    r"|(?i:\b(?:to be (?:confirmed|determined|completed|inserted) by|lorem ipsum"
    r"|insert (?:here|name|date|amount|text|wording))\b)|_{4,}|[○◯Ｘ]{2,}"
    r"|待(?:法務|法务|確認|确认|補|补|填|定)|請填入|请填入|(?:尚|暫|暂)未定稿",
)


def unfinished(text: str) -> list[str]:
    """The places of a text that are still to be filled, in their order, each once."""
    found = [
        (match.start(), match.group())
        for pattern in (_BRACKETS, _FIELDS, _MARKS)
        for match in pattern.finditer(text)
        if not (pattern is _BRACKETS and _ASIDE.fullmatch(match.group()[1:-1].strip()))
    ]
    return list(dict.fromkeys(place.strip()[:80] for _, place in sorted(found)))
