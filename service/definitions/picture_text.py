"""Text in a picture: SVG does not wrap, so lines are measured and broken here, Chinese between any
two characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from xml.sax.saxutils import escape

_NARROW, _WIDE = 0.55, 1.0
_NO_LINE_START = frozenset(",。、;:?!)」』》%")


def is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def width_of(text: str, size: float) -> float:
    """About how wide a text is drawn."""
    return sum(size * (_WIDE if is_wide(character) else _NARROW) for character in text)


def wrap(text: str, width: float, size: float) -> list[str]:
    """The lines of a text in a column. A word longer than the column is broken."""
    lines, line = [], ""
    for piece in _pieces(text, width, size):
        if (
            line.strip()
            and width_of(line + piece.rstrip(), size) > width
            and piece not in _NO_LINE_START
        ):
            lines.append(line.strip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.strip()] if line.strip() else lines


def _pieces(text: str, width: float, size: float) -> Iterator[str]:
    for word in text.split():
        if any(map(is_wide, word)) or width_of(word, size) > width:
            yield from word
            yield " "
        else:
            yield word + " "


def text_block(
    text: str,
    *,
    x: float,
    y: float,
    width: float,
    size: float = 12,
    top: bool = False,
    halo: bool = False,
) -> str:
    """Centred lines: around the point, or with `top` from it downwards. `halo` keeps them readable
    over a line."""
    lines = wrap(text, width, size)
    if not lines:
        return ""
    first = y + size if top else y - (len(lines) - 1) * size * 0.6 + size * 0.36
    spans = "".join(
        f'<tspan x="{x:g}" y="{first + index * size * 1.2:g}">{escape(line)}</tspan>'
        for index, line in enumerate(lines)
    )
    attributes = f'class="text" text-anchor="middle" font-size="{size:g}" fill="#1f2328"'
    behind = ""
    if halo:  # drawn twice: not every renderer knows paint-order
        white = (
            f'text-anchor="middle" font-size="{size:g}" fill="#fff" stroke="#fff" stroke-width="3"'
        )
        behind = f'<text class="halo" {white} aria-hidden="true">{spans}</text>'
    return f"{behind}<text {attributes}>{spans}</text>"
