"""From tokens to a tree: precedence climbing, with names matched longest first against what is in scope."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any

from service.feel.errors import MAX_NESTING, FeelLimitExceeded, FeelSyntaxError
from service.feel.lexer import Token, name_parts, place, tokenize
from service.feel.types import FeelType, TypeNames, read_type, type_names
from service.feel.values import NUMBERS

KEYWORDS = frozenset(
    [
        "and",
        "or",
        "if",
        "then",
        "else",
        "for",
        "in",
        "return",
        "some",
        "every",
        "satisfies",
        "between",
        "instance",
        "function",
        "true",
        "false",
        "null",
    ]
)
COMPARE = frozenset(("=", "!=", "<", "<=", ">", ">="))
BINARY = {"or": 1, "and": 2, "between": 3, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5, "**": 6, "instance": 8}
BINARY |= dict.fromkeys(COMPARE, 3)
# Properties with a space, known after a dot without being announced.
PROPERTIES = ("time offset", "start included", "end included")


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the tree: what it is, where it stands (line, column), and its parts."""

    kind: str
    at: tuple[int, int]
    parts: tuple[Any, ...] = ()


class Parser:
    """Reads one text. `words` maps the first token of a name with several tokens to all of them."""

    def __init__(self, text: str, names: Collection[str], types: Mapping[str, FeelType]) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.at = 0
        self.depth = 0
        self.open_end = False
        self.words: dict[str, list[tuple[str, ...]]] = {}
        self.declared: dict[tuple[str, ...], str] = {}
        self.types: TypeNames = type_names(types)
        for name in names:
            self.declare(name)
        for name in PROPERTIES:
            self.declare(name)

    def declare(self, name: str) -> None:
        """Make a name known that a single name token could not spell."""
        if name.isidentifier():
            return
        parts = name_parts(name)
        if len(parts) > 1 and parts not in self.declared:
            self.declared[parts] = name
            self.words.setdefault(parts[0], []).append(parts)
            self.words[parts[0]].sort(key=len, reverse=True)

    # Tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def here(self) -> tuple[int, int]:
        return place(self.text, self.token.start)

    def fail(self, expected: str) -> FeelSyntaxError:
        token = self.token
        found = "the end" if token.kind == "end" else f"'{self.text[token.start : token.end][:40]}'"
        return FeelSyntaxError(f"expected {expected}, found {found}", *place(self.text, token.start))

    def sees(self, *symbols: str) -> bool:
        token = self.token
        return token.kind in ("op", "name") and token.text in symbols

    def take(self, symbol: str) -> bool:
        if self.sees(symbol):
            self.at += 1
            return True
        return False

    def expect(self, symbol: str) -> None:
        if not self.take(symbol):
            raise self.fail(f"'{symbol}'")

    # Entry points

    def parse_whole(self) -> Node:
        node = self.expression()
        if self.token.kind != "end":
            raise self.fail("the end of the expression")
        return node

    def parse_unary_tests(self) -> Node:
        at = self.here()
        if self.take("-") and self.token.kind == "end":
            return Node("any", at)
        self.at = 0
        if self.sees("not") and self.tokens[1].text == "(" and self._closes_at_end():
            self.at = 2
            node = Node("not", at, (self.tests(")"),))
            self.expect(")")
        else:
            node = self.tests("")
        if self.token.kind != "end":
            raise self.fail("',' or the end of the tests")
        return node

    def _closes_at_end(self) -> bool:
        depth = 0
        for i, token in enumerate(self.tokens[1:-1], 1):
            if token.kind == "op" and token.text in "([{":
                depth += token.text == "("
            elif token.kind == "op" and token.text == ")":
                depth -= 1
                if depth == 0:
                    return i == len(self.tokens) - 2
        return False

    def tests(self, closer: str) -> Node:
        at = self.here()
        found = [self.test()]
        while self.take(","):
            found.append(self.test())
        return Node("tests", at, tuple(found))

    def test(self) -> Node:
        """One positive unary test: a comparison without its left side, or any expression."""
        at = self.here()
        if self.sees(*COMPARE):
            sign = self.token.text
            self.at += 1
            return Node("compare-test", at, (sign, self.binary(4)))
        return Node("value-test", at, (self.expression(),))

    # Expressions

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise FeelLimitExceeded(f"The expression nests deeper than {MAX_NESTING} levels.")
        node = self.binary(1)
        self.depth -= 1
        return node

    def binary(self, lowest: int) -> Node:
        left = self.prefix()
        while True:
            token = self.token
            power = BINARY.get(token.text, 0) if token.kind in ("op", "name") else 0
            if power < lowest or power == 0:
                return left
            at = self.here()
            self.at += 1
            if token.text == "between":
                low = self.binary(4)
                self.expect("and")
                left = Node("between", at, (left, low, self.binary(4)))
            elif token.text == "in":
                left = Node("in", at, (left, self.in_tests()))
            elif token.text == "instance":
                self.expect("of")
                left = Node("instance", at, (left, self.read_type()))
            else:
                left = Node("binary", at, (token.text, left, self.binary(power + 1)))

    def in_tests(self) -> Node:
        """The right side of `in`: one test, or several in brackets. `(1..3]` is a range all the same."""
        start = self.at
        if self.take("("):
            try:
                found = self.tests(")")
                if self.take(")"):
                    return found
            except FeelSyntaxError:
                pass
            self.at = start
        at = self.here()
        if self.sees(*COMPARE):
            return Node("tests", at, (self.test(),))
        return Node("tests", at, (Node("value-test", at, (self.binary(4),)),))

    def read_type(self) -> FeelType:
        found, self.at = read_type(self.tokens, self.at, self.types, self.text)
        return found

    def prefix(self) -> Node:
        token, at = self.token, self.here()
        if token.kind == "op" and token.text == "-":
            self.at += 1
            self.depth += 1
            if self.depth > MAX_NESTING:
                raise FeelLimitExceeded(f"The expression nests deeper than {MAX_NESTING} levels.")
            operand = self.binary(7)
            self.depth -= 1
            return Node("negate", at, (operand,))
        return self.postfix(self.primary())

    def postfix(self, node: Node) -> Node:
        while True:
            at = self.here()
            if self.sees("."):
                self.at += 1
                node = Node("path", at, (node, self.property_name()))
            elif self.sees("["):
                start, open_end = self.at, self.open_end
                self.open_end = False
                self.at += 1
                try:
                    inner = self.expression()
                    self.expect("]")
                except FeelSyntaxError:
                    if not open_end:
                        raise
                    self.at = start  # the bracket closes a range such as ]1..3[
                    return node
                finally:
                    self.open_end = open_end
                node = Node("filter", at, (node, inner))
            elif self.sees("("):
                node = self.call(node, at)
            else:
                return node

    def call(self, callee: Node, at: tuple[int, int]) -> Node:
        self.expect("(")
        names: list[str] = []
        values: list[Node] = []
        while not self.sees(")"):
            name = self.label(":")
            if name is not None:
                names.append(name)
            elif names:
                raise self.fail("a named argument like the ones before")
            values.append(self.expression())
            if name is None and names:
                raise self.fail("a named argument")
            if not self.take(","):
                break
        self.expect(")")
        if names and len(names) != len(values):
            raise self.fail("names for all arguments or for none")
        return Node("call", at, (callee, tuple(values), tuple(names)))

    def label(self, closer: str) -> str | None:
        """A name in front of ':'; None, with nothing taken, where there is none."""
        i = self.at
        token = self.tokens[i]
        if token.kind == "str" and self.tokens[i + 1].text == closer and self.tokens[i + 1].kind == "op":
            self.at = i + 2
            return token.text
        if token.kind not in ("name", "quoted"):
            return None
        while self.tokens[i].kind in ("name", "num", "quoted") or (
            self.tokens[i].kind == "op" and self.tokens[i].text in ("-", "+", "*", "/", "**", "'", ".", "?")
        ):
            i += 1
        if self.tokens[i].kind != "op" or self.tokens[i].text != closer:
            return None
        name = self.spelled(self.at, i)
        self.at = i + 1
        return name

    def spelled(self, first: int, after: int) -> str:
        """The tokens as one name: white space counts as one blank, and only where there was some."""
        if after - first == 1:
            return self.tokens[first].text
        words = [self.tokens[first].text]
        for i in range(first + 1, after):
            gap = self.tokens[i].start > self.tokens[i - 1].end
            words.append((" " if gap else "") + self.tokens[i].text)
        return "".join(words)

    def known_name(self) -> str | None:
        """The longest name of several tokens that starts here and is in scope."""
        for parts in self.words.get(self.token.text, ()):
            if all(self.tokens[min(self.at + i, len(self.tokens) - 1)].text == part for i, part in enumerate(parts)):
                self.at += len(parts)
                return self.declared[parts]
        return None

    def property_name(self) -> str:
        if self.token.kind == "quoted":
            self.at += 1
            return self.tokens[self.at - 1].text
        if self.token.kind != "name":
            raise self.fail("a name")
        name = self.known_name()
        if name is not None:
            return name
        first = self.at
        self.at += 1
        # Words one after the other can only be one name here, announced or not.
        while self.token.kind == "name" and self.token.text not in KEYWORDS:
            self.at += 1
        return self.spelled(first, self.at)

    # Primaries

    def primary(self) -> Node:
        token, at = self.token, self.here()
        if token.kind == "num":
            self.at += 1
            return Node("const", at, (self.number(token.text, at),))
        if token.kind == "str":
            self.at += 1
            return Node("const", at, (token.text,))
        if token.kind == "at":
            self.at += 1
            return Node("at", at, (token.text,))
        if token.kind == "quoted":
            self.at += 1
            return Node("name", at, (token.text,))
        if token.kind == "name":
            return self.word(token, at)
        if token.text == "?":
            self.at += 1
            return Node("name", at, ("?",))
        if token.text == "(":
            return self.parenthesis(at)
        if token.text in ("[", "]"):
            return self.bracket(at)
        if token.text == "{":
            return self.context(at)
        raise self.fail("an expression")

    def number(self, text: str, at: tuple[int, int]) -> int | Decimal:
        try:
            value = NUMBERS.create_decimal(text)
        except DecimalException:
            raise FeelSyntaxError(f"the number {text[:40]} is out of range", *at) from None
        whole = len(text) < 30 and text.isdigit()
        return int(text) if whole else value

    def word(self, token: Token, at: tuple[int, int]) -> Node:
        name = self.known_name()
        if name is not None:
            return Node("name", at, (name,))
        constants = {"true": True, "false": False, "null": None}
        if token.text in constants:
            self.at += 1
            return Node("const", at, (constants[token.text],))
        reader = {"if": self.branch, "for": self.loop, "some": self.quantified, "every": self.quantified}
        reader["function"] = self.function
        if token.text in reader:
            self.at += 1
            return reader[token.text](token.text, at)
        if token.text in KEYWORDS:
            raise self.fail("an expression")
        self.at += 1
        return Node("name", at, (token.text,))

    def branch(self, _: str, at: tuple[int, int]) -> Node:
        condition = self.expression()
        self.expect("then")
        chosen = self.expression()
        self.expect("else")
        return Node("if", at, (condition, chosen, self.expression()))

    def bindings(self) -> tuple[tuple[str, Node], ...]:
        found = []
        while True:
            first = self.at
            while not self.sees("in"):
                if self.token.kind not in ("name", "op", "num", "quoted"):
                    raise self.fail("'in' after the variable's name")
                self.at += 1
            if self.at == first:
                raise self.fail("a variable's name")
            name = self.spelled(first, self.at)
            self.declare(name)
            self.expect("in")
            at = self.here()
            source = self.expression()
            if self.take(".."):
                source = Node("steps", at, (source, self.expression()))
            found.append((name, source))
            if not self.take(","):
                return tuple(found)

    def loop(self, _: str, at: tuple[int, int]) -> Node:
        iterators = self.bindings()
        self.expect("return")
        return Node("for", at, (iterators, self.expression()))

    def quantified(self, word: str, at: tuple[int, int]) -> Node:
        iterators = self.bindings()
        self.expect("satisfies")
        return Node(word, at, (iterators, self.expression()))

    def function(self, _: str, at: tuple[int, int]) -> Node:
        self.expect("(")
        names: list[str] = []
        kinds: list[FeelType | None] = []
        while not self.sees(")"):
            first = self.at
            while not self.sees(":", ",", ")") and self.token.kind in ("name", "op", "num", "quoted"):
                self.at += 1
            if self.at == first:
                raise self.fail("a parameter's name")
            names.append(self.spelled(first, self.at))
            self.declare(names[-1])
            kinds.append(self.read_type() if self.take(":") else None)
            if not self.take(","):
                break
        self.expect(")")
        external = self.take("external")
        return Node("function", at, (tuple(names), tuple(kinds), external, self.expression()))

    def parenthesis(self, at: tuple[int, int]) -> Node:
        self.expect("(")
        if self.sees(*COMPARE):
            sign = self.token.text
            self.at += 1
            end = self.binary(4)
            self.expect(")")
            return Node("unary-range", at, (sign, end))
        node = self.expression()
        if self.take(".."):
            return self.range_end(at, node, False)
        self.expect(")")
        return node

    def bracket(self, at: tuple[int, int]) -> Node:
        opens = self.token.text == "]"
        self.at += 1
        if not opens and self.take("]"):
            return Node("list", at, ())
        items = [self.test_or_expression()]
        if self.take(".."):
            return self.range_end(at, items[0], not opens)
        if opens:
            raise self.fail("'..'")
        while self.take(","):
            items.append(self.test_or_expression())
        self.expect("]")
        return Node("list", at, tuple(items))

    def test_or_expression(self) -> Node:
        """List items may be comparisons without a left side, as in `x in [<5, >10]`."""
        if self.sees(*COMPARE):
            at, sign = self.here(), self.token.text
            self.at += 1
            return Node("unary-range", at, (sign, self.binary(4)))
        return self.expression()

    def range_end(self, at: tuple[int, int], start: Node, start_included: bool) -> Node:
        before, self.open_end = self.open_end, True
        end = self.binary(4)
        self.open_end = before
        included = self.sees("]")
        if not self.sees("]", ")", "["):
            raise self.fail("']', ')' or '[' at the end of the range")
        self.at += 1
        return Node("range", at, (start, end, start_included, included))

    def context(self, at: tuple[int, int]) -> Node:
        self.expect("{")
        entries: list[tuple[str, Node]] = []
        seen: set[str] = set()
        while not self.sees("}"):
            key = self.label(":")
            if key is None:
                raise self.fail("a key and ':'")
            if key in seen:
                raise FeelSyntaxError(f"the key '{key}' occurs twice", *self.here())
            seen.add(key)
            entries.append((key, self.expression()))
            self.declare(key)
            if not self.take(","):
                break
        self.expect("}")
        return Node("context", at, tuple(entries))
