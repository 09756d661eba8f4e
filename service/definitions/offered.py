"""What a diagram of these files can refer to: their processes, decisions, forms and letters, with
the titles that a person knows them by. Files that cannot be read offer nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import orjson
from lxml import etree

from service.definitions.picture import name_of
from service.errors import RedressError
from service.i18n.catalogue import chosen

LETTERS, SUFFIX = "processes/letters/", ".letter.txt"
_SAFE = etree.XMLParser(resolve_entities=False, no_network=True)
_ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
Offer = dict[str, str]
"""Id → title."""


def offer_of(files: Mapping[str, bytes], language: str) -> dict[str, Offer]:
    """`processes`, `decisions`, `forms` and `letters` by their ids, with their titles in the
    reader's language; a letter's title is its name."""
    found: dict[str, Offer] = {kind: {} for kind in ("processes", "decisions", "forms", "letters")}
    for path, content in sorted(files.items()):
        for ending, (kind, read) in _READERS.items():
            if path.endswith(ending):
                found[kind].update(_read(read, path, content, language))
    return found


def _read(read: Reader, path: str, content: bytes, language: str) -> Offer:
    try:
        return dict(read(path, content, language))
    except (RedressError, ValueError, AttributeError, TypeError, etree.XMLSyntaxError):
        return {}


def _processes(path: str, content: bytes, language: str) -> Iterator[tuple[str, str]]:
    for node in etree.fromstring(content, _SAFE).iterfind("{*}process"):
        yield node.get("id", ""), name_of(node, language) or node.get("id", "")


def _decisions(path: str, content: bytes, language: str) -> Iterator[tuple[str, str]]:
    for node in etree.fromstring(content, _SAFE).iterfind("{*}decision"):
        named = {
            each.get("name", ""): each.get("value", "") for each in node.iter(f"{_ZEEBE}property")
        }
        default = node.get("name") or node.get("id", "")
        yield node.get("id", ""), str(chosen(named, language, prefix="name:", default=default))


def _forms(path: str, content: bytes, language: str) -> Iterator[tuple[str, str]]:
    form = orjson.loads(content)
    titles = form.get("title") or {}
    told = titles if isinstance(titles, str) else chosen(titles, language, default=form["id"])
    yield form["id"], str(told)


def _letters(path: str, content: bytes, language: str) -> Iterator[tuple[str, str]]:
    name = path.removeprefix(LETTERS).removesuffix(SUFFIX).rpartition(".")[0]
    yield name, name


Reader = Callable[[str, bytes, str], Iterator[tuple[str, str]]]
_READERS: Mapping[str, tuple[str, Reader]] = {
    ".bpmn": ("processes", _processes),
    ".dmn": ("decisions", _decisions),
    ".form.json": ("forms", _forms),
    SUFFIX: ("letters", _letters),
}
