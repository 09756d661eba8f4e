"""The FEEL that means the same as an expression of Java's unified expression language (JUEL), as
Camunda 7, Flowable and Activiti hold it in `${…}`.

What Java objects and beans do has no translation, and nothing is guessed: NoFeel says which part it
was. Simple expressions of JavaScript and Groovy are written in the same way and are read here too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from service.feel import FeelError, compile_expression

LONGEST = 4_000
"""Characters of an expression that are looked at."""
DEEPEST = 40
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)[lLfFdD]?(?![\w])|(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<name>[^\W\d]\w*)|(?P<mark>===|!==|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]{}=]))""",
    re.VERBOSE,
)
_WORDS = {
    "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
    "and": "&&", "or": "||", "not": "!", "div": "/", "mod": "%", "===": "==", "!==": "!=",
}  # fmt: skip  # a table
_BINARY = {
    "||": (1, "or"), "&&": (2, "and"), "==": (3, "="), "!=": (3, "!="), "<": (4, "<"),
    ">": (4, ">"), "<=": (4, "<="), ">=": (4, ">="), "+": (5, "+"), "-": (5, "-"),
    "*": (6, "*"), "/": (6, "/"), "%": (6, "%"),
}  # fmt: skip  # a table
_VALUES = {"true": "true", "false": "false", "null": "null", "undefined": "null"}
_RESERVED = frozenset(
    [
        "if",
        "then",
        "else",
        "for",
        "return",
        "some",
        "every",
        "satisfies",
        "in",
        "between",
        "instance",
        "of",
        "function",
    ]
)
_RENAMED = {
    "nrOfInstances": "numberOfInstances",
    "nrOfActiveInstances": "numberOfActiveInstances",
    "nrOfCompletedInstances": "numberOfCompletedInstances",
}
_HOLDERS = frozenset({"execution", "task", "variableScope", "delegateExecution", "variables"})
_READ = frozenset({"getVariable", "getVariableLocal", "get", "getVariableTyped"})
_METHODS: dict[tuple[str, int], str] = {
    ("equals", 1): "{0} = {1}",
    ("equalsIgnoreCase", 1): "lower case({0}) = lower case({1})",
    ("size", 0): "count({0})",
    ("length", 0): "string length({0})",
    ("toString", 0): "string({0})",
    ("startsWith", 1): "starts with({0}, {1})",
    ("endsWith", 1): "ends with({0}, {1})",
    ("toUpperCase", 0): "upper case({0})",
    ("toLowerCase", 0): "lower case({0})",
    ("matches", 1): "matches({0}, {1})",
    ("intValue", 0): "floor({0})",
    ("booleanValue", 0): "{0}",
    ("doubleValue", 0): "{0}",
    ("longValue", 0): "floor({0})",
    ("getTime", 0): "{0}",
    ("value", 0): "{0}",
    ("stringValue", 0): "{0}",
    ("numberValue", 0): "{0}",
    ("boolValue", 0): "{0}",
    ("isEmpty", 0): '({0} = null or string({0}) in ("", "[]", "{{}}"))',
}
_SPANS = {
    "Years": "P{0}Y", "Months": "P{0}M", "Weeks": "P{0}W", "Days": "P{0}D",
    "Hours": "PT{0}H", "Minutes": "PT{0}M", "Seconds": "PT{0}S",
}  # fmt: skip  # a table


class NoFeel(Exception):
    """It has no plain equivalent; the message is the part that has none."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of FEEL and how tightly it binds; `path` is what it reads where it is a plain
    name."""

    text: str
    binds: int = 9
    path: str = ""

    def inside(self, least: int) -> str:
        return self.text if self.binds >= least else f"({self.text})"


