"""What a definition file says, as flat facts per element: every attribute and child, extensions
too; layout apart.

Nothing is picked out by hand, so that no change can go unseen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from lxml import etree

from service.dmn.xml import parse_xml

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_WIRES = frozenset(_BPMN + name for name in ("incoming", "outgoing", "flowNodeRef"))
_ROOTS = frozenset({"message", "signal", "error", "escalation"})


@dataclass(frozen=True, slots=True)
class Item:
    """An element (or a rule of a table, or a field of a form): its names, what it says, and where
    it is drawn."""

    id: str
    type: str
    names: Mapping[str, str]
    facts: Mapping[str, str]
    place: tuple[Any, ...] = field(default=())


def read_items(path: str, content: bytes) -> dict[str, Item]:
    """Everything in a file that can be added, removed, changed or moved, by its id."""
    if path.endswith(".bpmn"):
        return _diagram(parse_xml(content, file=path))
    if path.endswith(".dmn"):
        return _tables(parse_xml(content, file=path))
    if path.endswith(".letter.txt"):
        return {path: _letter(path, content.decode("utf-8", "replace"))}
    return _document(path, orjson.loads(content))


def _diagram(root: etree._Element) -> dict[str, Item]:
    shapes = {
        str(s.get("bpmnElement")): _place(s) for s in root.iter(f"{_DI}BPMNShape", f"{_DI}BPMNEdge")
    }
    elements = {
        str(node.get("id")): node
        for node in root.iter()
        if isinstance(node.tag, str)
        and node.tag.startswith(_BPMN)
        and node.get("id")
        and (node.get("id") in shapes or node.getparent() is root)
    }
    return {key: _item(node, elements, shapes.get(key, ())) for key, node in elements.items()}


def _place(shape: etree._Element) -> tuple[Any, ...]:
    drawn = [node for node in shape if _local(node) in ("Bounds", "waypoint")]
    return tuple(
        tuple(sorted((str(key), str(value)) for key, value in node.attrib.items()))
        for node in drawn
    )


def _item(
    node: etree._Element, elements: Mapping[str, etree._Element], place: tuple[Any, ...]
) -> Item:
    facts = dict(_facts(node, "", elements))
    return Item(str(node.get("id")), _local(node), _names(node, facts, elements), facts, place)


_CHINESE = ("zh-Hant", "zh-Hans")


def _own_names(name: str, facts: Mapping[str, str]) -> Mapping[str, str]:
    traditional, simplified = (
        facts.get(f"extensionElements/properties/property[name:{each}]/@value") for each in _CHINESE
    )
    return {
        "en": name,
        "zh-Hant": traditional or simplified or name,
        "zh-Hans": simplified or traditional or name,
    }


def _names(
    node: etree._Element, facts: Mapping[str, str], elements: Mapping[str, etree._Element]
) -> Mapping[str, str]:
    """What an element is called; a flow without a name by what it connects."""
    source, target = (elements.get(str(node.get(key))) for key in ("sourceRef", "targetRef"))
    if node.get("name") or source is None or target is None:
        return _own_names(str(node.get("name") or ""), facts)
    before, after = (_names(end, dict(_facts(end, "", elements)), {}) for end in (source, target))
    return {
        language: f"{before[language] or source.get('id')} → {after[language] or target.get('id')}"
        for language in ("en", *_CHINESE)
    }


_DEFAULTS = {
    "hitPolicy": "UNIQUE",
    "cancelActivity": "true",
    "isInterrupting": "true",
    "triggeredByEvent": "false",
    "isSequential": "false",
    "parallelMultiple": "false",
    "gatewayDirection": "Unspecified",
    "isClosed": "false",
}
"""What the schemas of BPMN 2.0 and DMN 1.5 say of an attribute that is not there: some tools write
it, some do not."""


def _facts(
    node: etree._Element, prefix: str, owned: Mapping[str, etree._Element]
) -> Iterator[tuple[str, str]]:
    """Path → value. Children that are elements of their own are left to themselves."""
    for key, value in node.attrib.items():
        name = etree.QName(str(key)).localname
        if key != "id" and _DEFAULTS.get(name) != value:
            yield f"{prefix}@{name}", str(value)
    text = (node.text or "").strip()
    if text:
        yield f"{prefix}text()", text
    seen: Counter[str] = Counter()
    for child in node.iterchildren(tag=etree.Element):
        if child.tag in _WIRES or child.get("id") in owned:
            continue
        label = _label(child)
        if not label:
            seen[tag := str(child.tag)] += 1
            label = "" if seen[tag] == 1 else f"[{seen[tag]}]"
        yield from _facts(child, f"{prefix}{_local(child)}{label}/", owned)


def _label(node: etree._Element) -> str:
    """What tells children of one kind apart: a property's name, a header's key, the target of a
    mapping."""
    key = {"property": "name", "header": "key", "input": "target", "output": "target"}.get(
        _local(node)
    )
    value = node.get(key) if key else None
    return f"[{value}]" if value else ""


def _tables(root: etree._Element) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for decision in root.iter():
        if _local(decision) not in (
            "decision",
            "businessKnowledgeModel",
            "inputData",
            "itemDefinition",
        ):
            continue
        name = str(decision.get("name") or decision.get("id"))
        key = str(decision.get("id") or name)
        rules = [node for node in decision.iter() if _local(node) == "rule"]
        owned = {str(rule.get("id")): rule for rule in rules}
        found[key] = Item(key, _local(decision), {"en": name}, dict(_facts(decision, "", owned)))
        found |= {item.id: item for item in _rules(decision, rules, key, name)}
    return found


def _rules(
    decision: etree._Element, rules: list[etree._Element], key: str, name: str
) -> Iterator[Item]:
    """Each rule with its cells by their columns."""
    columns = [_column(node) for node in decision.iter() if _local(node) in ("input", "output")]
    for number, rule in enumerate(rules, start=1):
        cells = [node for node in rule if _local(node) in ("inputEntry", "outputEntry")]
        texts = {column: _text(cell) for column, cell in zip(columns, cells, strict=False)}
        rule_id = f"{key}/{rule.get('id') or number}"
        yield Item(rule_id, "rule", {"en": f"rule {number} of {name}"}, texts)


def _column(node: etree._Element) -> str:
    inner = next((child for child in node if _local(child) == "inputExpression"), None)
    return str(node.get("label") or node.get("name") or (_text(inner) if inner is not None else ""))


def _text(node: etree._Element) -> str:
    return "".join(str(part) for part in node.itertext()).strip()


def _name_in(root: Any) -> str:
    known = root if isinstance(root, dict) else {}
    return str(next(filter(None, map(known.get, ("id", "title", "name"))), ""))


def _document(path: str, root: Any) -> dict[str, Item]:
    """A form's fields one by one; a rule or scenario as a whole."""
    name = _name_in(root) or path
    fields = root.get("schema", {}).get("properties", {}) if path.endswith(".form.json") else {}
    found = {
        f"{path}#{key}": Item(f"{path}#{key}", "field", {"en": f"{name}: {key}"}, _flat(value))
        for key, value in fields.items()
    }
    rest = {
        key: value
        for key, value in _flat(root).items()
        if not key.startswith("schema/properties/") or not fields
    }
    kind = path.split(".")[-2] if path.count(".") > 1 else "file"
    return {path: Item(path, kind, {"en": name}, rest), **found}


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        return {
            key: text
            for name, each in value.items()
            for key, text in _flat(each, f"{prefix}{name}/").items()
        }
    if isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        return {
            key: text
            for at, each in enumerate(value, 1)
            for key, text in _flat(each, f"{prefix}{at}/").items()
        }
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return {prefix.removesuffix("/"): text}


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _letter(path: str, text: str) -> Item:
    """A letter: its subject, and each paragraph."""
    subject, _, body = text.strip().partition("\n")
    paragraphs = [each.strip() for each in body.split("\n\n") if each.strip()]
    facts = {
        "subject": subject,
        **{f"paragraph {number}": each for number, each in enumerate(paragraphs, 1)},
    }
    return Item(path, "letter", {"en": path.rsplit("/", 1)[-1].removesuffix(".letter.txt")}, facts)
