"""A sentence for people: a template in English and the facts that fill it.

Code writes the English; the catalogue of a language holds its own template with the same
placeholders (`service.i18n`). A `Sentence` is its English text, so that logs, API answers and the
command line show it as it is; whoever shows it to a reader renders it in the reader's language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from string import Formatter
from typing import Any, Self

Words = Mapping[str, str]
"""A table of words for people by their code. The extraction of words goes by this annotation."""
Plurals = Mapping[str, tuple[str, str]]
"""A table of words that go with a number `{n}`: of one, and of more."""
Phrases = Mapping[str, tuple[str, ...]]
"""A table of several sentences for people by their code."""
WordList = tuple[str, ...]
"""Codes that are shown to people; each has a word in the catalogues."""


class Sentence(str):
    """`Sentence("expected {known}, got {found}", known=KINDS, found=kind)`.

    A placeholder may have a conversion and a format (`{name!r}`, `{at:%Y-%m-%d}`). A list is told
    item by item, and a sentence may be a fact of another. Text without facts is taken as it is,
    braces and all. Raises KeyError for a placeholder without its fact.
    """

    __slots__ = ("facts", "template")

    template: str
    facts: Mapping[str, Any]

    def __new__(cls, template: str, /, **facts: Any) -> Self:
        if isinstance(template, cls) and not facts:
            return template
        made = super().__new__(cls, fill(template, facts))
        made.template = template
        made.facts = facts
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.template, dict(self.facts))


class Counted(Sentence):
    """`Counted("{n} day", "{n} days", n)`: a sentence with the form that its number needs."""

    __slots__ = ("many", "one")

    one: str
    many: str

    def __new__(cls, one: str, many: str, n: int | float, /, **facts: Any) -> Self:
        made = super().__new__(cls, one if n == 1 else many, n=n, **facts)
        made.one = one
        made.many = many
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        facts = dict(self.facts)
        return _restore_counted, (self.one, self.many, facts.pop("n"), facts)


class Named(str):
    """What a definition calls something in several languages; its English, or else the first, as
    a text. A fact of a sentence."""

    __slots__ = ("texts",)

    texts: Mapping[str, str]

    def __new__(cls, texts: Mapping[str, str], /) -> Self:
        made = super().__new__(cls, texts.get("en") or next(iter(texts.values()), ""))
        made.texts = texts
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Named, (dict(self.texts),)


def joined(sentences: Iterable[str]) -> str:
    """Several sentences as one that can be said in every language; nothing where there is none."""
    told = ""
    for each in reversed(tuple(sentences)):
        told = Sentence("{one}; {others}", one=each, others=told) if told else each
    return told


def pack(text: str) -> str:
    """A sentence as a text that is kept: with its template and facts, so that it can be said in
    every language later."""
    if not _has_facts(text) and text.startswith(_MARK):
        text = Sentence("{text}", text=str(text))  # somebody typed what looks packed
    return json.dumps(_packed(text), ensure_ascii=False) if _has_facts(text) else str(text)


def unpack(text: str) -> str:
    """What was packed; any other text is itself."""
    if not text.startswith(_MARK):
        return text
    try:
        found = _unpacked(json.loads(text))
        return found if isinstance(found, str) else text
    except (ValueError, KeyError, TypeError, AttributeError):
        return text


_MARK = '{"template": '


def _has_facts(value: object) -> bool:
    return isinstance(value, Sentence) and bool(value.facts)


def _packed(value: Any) -> Any:
    if isinstance(value, Sentence):
        facts = {name: _packed(fact) for name, fact in value.facts.items()}
        return {"template": value.template, "facts": facts}
    if isinstance(value, Named):
        return {"named": dict(value.texts)}
    if isinstance(value, list | tuple | set | frozenset):
        return [_packed(each) for each in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict) and "named" in value:
        return Named(value["named"])
    if isinstance(value, dict):
        template, facts = value["template"], value["facts"]
        if not facts:
            return Sentence(template)
        names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
        if not all(name.isidentifier() for name in names):
            raise ValueError("expected placeholders that name facts")
        return Sentence(template, **{name: _unpacked(fact) for name, fact in facts.items()})
    return [_unpacked(each) for each in value] if isinstance(value, list) else value


def fill(
    template: str,
    facts: Mapping[str, Any],
    *,
    say: Callable[[str], str] = str,
    comma: str = ", ",
) -> str:
    """A template with its facts; `say` renders the sentences among them, `comma` stands between the
    items of a list."""
    if not facts:
        return template
    return _Filler(say, comma).vformat(template, (), facts)


class _Filler(Formatter):
    def __init__(self, say: Callable[[str], str], comma: str) -> None:
        self._say = say
        self._comma = comma

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Sentence | Named):
            return self._say(value)
        if isinstance(value, list | tuple | set | frozenset) and not format_spec:
            items = sorted(map(str, value)) if isinstance(value, set | frozenset) else value
            return self._comma.join(self.format_field(item, "") for item in items)
        found = getattr(value, "message", None)
        if isinstance(value, Exception) and isinstance(found, Sentence):
            return self._say(found)
        return str(format(value, format_spec))


def _restore(template: str, facts: dict[str, Any]) -> Sentence:
    return Sentence(template, **facts)


def _restore_counted(one: str, many: str, n: int | float, facts: dict[str, Any]) -> Counted:
    return Counted(one, many, n, **facts)