@dataclass(slots=True)
class Parser:
    """Reads one expression. `known` are local names of a script that may be read."""

    text: str
    tokens: list[tuple[str, str]] = field(default_factory=list)
    at: int = 0
    depth: int = 0

    def __post_init__(self) -> None:
        if len(self.text) > LONGEST:
            raise NoFeel(f"{self.text[:40]}…")
        position = 0
        stripped = self.text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if match is None:
                raise NoFeel(stripped[position : position + 40].strip())
            kind = match.lastgroup or "mark"
            found = match[kind]
            mark = _WORDS.get(found) if kind in ("name", "mark") else None
            self.tokens.append(("mark", mark) if mark else (kind, found))
            position = match.end()

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        found = self.peek()
        self.at += 1
        return found

    def eat(self, mark: str) -> bool:
        if self.peek() == ("mark", mark):
            self.at += 1
            return True
        return False

    def need(self, mark: str) -> None:
        if not self.eat(mark):
            raise NoFeel(self.peek()[1] or self.text[-40:])

    def whole(self) -> Part:
        found = self.choice()
        if self.peek()[0] != "end":
            raise NoFeel(self.peek()[1])
        return found

    def choice(self) -> Part:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NoFeel(self.text[:40])
        condition = self.binary(1)
        if self.eat("?"):
            yes = self.choice()
            self.need(":")
            no = self.choice()
            condition = Part(f"if {condition.text} then {yes.text} else {no.text}", 0)
        self.depth -= 1
        return condition

    def binary(self, least: int) -> Part:
        left = self.unary()
        while True:
            kind, mark = self.peek()
            binds, feel = _BINARY.get(mark, (0, "")) if kind == "mark" else (0, "")
            if not binds or binds < least:
                return left
            self.at += 1
            right = self.binary(binds + 1)
            if feel == "%":
                left = Part(f"modulo({left.text}, {right.text})")
            else:
                left = Part(f"{left.inside(binds)} {feel} {right.inside(binds + 1)}", binds)

    def unary(self) -> Part:
        if self.eat("!"):
            return Part(f"not({self.unary().text})")
        if self.eat("-"):
            return Part(f"-{self.unary().inside(8)}", 7)
        if self.peek() == ("name", "empty"):
            self.at += 1
            return _empty(self.unary())
        return self.steps(self.primary())

    def primary(self) -> Part:
        kind, found = self.take()
        if kind == "number":
            return Part(found)
        if kind == "text":
            return Part(_quoted(found))
        if kind == "name":
            return self.named(found)
        if found == "(":
            inner = self.choice()
            self.need(")")
            return Part(f"({inner.text})", path=inner.path)
        if found == "[":
            return Part(f"[{', '.join(each.text for each in self.listed(']'))}]")
        raise NoFeel(found or self.text[-40:])

    def named(self, name: str) -> Part:
        if name in _VALUES:
            return Part(_VALUES[name])
        if self.peek() == ("mark", "("):
            return self.called(name)
        if name in _HOLDERS and self.peek() == ("mark", "."):
            return self.held(name)
        if name in _RESERVED:
            raise NoFeel(name)
        name = _RENAMED.get(name, name)
        return Part(name, path=name)

    def listed(self, closing: str) -> list[Part]:
        found: list[Part] = []
        while not self.eat(closing):
            if found:
                self.need(",")
            found.append(self.choice())
        return found

    def called(self, name: str) -> Part:
        """A function: those of Camunda's own that have a meaning here."""
        self.need("(")
        given = self.listed(")")
        if name in ("now", "dateTime", "Date") and not given:
            return Part("now()")
        if name in ("S", "JSON") and len(given) == 1:
            return given[0]
        raise NoFeel(f"{name}(…)")

    def held(self, holder: str) -> Part:
        """`execution.getVariable("x")`, `execution.x`: a variable."""
        self.need(".")
        kind, name = self.take()
        if kind != "name":
            raise NoFeel(f"{holder}.{name}")
        if self.peek() != ("mark", "("):
            raise NoFeel(f"{holder}.{name}")
        self.need("(")
        given = self.listed(")")
        variable = _variable(given[0].text) if len(given) == 1 else ""
        if variable and name in _READ:
            return Part(variable, path=variable)
        if variable and name == "hasVariable":
            return Part(f"{variable} != null", 3)
        raise NoFeel(f"{holder}.{name}(…)")

    def steps(self, part: Part) -> Part:
        """What follows a value: properties, methods, indexes."""
        while True:
            if self.eat("["):
                part = _indexed(part, self.choice())
                self.need("]")
            elif self.eat("."):
                part = self.member(part)
            else:
                return part

    def member(self, part: Part) -> Part:
        kind, name = self.take()
        if kind != "name":
            raise NoFeel(name)
        if self.peek() != ("mark", "("):
            return _field(part, name)
        self.need("(")
        return _method(part, name, self.listed(")"))


