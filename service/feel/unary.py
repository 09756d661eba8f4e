"""Unary tests and `in`: whether a value passes one of several tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from service.feel.operators import ORDER, SIGNS, At, Code, same
from service.feel.scope import Env
from service.feel.values import FeelFunction, Range, compare, equal, in_range, is_number, kind_of

# A test gets the scope and the value under test.
Test = Any


def passes(value: Any, found: Any, env: Env, at: At) -> bool | None:
    """Whether the value equals, lies in, or is listed in what a test's expression gave."""
    if isinstance(found, Range):
        inside = in_range(value, found)
        if inside is None:
            env.run.fail(
                at,
                "a {kind} cannot be compared with the range",
                "in",
                (value, found),
                kind=kind_of(value),
            )
        return inside
    if isinstance(found, list):
        env.run.spend(len(found))
        if isinstance(value, list) and equal(value, found, env.run):
            return True
        return any(_matches(value, item, env) for item in found)
    return _equals(value, found, env, at)


def _equals(value: Any, found: Any, env: Env, at: At) -> bool | None:
    if isinstance(found, FeelFunction) and not isinstance(value, FeelFunction):
        env.run.fail(at, "a function is no test", "in", (value, found))
        return None
    if found is None and value is not None:
        env.run.fail(at, "the test is null", "in", (value, found))
        return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return same(value, found, env, at)


def _matches(value: Any, item: Any, env: Env) -> bool:
    if isinstance(item, Range) and not isinstance(value, Range):
        return in_range(value, item) is True
    return equal(value, item, env.run) is True


def build_compare_test(sign: str, operand: Code, at: At) -> Test:
    def test(env: Env, value: Any) -> bool | None:
        bound = operand(env)
        if sign in ("=", "!="):
            found = same(value, bound, env, at)
            return None if found is None else found is (sign == "=")
        if is_number(value) and is_number(bound):
            return SIGNS[sign](-1 if value < bound else 1 if value > bound else 0)
        order = compare(value, bound)
        if order is None:
            env.run.fail(
                at,
                "'{sign}' has no meaning between {left} and {right}",
                sign,
                (value, bound),
                sign=sign,
                left=kind_of(value),
                right=kind_of(bound),
            )
            return None
        return SIGNS[sign](order)

    return test


def build_constant_test(constant: Any, at: At) -> Test:
    """The value is what a literal says, or lies in the range that literals say."""
    if type(constant) is str:

        def text(env: Env, value: Any) -> bool | None:
            return value == constant if type(value) is str else passes(value, constant, env, at)

        return text
    if type(constant) is bool:
        return lambda env, value: (
            value is constant if type(value) is bool else passes(value, constant, env, at)
        )
    if isinstance(constant, Range) and is_number(constant.start):
        return _build_number_range(constant, at)
    return lambda env, value: passes(value, constant, env, at)


def _build_number_range(span: Range, at: At) -> Test:
    low = ORDER[">=" if span.start_included else ">"]
    high = ORDER["<=" if span.end_included else "<"]
    first, last = span.start, span.end

    def within(env: Env, value: Any) -> bool | None:
        if type(value) is int or type(value) is Decimal:
            return low(value, first) and high(value, last)
        return passes(value, span, env, at)

    return within


def build_asking_test(expression: Code, at: At) -> Test:
    """An expression that speaks of `?`: where it is true or false, that is the test."""

    def test(env: Env, value: Any) -> bool | None:
        found = expression(env)
        return found if found is None or type(found) is bool else passes(value, found, env, at)

    return test


def build_truth_test(expression: Code) -> Test:
    """A comparison that does not speak of `?`, such as `3 > 1`: its truth is the test, whatever the
    kind of the value under test."""

    def test(env: Env, value: Any) -> bool | None:
        found = expression(env)
        return found if type(found) is bool else None

    return test


def build_value_test(expression: Code, at: At) -> Test:
    """A name, a path or a call: the value under test is compared with it. Where it is true or false
    and the value is of another kind, its truth is the test."""

    def test(env: Env, value: Any) -> bool | None:
        found = expression(env)
        if type(found) is bool and type(value) is not bool and (found or value is not None):
            return found
        return passes(value, found, env, at)

    return test


def build_tests(tests: tuple[Test, ...], *, negated: bool = False) -> Test:
    """True where one test passes; null where none does and one could not tell alone."""
    if len(tests) == 1 and not negated:
        return tests[0]

    def several(env: Env, value: Any) -> bool | None:
        found: bool | None = False
        for test in tests:
            one = test(env, value)
            if one is True:
                return not negated
            if one is None and len(tests) == 1:
                found = None
        return None if found is None else negated

    return several


def build_in(left: Code, test: Test) -> Code:
    return lambda env: test(env, left(env))


def build_cell(test: Test, raw: Code) -> Code:
    """A whole decision-table cell: the value under test is the name `?`."""
    return lambda env: test(env, raw(env))
