"""The verification of one decision table: gaps, overlaps, rules that never count, outputs out of
type."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.dmn import parts
from service.dmn.cells import Condition, intervals, read_condition, read_constant
from service.dmn.gaps import find_uncovered
from service.dmn.grid import Grid, Resolve, build_grid, type_name
from service.dmn.keys import declared_kind
from service.dmn.parts import HitPolicy
from service.dmn.regions import (
    Box,
    TooLargeToVerify,
    Work,
    find_overlaps,
    overlap,
    positions,
)
from service.dmn.types import ANY, coerce, describe, title
from service.errors import Problem, Severity
from service.feel import FeelError, FeelType, Run, compile_expression, split_unary_tests
from service.sentence import Sentence

MAX_REPORTED = 10
MAX_GAPS = 3
# What these answer is a list: without a rule that matches it is empty, which is no gap.
_LISTS = (HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER)


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
        grid = build_grid(table, conditions, resolve)
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

    def error(self, code: str, spot: parts.Place, message: str, fix: str) -> Problem:
        return self._problem(code, spot, message, fix, Severity.ERROR)

    def warn(self, code: str, spot: parts.Place, message: str, fix: str) -> Problem:
        return self._problem(code, spot, message, fix, Severity.WARNING)

    def _problem(
        self, code: str, spot: parts.Place, message: str, fix: str, severity: Severity
    ) -> Problem:
        element = spot.id or self.table.place.id
        return Problem(
            code,
            self.file,
            spot.line,
            element,
            Sentence("{owner}: {message}", owner=self.owner, message=Sentence(message)),
            fix,
            severity,
        )

    def example(self, grid: Grid, point: tuple[int, ...]) -> str:
        """The point as inputs a person can try."""
        shown = {
            (clause.expression.text or clause.label): column.example(position)
            for clause, column, position in zip(self.table.inputs, grid.columns, point, strict=True)
        }
        return json.dumps(shown, ensure_ascii=False)


def _condition(cell: parts.Cell) -> Condition | None:
    found = read_condition(cell.text)
    if found is not None and found.kind == "string":
        # Texts are told apart, not put in order.
        return found if all(each.is_point for each in intervals(found.form)) else None
    return found


def _check_kinds(
    table: parts.Table,
    conditions: list[list[Condition | None]],
    resolve: Resolve,
    report: _Reporter,
) -> Iterator[Problem]:
    for number, clause in enumerate(table.inputs):
        declared = type_name(clause, resolve)
        for rule, row in zip(table.rules, conditions, strict=True):
            found = row[number]
            if found is not None and declared and declared_kind(found.kind) not in ("", declared):
                cell = rule.conditions[number]
                message = Sentence(
                    "The cell {text!r} tests a {kind}, its input is a {declared}; it never "
                    "matches.",
                    text=cell.text,
                    kind=declared_kind(found.kind),
                    declared=declared,
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
        message = Sentence(
            "The cell {text!r} is not analysed; overlaps with its rule are not looked for.",
            text=cell.text,
        )
        yield report.warn(
            "dmn-not-analysed", cell.place, message, "Compare with constants where you can."
        )


def _check_empty(table: parts.Table, grid: Grid, report: _Reporter) -> Iterator[Problem]:
    """Rules that match nothing: a cell that no value passes, or none that is allowed."""
    for number, (rule, box) in enumerate(zip(table.rules, grid.widest, strict=True), 1):
        for column, mask in enumerate(box):
            why = _never(table, grid, rule, column, mask)
            if why:
                message = Sentence("Rule {number} never matches: {why}.", number=number, why=why)
                yield report.warn(
                    "dmn-rule-unreachable",
                    rule.place,
                    message,
                    "Correct its cell, or remove the rule.",
                )
                break


def _never(table: parts.Table, grid: Grid, rule: parts.Rule, column: int, mask: int) -> str:
    """Why no value of a column passes the rule's cell; "" where one does."""
    cell, clause = rule.conditions[column], table.inputs[column]
    if not mask:
        return Sentence("no value passes its cell {text!r}", text=cell.text)
    if not grid.bounded or mask & (grid.space[column] | 1):
        return ""
    asked = json.dumps(grid.columns[column].example(positions(mask)[0]), ensure_ascii=False)
    name = clause.label or clause.expression.text
    return Sentence(
        "no allowed value of {name} fits it; it asks for {asked}, which is none",
        name=name,
        asked=asked,
    )


