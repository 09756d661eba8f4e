"""Decision tables as closures.

Equal cells of one column are one test, evaluated at most once per evaluation; input values are
computed once. The trace is written only when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.dmn import parts
from service.dmn.compiler import (
    Compiler,
    Scope,
    Step,
    compile_literal,
    evaluate_expression,
    fit_value,
    fitted,
    register,
)
from service.dmn.hits import HitPolicyBroken, aggregate, check_any, check_unique, ordered
from service.dmn.parts import HitPolicy
from service.dmn.quick import Predicate, kind_of, quick_test
from service.dmn.result import Run, shown
from service.feel import Expression, FeelType, split_unary_tests
from service.sentence import Sentence

_UNKNOWN = object()
_ANYTHING = {"", "-"}
# What these answer is a list, also where no rule matches.
_LISTS = (HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER)


NOTHING_MATCHES = Sentence("No rule matches, and the table has no default output.")


@dataclass(frozen=True, slots=True)
class _Test:
    """A condition: `slot` numbers the distinct tests of the table, None for text that did not
    parse."""

    column: int
    slot: int
    test: Expression | None
    element: str
    kind: str
    quick: Predicate | None


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A table with everything compiled."""

    node: parts.Table
    inputs: tuple[Step, ...]
    input_types: tuple[FeelType, ...]
    allowed: tuple[Expression | None, ...]
    rules: tuple[tuple[_Test, ...], ...]
    outputs: tuple[tuple[Step, ...], ...]
    defaults: tuple[Step | None, ...]
    output_names: tuple[str, ...]
    ranks: tuple[tuple[Expression, ...], ...]
    slots: int


