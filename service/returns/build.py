"""A return from its complaints: lines, what is wrong with which complaint by which rule, what has
no code, and whether everything adds up to the list of cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from service.insight import Period
from service.returns.mapping import Mapping, Total
from service.returns.rows import Row
from service.sentence import Sentence

EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: with a complaint, or with the whole where `number` is ""."""

    number: str
    rule: str


@dataclass(frozen=True, slots=True)
class Uncoded:
    """A fact of a complaint for which the form has no code; `value` "" is one that is missing."""

    number: str
    fact: str
    value: str


@dataclass(frozen=True, slots=True)
class Return:
    """A form, filled. `heads` and `lines` are its table; `cases` the numbers that it is of."""

    mapping: Mapping
    heads: Sequence[str]
    lines: Sequence[Sequence[Any]]
    findings: Sequence[Finding]
    uncoded: Sequence[Uncoded]
    cases: Sequence[str]

    @property
    def is_ready(self) -> bool:
        return not (self.findings or self.uncoded)


def build(mapping: Mapping, rows: Sequence[Row], period: Period) -> Return:
    """Nothing is guessed: what has no code is told as it is, and listed."""
    if mapping.shape == "rows":
        heads = [column.name for column in mapping.fields]
        lines = [[_cell(row, column.source) for column in mapping.fields] for row in rows]
    else:
        values = sorted({str(getattr(row, mapping.by)) for row in rows}) if mapping.by else []
        heads = ["Line", EVERYTHING, *values]
        lines = [_line(mapping, total, rows, period, values) for total in mapping.totals]
    findings = [*_missing(mapping, rows), *_money(mapping, rows), *_sums(mapping, rows, period)]
    return Return(
        mapping,
        heads,
        lines,
        findings + _unreconciled(rows, period),
        _uncoded(mapping, rows, period),
        [row.number for row in rows],
    )


def _cell(row: Row, name: str) -> Any:
    value = getattr(row, name)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else value


def _line(
    mapping: Mapping, total: Total, rows: Sequence[Row], period: Period, values: Sequence[str]
) -> list[Any]:
    told = [amount_of(mapping, total, rows, period)]
    for value in values:
        some = [row for row in rows if str(getattr(row, mapping.by or "")) == value]
        told.append(amount_of(mapping, total, some, period))
    return [total.name, *told]


def amount_of(mapping: Mapping, total: Total, rows: Sequence[Row], period: Period) -> int | Decimal:
    """What a line comes to over these complaints. Money of another currency is not in it."""
    wanted = _COUNTS[total.count or "closed"]
    found = [
        row
        for row in rows
        if wanted(row, period)
        and all(getattr(row, name) in values for name, values in total.where.items())
    ]
    if total.sum is None:
        return len(found)
    return sum((row.paid for row in found if row.currency == mapping.currency), Decimal(0))


def _is_outstanding(row: Row, period: Period) -> bool:
    return row.received < period.begin


def _is_opened(row: Row, period: Period) -> bool:
    return row.received >= period.begin


def _is_closed(row: Row, period: Period) -> bool:
    return row.closed is not None and row.closed >= period.begin


_COUNTS: dict[str, Callable[[Row, Period], bool]] = {
    "outstanding": _is_outstanding,
    "opened": _is_opened,
    "closed": _is_closed,
}


def _missing(mapping: Mapping, rows: Sequence[Row]) -> list[Finding]:
    """Columns that have to be filled, in forms of rows."""
    return [
        Finding(row.number, Sentence("{column} has to be filled", column=column.name))
        for row in rows
        for column in mapping.fields
        if _is_required(column.required, column.required_if, row)
        and _cell(row, column.source) == ""
    ]


def _is_required(always: bool, case: str | None, row: Row) -> bool:
    return always or (case == "closed" and row.closed is not None)


def _money(mapping: Mapping, rows: Sequence[Row]) -> list[Finding]:
    return [
        Finding(
            row.number,
            Sentence(
                "money in {currency}, the form is in {expected}: it is left out, not converted",
                currency=row.currency,
                expected=mapping.currency,
            ),
        )
        for row in rows
        if row.paid and row.currency != mapping.currency
    ]


def _sums(mapping: Mapping, rows: Sequence[Row], period: Period) -> list[Finding]:
    amounts = {total.name: amount_of(mapping, total, rows, period) for total in mapping.totals}
    return [
        Finding("", each.rule)
        for each in mapping.adds_up
        if amounts[each.whole] != sum(amounts[part] for part in each.parts)
    ]


def _unreconciled(rows: Sequence[Row], period: Period) -> list[Finding]:
    """Each complaint once, each either there before or new, and what is open at the end is what
    came in less what was closed."""
    outstanding, opened, closed = (
        sum(wanted(row, period) for row in rows) for wanted in _COUNTS.values()
    )
    still = sum(not _is_closed(row, period) for row in rows)
    fits = outstanding + opened - closed == still and len({row.number for row in rows}) == len(rows)
    rule = Sentence("the lines do not reconcile with the list of cases")
    return [] if fits else [Finding("", rule)]


def _uncoded(mapping: Mapping, rows: Sequence[Row], period: Period) -> list[Uncoded]:
    found = []
    for row in rows:
        for name in sorted({*mapping.coded, *mapping.required}):
            value = str(getattr(row, name))
            if name == "outcome" and not _is_closed(row, period):
                continue
            if _has_no_code(mapping, name, value):
                found.append(Uncoded(row.number, name, value))
    return found


def _has_no_code(mapping: Mapping, name: Any, value: str) -> bool:
    if value == "":
        return name in mapping.required
    return name in mapping.coded and value not in mapping.coded[name]