def _check_overlaps(
    table: parts.Table, grid: Grid, report: _Reporter, work: Work
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
    table: parts.Table, grid: Grid, report: _Reporter, shared: Box, rules: tuple[int, int]
) -> Problem:
    earlier, later = rules
    point = tuple(_choose(mask, space) for mask, space in zip(shared, grid.space, strict=True))
    message = Sentence(
        "Rules {earlier} and {later} both match, which the hit policy {hit_policy} "
        "forbids; for example {grid}.",
        earlier=earlier + 1,
        later=later + 1,
        hit_policy=table.hit_policy,
        grid=report.example(grid, point),
    )
    fix = "Narrow one of the rules, or choose another hit policy."
    return report.error("dmn-table-overlap", table.rules[later].place, message, fix)


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
        values = [read_constant(mine.text), read_constant(theirs.text)]
        if None not in values and values[0] != values[1]:
            return True
    return False


def _check_hidden(
    table: parts.Table, grid: Grid, report: _Reporter, work: Work
) -> Iterator[Problem]:
    """Under FIRST, a rule whose every case an earlier rule takes is never used."""
    if table.hit_policy is not HitPolicy.FIRST:
        return
    for number, box in enumerate(grid.widest):
        earlier = {
            before: each for before, each in enumerate(grid.exact[:number], 1) if each is not None
        }
        if not earlier or not all(box):
            continue
        if not find_uncovered(box, [*earlier.values()], limit=1, work=work):
            yield _hidden(table, grid, report, number, earlier)


def _hidden(
    table: parts.Table, grid: Grid, report: _Reporter, number: int, earlier: Mapping[int, Box]
) -> Problem:
    """The `earlier` rules take every case of the rule of that number (from 0)."""
    box = grid.widest[number]
    point = tuple(_choose(mask, space) for mask, space in zip(box, grid.space, strict=True))
    taker = next(before for before, each in earlier.items() if _holds(each, point))
    message = Sentence(
        "Rule {number} is never used: the rules before it take all its cases; for "
        "example rule {taker} takes {grid}.",
        number=number + 1,
        taker=taker,
        grid=report.example(grid, point),
    )
    fix = "Move the rule up, or remove it."
    return report.warn("dmn-rule-unreachable", table.rules[number].place, message, fix)


def _check_gaps(table: parts.Table, grid: Grid, report: _Reporter, work: Work) -> Iterator[Problem]:
    if table.hit_policy in _LISTS or any(clause.default is not None for clause in table.outputs):
        return
    if not grid.bounded:
        message = "The allowed values of an input are not analysed, so gaps are not looked for."
        yield report.warn(
            "dmn-not-analysed", table.place, message, "List the allowed values as constants."
        )
        return
    for point in find_uncovered(grid.space, grid.widest, limit=MAX_GAPS, work=work):
        message = Sentence(
            "No rule matches {grid}, and there is no default output.",
            grid=report.example(grid, point),
        )
        fix = "Add a rule for it, or a default output."
        yield report.warn("dmn-table-gap", table.place, message, fix)


def _check_outputs(table: parts.Table, resolve: Resolve, report: _Reporter) -> Iterator[Problem]:
    ranked = table.hit_policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER)
    for number, clause in enumerate(table.outputs):
        kind, allowed = resolve(
            clause.type_ref or (table.type_ref if len(table.outputs) == 1 else "")
        )
        values = clause.allowed or allowed
        if ranked and not values:
            message = Sentence(
                "The hit policy {hit_policy} needs the output values in their order.",
                hit_policy=table.hit_policy,
            )
            yield report.warn(
                "dmn-no-output-values", clause.place, message, "List the output values."
            )
        for rule in table.rules:
            cell = rule.conclusions[number]
            if read_constant(cell.text) is not None:
                yield from _check_output(cell, values, kind, report)


def _check_output(
    cell: parts.Cell, values: str, kind: FeelType | None, report: _Reporter
) -> Iterator[Problem]:
    """A constant against the allowed `values`, or else against its type."""
    if values:
        yield from _check_output_value(cell, values, report)
    elif kind is not None and kind is not ANY:
        yield from _check_output_type(cell, kind, report)


def _check_output_value(cell: parts.Cell, values: str, report: _Reporter) -> Iterator[Problem]:
    listed = [read_constant(each) for each in split_unary_tests(values)]
    if listed and None not in listed and read_constant(cell.text) not in listed:
        message = Sentence(
            "The output {text} is not among the output values {values}.",
            text=cell.text,
            values=values,
        )
        fix = "Add it to the values, or correct the cell."
        yield report.error("dmn-output-value", cell.place, message, fix)


def _check_output_type(cell: parts.Cell, kind: FeelType, report: _Reporter) -> Iterator[Problem]:
    try:
        value = compile_expression(cell.text).evaluate({})
    except FeelError:
        return  # said already, as a problem of syntax
    fits, _ = coerce(value, kind, Run(None, None))
    if not fits:
        message = Sentence(
            "The output {text} is {value}, its column is {kind}.",
            text=cell.text,
            value=describe(value),
            kind=title(kind),
        )
        yield report.error(
            "dmn-cell-type", cell.place, message, "Write a value of the column's type."
        )