def compile_table(compiler: Compiler, node: parts.Table) -> Step:
    table = _prepare(compiler, node)

    def evaluate(scope: Scope, run: Run) -> Any:
        run.step(1 + len(table.rules) // 8)
        values = _input_values(table, scope, run)
        if values is None:
            return None
        matched = _matching(table, values, scope, run)
        rows = [[step(scope, run) for step in table.outputs[index]] for index in matched]
        if run.traced:
            _record(table, values, matched, rows, run)
        if not matched:
            return _default(table, scope, run)
        try:
            return _result(table, matched, rows, run)
        except HitPolicyBroken as broken:
            run.note(broken.sentence, element=node.place.id)
            return None

    return evaluate


def _prepare(compiler: Compiler, node: parts.Table) -> _Prepared:
    tested = compiler.within("?")
    slots: dict[tuple[int, str], int] = {}
    tests: dict[str, Expression] = {}  # cells repeat themselves

    def condition(column: int, cell: parts.Cell) -> _Test:
        slot = slots.setdefault((column, cell.text), len(slots))
        test = tests.get(cell.text) or tested.tests(cell.text, cell.place)
        if test is not None:
            tests[cell.text] = test
        kind, quick = (test is not None and quick_test(test)) or ("", None)
        return _Test(column, slot, test, cell.place.id or compiler.owner, kind, quick)

    def conclusion(cell: parts.Cell, kind: FeelType) -> Step:
        literal = parts.Literal(cell.place, "", cell.text)
        return fitted(compile_literal(compiler, literal), kind, element=cell.place.id)

    kinds = [compiler.type_of(clause.type_ref, clause.place) for clause in node.outputs]
    return _Prepared(
        node=node,
        inputs=tuple(compile_literal(compiler, clause.expression) for clause in node.inputs),
        input_types=tuple(
            compiler.type_of(clause.expression.type_ref, clause.place) for clause in node.inputs
        ),
        allowed=tuple(
            tested.tests(clause.allowed, clause.place) if clause.allowed not in _ANYTHING else None
            for clause in node.inputs
        ),
        rules=tuple(
            tuple(
                condition(column, cell)
                for column, cell in enumerate(rule.conditions)
                if cell.text not in _ANYTHING
            )
            for rule in node.rules
        ),
        outputs=tuple(
            tuple(
                conclusion(cell, kind) for cell, kind in zip(rule.conclusions, kinds, strict=True)
            )
            for rule in node.rules
        ),
        defaults=tuple(
            None
            if clause.default is None
            else fitted(compile_literal(compiler, clause.default), kind, element=clause.place.id)
            for clause, kind in zip(node.outputs, kinds, strict=True)
        ),
        output_names=tuple(clause.name for clause in node.outputs),
        ranks=tuple(_ranks(tested, node, clause) for clause in node.outputs),
        slots=len(slots),
    )


def _ranks(
    compiler: Compiler, node: parts.Table, clause: parts.OutputClause
) -> tuple[Expression, ...]:
    """The output values in their order, as tests; those of the type where the column lists none."""
    text = clause.allowed or compiler.allowed_texts.get(clause.type_ref or node.type_ref, "")
    tests = (compiler.tests(each, clause.place) for each in _texts(compiler, text))
    return tuple(test for test in tests if test is not None)


def _texts(compiler: Compiler, text: str) -> list[str]:
    return split_unary_tests(text, names=compiler.names) if text not in _ANYTHING else []


def _input_values(table: _Prepared, scope: Scope, run: Run) -> list[Any] | None:
    """The value of every column; None when one is not among those allowed."""
    values: list[Any] = []
    for clause, step, kind, allowed in zip(
        table.node.inputs, table.inputs, table.input_types, table.allowed, strict=True
    ):
        value = fit_value(step(scope, run), kind, run, element=clause.place.id)
        if allowed is not None and value is not None and not _admits(allowed, value, scope, run):
            message = Sentence(
                "The input {name} is {value!r}, not one of the allowed values {allowed}.",
                name=clause.label or clause.expression.text,
                value=shown(value),
                allowed=clause.allowed,
            )
            run.note(message, element=clause.place.id)
            return None
        values.append(value)
    return values


def _admits(allowed: Expression, value: Any, scope: Scope, run: Run) -> bool:
    return allowed.evaluate_within(run.feel, {**scope, "?": value}) is True


def _matching(table: _Prepared, values: list[Any], scope: Scope, run: Run) -> list[int]:
    """The rules whose every test holds. Tests of constants are answered at once, the others by
    FEEL, once each."""
    only_first = table.node.hit_policy is HitPolicy.FIRST
    kinds = [kind_of(value) for value in values]
    known: list[Any] = [_UNKNOWN] * table.slots
    matched = []
    for index, tests in enumerate(table.rules):
        for test in tests:
            holds = known[test.slot]
            if holds is _UNKNOWN:
                column = test.column
                if test.quick is not None and test.kind == kinds[column]:
                    holds = test.quick(values[column])
                else:
                    holds = _ask(test, {**scope, "?": values[column]}, run)
                known[test.slot] = holds
            if holds is not True:
                break
        else:
            matched.append(index)
            if only_first:
                break
    return matched


def _ask(test: _Test, scope: Scope, run: Run) -> Any:
    return None if test.test is None else evaluate_expression(test.test, scope, run, test.element)


def _record(
    table: _Prepared, values: list[Any], matched: list[int], rows: list[list[Any]], run: Run
) -> None:
    if not run.frames:
        return
    node = table.node
    run.frames[-1]["tables"].append(
        {
            "tableId": node.place.id,
            "hitPolicy": node.hit_policy.value,
            "aggregation": node.aggregation,
            "evaluatedInputs": [
                {
                    "inputId": clause.place.id,
                    "inputName": clause.label or clause.expression.text,
                    "inputValue": shown(value),
                }
                for clause, value in zip(node.inputs, values, strict=True)
            ],
            "matchedRules": [
                _record_rule(node, index, row) for index, row in zip(matched, rows, strict=True)
            ],
        }
    )


def _record_rule(node: parts.Table, index: int, row: list[Any]) -> dict[str, Any]:
    rule = node.rules[index]
    return {
        "ruleId": rule.place.id,
        "ruleIndex": index + 1,
        "cells": [
            {"inputId": clause.place.id, "text": cell.text or "-"}
            for clause, cell in zip(node.inputs, rule.conditions, strict=True)
        ],
        "evaluatedOutputs": [
            {
                "outputId": clause.place.id,
                "outputName": clause.name or clause.label or node.label,
                "outputValue": shown(value),
            }
            for clause, value in zip(node.outputs, row, strict=True)
        ],
    }


def _default(table: _Prepared, scope: Scope, run: Run) -> Any:
    if any(step is not None for step in table.defaults):
        return _shaped(
            table, [None if step is None else step(scope, run) for step in table.defaults]
        )
    if table.node.hit_policy in _LISTS and table.node.aggregation in ("", "COUNT"):
        return 0 if table.node.aggregation else []
    run.note(NOTHING_MATCHES, element=table.node.place.id)
    return None


def _shaped(table: _Prepared, row: list[Any]) -> Any:
    return row[0] if len(row) == 1 else dict(zip(table.output_names, row, strict=True))


def _result(table: _Prepared, matched: list[int], rows: list[list[Any]], run: Run) -> Any:
    policy = table.node.hit_policy
    if policy is HitPolicy.UNIQUE:
        check_unique(matched)
    elif policy is HitPolicy.ANY:
        check_any(matched, rows)
    elif policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER):
        rows = ordered(rows, lambda column, value: _rank(table, column, value, run))
    if policy in (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER):
        return [_shaped(table, row) for row in rows]
    if policy is not HitPolicy.COLLECT:
        return _shaped(table, rows[0])
    if not table.node.aggregation:
        return [_shaped(table, row) for row in rows]
    columns = zip(*rows, strict=True)
    return _shaped(
        table,
        [
            aggregate(table.node.aggregation, list(column), run, element=table.node.place.id)
            for column in columns
        ],
    )


def _rank(table: _Prepared, column: int, value: Any, run: Run) -> int:
    tests = table.ranks[column]
    scope = {"?": value}
    return next(
        (
            place
            for place, test in enumerate(tests)
            if test.evaluate_within(run.feel, scope) is True
        ),
        len(tests),
    )


register(parts.Table, compile_table)
