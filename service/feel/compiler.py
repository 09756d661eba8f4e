"""From the tree to closures: every node becomes one Python function of the scope, made once.

`depth` counts the scopes opened around a node; at 0 a name is read straight from the caller's
context.
"""

from __future__ import annotations

from typing import Any

from service.feel.access import build_filter, build_index, build_name, build_path, build_root_name
from service.feel.brackets import COMPARE
from service.feel.calls import build_call
from service.feel.conformance import is_instance, type_of
from service.feel.errors import MAX_STRING, FeelLimitExceeded, Null
from service.feel.loops import build_for, build_quantified, build_steps
from service.feel.operators import (
    At,
    Code,
    build_and,
    build_arithmetic,
    build_between,
    build_compare,
    build_negate,
    build_or,
    constant_of,
)
from service.feel.registry import BUILTINS
from service.feel.scope import MISSING, Env, Run
from service.feel.temporal import parse_temporal
from service.feel.tree import Node, mentions, price_of
from service.feel.types import (
    ANY,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    SimpleType,
    UnknownType,
)
from service.feel.unary import (
    build_asking_test,
    build_cell,
    build_compare_test,
    build_constant_test,
    build_in,
    build_tests,
    build_truth_test,
    build_value_test,
)
from service.feel.values import FeelFunction, Range, is_number, kind_of


