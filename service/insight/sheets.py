"""All figures of a period as a sheet: CSV, or a workbook with a sheet for each part."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from service.insight.sums import Sums
from service.insight.tables import (
    Say,
    aside_of,
    clock_rows,
    money_rows,
    span_rows,
    tables_of,
)
from service.sentence import Sentence, WordList

Cells = Sequence[Any]
ALL_KINDS = Sentence("all kinds")
CLOCK_HEADS: WordList = ("Regime", "Clock", "kept", "late", "running")
MONEY_HEADS: WordList = ("Currency", "Kind", "Offered", "Paid", "Cases")
VOLUME_HEADS: WordList = (
    "First day",
    "Last day",
    "Complaints received",
    "Complaints closed",
    "Open at the end",
)
SPAN_HEADS: WordList = ("Count", "Median, hours", "90 % within, hours", "Median before, hours")
NARROWED: WordList = ("Product", "Channel", "Unit", "Regime")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
MOST_NAME = 31
"""Characters of a sheet's name (Excel)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A table: its name, its heads, its lines."""

    name: str
    heads: Sequence[str]
    lines: Sequence[Cells]


def parts_of_book(now: Sums, before: Sums, say: Say) -> list[Part]:
    """Everything that the page shows, with the days it is of first."""
    number, earlier = say(Sentence("Count")), say(Sentence("Previous period"))
    return [
        _about(now, before, say),
        _volume(now, say),
        Part(
            say(Sentence("Clocks kept, by regime")),
            [say(each) for each in CLOCK_HEADS],
            [
                (row.regime, say(row.clock), row.kept, row.late, row.running)
                for row in clock_rows(now, before)
            ],
        ),
        _spans(now, before, say),
        Part(
            say(Sentence("Redress")),
            [say(each) for each in MONEY_HEADS],
            [
                (row.currency, say(row.kind or ALL_KINDS), row.offered, row.paid, row.cases)
                for row in money_rows(now)
            ],
        ),
        Part(
            say(Sentence("Special complaints")),
            ["", number, earlier],
            [(row.label, row.number, row.before) for row in aside_of(now, before, say)],
        ),
        *(
            Part(
                table.title,
                ["", number, earlier],
                [(row.label, row.number, row.before) for row in table.rows],
            )
            for table in tables_of(now, before, say)
        ),
    ]


def _about(now: Sums, before: Sums, say: Say) -> Part:
    period, earlier = now.scope.period, before.scope.period
    narrowed = now.scope.narrowed
    as_of = now.scope.now.astimezone(period.zone).isoformat("T", "minutes")
    lines: list[Cells] = [
        (say(Sentence("Period")), period.first.isoformat(), period.last.isoformat()),
        (say(Sentence("Compared with")), earlier.first.isoformat(), earlier.last.isoformat()),
        (
            say(Sentence("Figures as of")),
            as_of,
        ),
    ]
    lines += [
        (say(label), value)
        for label in NARROWED
        if (value := getattr(narrowed, label.lower())) is not None
    ]
    return Part(say(Sentence("Insight")), [], lines)


def _volume(now: Sums, say: Say) -> Part:
    return Part(
        say(Sentence("Over time")),
        [say(each) for each in VOLUME_HEADS],
        [
            (each.part.first.isoformat(), each.part.last.isoformat(), *_numbers(each))
            for each in now.volume
        ],
    )


def _numbers(each: Any) -> tuple[int, int, int]:
    return each.received, each.closed, each.open


def _spans(now: Sums, before: Sums, say: Say) -> Part:
    return Part(
        say(Sentence("How long it takes")),
        ["", *(say(each) for each in SPAN_HEADS)],
        [
            (
                row.title,
                row.now.number,
                _hours(row.now.median),
                _hours(row.now.p90),
                _hours(row.before.median),
            )
            for row in span_rows(now, before, say)
        ],
    )


def _hours(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 2)


def write_csv(parts: Iterable[Part]) -> bytes:
    """The parts below each other, an empty line between them; UTF-8 with the mark that Excel
    needs."""
    out = StringIO()
    lines = csv.writer(out)
    for place, part in enumerate(parts):
        if place:
            lines.writerow([])
        lines.writerow([_safe(part.name)])
        if part.heads:
            lines.writerow([_safe(each) for each in part.heads])
        lines.writerows([_safe(cell) for cell in line] for line in part.lines)
    return out.getvalue().encode("utf-8-sig")


def _safe(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def write_xlsx(parts: Iterable[Part]) -> bytes:
    """A workbook. Texts are written as texts, whatever they begin with."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    bold = book.add_format({"bold": True})
    for place, part in enumerate(parts, 1):
        sheet = book.add_worksheet(_sheet_name(place, part.name))
        sheet.write_row(0, 0, [part.name], bold)
        if part.heads:
            sheet.write_row(1, 0, list(part.heads), bold)
        for line, cells in enumerate(part.lines, 2):
            sheet.write_row(line, 0, [_cell(each) for each in cells])
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 6, 18)
    book.close()
    return out.getvalue()


def _cell(value: Any) -> Any:
    return "" if value is None else value


def _sheet_name(place: int, name: str) -> str:
    """Excel takes no `[]:*?/\\` in it and wants no two alike."""
    plain = "".join(" " if each in "[]:*?/\\'" else each for each in name)
    return f"{place} {plain}"[:MOST_NAME].strip()
