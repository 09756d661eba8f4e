"""What stands in brackets: groups, ranges, lists and contexts."""

from __future__ import annotations

from abc import abstractmethod

from service.feel.errors import FeelSyntaxError
from service.feel.reader import Reader
from service.feel.tree import Node
from service.sentence import Sentence

COMPARE = frozenset(("=", "!=", "<", "<=", ">", ">="))


class Brackets(Reader):
    """Reads from an opening bracket to its end; what is inside is an expression again."""

    @abstractmethod
    def expression(self) -> Node: ...

    @abstractmethod
    def binary(self, lowest: int) -> Node: ...

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
            raise self.fail(Sentence("']', ')' or '[' at the end of the range"))
        self.at += 1
        return Node("range", at, (start, end, start_included, included))

    def context(self, at: tuple[int, int]) -> Node:
        self.expect("{")
        entries: list[tuple[str, Node]] = []
        seen: set[str] = set()
        while not self.sees("}"):
            key = self.label(":")
            if key is None:
                raise self.fail(Sentence("a key and ':'"))
            if key in seen:
                raise FeelSyntaxError("the key '{key}' occurs twice", *self.here(), key=key)
            seen.add(key)
            entries.append((key, self.expression()))
            self.declare(key)
            if not self.take(","):
                break
        self.expect("}")
        return Node("context", at, tuple(entries))
