"""Built-in functions that relate points and ranges (Allen's interval relations), and
`range(...)`."""

from __future__ import annotations

import re
from typing import Any

from service.feel.builtins_temporal import read_number
from service.feel.errors import Null
from service.feel.lexer import unescape
from service.feel.registry import builtin
from service.feel.temporal import parse_temporal
from service.feel.values import Range, compare, in_range, kind_of

Bound = tuple[int, Any]  # -1: from minus infinity, 0: a value, 1: to infinity


def _start(span: Range) -> Bound:
    return (-1, None) if span.start is None else (0, span.start)


def _end(span: Range) -> Bound:
    return (1, None) if span.end is None else (0, span.end)


def _order(a: Bound, b: Bound) -> int:
    if a[0] or b[0]:
        return (a[0] > b[0]) - (a[0] < b[0])
    found = compare(a[1], b[1])
    if found is None:
        raise Null("{left} and {right} have no order", left=kind_of(a[1]), right=kind_of(b[1]))
    return found


def _points(a: Any, b: Any) -> int:
    return _order((0, a), (0, b))


def _within(value: Any, span: Range) -> bool:
    inside = in_range(value, span)
    if inside is None:
        raise Null("a {kind} cannot be compared with the range", kind=kind_of(value))
    return inside


def _before(a: Range, b: Range) -> bool:
    order = _order(_end(a), _start(b))
    return order < 0 or (order == 0 and not (a.end_included and b.start_included))


def _point_before(point: Any, span: Range) -> bool:
    order = _order((0, point), _start(span))
    return order < 0 or (order == 0 and not span.start_included)


def _point_after(point: Any, span: Range) -> bool:
    order = _order((0, point), _end(span))
    return order > 0 or (order == 0 and not span.end_included)


def _meets(a: Range, b: Range) -> bool:
    return a.end_included and b.start_included and _order(_end(a), _start(b)) == 0


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


def _overlaps_before(a: Range, b: Range) -> bool:
    start, end = _order(_start(a), _start(b)), _order(_end(a), _end(b))
    begins = start < 0 or (start == 0 and a.start_included and not b.start_included)
    ends = end < 0 or (end == 0 and (not a.end_included or b.end_included))
    return begins and ends and not _before(a, b)


def _finishes(a: Range, b: Range) -> bool:
    start = _order(_start(a), _start(b))
    begins = start > 0 or (start == 0 and (not a.start_included or b.start_included))
    return a.end_included == b.end_included and _order(_end(a), _end(b)) == 0 and begins


def _includes(a: Range, b: Range) -> bool:
    start, end = _order(_start(a), _start(b)), _order(_end(a), _end(b))
    begins = start < 0 or (start == 0 and (a.start_included or not b.start_included))
    return begins and (end > 0 or (end == 0 and (a.end_included or not b.end_included)))


def _starts(a: Range, b: Range) -> bool:
    end = _order(_end(a), _end(b))
    ends = end < 0 or (end == 0 and (not a.end_included or b.end_included))
    return a.start_included == b.start_included and _order(_start(a), _start(b)) == 0 and ends


def _coincides(a: Range, b: Range) -> bool:
    same = (a.start_included, a.end_included) == (b.start_included, b.end_included)
    return same and _order(_start(a), _start(b)) == 0 and _order(_end(a), _end(b)) == 0


def _point_finishes(point: Any, span: Range) -> bool:
    return span.end_included and _order((0, point), _end(span)) == 0


def _point_starts(point: Any, span: Range) -> bool:
    return span.start_included and _order((0, point), _start(span)) == 0


# For each relation: between points, point and range, range and point, two ranges; None where the
# standard has none.
_RELATIONS: dict[str, tuple[Any, Any, Any, Any]] = {
    "before": (
        lambda a, b: _points(a, b) < 0,
        _point_before,
        lambda r, p: _point_after(p, r),
        _before,
    ),
    "after": (
        lambda a, b: _points(a, b) > 0,
        _point_after,
        lambda r, p: _point_before(p, r),
        lambda a, b: _before(b, a),
    ),
    "meets": (None, None, None, _meets),
    "met by": (None, None, None, lambda a, b: _meets(b, a)),
    "overlaps": (None, None, None, _overlaps),
    "overlaps before": (None, None, None, _overlaps_before),
    "overlaps after": (None, None, None, lambda a, b: _overlaps_before(b, a)),
    "finishes": (None, _point_finishes, None, _finishes),
    "finished by": (None, None, lambda r, p: _point_finishes(p, r), lambda a, b: _finishes(b, a)),
    "includes": (None, None, lambda r, p: _within(p, r), _includes),
    "during": (None, _within, None, lambda a, b: _includes(b, a)),
    "starts": (None, _point_starts, None, _starts),
    "started by": (None, None, lambda r, p: _point_starts(p, r), lambda a, b: _starts(b, a)),
    "coincides": (lambda a, b: _points(a, b) == 0, None, None, _coincides),
}


def _register(name: str, relation: tuple[Any, Any, Any, Any]) -> None:
    lines = ("point1:point, point2:point", "point:point, range:range", "range:range, point:point")
    given = [line for line, work in zip(lines, relation, strict=False) if work is not None]

    def relate(a: Any, b: Any) -> bool:
        found = relation[2 * isinstance(a, Range) + isinstance(b, Range)](a, b)
        return bool(found)

    builtin(name, *given, "range1:range, range2:range", result="boolean")(relate)


for _name, _relation in _RELATIONS.items():
    _register(_name, _relation)

_RANGE = re.compile(r"([\[(\]])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])\[])", re.DOTALL)
_NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)", re.ASCII)
_CALL = re.compile(r'(?:@|(?:date|time|date and time|duration)\s*\(\s*)"([^"\\]*)"\s*\)?')


def _literal(text: str) -> Any:
    if not text:
        return None
    if _NUMBER.fullmatch(text):
        return read_number(text)
    called = _CALL.fullmatch(text)
    value = parse_temporal(called[1]) if called else None
    if value is None and len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
        value = unescape(text[1:-1])
    if value is None:
        raise Null("'{text}' is no number, string, date, time or duration", text=text[:40])
    return value


@builtin("range", "from:string")
def to_range(source: str) -> Range:
    found = _RANGE.fullmatch(source.strip())
    if not found:
        raise Null("'{source}' is no range such as [1..10]", source=source[:40])
    start, end = _literal(found[2]), _literal(found[3])
    start_included, end_included = found[1] == "[", found[4] == "]"
    if start is None and end is None:
        raise Null("an end that is left out must be open")
    if (start is None and start_included) or (end is None and end_included):
        raise Null("an end that is left out must be open")
    _check_order(start, end)
    return Range(start, end, start_included, end_included)


def _check_order(start: Any, end: Any) -> None:
    if start is not None and end is not None:
        order = compare(start, end)
        if order is None or order > 0:
            raise Null("the start must not be after the end")