class Compiler:
    """Compiles one tree and notes the names it reads from the caller's context."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.local: list[str] = []

    def code(self, node: Node, depth: int = 0) -> Code:
        return getattr(self, "do_" + node.kind.replace("-", "_"))(node, depth)  # type: ignore[no-any-return]

    def do_const(self, node: Node, depth: int) -> Code:
        value = node.parts[0]
        if type(value) is str and len(value) > MAX_STRING:
            raise FeelLimitExceeded("A string in the expression is too long.")
        return lambda env: value

    def do_at(self, node: Node, depth: int) -> Code:
        text, at = node.parts[0], node.at
        value = parse_temporal(text)
        if value is None:
            return lambda env: env.run.fail(
                at, '@"{text}" is no date, time or duration', text=text[:40]
            )
        return lambda env: value

    def do_name(self, node: Node, depth: int) -> Code:
        name = node.parts[0]
        default = BUILTINS.get(name, MISSING)
        if name not in self.local and default is MISSING:
            self.names.add(name)
        return (
            build_root_name(name, default, node.at)
            if depth == 0
            else build_name(name, default, node.at)
        )

    def do_binary(self, node: Node, depth: int) -> Code:
        sign, left, right = node.parts
        a, b = self.code(left, depth), self.code(right, depth)
        if sign == "and":
            return build_and(a, b, node.at)
        if sign == "or":
            return build_or(a, b, node.at)
        if sign in COMPARE:
            name = left.parts[0] if depth == 0 and left.kind == "name" else None
            return build_compare(sign, a, b, node.at, constant_of(right), name)
        return build_arithmetic(sign, a, b, node.at)

    def do_negate(self, node: Node, depth: int) -> Code:
        value = constant_of(node)
        if value is not None:
            return lambda env: value
        return build_negate(self.code(node.parts[0], depth), node.at)

    def do_between(self, node: Node, depth: int) -> Code:
        value, low, high = (self.code(part, depth) for part in node.parts)
        return build_between(value, low, high, node.at)

    def do_instance(self, node: Node, depth: int) -> Code:
        value, kind, at = self.code(node.parts[0], depth), node.parts[1], node.at
        if isinstance(kind, UnknownType):
            return lambda env: env.run.fail(
                at, "there is no type '{name}'", "instance of", name=kind.name
            )
        return lambda env: is_instance(value(env), kind, env.run, constrained=False)

    def do_if(self, node: Node, depth: int) -> Code:
        condition, chosen, other = (self.code(part, depth) for part in node.parts)
        return lambda env: chosen(env) if condition(env) is True else other(env)

    def do_list(self, node: Node, depth: int) -> Code:
        items = tuple(self.code(part, depth) for part in node.parts)
        return lambda env: [item(env) for item in items]

    def do_context(self, node: Node, depth: int) -> Code:
        before = len(self.local)
        entries = []
        for key, part in node.parts:
            entries.append((key, self.code(part, depth + 1)))
            self.local.append(key)
        del self.local[before:]

        def build(env: Env) -> Any:
            found: dict[str, Any] = {}
            inner = Env(found, env, env.run)
            for key, code in entries:
                found[key] = code(inner)
            return found

        return build

    def do_range(self, node: Node, depth: int) -> Code:
        start, end, start_included, end_included = node.parts
        first, last, at = self.code(start, depth), self.code(end, depth), node.at
        fixed = fixed_range(node)
        if fixed is not None:
            return lambda env: fixed

        def build(env: Env) -> Any:
            a, b = first(env), last(env)
            if a is None or b is None:
                return env.run.fail(at, "an end of the range is null", "range", (a, b))
            if kind_of(a) != kind_of(b) or kind_of(a) in (
                "list",
                "context",
                "function",
                "boolean",
                "range",
            ):
                return env.run.fail(
                    at,
                    "there is no range from {left} to {right}",
                    "range",
                    (a, b),
                    left=kind_of(a),
                    right=kind_of(b),
                )
            return Range(a, b, start_included, end_included)

        return build

    def do_unary_range(self, node: Node, depth: int) -> Code:
        sign, end = node.parts
        code = self.code(end, depth)
        at = node.at

        def build(env: Env) -> Any:
            value = code(env)
            if value is None:
                return env.run.fail(at, "the end of the range is null", "range", (value,))
            if sign in ("=", "!="):
                same = sign == "="
                return Range(value, value, same, same, negated=not same, single=same)
            if sign[0] == "<":
                return Range(None, value, False, sign == "<=")
            return Range(value, None, sign == ">=", False)

        return build

    def do_path(self, node: Node, depth: int) -> Code:
        return build_path(self.code(node.parts[0], depth), node.parts[1], node.at)

    def do_filter(self, node: Node, depth: int) -> Code:
        source, condition = node.parts
        index = constant_of(condition)
        if is_number(index):
            return build_index(self.code(source, depth), index, node.at)
        code = self.code(source, depth)
        self.local.append("item")
        test = self.code(condition, depth + 1)
        self.local.pop()
        return build_filter(code, test, node.at, price=price_of(condition))

    def do_call(self, node: Node, depth: int) -> Code:
        callee, arguments, names = node.parts
        codes = tuple(self.code(argument, depth) for argument in arguments)
        return build_call(self.callee(callee, depth), codes, names, node.at)

    def callee(self, node: Node, depth: int) -> Code:
        """A variable that is no function does not hide the built-in of its name from a call."""
        code = self.code(node, depth)
        builtin = BUILTINS.get(node.parts[0]) if node.kind == "name" else None
        if builtin is None:
            return code

        def find(env: Env) -> Any:
            found = code(env)
            return found if isinstance(found, FeelFunction) else builtin

        return find

    def do_function(self, node: Node, depth: int) -> Code:
        names, kinds, external, body = node.parts
        types = tuple(kind or ANY for kind in kinds) if any(kinds) else ()
        if external:
            return lambda env: FeelFunction(
                "external function", names, _refuse_external, types=types
            )
        before = len(self.local)
        self.local.extend(names)
        code = self.code(body, depth + 1)
        del self.local[before:]
        result, price = shown_type(body), price_of(body)

        def build(env: Env) -> Any:
            def call(run: Run, *values: Any) -> Any:
                run.spend(price)
                return code(Env(dict(zip(names, values, strict=True)), env, run))

            return FeelFunction("function", names, call, types=types, result=result, inner=True)

        return build

    def iterators(self, node: Node, depth: int) -> tuple[tuple[tuple[str, Code], ...], int]:
        found = []
        for name, source in node.parts[0]:
            found.append((name, self.code(source, depth)))
            self.local.append(name)
            depth += 1
        return tuple(found), depth

    def do_steps(self, node: Node, depth: int) -> Code:
        return build_steps(
            self.code(node.parts[0], depth), self.code(node.parts[1], depth), node.at
        )

    def do_for(self, node: Node, depth: int) -> Code:
        before = len(self.local)
        found, inner = self.iterators(node, depth)
        self.local.append("partial")
        body = self.code(node.parts[1], inner)
        del self.local[before:]
        return build_for(
            found, body, node.at, partial=mentions(node.parts[1], "partial"), price=price_of(node)
        )

    def do_some(self, node: Node, depth: int) -> Code:
        before = len(self.local)
        found, inner = self.iterators(node, depth)
        body = self.code(node.parts[1], inner)
        del self.local[before:]
        return build_quantified(node.kind == "every", found, body, node.at, price=price_of(node))

    do_every = do_some

    # Tests

    def test(self, node: Node, depth: int) -> Any:
        if node.kind == "tests":
            return build_tests(tuple(self.test(part, depth) for part in node.parts))
        if node.kind == "not":
            return build_tests(
                tuple(self.test(part, depth) for part in node.parts[0].parts), negated=True
            )
        if node.kind == "any":
            return lambda env, value: True
        if node.kind == "compare-test":
            sign, operand = node.parts
            return build_compare_test(sign, self.code(operand, depth), node.at)
        return self.value_test(node.parts[0], depth, node.at)

    def value_test(self, node: Node, depth: int, at: At) -> Any:
        """A test that is an expression: its form says whether its truth is tested or its value."""
        code = self.code(node, depth)
        constant = fixed_range(node) or constant_of(node)
        if constant is not None:
            return build_constant_test(constant, at)
        if node.kind == "const":
            return lambda env, value: value is None
        if mentions(node, "?"):
            return build_asking_test(code, at)
        return build_truth_test(code) if self.is_sentence(node) else build_value_test(code, at)

    def is_sentence(self, node: Node) -> bool:
        """Whether the expression can only be true or false, whatever the values in it."""
        if node.kind == "binary":
            return node.parts[0] in COMPARE or node.parts[0] in ("and", "or")
        if node.kind == "call" and node.parts[0].kind == "name":
            name = node.parts[0].parts[0]
            known = None if name in self.local else BUILTINS.get(name)
            return known is not None and known.result == SimpleType("boolean")
        return node.kind in ("between", "in", "instance", "some", "every")

    def do_in(self, node: Node, depth: int) -> Code:
        left, tests = node.parts
        return build_in(self.code(left, depth), self.test(tests, depth))

    def cell(self, node: Node) -> Code:
        self.names.add("?")
        return build_cell(self.test(node, 0), build_root_name("?", None, node.at))


def fixed_range(node: Node) -> Range | None:
    """The range between two number or string literals, known while compiling."""
    if node.kind != "range":
        return None
    start, end, start_included, end_included = node.parts
    a, b = constant_of(start), constant_of(end)
    if (is_number(a) and is_number(b)) or (type(a) is str and type(b) is str):
        return Range(a, b, start_included, end_included)
    return None


def shown_type(node: Node) -> FeelType | None:
    """The type that a function's body shows without being run; None where it shows none."""
    if node.kind == "const":
        return None if node.parts[0] is None else type_of(node.parts[0])
    if node.kind == "list":
        kinds = {_shown_or_any(part) for part in node.parts}
        return ListType(kinds.pop() if len(kinds) == 1 else ANY)
    if node.kind == "context":
        return ContextType(tuple((key, _shown_or_any(part)) for key, part in node.parts))
    if node.kind == "function":
        return _shown_function(node)
    return None


def _shown_function(node: Node) -> FunctionType:
    kinds = tuple(kind or ANY for kind in node.parts[1])
    return FunctionType(kinds, _shown_or_any(node.parts[3]))


def _shown_or_any(node: Node) -> FeelType:
    return shown_type(node) or ANY


def _refuse_external(*_: Any) -> Any:
    raise Null(
        "external functions (Java, PMML) are refused: nothing outside FEEL and DMN is ever called"
    )