def _method(part: Part, name: str, given: list[Part]) -> Part:
    if len(given) == 1 and (found := _with_one(part, name, given[0])) is not None:
        return found
    if name == "toDate" and not given:
        return part
    form = _METHODS.get((name, len(given)))
    if form is None:
        raise NoFeel(f"{part.text}.{name}(…)")
    text = form.format(part.text, *(each.text for each in given))
    return Part(text, 3 if " = " in form and not form.startswith("(") else 9)


def _with_one(part: Part, name: str, given: Part) -> Part | None:
    """A method that takes a name, a number or a span of time."""
    inner = _variable(given.text)
    if name in ("prop", "get") and inner:
        return _field(part, inner)
    if not given.text.isdigit():
        return None
    if name in ("elementAt", "get"):
        return _indexed(part, given)
    span = _span(name)
    if not span:
        return None
    sign = "+" if name.startswith("plus") else "-"
    return Part(f'{part.text} {sign} duration("{span.format(given.text)}")', 5)


def _field(part: Part, name: str) -> Part:
    return Part(f"{part.inside(8)}.{name}", path=f"{part.path}.{name}" if part.path else "")


def _span(name: str) -> str:
    for start in ("plus", "minus"):
        if name.startswith(start):
            return _SPANS.get(name.removeprefix(start), "")
    return ""


def _indexed(part: Part, index: Part) -> Part:
    """Java counts from 0, FEEL from 1."""
    name = _variable(index.text)
    if name:
        return _field(part, name)
    number = str(int(index.text) + 1) if index.text.isdigit() else f"{index.inside(5)} + 1"
    return Part(f"{part.inside(8)}[{number}]")


def _empty(part: Part) -> Part:
    return Part(f'({part.text} = null or string({part.text}) in ("", "[]", "{{}}"))')


def _quoted(text: str) -> str:
    inner = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1])
    return json.dumps(inner, ensure_ascii=False)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def _variable(text: str) -> str:
    """The name in a quoted text, "" where it is none."""
    if not text.startswith('"'):
        return ""
    name = str(json.loads(text))
    return name if name.isidentifier() and name not in _RESERVED else ""


def expression_in_feel(text: str) -> str:
    """The FEEL of one expression, without `${` and `=`. Raises NoFeel."""
    found = Parser(text.strip()).whole().text
    return compiled(found)


def compiled(feel: str) -> str:
    """Raises NoFeel for what cannot be read after all."""
    try:
        compile_expression(feel)
    except FeelError:
        raise NoFeel(feel[:80]) from None
    return feel


def is_expression(text: str) -> bool:
    """Whether a text holds an expression of JUEL."""
    return "${" in text or "#{" in text


def text_in_feel(text: str) -> str:
    """What an attribute says: itself, or `=` and FEEL; texts around an expression are joined to it.
    Raises NoFeel."""
    stripped = text.strip()
    if not is_expression(stripped):
        return f'="{stripped}"' if stripped.startswith("=") else stripped
    parts = list(_pieces(stripped))
    if len(parts) == 1:
        return f"={parts[0][1]}"
    joined = " + ".join(
        json.dumps(each, ensure_ascii=False) if plain else f"string({each})"
        for plain, each in parts
    )
    return f"={compiled(joined)}"


def _pieces(text: str) -> list[tuple[bool, str]]:
    """The plain texts and the FEEL of the expressions in a text, in their order."""
    found: list[tuple[bool, str]] = []
    position = 0
    while position < len(text):
        start = min(
            (at for at in (text.find("${", position), text.find("#{", position)) if at >= 0),
            default=-1,
        )
        if start < 0:
            found.append((True, text[position:]))
            break
        if start > position:
            found.append((True, text[position:start]))
        end = _closing(text, start + 2)
        found.append((False, expression_in_feel(text[start + 2 : end])))
        position = end + 1
    return found


def _closing(text: str, position: int) -> int:
    """Where the brace closes, past those in texts."""
    quote, depth = "", 0
    for at in range(position, len(text)):
        each = text[at]
        if quote:
            quote = "" if each == quote and text[at - 1] != "\\" else quote
        elif each in "'\"":
            quote = each
        elif each == "{":
            depth += 1
        elif each == "}":
            if not depth:
                return at
            depth -= 1
    raise NoFeel(text[:40])
