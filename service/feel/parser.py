"""From tokens to a tree: precedence climbing, with names matched longest first against what is in
scope."""

from __future__ import annotations

from service.feel.brackets import COMPARE, Brackets
from service.feel.errors import MAX_NESTING, FeelLimitExceeded, FeelSyntaxError
from service.feel.lexer import Token
from service.feel.reader import KEYWORDS
from service.feel.tree import Node
from service.feel.types import FeelType
from service.sentence import Sentence

# A comparison without its left side is a range; `=` is not among them, so that `a == b` stays a
# mistake.
ORDERED = frozenset(("<", "<=", ">", ">="))
MAX_READS = 150_000
BINARY = {
    "or": 1,
    "and": 2,
    "between": 3,
    "in": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "**": 6,
    "instance": 8,
}
BINARY |= dict.fromkeys(COMPARE, 3)


class Parser(Brackets):
    """Reads one text, each method one construct of the grammar."""

    def parse_whole(self) -> Node:
        """One expression, or several between commas: the list of their values."""
        at, node = self.here(), self.expression()
        if self.sees(","):
            items = [node]
            while self.take(","):
                items.append(self.expression())
            node = Node("list", at, tuple(items))
        if self.token.kind != "end":
            raise self.fail(Sentence("the end of the expression"))
        return node

    def parse_unary_tests(self) -> Node:
        at = self.here()
        if self.take("-") and self.token.kind == "end":
            return Node("any", at)
        self.at = 0
        negated = self.sees("not") and self.tokens[1].text == "(" and self._negated(at)
        node = negated or self.tests("")
        if self.token.kind != "end":
            raise self.fail(Sentence("',' or the end of the tests"))
        return node

    def _negated(self, at: tuple[int, int]) -> Node | None:
        """`not(...)` around all tests; None, with nothing taken, where it is only their beginning.

        Only reading tells: a bracket may close a range, as in `not([1..2))`.
        """
        self.at = 2
        try:
            node = Node("not", at, (self.tests(")"),))
            if self.take(")") and self.token.kind == "end":
                return node
        except FeelSyntaxError:
            pass
        self.at, self.depth, self.open_end = 0, 0, False
        return None

    def tests(self, closer: str) -> Node:
        at = self.here()
        found = [self.test()]
        while self.take(","):
            found.append(self.test())
        return Node("tests", at, tuple(found))

    def split_tests(self) -> list[str]:
        """The text of each test between the commas."""
        texts = []
        while self.token.kind != "end":
            first = self.token.start
            self.test()
            texts.append(self.text[first : self.tokens[self.at - 1].end])
            if not self.take(",") and self.token.kind != "end":
                raise self.fail(Sentence("',' or the end of the tests"))
        return texts

    def test(self) -> Node:
        """One positive unary test: a comparison without its left side, or any expression."""
        at = self.here()
        if self.sees(*COMPARE):
            sign = self.token.text
            self.at += 1
            return Node("compare-test", at, (sign, self.binary(4)))
        return Node("value-test", at, (self.expression(),))

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise FeelLimitExceeded(
                "The expression nests deeper than {most} levels.", most=MAX_NESTING
            )
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
        """The right side of `in`: one test, or several in brackets. `(1..3]` is a range all the
        same."""
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

    def prefix(self) -> Node:
        token, at = self.token, self.here()
        if token.kind == "op" and token.text == "-":
            self.at += 1
            self.depth += 1
            if self.depth > MAX_NESTING:
                raise FeelLimitExceeded(
                    "The expression nests deeper than {most} levels.", most=MAX_NESTING
                )
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
                raise self.fail(Sentence("a named argument like the ones before"))
            values.append(self.expression())
            if name is None and names:
                raise self.fail(Sentence("a named argument"))
            if not self.take(","):
                break
        self.expect(")")
        if names and len(names) != len(values):
            raise self.fail(Sentence("names for all arguments or for none"))
        spot = callee.at if callee.kind == "name" else at
        return Node("call", spot, (callee, tuple(values), tuple(names)))

    def primary(self) -> Node:
        token, at = self.token, self.here()
        self.reads += 1
        # Brackets that are read twice, inside each other, would double the work each time.
        if self.reads > MAX_READS:
            raise FeelLimitExceeded("The expression is too tangled to read.")
        if token.kind == "name":
            return self.word(token, at)
        single = self.single(token, at)
        if single is not None:
            self.at += 1
            return single
        if token.text == "(":
            return self.parenthesis(at)
        if token.text in ("[", "]"):
            return self.bracket(at)
        if token.text == "{":
            return self.context(at)
        if token.kind == "op" and token.text in ORDERED:
            self.at += 1
            return Node("unary-range", at, (token.text, self.binary(4)))
        raise self.fail(Sentence("an expression"))

    def single(self, token: Token, at: tuple[int, int]) -> Node | None:
        """What one token says on its own: a literal, a name in backticks, the value under test."""
        if token.kind == "num":
            return Node("const", at, (self.number(token.text, at),))
        if token.kind in ("str", "at"):
            return Node("const" if token.kind == "str" else "at", at, (token.text,))
        if token.kind == "quoted" or token.text == "?":
            return Node("name", at, (token.text,))
        return None

    def word(self, token: Token, at: tuple[int, int]) -> Node:
        name = self.known_name()
        if name is not None:
            return Node("name", at, (name,))
        constants = {"true": True, "false": False, "null": None}
        if token.text in constants:
            self.at += 1
            return Node("const", at, (constants[token.text],))
        reader = {
            "if": self.branch,
            "for": self.loop,
            "some": self.quantified,
            "every": self.quantified,
        }
        reader["function"] = self.function
        if token.text in reader:
            self.at += 1
            return reader[token.text](token.text, at)
        called = token.text in ("and", "or") and self.tokens[self.at + 1].text == "("
        if token.text in KEYWORDS and not called:
            raise self.fail(Sentence("an expression"))
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
                    raise self.fail(Sentence("'in' after the variable's name"))
                self.at += 1
            if self.at == first:
                raise self.fail(Sentence("a variable's name"))
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
            while not self.sees(":", ",", ")") and self.token.kind in (
                "name",
                "op",
                "num",
                "quoted",
            ):
                self.at += 1
            if self.at == first:
                raise self.fail(Sentence("a parameter's name"))
            names.append(self.spelled(first, self.at))
            self.declare(names[-1])
            kinds.append(self.read_type() if self.take(":") else None)
            if not self.take(","):
                break
        self.expect(")")
        external = self.take("external")
        return Node("function", at, (tuple(names), tuple(kinds), external, self.expression()))
