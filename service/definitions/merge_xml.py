"""Three-way merge of diagrams and decision tables, by element and not by line.

An element is known by its `id`; a part without one (an extension, a mapping) by its tag and its
name, target or text. What only one side has changed is taken from that side; where both have, ours
stands and the place is reported. Incoming and outgoing references are written anew from the
sequence flows, and the picture follows the elements: where both sides moved a shape, ours stands
unreported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from service.bpmn.names import BPMN
from service.dmn.xml import parse_xml

Key = tuple[str, ...]
_REFERENCES = frozenset({f"{BPMN}incoming", f"{BPMN}outgoing"})
_BEFORE_REFERENCES = frozenset({f"{BPMN}documentation", f"{BPMN}extensionElements"})
_NAMES = ("name", "target", "key", "source", "type")


@dataclass(slots=True)
class _Merge:
    """A merge under way: where both sides changed the same, as id and name of the element; the ids
    that stay though the other side removed them; and what came from the other side."""

    clashes: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    added: list[etree._Element] = field(default_factory=list)

    def clash(self, near: etree._Element) -> None:
        found = next((each for each in _upwards(near) if each.get("id")), near)
        if not _is_picture(near):
            self.clashes.setdefault(found.get("id", ""), found.get("name", ""))


def merge_xml(
    base: bytes, ours: bytes, theirs: bytes, *, file: str
) -> tuple[bytes, dict[str, str]]:
    """Ours with what `theirs` has changed since `base`; id → name of the elements that both have
    changed. Raises XmlRefused for a side that is no XML."""
    before, mine, new = (parse_xml(each, file=file) for each in (base, ours, theirs))
    merge = _Merge()
    _merge(merge, before, mine, new)
    _drop_doubles(merge, mine)
    _write_references(mine)
    return (
        etree.tostring(mine, xml_declaration=True, encoding="UTF-8", pretty_print=False),
        merge.clashes,
    )


def shape_of(element: etree._Element) -> Any:
    """What an element says, whatever its white space and the order of its references are."""
    return (
        element.tag,
        tuple(sorted(element.attrib.items())),
        (element.text or "").strip(),
        tuple(shape_of(each) for each in element if each.tag not in _REFERENCES),
    )


def _merge(
    merge: _Merge, base: etree._Element, ours: etree._Element, theirs: etree._Element
) -> None:
    """One element that all three have, and everything below it."""
    for name in dict.fromkeys((*base.attrib, *theirs.attrib, *ours.attrib)):
        before, mine, new = (each.get(name) for each in (base, ours, theirs))
        if new in (before, mine):
            continue
        if mine != before:
            merge.clash(ours)
        elif new is None:
            del ours.attrib[name]
        else:
            ours.set(name, new)
    before, mine, new = ((each.text or "").strip() for each in (base, ours, theirs))
    if new not in (before, mine):
        if mine == before:
            ours.text = theirs.text
        else:
            merge.clash(ours)
    _merge_parts(merge, base, ours, theirs)


def _merge_parts(
    merge: _Merge, base: etree._Element, ours: etree._Element, theirs: etree._Element
) -> None:
    shared = _shared_keys(base, ours, theirs)
    before, mine, new = (_parts(each, shared) for each in (base, ours, theirs))
    for key, group in new.items():
        if key not in before and key not in mine:
            merge.added += _insert(ours, mine, list(new), key, group)
        else:
            _merge_group(merge, before.get(key, []), mine.get(key, []), group)
    for key in [each for each in mine if each in before and each not in new]:
        _drop(merge, ours, before[key], mine[key])


def _merge_group(
    merge: _Merge,
    base: list[etree._Element],
    ours: list[etree._Element],
    theirs: list[etree._Element],
) -> None:
    """Parts of one key: an element of its own, else all that cannot be told apart as one. Some side
    may have none."""
    if len(base) == len(ours) == len(theirs) == 1:
        _merge(merge, base[0], ours[0], theirs[0])
        return
    before, mine, new = _shapes(base), _shapes(ours), _shapes(theirs)
    if new in (before, mine):
        return
    if mine != before:
        merge.clash((ours or theirs)[0])
        return
    parent = ours[0].getparent()
    assert parent is not None
    at = parent.index(ours[0])
    for each in ours:
        parent.remove(each)
    for number, each in enumerate(theirs):
        parent.insert(at + number, deepcopy(each))


def _insert(
    ours: etree._Element,
    mine: dict[Key, list[etree._Element]],
    order: list[Key],
    key: Key,
    group: list[etree._Element],
) -> list[etree._Element]:
    """What the other side has added, behind what stands before it there."""
    before = [each for each in order[: order.index(key)] if each in mine]
    at = 0
    if before:
        at = ours.index(mine[before[-1]][-1]) + 1
    elif len(ours):
        at = ours.index(next(iter(mine.values()))[0]) if mine else len(ours)
    added = [deepcopy(each) for each in group]
    for number, each in enumerate(added):
        ours.insert(at + number, each)
    mine[key] = added
    return added


def _drop_doubles(merge: _Merge, root: etree._Element) -> None:
    """What the other side put to one place and ours to another, or changed at the old one, stays
    where ours has it."""
    there = Counter(each.get("id") for each in root.iter() if each.get("id"))
    for each in merge.added:
        parent = each.getparent()
        if parent is not None and any(there[inner.get("id")] > 1 for inner in each.iter()):
            there.subtract(inner.get("id") for inner in each.iter() if inner.get("id"))
            merge.clash(each)
            parent.remove(each)


def _drop(
    merge: _Merge,
    ours: etree._Element,
    base: list[etree._Element],
    mine: list[etree._Element],
) -> None:
    """What the other side has removed goes, unless ours has changed it, or it is drawn for an
    element that stays."""
    if _shapes(base) != _shapes(mine):
        merge.clash(mine[0])
        merge.kept.update(each.get("id", "") for each in mine)
        return
    if any(each.get("bpmnElement") in merge.kept for each in mine):
        return
    for each in mine:
        ours.remove(each)


def _parts(element: etree._Element, shared: frozenset[Key]) -> dict[Key, list[etree._Element]]:
    """The children by what tells them apart; those that nothing tells apart by their tag."""
    found: dict[Key, list[etree._Element]] = {}
    for each in element:
        if each.tag in _REFERENCES:
            continue
        key = _key(each)
        found.setdefault((str(each.tag),) if key in shared else key, []).append(each)
    return found


def _shared_keys(*sides: etree._Element) -> frozenset[Key]:
    """Keys that do not tell children apart on some side, with all others of their tag."""
    tags = {
        key[0]
        for side in sides
        for key, count in Counter(_key(each) for each in side).items()
        if count > 1
    }
    return frozenset(_key(each) for side in sides for each in side if each.tag in tags)


def _key(element: etree._Element) -> Key:
    own = element.get("id")
    if own:
        return ("#", own)
    name = next((element.get(each) for each in _NAMES if element.get(each)), None)
    text = (element.text or "").strip() if not len(element) else ""
    return (str(element.tag), name or text)


def _shapes(group: list[etree._Element]) -> list[Any]:
    return [shape_of(each) for each in group]


def _upwards(element: etree._Element) -> Iterator[etree._Element]:
    yield element
    yield from element.iterancestors()


def _is_picture(element: etree._Element) -> bool:
    return any("DI}" in str(each.tag) or "/DI" in str(each.tag) for each in _upwards(element))


def _write_references(root: etree._Element) -> None:
    """The incoming and outgoing flows of each node as the sequence flows say them."""
    ends: dict[str, list[tuple[str, str]]] = {}
    for flow in root.iter(f"{BPMN}sequenceFlow"):
        name = flow.get("id", "")
        ends.setdefault(flow.get("sourceRef", ""), []).append((f"{BPMN}outgoing", name))
        ends.setdefault(flow.get("targetRef", ""), []).append((f"{BPMN}incoming", name))
    for node in root.iter():
        stale = [each for each in node if each.tag in _REFERENCES]
        wanted = sorted(ends.get(node.get("id", ""), ()))
        if sorted((str(each.tag), (each.text or "").strip()) for each in stale) != wanted:
            _refer(node, stale, wanted)


def _refer(
    node: etree._Element, stale: list[etree._Element], wanted: list[tuple[str, str]]
) -> None:
    for each in stale:
        node.remove(each)
    at = sum(1 for each in node if each.tag in _BEFORE_REFERENCES)
    for number, (tag, flow_id) in enumerate(wanted):
        made = etree.Element(tag)
        made.text = flow_id
        node.insert(at + number, made)
