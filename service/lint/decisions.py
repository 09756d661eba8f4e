"""What a decision gives back, and what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.dmn import Model
from service.dmn.parts import Decision, HitPolicy, Literal, OutputClause, Table
from service.feel.tree import Node
from service.lint.judge import Judge
from service.lint.kinds import ANY, Kind, context, join_all, list_of, nullable, of, text
from service.lint.scope import Scope
from service.lint.trees import tree_of
from service.lint.world import World

_TYPES = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "dateTime": "date and time",
    "date and time": "date and time",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision: the kind of its result, and the inputs it reads with the kinds they are
    declared to have."""

    result: Kind
    reads: dict[str, Kind]


def decided(model: Model, decision_id: str) -> Decided:
    """What is known of a decision of a model."""
    info = model.decisions[decision_id]
    reads = {each.name: _declared(each.type_ref) for each in info.inputs}
    found = next(
        (each for each in model.definitions.decisions if decision_id in (each.place.id, each.name)),
        None,
    )
    return Decided(_result(found), reads)


def _result(decision: Decision | None) -> Kind:
    body = None if decision is None else decision.logic
    if not isinstance(body, Table):
        return _declared(decision.variable.type_ref) if decision is not None else ANY
    columns = {clause.name: _column(body, at) for at, clause in enumerate(body.outputs)}
    row = context(columns) if len(columns) > 1 else next(iter(columns.values()), ANY)
    if body.hit_policy in (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER):
        return list_of(row)
    if body.hit_policy is HitPolicy.COLLECT:
        return of("number") if body.aggregation else list_of(row)
    return nullable(row)


def _column(table: Table, at: int) -> Kind:
    clause = table.outputs[at]
    kinds = [_cell(rule.conclusions[at].text) for rule in table.rules if at < len(rule.conclusions)]
    found = join_all(kinds) if kinds else ANY
    allowed = _allowed(clause)
    if found.unknown:
        return allowed or _declared(clause.type_ref)
    return found


def _cell(written: str) -> Kind:
    tree = tree_of(written, ()) if written.strip() not in ("", "-") else None
    return Judge(World(), Scope(open=True)).kind(tree) if tree is not None else of("null")


def _allowed(clause: OutputClause) -> Kind | None:
    tree = tree_of(f"[{clause.allowed}]", ()) if clause.allowed else None
    texts = list(_texts(tree)) if tree is not None else []
    return text(*texts) if texts else None


def _texts(node: Node) -> Iterator[str]:
    for part in node.parts:
        if part.kind == "const" and isinstance(part.parts[0], str):
            yield part.parts[0]


def _declared(type_ref: str) -> Kind:
    named = _TYPES.get(type_ref.rpartition(":")[2])
    return ANY if named is None else of(named)


def inputs_of(model: Model) -> Iterator[tuple[Decision, Literal]]:
    """The input expressions of every decision table of a model."""
    for decision in model.definitions.decisions:
        if isinstance(decision.logic, Table):
            for clause in decision.logic.inputs:
                yield decision, clause.expression
