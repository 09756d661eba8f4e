"""Letters from templates, in the case's language, rendered in a sandbox: whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
    pass_context,
)
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.errors import InvalidInput
from service.i18n.amounts import letter_money
from service.i18n.dates import day
from service.letters.signature import frame_of
from service.letters.unfinished import unfinished

TEMPLATES = Path(__file__).parent / "templates"
"""The letters that belong to no case, and so to no version of the procedure."""

LANGUAGES = ("zh-Hant", "zh-Hans", "en")
LONGEST = 100_000
LANGUAGE = "language of the letter"
"""Under which a filter finds it; no template can name it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it was written. `recipient` is an address, or "" when there is none to send it
    to."""

    template: str
    language: str
    audience: str
    recipient: str
    subject: str
    body: str
    details: Mapping[str, Any]

    @property
    def deliverable(self) -> bool:
        return "@" in self.recipient


UNFILLED = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a text raises that cannot be filled with the facts there are."""


def fill(found: Template, facts: Mapping[str, Any], language: str) -> str:
    """A text with its facts, its amounts and days said in a language. Raises one of `UNFILLED`."""
    return found.render({**facts, LANGUAGE: language})


def write_letter(
    template: str,
    *,
    language: str,
    recipient: str,
    facts: Mapping[str, Any],
    audience: str = "customer",
    text: str | None = None,
) -> Letter:
    """Render a letter from the `text` of its template, or from the product's own. The first line is
    the subject.

    Raises InvalidInput when the template is not there, wants something `facts` does not have, or
    gives a customer's letter in which something is still to be filled in.
    """
    chosen = spoken(language)
    try:
        found = (
            _environment().get_template(f"{template}.{chosen}.txt")
            if text is None
            else compile_letter(text)
        )
        written = fill(found, {**frame_of(facts, chosen), **facts}, chosen)
    except TemplateNotFound as error:
        raise InvalidInput(
            "There is no letter template {template_!r} in {chosen}.",
            template_=template,
            chosen=chosen,
        ) from error
    except UNFILLED as error:
        raise InvalidInput(
            "The letter template {template_!r} ({chosen}) cannot be filled: {error}",
            template_=template,
            chosen=chosen,
            error=error,
        ) from error
    if len(written) > LONGEST:
        raise InvalidInput(
            "The letter template {template_!r} ({chosen}) gives more than {most} characters.",
            template_=template,
            chosen=chosen,
            most=LONGEST,
        )
    if audience == "customer":
        _check_finished(written, template, str(facts.get("customer") or ""))
    subject, _, body = written.strip().partition("\n")
    line = " ".join(subject.split())[:300]
    body = _ENDED_TWICE.sub(r"\1", body.strip())
    return Letter(template, chosen, audience, recipient, line, body + "\n", {})


_ENDED_TWICE = re.compile(r"(?<![.。])([.。！？!?…])[.。](?![.。])")
"""A text that a person wrote ends its sentence, and so does the template behind it. Dots in a row
are left alone."""


def _check_finished(written: str, template: str, name: str) -> None:
    """The customer's own name says nothing about the letter. Raises InvalidInput."""
    left = unfinished(written.replace(name, " ") if name else written)
    if left:
        raise InvalidInput(
            "The letter {template_!r} still has something to be filled in: {left}. Replace it; "
            "until then the letter is not sent.",
            template_=template,
            left=left[:5],
        )


def spoken(language: str) -> str:
    """The language that a letter is written in: the one asked for, English where there is none in
    it."""
    return language if language in LANGUAGES else "en"


@lru_cache(maxsize=256)
def compile_letter(text: str) -> Template:
    """Raises TemplateSyntaxError, also for what a letter may not do."""
    _check(text)
    return _environment().from_string(text)


def unknown_facts(text: str, known: Collection[str]) -> list[str]:
    """What a template asks for that no letter is told. Raises TemplateSyntaxError as
    `compile_letter`."""
    return sorted(facts_in(text) - set(known))


def asks_for(fact: str, text: str | None) -> bool:
    """Whether a letter says a fact, as far as its text can be read; None, the product's own text,
    may say any."""
    try:
        return text is None or fact in facts_in(text)
    except TemplateSyntaxError:  # `write_letter` says what is wrong with it
        return False


@lru_cache(maxsize=256)
def facts_in(text: str) -> frozenset[str]:
    """What a template asks for. Raises TemplateSyntaxError as `compile_letter`."""
    return frozenset(find_undeclared_variables(_check(text)))


def said_by(text: str) -> str:
    """What a template says of itself, whatever the case: its own words, without what it is told.
    Raises TemplateSyntaxError as `compile_letter`."""
    tree = _check(text)
    words = [node.data for node in tree.find_all(nodes.TemplateData)]
    words += [
        node.value
        for output in tree.find_all(nodes.Output)
        for node in output.find_all(nodes.Const)
        if isinstance(node.value, str)
    ]
    return "\n".join(words)


_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Call,
    nodes.Filter,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Tuple,
    nodes.List,
)
_FILTERS = (
    "day",
    "default",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "money",
    "round",
    "trim",
    "upper",
)


def _is_get(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Getattr) and node.attr == "get"


def _check(text: str) -> nodes.Template:
    """A letter names facts and chooses between texts; it cannot compute or repeat itself without
    end."""
    tree = _environment().parse(text)
    for node in _all(tree):
        if not isinstance(node, _NODES):
            raise TemplateSyntaxError(f"a letter has no {type(node).__name__.lower()}", node.lineno)
        if isinstance(node, nodes.Call) and not _is_get(node.node):
            raise TemplateSyntaxError("a letter calls nothing but .get('name')", node.lineno)
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            raise TemplateSyntaxError(
                f"expected a filter out of {', '.join(_FILTERS)}, got {node.name}", node.lineno
            )
        if isinstance(node, nodes.For) and (node.recursive or node.find(nodes.For) is not None):
            raise TemplateSyntaxError("a letter has no loop within a loop", node.lineno)
    return tree


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


@pass_context
def _money(context: Context, amount: Any, currency: str) -> str:
    return letter_money(amount, currency, context.get(LANGUAGE, "en"))


@pass_context
def _day(context: Context, value: Any) -> str:
    """A recorded day, `2026-12-31`, in the words of letters; what is none stays as it is."""
    try:
        found = date.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return day(found, context.get(LANGUAGE, "en"), form="long")


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    # plain text mail: nothing is HTML, so nothing is escaped
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
    )
    made.filters["money"] = _money
    made.filters["day"] = _day
    return made
