"""The text of a cell, taken apart: where its tests are separated."""

from __future__ import annotations

from collections.abc import Iterator

_OPENING = "([{"
_CLOSING = ")]}"


def split_tests(text: str) -> list[str]:
    """The tests between the commas that stand outside of strings and brackets."""
    return [part for part in (each.strip() for each in _split(text)) if part]


def _split(text: str) -> Iterator[str]:
    start = depth = 0
    quoted = escaped = False
    for position, letter in enumerate(text):
        if quoted:
            quoted = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            quoted = True
        elif letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth = max(0, depth - 1)
        elif letter == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]
