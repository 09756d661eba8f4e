"""Charts as SVG, drawn by the server: each once for a wide page and once for a narrow one, so that
the lettering keeps its size. Columns and bars begin at zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

WIDE, NARROW = (560, 220), (300, 200)
VITAL = 0.8
"""Causes that together make up so much are told from the rest (Pareto)."""
STEPS = (1, 2, 5)
MOST_LINES = 5
"""Lines of a grid, beside the one at zero."""
Shape = Callable[[int, int, str], str]


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of one sort, in the order of the labels; `style` is a class of the style
    sheet."""

    name: str
    numbers: Sequence[int]
    style: str


def both(shape: Shape) -> str:
    """The wide drawing and the narrow one; the page shows one of them."""
    return shape(*WIDE, "only-wide") + shape(*NARROW, "only-narrow")


def columns(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """Columns beside each other for every label. What they say in words is the table's."""
    return both(lambda w, h, style: _columns(title, labels, series, (w, h), style))


def pareto(title: str, rows: Sequence[tuple[str, int]]) -> str:
    """Bars, the largest first, each with the share that it and those before make up."""
    return both(lambda w, h, style: _pareto(title, rows, w, style))


def bar(share: float) -> str:
    """A bar within a line of a table, as long as the share of its room."""
    width = 100 * max(0.0, min(1.0, share))
    return (
        '<svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="14"/>'
        f'<rect class="c1" width="{width:.1f}" height="14"/></svg>'
    )


def step_for(highest: int) -> int:
    """The distance of the lines of a grid up to a number: 1, 2, 5, 10, 20, …"""
    power = 1
    while True:
        for step in STEPS:
            if highest <= step * power * MOST_LINES:
                return step * power
        power *= 10


def _frame(title: str, size: tuple[int, int], style: str, inner: str) -> str:
    return (
        f'<svg class="plot {style}" viewBox="0 0 {size[0]} {size[1]}" role="img" '
        f'aria-label="{escape(title)}">{inner}</svg>'
    )


def _text(words: object, x: float, y: float, style: str = "") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{escape(str(words))}</text>'


def _columns(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    size: tuple[int, int],
    style: str,
) -> str:
    width, height = size
    left, top, bottom = 40, 12, 26
    highest = max((number for each in series for number in each.numbers), default=0) or 1
    step = step_for(highest)
    ceiling = -(-highest // step) * step
    room, tall = width - left - 8, height - top - bottom

    def y(number: int) -> float:
        return top + tall * (1 - number / ceiling)

    drawn = [
        f'<line class="grid" x1="{left}" x2="{width - 8}" y1="{y(at):.1f}" y2="{y(at):.1f}"/>'
        + _text(at, left - 6, y(at) + 4, "end")
        for at in range(0, ceiling + 1, step)
    ]
    slot = room / max(1, len(labels))
    wide = slot * 0.76 / max(1, len(series))
    for place, each in enumerate(series):
        for number, value in enumerate(each.numbers):
            x = left + slot * (number + 0.12) + wide * place
            drawn.append(
                f'<rect class="{each.style}" x="{x:.1f}" y="{y(value):.1f}" '
                f'width="{max(1.0, wide - 1):.1f}" height="{height - bottom - y(value):.1f}"/>'
            )
    every = max(1, -(-len(labels) * 46 // room))
    drawn += [
        _text(label, left + slot * (number + 0.5), height - 8, "mid")
        for number, label in enumerate(labels)
        if number % every == 0
    ]
    return _frame(title, size, style, "".join(drawn))


def _pareto(title: str, rows: Sequence[tuple[str, int]], width: int, style: str) -> str:
    tall = 27
    left, right = (190, 84) if width == WIDE[0] else (120, 78)
    total = sum(number for _, number in rows) or 1
    most = max((number for _, number in rows), default=0) or 1
    sums = list(accumulate(number for _, number in rows))
    drawn = []
    for place, ((name, number), running) in enumerate(zip(rows, sums, strict=True)):
        vital = (running - number) < VITAL * total
        y, long = 6 + place * tall, (width - left - right) * number / most
        drawn.append(
            _text(_cut(name, left), left - 8, y + 15, "end lab" if vital else "end")
            + f'<rect class="{"c1" if vital else "c3"}" x="{left}" y="{y + 2}" '
            + f'width="{long:.1f}" height="18"/>'
            + _text(number, left + long + 6, y + 15)
            + _text(f"{100 * running / total:.0f} %", width, y + 15, "end")
        )
    return _frame(title, (width, tall * len(rows) + 10), style, "".join(drawn))


def _cut(name: str, room: int) -> str:
    """What has room in that many pixels: a Chinese character takes two places, a letter one."""
    left = (room - 12) // 7
    for place, character in enumerate(name):
        left -= 2 if ord(character) > 0x2E7F else 1
        if left < 0:
            return name[:place] + "…"
    return name
