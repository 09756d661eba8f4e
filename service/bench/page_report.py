"""What visits of pages took, as a table or as JSON, and whether the targets were met."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from service.bench.page_visits import Page, Taken
from service.bench.report import WIDTH, Setting, heading

MOST_RATIO = 2.0
MOST_MILLISECONDS = 50.0
"""The task list is at most so many times slower with many open tasks, and its median is under so
many milliseconds."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds of the visits of a page in one database: medians, and what one in twenty takes
    longer than."""

    p50: float
    p95: float
    processor: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One page in both databases; `ratio` is the median of the ratios of visits that followed each
    other."""

    page: Page
    few: Spent
    many: Spent
    ratio: float

    @property
    def met(self) -> bool:
        """Whether the targets are met, of a page that is held to them."""
        return not self.page.held or (
            self.ratio <= MOST_RATIO and self.many.p50 < MOST_MILLISECONDS
        )


def measured(page: Page, pairs: Sequence[tuple[Taken, Taken]]) -> Measured:
    """What pairs of visits come to."""
    ratio = median(many.wall / few.wall for few, many in pairs)
    return Measured(
        page, _spent([few for few, _ in pairs]), _spent([many for _, many in pairs]), ratio
    )


def _spent(visits: Sequence[Taken]) -> Spent:
    walls = sorted(each.wall for each in visits)
    p95 = walls[min(len(walls) - 1, int(len(walls) * 0.95))]
    return Spent(
        median(walls), p95, median(each.core for each in visits), max(each.size for each in visits)
    )


def show_pages(
    setting: Setting, where: str, counts: tuple[int, int], found: Sequence[Measured], *, shape: str
) -> None:
    """Print the measurement as `json` or as `text`."""
    if shape == "json":
        print(json.dumps(_to_json(setting, where, counts, found), ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    for line in heading(setting):
        console.print(line, markup=False)
    console.print()
    console.print(_table(where, counts, found))
    held = [each for each in found if each.page.held]
    worst, slowest = max(each.ratio for each in held), max(each.many.p50 for each in held)
    word = "met" if all(each.met for each in held) else "MISSED"
    console.print(
        f"task list: at most {worst:.2f} times slower (wanted: {MOST_RATIO:g}), p50 at most "
        f"{slowest:.1f} ms "
        f"(wanted: under {MOST_MILLISECONDS:g}): {word}",
        markup=False,
    )


def _to_json(
    setting: Setting, where: str, counts: tuple[int, int], found: Sequence[Measured]
) -> dict[str, Any]:
    return {
        "command": setting.command,
        "machine": setting.machine,
        "versions": setting.versions,
        "database": where,
        "openTasks": {"few": counts[0], "many": counts[1]},
        "targets": {"ratio": MOST_RATIO, "milliseconds": MOST_MILLISECONDS},
        "pages": [
            {
                "name": each.page.name,
                "path": each.page.path,
                "held": each.page.held,
                "met": each.met,
                "few": asdict(each.few),
                "many": asdict(each.many),
                "ratio": each.ratio,
            }
            for each in found
        ],
    }


def _table(where: str, counts: tuple[int, int], found: Sequence[Measured]) -> Table:
    title = (
        f"the server's milliseconds for a page, {where}: {counts[0]:,} and {counts[1]:,} open tasks"
    )
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("page")
    for column in ("p50", "p95", "processor", "p50", "p95", "processor", "ratio", "kB", ""):
        table.add_column(column, justify="right", no_wrap=True)
    for each in found:
        times = [
            f"{value:.1f}"
            for one in (each.few, each.many)
            for value in (one.p50, one.p95, one.processor)
        ]
        word = "" if not each.page.held else "met" if each.met else "MISSED"
        table.add_row(
            each.page.name, *times, f"{each.ratio:.2f}", f"{each.many.bytes / 1_000:.0f}", word
        )
    return table
