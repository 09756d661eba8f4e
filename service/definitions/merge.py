"""Three-way merge of the files of a procedure: what the shipped one was, what it is now, and what a
bank has made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.definitions.merge_xml import merge_xml
from service.dmn.xml import XmlRefused

_GONE: Any = object()


@dataclass(frozen=True, slots=True)
class Clash:
    """A place that both sides have changed, in which ours stands: an element by its id and name, or
    the way to a value of a JSON file; "" for the whole file."""

    path: str
    place: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged files; the paths taken from the new release, kept as the bank has them though the
    release has them otherwise, and put together from both; and what is to be settled."""

    files: Mapping[str, bytes]
    taken: tuple[str, ...]
    kept: tuple[str, ...]
    joined: tuple[str, ...]
    clashes: tuple[Clash, ...]


def merge_files(
    base: Mapping[str, bytes], ours: Mapping[str, bytes], theirs: Mapping[str, bytes]
) -> Merged:
    """Ours with what the others have changed since `base`."""
    files: dict[str, bytes] = {}
    taken, kept, joined, clashes = [], [], [], []
    for path in sorted({*base, *ours, *theirs}):
        before, mine, new = (side.get(path) for side in (base, ours, theirs))
        content: bytes | None = mine
        if new == mine:
            pass
        elif mine == before:
            content = new
            taken.append(path)
        elif new == before:
            kept.append(path)
        else:
            content, found = _merge_file(path, before, mine, new)
            clashes += found
            joined.append(path)
        if content is not None:
            files[path] = content
    return Merged(files, tuple(taken), tuple(kept), tuple(joined), tuple(clashes))


def _merge_file(
    path: str, base: bytes | None, ours: bytes | None, theirs: bytes | None
) -> tuple[bytes | None, list[Clash]]:
    """A file that both sides have changed."""
    if base is None or ours is None or theirs is None:
        return ours, [Clash(path)]
    try:
        if path.endswith((".bpmn", ".dmn")):
            content, places = merge_xml(base, ours, theirs, file=path)
            return content, [Clash(path, place, name) for place, name in places.items()]
        if path.endswith(".json"):
            return _merge_json(path, base, ours, theirs)
    except (XmlRefused, ValueError):
        pass  # a file that cannot be read is not taken apart
    return ours, [Clash(path)]


def _merge_json(path: str, base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, list[Clash]]:
    places: list[str] = []
    before, mine, new = (json.loads(each) for each in (base, ours, theirs))
    value = merge_values(before, mine, new, places=places)
    content = (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
    return content, [Clash(path, place) for place in places]


def merge_values(
    base: Any, ours: Any, theirs: Any, *, places: list[str], way: Sequence[str] = ()
) -> Any:
    """Ours with what the others have changed; the ways to what both have changed are put into
    `places`. Objects are merged by their keys, lists of different plain values by those."""
    if theirs in (base, ours) or ours == base:
        return theirs if ours == base else ours
    if all(isinstance(each, dict) for each in (base, ours, theirs)):
        return _merge_objects(base, ours, theirs, places, way)
    if all(_is_plain_list(each) for each in (base, ours, theirs)):
        return _merge_lists(base, ours, theirs)
    places.append("/".join(way))
    return ours


def _merge_objects(
    base: dict[str, Any],
    ours: dict[str, Any],
    theirs: dict[str, Any],
    places: list[str],
    way: Sequence[str],
) -> dict[str, Any]:
    merged = {}
    for key in _in_order(list(ours), list(theirs)):
        sides = [side.get(key, _GONE) for side in (base, ours, theirs)]
        value = merge_values(*sides, places=places, way=(*way, key))
        if value is not _GONE:
            merged[key] = value
    return merged


def _merge_lists(base: list[Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
    return [
        each
        for each in _in_order(ours, theirs)
        if (each in ours and each in theirs) or each not in base
    ]


def _in_order(ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Ours, and what only the others have behind what stands before it there."""
    made = list(ours)
    for number, each in enumerate(theirs):
        if each not in made:
            before = [other for other in theirs[:number] if other in made]
            made.insert(made.index(before[-1]) + 1 if before else 0, each)
    return made


def _is_plain_list(value: Any) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(each, str | int | float) for each in value)
        and len(set(map(repr, value))) == len(value)
    )
