"""`for`, `some` and `every`: one list or range per variable, the last one turning fastest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.feel.civil import date_of, day_number
from service.feel.errors import MAX_LIST, FeelLimitExceeded
from service.feel.operators import At, Code
from service.feel.scope import Env
from service.feel.temporal import is_date
from service.feel.values import Range, is_number, kind_of, whole

Iterators = tuple[tuple[str, Code], ...]


def span(start: Any, end: Any) -> Iterable[Any] | None:
    """The whole numbers or days from start to end, upwards or downwards; None for anything else."""
    if is_number(start) and is_number(end):
        first, last = whole(start), whole(end)
        if first is None or last is None:
            return None
        return range(first, last + 1) if first <= last else range(first, last - 1, -1)
    if is_date(start) and is_date(end):
        first, last = day_number(start), day_number(end)
        numbers = range(first, last + 1) if first <= last else range(first, last - 1, -1)
        return (date_of(number) for number in numbers)
    return None


def domain(value: Any, env: Env, at: At) -> Iterable[Any] | None:
    """What a variable runs through."""
    if isinstance(value, list):
        return value
    if isinstance(value, Range):
        found = range_items(value)
        if found is not None:
            return found
        env.run.fail(
            at,
            "only a closed range of whole numbers or dates, upwards, can be run through",
            "for",
            (value,),
        )
        return None
    if value is None:
        env.run.fail(at, "null cannot be run through", "for", (value,))
        return None
    return [value]


def range_items(value: Range) -> Iterable[Any] | None:
    """The items of a range value; unlike `for i in 3..1` a range never runs downwards."""
    start, end = value.start, value.end
    if value.negated or start is None or end is None or kind_of(start) != kind_of(end):
        return None
    if is_number(start):
        first, last = whole(start), whole(end)
        if first is None or last is None or first > last:
            return None
        return range(first + (not value.start_included), last + value.end_included)
    return _days(value) if is_date(start) else None


def _days(value: Range) -> Iterable[Any] | None:
    first, last = day_number(value.start), day_number(value.end)
    if first > last:
        return None
    inside = range(first + (not value.start_included), last + value.end_included)
    return (date_of(number) for number in inside)


class _NoDomain(Exception):
    pass


def _rounds(iterators: Iterators, at: At, env: Env, price: int) -> Iterator[Env]:
    """An environment for every combination of the variables. `price` is what a round of the body
    costs."""
    (name, source), rest = iterators[0], iterators[1:]
    items = domain(source(env), env, at)
    if items is None:
        raise _NoDomain
    for item in items:
        env.run.spend(price)
        inner = Env({name: item}, env, env.run)
        if rest:
            yield from _rounds(rest, at, inner, price)
        else:
            yield inner


def build_steps(start: Code, end: Code, at: At) -> Code:
    """`1..3` after `in`: unlike a range value it may run downwards."""

    def steps(env: Env) -> Any:
        a, b = start(env), end(env)
        found = span(a, b)
        if found is None:
            return env.run.fail(
                at,
                "cannot run from {left} to {right}",
                "for",
                (a, b),
                left=kind_of(a),
                right=kind_of(b),
            )
        items = []
        for item in found:
            items.append(item)
            if len(items) > MAX_LIST:
                raise FeelLimitExceeded("A list would have more than {most} items.", most=MAX_LIST)
        env.run.spend(len(items))
        return items

    return steps


def build_for(iterators: Iterators, body: Code, at: At, *, partial: bool, price: int) -> Code:
    def loop(env: Env) -> Any:
        results: list[Any] = []
        try:
            for inner in _rounds(iterators, at, env, price):
                if partial:  # a copy each round, so that no list can hold itself
                    env.run.spend(len(results) // 8)
                    inner.vars = {**inner.vars, "partial": list(results)}
                results.append(body(inner))
                if len(results) > MAX_LIST:
                    raise FeelLimitExceeded(
                        "A list would have more than {most} items.", most=MAX_LIST
                    )
        except _NoDomain:
            return None
        return results

    return loop


def build_quantified(every: bool, iterators: Iterators, body: Code, at: At, *, price: int) -> Code:
    def ask(env: Env) -> Any:
        unknown = False
        try:
            for inner in _rounds(iterators, at, env, price):
                found = body(inner)
                if found is (not every):
                    return not every
                unknown = unknown or (found is not True and found is not False)
        except _NoDomain:
            return None
        word = "every" if every else "some"
        return (
            env.run.fail(at, "'{word}' met a value that is not a boolean", word, word=word)
            if unknown
            else every
        )

    return ask
