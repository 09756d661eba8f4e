"""Closures for arithmetic, comparison and three-valued logic, specialised while compiling.

A name compared with a number or string constant, the common gateway condition, becomes a single
closure.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from service.feel.arithmetic import OPERATIONS, negate
from service.feel.errors import Null
from service.feel.scope import Env
from service.feel.tree import Node
from service.feel.values import MAX_INT, compare, equal, kind_of

Code = Callable[[Env], Any]
At = tuple[int, int]
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SIGNS: dict[str, Callable[[int], bool]] = {
    "<": lambda c: c < 0,
    "<=": lambda c: c <= 0,
    ">": lambda c: c > 0,
    ">=": lambda c: c >= 0,
}


_INFINITY = float("inf")


def order(sign: str, a: Any, b: Any, env: Env, at: At) -> bool | None:
    """`a < b` and its kin for any two values."""
    found = compare(a, b)
    if found is None:
        env.run.fail(
            at,
            "'{sign}' has no meaning between {left} and {right}",
            sign,
            (a, b),
            sign=sign,
            left=kind_of(a),
            right=kind_of(b),
        )
        return None
    return SIGNS[sign](found)


def same(a: Any, b: Any, env: Env, at: At) -> bool | None:
    found = equal(a, b, env.run)
    if found is None:
        env.run.fail(
            at, "{left} and {right} cannot be equal", "=", (a, b), left=kind_of(a), right=kind_of(b)
        )
    return found


def _float_of(constant: int | Decimal) -> float | None:
    """The float that is written like the constant, None where there is none.

    A caller's float stands for the decimal it is written as. Beside such a constant both compare
    alike: every decimal is rounded to the nearest float, which keeps their order, and only this one
    is written like the constant.
    """
    try:
        near = float(constant)
    except OverflowError:
        return None
    return near if Decimal(repr(near)) == constant else None


def build_compare(
    sign: str, left: Code, right: Code, at: At, constant: Any, name: str | None
) -> Code:
    if sign in ("=", "!="):
        return _build_equal(sign == "=", left, right, at, constant, name)
    work = ORDER[sign]
    if type(constant) in (int, Decimal):
        near = _float_of(constant)
        if name is not None:

            def named(env: Env) -> Any:
                a: Any = env.vars.get(name)
                kind = type(a)
                if kind is int or (kind is Decimal and a.is_finite()):
                    return work(a, constant)
                if kind is float and near is not None and -_INFINITY < a < _INFINITY:
                    return work(a, near)
                return order(sign, left(env), constant, env, at)

            return named

        def against(env: Env) -> Any:
            a = left(env)
            kind = type(a)
            return (
                work(a, constant)
                if kind is int or kind is Decimal
                else order(sign, a, constant, env, at)
            )

        return against

    def general(env: Env) -> Any:
        a, b = left(env), right(env)
        if type(a) is int and type(b) is int:
            return work(a, b)
        return order(sign, a, b, env, at)

    return general


def _build_equal(
    wanted: bool, left: Code, right: Code, at: At, constant: Any, name: str | None
) -> Code:
    if type(constant) is str and name is not None:

        def named(env: Env) -> Any:
            a = env.vars.get(name)
            if type(a) is str:
                return (a == constant) is wanted
            found = same(left(env), constant, env, at)
            return None if found is None else found is wanted

        return named

    if type(constant) in (str, int):
        kind = type(constant)

        def against(env: Env) -> Any:
            a = left(env)
            if type(a) is kind:
                return (a == constant) is wanted
            found = same(a, constant, env, at)
            return None if found is None else found is wanted

        return against

    def general(env: Env) -> Any:
        found = same(left(env), right(env), env, at)
        return None if found is None else found is wanted

    return general


def build_and(left: Code, right: Code, at: At) -> Code:
    def both(env: Env) -> Any:
        a = left(env)
        if a is False:
            return False
        b = right(env)
        if a is True and (b is True or b is False):
            return b
        if b is False:
            return False
        return env.run.fail(
            at,
            "'and' of {left} and {right} is not known",
            "and",
            (a, b),
            left=kind_of(a),
            right=kind_of(b),
        )

    return both


def build_or(left: Code, right: Code, at: At) -> Code:
    def either(env: Env) -> Any:
        a = left(env)
        if a is True:
            return True
        b = right(env)
        if a is False and (b is True or b is False):
            return b
        if b is True:
            return True
        return env.run.fail(
            at,
            "'or' of {left} and {right} is not known",
            "or",
            (a, b),
            left=kind_of(a),
            right=kind_of(b),
        )

    return either


def build_arithmetic(sign: str, left: Code, right: Code, at: At) -> Code:
    slow = OPERATIONS[sign]
    quick: Callable[[int, int], int] | None = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
    }.get(sign)

    def careful(a: Any, b: Any, env: Env) -> Any:
        try:
            found = slow(a, b)
        except Null as reason:
            return env.run.no_value(at, reason, sign, (a, b))
        if type(found) is str:
            env.run.spend(len(found) >> 5)
        return found

    if quick is None:
        return lambda env: careful(left(env), right(env), env)

    def whole(env: Env) -> Any:
        a, b = left(env), right(env)
        if type(a) is int and type(b) is int:
            result = quick(a, b)
            if -MAX_INT < result < MAX_INT:
                return result
        return careful(a, b, env)

    return whole


def build_negate(operand: Code, at: At) -> Code:
    def minus(env: Env) -> Any:
        a = operand(env)
        try:
            return negate(a)
        except Null as reason:
            return env.run.no_value(at, reason, "-", (a,))

    return minus


def build_between(value: Code, low: Code, high: Code, at: At) -> Code:
    def between(env: Env) -> Any:
        a, b, c = value(env), low(env), high(env)
        first = order(">=", a, b, env, at)
        if first is False:
            return False
        second = order("<=", a, c, env, at)
        return False if second is False else None if first is None or second is None else True

    return between


def constant_of(node: Node) -> Any:
    """The value of a literal (also a negated number); None where it is none."""
    if node.kind == "const":
        return node.parts[0]
    if (
        node.kind == "negate"
        and node.parts[0].kind == "const"
        and type(node.parts[0].parts[0]) in (int, Decimal)
    ):
        return negate(node.parts[0].parts[0])
    return None
