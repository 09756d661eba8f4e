"""The FEEL that means the same as a simple piece of Python.

SpiffWorkflow's diagrams hold Python: in conditions, in payloads, in scripts. Python is never run
here. What a line says in plain values and comparisons is said in FEEL as well; anything beyond that
has no translation, and nothing is guessed.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

LONGEST = 4_000
"""Characters of Python that are looked at."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WORDS = frozenset(
    {
        *("if", "then", "else", "for", "return", "some", "every", "satisfies", "in", "and", "or"),
        *("between", "instance", "of", "function", "external", "not", "null", "true", "false"),
        *("item", "partial", "date", "time", "duration"),
    }
)
"""What a name cannot be in FEEL, or would mean something else."""
_COMPARE: Mapping[type, str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_BINARY: Mapping[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_METHODS = {
    "upper": ("upper case", 0),
    "lower": ("lower case", 0),
    "startswith": ("starts with", 1),
    "endswith": ("ends with", 1),
}
_FUNCTIONS = {"abs": "abs", "str": "string"}


class NoFeel(Exception):
    """It has no plain equivalent."""


def expression_in_feel(text: str) -> str | None:
    """The FEEL of a Python expression, without `=`; None where it is no Python, or has none."""
    tree = parse(text.strip(), "eval")
    if not isinstance(tree, ast.Expression):
        return None
    try:
        return Feel().say(tree.body)
    except (NoFeel, RecursionError):
        return None


def parse(text: str, mode: str) -> ast.AST | None:
    if not text or len(text) > LONGEST:
        return None
    try:
        return ast.parse(text, mode=mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@dataclass(slots=True)
class Feel:
    """Says Python's expressions in FEEL. `known` are names that stand for an expression already
    said, because a script gives the name several values."""

    known: Mapping[str, str] = field(default_factory=dict)

    def say(self, node: ast.expr) -> str:
        found: Callable[[Any], str] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if found is None:
            raise NoFeel
        return found(node)

    def inner(self, node: ast.expr) -> str:
        """An operand, in brackets where it needs them."""
        said = self.say(node)
        plain = isinstance(node, ast.Name | ast.Constant | ast.Call | ast.List | ast.Dict)
        bare = plain or isinstance(node, ast.Attribute | ast.Subscript)
        return said if bare and not said.startswith("-") else f"({said})"

    def _constant(self, node: ast.Constant) -> str:
        value = node.value
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, int | float):
            number = Decimal(repr(value))
            if number.is_finite():
                return format(number, "f")
        raise NoFeel

    def _name(self, node: ast.Name) -> str:
        if node.id in self.known:
            return f"({self.known[node.id]})"
        return plain_name(node.id)

    def _attribute(self, node: ast.Attribute) -> str:
        return f"{self.inner(node.value)}.{plain_name(node.attr)}"

    def _subscript(self, node: ast.Subscript) -> str:
        key = node.slice
        if isinstance(key, ast.UnaryOp) and isinstance(key.op, ast.USub):
            return self._from_the_end(node.value, key.operand)
        if not isinstance(key, ast.Constant) or isinstance(key.value, bool):
            raise NoFeel
        if isinstance(key.value, str):
            return self._entry(node.value, key.value)
        if isinstance(key.value, int):
            return f"{self.inner(node.value)}[{key.value + 1}]"
        raise NoFeel

    def _from_the_end(self, holder: ast.expr, back: ast.expr) -> str:
        if isinstance(back, ast.Constant) and type(back.value) is int and back.value > 0:
            return f"{self.inner(holder)}[-{back.value}]"
        raise NoFeel

    def _entry(self, holder: ast.expr, key: str) -> str:
        if is_plain(key):
            return f"{self.inner(holder)}.{key}"
        return f"get value({self.say(holder)}, {json.dumps(key, ensure_ascii=False)})"

    def _compare(self, node: ast.Compare) -> str:
        parts, left = [], node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._pair(left, operator, right))
            left = right
        return " and ".join(parts)

    def _pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> str:
        if isinstance(operator, ast.Is | ast.IsNot):
            if not isinstance(right, ast.Constant) or not _is_single(right.value):
                raise NoFeel
            sign = "=" if isinstance(operator, ast.Is) else "!="
            return f"{self.inner(left)} {sign} {self.say(right)}"
        if isinstance(operator, ast.In | ast.NotIn):
            among = self._among(left, right)
            return among if isinstance(operator, ast.In) else f"not({among})"
        sign = _COMPARE[type(operator)]
        return f"{self.inner(left)} {sign} {self.inner(right)}"

    def _among(self, item: ast.expr, items: ast.expr) -> str:
        """Whether it is in a list that is written out: `in` of a variable could be of a text."""
        if not isinstance(items, ast.List | ast.Tuple | ast.Set):
            raise NoFeel
        return f"list contains([{self._several(items.elts)}], {self.say(item)})"

    def _boolop(self, node: ast.BoolOp) -> str:
        word = " and " if isinstance(node.op, ast.And) else " or "
        return word.join(map(self.inner, node.values))

    def _unaryop(self, node: ast.UnaryOp) -> str:
        if isinstance(node.op, ast.Not):
            return f"not({self.say(node.operand)})"
        if isinstance(node.op, ast.USub):
            return f"-{self.inner(node.operand)}"
        raise NoFeel

    def _binop(self, node: ast.BinOp) -> str:
        left, right, operator = node.left, node.right, type(node.op)
        if operator is ast.Add and isinstance(left, ast.List) and isinstance(right, ast.List):
            return f"concatenate({self.say(left)}, {self.say(right)})"
        if any(isinstance(each, ast.List | ast.Tuple) for each in (left, right)):
            raise NoFeel
        texts = [isinstance(each, ast.JoinedStr) or is_text(each) for each in (left, right)]
        if any(texts) and operator is not ast.Add:
            raise NoFeel
        if operator is ast.Mod:
            return f"modulo({self.say(left)}, {self.say(right)})"
        if operator is ast.FloorDiv:
            return f"floor({self.inner(left)} / {self.inner(right)})"
        if operator not in _BINARY:
            raise NoFeel
        return f"{self.inner(left)} {_BINARY[operator]} {self.inner(right)}"

    def _ifexp(self, node: ast.IfExp) -> str:
        test, yes, no = map(self.say, (node.test, node.body, node.orelse))
        return f"if {test} then {yes} else {no}"

    def _several(self, nodes: list[ast.expr]) -> str:
        return ", ".join(map(self.say, nodes))

    def _list(self, node: ast.List) -> str:
        return f"[{self._several(node.elts)}]"

    def _dict(self, node: ast.Dict) -> str:
        entries: list[str] = []
        earlier: set[str] = set()
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                raise NoFeel
            # An entry of a FEEL context sees those before it, one of a Python dict does not.
            if key.value in earlier or earlier & set(names_in(value)):
                raise NoFeel
            earlier.add(key.value)
            entries.append(f"{_key(key.value)}: {self.say(value)}")
        return f"{{{', '.join(entries)}}}"

    def _listcomp(self, node: ast.ListComp) -> str:
        only = node.generators[0]
        if len(node.generators) > 1 or only.ifs or not isinstance(only.target, ast.Name):
            raise NoFeel
        name = plain_name(only.target.id)
        inside = Feel({key: said for key, said in self.known.items() if key != name})
        return f"for {name} in {self.inner(only.iter)} return {inside.say(node.elt)}"

    def _joinedstr(self, node: ast.JoinedStr) -> str:
        return " + ".join(map(self._part, node.values)) or '""'

    def _part(self, part: ast.expr) -> str:
        if not isinstance(part, ast.FormattedValue):
            return self.say(part)
        if part.format_spec is not None or part.conversion not in (-1, ord("s")):
            raise NoFeel
        return f"string({self.say(part.value)})"

    def _call(self, node: ast.Call) -> str:
        if node.keywords:
            raise NoFeel
        if isinstance(node.func, ast.Attribute):
            return self._method(node.func, node.args)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in _FUNCTIONS or len(node.args) != 1:
            raise NoFeel
        return f"{_FUNCTIONS[name]}({self.say(node.args[0])})"

    def _method(self, method: ast.Attribute, args: list[ast.expr]) -> str:
        if method.attr == "get" and len(args) == 1 and is_text(args[0]):
            return self._entry(method.value, str(getattr(args[0], "value", "")))
        function, count = _METHODS.get(method.attr, ("", -1))
        if len(args) != count:
            raise NoFeel
        return f"{function}({self._several([method.value, *args])})"


def is_plain(name: str) -> bool:
    """Whether a name means in FEEL what it does in Python."""
    return _NAME.match(name) is not None and name not in _WORDS


def plain_name(name: str) -> str:
    if not is_plain(name):
        raise NoFeel
    return name


def _key(name: str) -> str:
    return name if is_plain(name) else json.dumps(name, ensure_ascii=False)


def _is_single(value: object) -> bool:
    return value is None or isinstance(value, bool)


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def names_in(node: ast.AST) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))
