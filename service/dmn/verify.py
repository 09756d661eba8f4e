"""The verification of one decision table: gaps, overlaps, rules that never count, outputs out of
type."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from service.dmn import parts
from service.dmn.cells import Condition, read_condition, read_constant, split_tests
from service.dmn.gaps import find_uncovered
from service.dmn.parts import HitPolicy
from service.dmn.regions import (
    Box,
    Column,
    TooLargeToVerify,
    Work,
    build_column,
    find_overlaps,
    overlap,
    positions,
)
from service.dmn.types import ANY, base_of, coerce, describe, title
from service.errors import Problem, Severity
from service.feel import FeelError, FeelType, Run, SimpleType, compile_expression

MAX_REPORTED = 10
MAX_GAPS = 3
Resolve = Callable[[str], tuple[FeelType | None, str]]
_KINDS = {"number", "string", "boolean", "date"}


@dataclass(frozen=True, slots=True)
class _Grid:
    """The table as boxes. A rule with a cell that was not analysed has None in `exact`."""

    columns: tuple[Column, ...]
    space: Box
    exact: tuple[Box | None, ...]
    widest: tuple[Box, ...]  # what was not analysed taken as anything
    bounded: bool  # whether the space of inputs is known


def verify_table(
    table: parts.Table, *, file: str, owner: str, resolve: Resolve
) -> Iterator[Problem]:
    """Every problem of the table."""
    report = _Reporter(file, owner, table)
    yield from _check_outputs(table, resolve, report)
    if not table.rules or not table.inputs:
        return
    conditions: list[list[Condition | None]] = []
    for rule in table.rules:
        conditions.append([_condition(cell) for cell in rule.conditions])
    yield from _check_kinds(table, conditions, resolve, report)
    yield from _name_unanalysed(table, conditions, report)
    try:
        grid = _build_grid(table, conditions, resolve)
        yield from _check_empty(table, grid, report)
        work = Work()
        yield from _check_overlaps(table, grid, report, work)
        yield from _check_hidden(table, grid, report, work)
        yield from _check_gaps(table, grid, report, work)
    except TooLargeToVerify:
        yield report.warn(
            "dmn-not-analysed",
            table.place,
            "The table is too large to be verified whole.",
            "Split it.",
        )


@dataclass(frozen=True, slots=True)
class _Reporter:
    file: str
    owner: str
    table: parts.Table

    def error(self, code: str, spot: parts.Place, message: str, mend: str) -> Problem:
        return self._problem(code, spot, message, mend, Severity.ERROR)

    def warn(self, code: str, spot: parts.Place, message: str, mend: str) -> Problem:
        return self._problem(code, spot, message, mend, Severity.WARNING)

    def _problem(
        self, code: str, spot: parts.Place, message: str, mend: str, severity: Severity
    ) -> Problem:
        element = spot.id or self.table.place.id
        return Problem(
            code, self.file, spot.line, element, f"{self.owner}: {message}", mend, severity
        )

    def example(self, grid: _Grid, point: tuple[int, ...]) -> str:
        """The point as inputs a person can try."""
        shown = {
            (clause.expression.text or clause.label): column.example(position)
            for clause, column, position in zip(self.table.inputs, grid.columns, point, strict=True)
        }
        return json.dumps(shown, ensure_ascii=False)


def _condition(cell: parts.Cell) -> Condition | None:
    found = read_condition(cell.text)
    if (
        found is not None
        and found.kind == "string"
        and any(each.low != each.high for each in found.intervals)
    ):
        return None  # texts are told apart, not put in order
    return found


def _declared_kind(clause: parts.InputClause, resolve: Resolve) -> str:
    kind, _ = resolve(clause.expression.type_ref)
    base = None if kind is None else base_of(kind)
    return base.name if isinstance(base, SimpleType) else ""


def _check_kinds(
    table: parts.Table,
    conditions: list[list[Condition | None]],
    resolve: Resolve,
    report: _Reporter,
) -> Iterator[Problem]:
    for number, clause in enumerate(table.inputs):
        declared = _declared_kind(clause, resolve)
        for rule, row in zip(table.rules, conditions, strict=True):
            found = row[number]
            if found is not None and found.kind and declared and found.kind != declared:
                cell = rule.conditions[number]
                message = (
                    f"The cell {cell.text!r} tests a {found.kind}, its input is a "
                    f"{declared}; it never matches."
                )
                yield report.error(
                    "dmn-cell-type", cell.place, message, "Write a value of the input's type."
                )


def _name_unanalysed(
    table: parts.Table, conditions: list[list[Condition | None]], report: _Reporter
) -> Iterator[Problem]:
    cells = [
        cell
        for rule, row in zip(table.rules, conditions, strict=True)
        for cell, found in zip(rule.conditions, row, strict=True)
        if found is None
    ]
    for cell in cells[:MAX_REPORTED]:
        message = (
            f"The cell {cell.text!r} is not analysed; overlaps with its rule are not looked for."
        )
        yield report.warn(
            "dmn-not-analysed", cell.place, message, "Compare with constants where you can."
        )


def _build_grid(
    table: parts.Table, conditions: list[list[Condition | None]], resolve: Resolve
) -> _Grid:
    columns, space, bounded = [], [], True
    readable = [list(row) for row in conditions]
    for number, clause in enumerate(table.inputs):
        allowed = _allowed(clause, resolve)
        known = [row[number] for row in conditions]
        kinds = {each.kind for each in (*known, allowed) if each is not None and each.kind}
        kind = _declared_kind(clause, resolve) or next(iter(kinds), "")
        for row in readable:
            found = row[number]
            if found is not None and found.kind not in ("", kind):
                row[number] = None
        usable = [
            each for each in (*(row[number] for row in readable), allowed) if each is not None
        ]
        column = build_column(kind, usable if kind in _KINDS else [])
        columns.append(column)
        bounded = bounded and allowed is not None
        # Null is no gap: a missing input is for the input's own check.
        space.append((column.mask(allowed) if allowed is not None else column.full) & ~1)
    exact: list[Box | None] = []
    widest: list[Box] = []
    for row in readable:
        masks = [
            None if found is None else column.mask(found)
            for column, found in zip(columns, row, strict=True)
        ]
        whole = tuple(mask for mask in masks if mask is not None)
        exact.append(whole if len(whole) == len(masks) else None)
        widest.append(
            tuple(
                column.full if mask is None else mask
                for column, mask in zip(columns, masks, strict=True)
            )
        )
    return _Grid(tuple(columns), tuple(space), tuple(exact), tuple(widest), bounded)


def _allowed(clause: parts.InputClause, resolve: Resolve) -> Condition | None:
    """The values that the input may have; None where they are stated but not understood."""
    text = clause.allowed or resolve(clause.expression.type_ref)[1]
    return read_condition(text)


def _check_empty(table: parts.Table, grid: _Grid, report: _Reporter) -> Iterator[Problem]:
    for number, (rule, box) in enumerate(zip(table.rules, grid.exact, strict=True), 1):
        if box is None:
            continue
        for clause, column, mask, allowed in zip(
            table.inputs, grid.columns, box, grid.space, strict=True
        ):
            if grid.bounded and not mask & (allowed | 1):
                name = clause.label or clause.expression.text
                asked = (
                    "; it asks for "
                    f"{json.dumps(column.example(positions(mask)[0]), ensure_ascii=False)}, "
                    "which is none"
                )
                message = (
                    f"Rule {number} never matches: no allowed value of {name} fits "
                    f"it{asked if mask else ''}."
                )
                yield report.warn(
                    "dmn-rule-unreachable",
                    rule.place,
                    message,
                    "Mend its cell, or remove the rule.",
                )
                break


def _check_overlaps(
    table: parts.Table, grid: _Grid, report: _Reporter, work: Work
) -> Iterator[Problem]:
    if table.hit_policy not in (HitPolicy.UNIQUE, HitPolicy.ANY):
        return
    reported = 0
    for later, met in enumerate(find_overlaps(grid.exact, work)):
        for earlier in positions(met):
            work.spend(len(grid.columns))
            one, other = grid.exact[earlier], grid.exact[later]
            shared = None if one is None or other is None else overlap(one, other)
            if shared is None or not _forbidden(table, earlier, later):
                continue
            yield _overlap_problem(table, grid, report, shared, (earlier, later))
            reported += 1
            if reported >= MAX_REPORTED:
                return


def _overlap_problem(
    table: parts.Table, grid: _Grid, report: _Reporter, shared: Box, rules: tuple[int, int]
) -> Problem:
    earlier, later = rules
    point = tuple(_choose(mask, space) for mask, space in zip(shared, grid.space, strict=True))
    message = (
        f"Rules {earlier + 1} and {later + 1} both match, which the hit policy "
        f"{table.hit_policy.value} "
        f"forbids; for example {report.example(grid, point)}."
    )
    mend = "Narrow one of the rules, or choose another hit policy."
    return report.error("dmn-table-overlap", table.rules[later].place, message, mend)


def _choose(mask: int, space: int) -> int:
    """An atom of the mask, inside the allowed values and not null where there is one."""
    best = mask & space or mask & ~1 or mask
    return (best & -best).bit_length() - 1


def _holds(box: Box, point: tuple[int, ...]) -> bool:
    return all(mask >> position & 1 for mask, position in zip(box, point, strict=True))


def _forbidden(table: parts.Table, earlier: int, later: int) -> bool:
    """Under ANY, rules may overlap where their outputs are alike; only constants can be compared
    here."""
    if table.hit_policy is HitPolicy.UNIQUE:
        return True
    pairs = zip(table.rules[earlier].conclusions, table.rules[later].conclusions, strict=True)
    for mine, theirs in pairs:
        if mine.text == theirs.text:
            continue
        values = [_constant(mine.text), _constant(theirs.text)]
        if None not in values and values[0] != values[1]:
            return True
    return False


def _constant(text: str) -> Any:
    """(kind, value) of a text that is one constant, else None."""
    found = read_condition(text) if len(split_tests(text)) == 1 else None
    if found is None or len(found.intervals) != 1 or found.negated or found.null:
        return None
    point = found.intervals[0]
    return (found.kind, point.low) if point.low == point.high and point.low is not None else None


def _check_hidden(
    table: parts.Table, grid: _Grid, report: _Reporter, work: Work
) -> Iterator[Problem]:
    """Under FIRST, a rule whose every case an earlier rule takes is never used."""
    if table.hit_policy is not HitPolicy.FIRST:
        return
    for number, box in enumerate(grid.widest):
        earlier = {
            before: each for before, each in enumerate(grid.exact[:number], 1) if each is not None
        }
        if (
            earlier
            and all(box)
            and not find_uncovered(box, [*earlier.values()], limit=1, work=work)
        ):
            point = tuple(_choose(mask, space) for mask, space in zip(box, grid.space, strict=True))
            taker = next(before for before, each in earlier.items() if _holds(each, point))
            message = (
                f"Rule {number + 1} is never used: the rules before it take all its cases; "
                f"for example rule {taker} takes {report.example(grid, point)}."
            )
            mend = "Move the rule up, or remove it."
            yield report.warn("dmn-rule-unreachable", table.rules[number].place, message, mend)


def _check_gaps(
    table: parts.Table, grid: _Grid, report: _Reporter, work: Work
) -> Iterator[Problem]:
    if table.hit_policy is HitPolicy.COLLECT or any(
        clause.default is not None for clause in table.outputs
    ):
        return
    if not grid.bounded:
        message = "The allowed values of an input are not analysed, so gaps are not looked for."
        yield report.warn(
            "dmn-not-analysed", table.place, message, "List the allowed values as constants."
        )
        return
    for point in find_uncovered(grid.space, grid.widest, limit=MAX_GAPS, work=work):
        message = f"No rule matches {report.example(grid, point)}, and there is no default output."
        mend = "Add a rule for it, or a default output."
        yield report.warn("dmn-table-gap", table.place, message, mend)


def _check_outputs(table: parts.Table, resolve: Resolve, report: _Reporter) -> Iterator[Problem]:
    ranked = table.hit_policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER)
    for number, clause in enumerate(table.outputs):
        kind, allowed = resolve(
            clause.type_ref or (table.type_ref if len(table.outputs) == 1 else "")
        )
        values = clause.allowed or allowed
        if ranked and not values:
            message = (
                f"The hit policy {table.hit_policy.value} needs the output values in their order."
            )
            yield report.warn(
                "dmn-no-output-values", clause.place, message, "List the output values."
            )
        listed = [read_constant(each) if _constant(each) else None for each in split_tests(values)]
        for rule in table.rules:
            cell = rule.conclusions[number]
            constant = _constant(cell.text)
            if constant is None:
                continue
            if kind is not None and kind is not ANY and not clause.allowed and not allowed:
                yield from _check_output_type(cell, kind, report)
            elif listed and None not in listed and constant not in listed:
                message = f"The output {cell.text} is not among the output values {values}."
                yield report.error(
                    "dmn-output-value",
                    cell.place,
                    message,
                    "Add it to the values, or mend the cell.",
                )


def _check_output_type(cell: parts.Cell, kind: FeelType, report: _Reporter) -> Iterator[Problem]:
    try:
        value = compile_expression(cell.text).evaluate({})
    except FeelError:
        return  # said already, as a problem of syntax
    fits, _ = coerce(value, kind, Run(None, None))
    if not fits:
        message = f"The output {cell.text} is {describe(value)}, its column is {title(kind)}."
        yield report.error(
            "dmn-cell-type", cell.place, message, "Write a value of the column's type."
        )
