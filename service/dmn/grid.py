"""A decision table as boxes in the space of its inputs, as far as its cells are understood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.dmn import parts
from service.dmn.cells import Condition, read_condition
from service.dmn.keys import ANALYSED, declared_kind
from service.dmn.regions import Box, Column, build_column
from service.dmn.types import base_of, is_integer
from service.feel import FeelType, SimpleType

Resolve = Callable[[str], tuple[FeelType | None, str]]


@dataclass(frozen=True, slots=True)
class Grid:
    """The table as boxes. A rule with a cell that was not analysed has None in `exact`."""

    columns: tuple[Column, ...]
    space: Box
    exact: tuple[Box | None, ...]
    widest: tuple[Box, ...]  # what was not analysed taken as anything
    bounded: bool  # whether the space of inputs is known


def type_name(clause: parts.InputClause, resolve: Resolve) -> str:
    kind, _ = resolve(clause.expression.type_ref)
    base = None if kind is None else base_of(kind)
    return base.name if isinstance(base, SimpleType) else ""


def _widest(columns: Sequence[Column], row: Sequence[int | None]) -> Box:
    """The box of a rule where each cell that cannot be read takes everything."""
    pairs = zip(columns, row, strict=True)
    return tuple(column.full if mask is None else mask for column, mask in pairs)


def build_grid(
    table: parts.Table, conditions: list[list[Condition | None]], resolve: Resolve
) -> Grid:
    columns, space, masks, bounded = [], [], [], True
    for number, clause in enumerate(table.inputs):
        allowed = _allowed(clause, resolve)
        cells = [row[number] for row in conditions]
        column, readable = _build_column(clause, cells, allowed, resolve)
        columns.append(column)
        masks.append([None if each is None else column.mask(each) for each in readable])
        bounded = bounded and allowed is not None
        # Null is no gap: a missing input is for the input's own check.
        space.append((column.mask(allowed) if allowed is not None else column.full) & ~1)
    exact: list[Box | None] = []
    widest: list[Box] = []
    for row in zip(*masks, strict=True):
        known = tuple(mask for mask in row if mask is not None)
        exact.append(known if len(known) == len(row) else None)
        widest.append(_widest(columns, row))
    return Grid(tuple(columns), tuple(space), tuple(exact), tuple(widest), bounded)


def _kind_tested(cells: Sequence[Condition | None], declared: str) -> str:
    """The first kind of value that a cell tests and the column may have."""
    kinds = [each.kind for each in cells if each is not None and each.kind]
    fitting = (kind for kind in kinds if not declared or declared_kind(kind) == declared)
    return next(fitting, declared)


def _build_column(
    clause: parts.InputClause,
    cells: list[Condition | None],
    allowed: Condition | None,
    resolve: Resolve,
) -> tuple[Column, list[Condition | None]]:
    """The column, and its cells without those that test another kind of value."""
    kind = _kind_tested((*cells, allowed), type_name(clause, resolve))
    *readable, allowed = (
        each if each is not None and each.kind in ("", kind) else None for each in (*cells, allowed)
    )
    usable = [each for each in (*readable, allowed) if each is not None]
    whole = is_integer(resolve(clause.expression.type_ref)[0])
    return build_column(kind, usable if kind in ANALYSED else [], whole=whole), readable


def _allowed(clause: parts.InputClause, resolve: Resolve) -> Condition | None:
    """The values that the input may have; None where they are stated but not understood."""
    text = clause.allowed or resolve(clause.expression.type_ref)[1]
    return read_condition(text)
