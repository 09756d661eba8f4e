"""A sentence for people: a template in English and the facts that fill it.

Code writes the English; the catalogue of a language holds its own template with the same
placeholders (`service.i18n`). A `Sentence` is its English text, so that logs, API answers and the
command line show it as it is; whoever shows it to a reader renders it in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any, Self

Words = Mapping[str, str]
"""A table of words for people by their code. The extraction of words goes by this annotation."""
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
        if isinstance(value, Sentence):
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
