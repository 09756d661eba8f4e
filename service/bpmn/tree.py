"""What is done again and again to the tree of a diagram: texts, extensions, and elements that are
put in."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from service.bpmn import names as n


def text_in(node: etree._Element | None) -> str:
    return "".join(node.itertext()).strip() if node is not None else ""


def text_of(node: etree._Element, name: str) -> str:
    """The text of an extension of SpiffWorkflow's on an element, "" where there is none."""
    return text_in(node.find(f"{n.b('extensionElements')}/{n.s(name)}"))


def make(holder: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    """A zeebe element with the line of what it stands for."""
    return _under(holder, n.z(tag), attributes)


def _under(holder: etree._Element, tag: str, attributes: Mapping[str, str]) -> etree._Element:
    made = etree.SubElement(holder, tag, dict(attributes))
    made.sourceline = holder.sourceline  # type: ignore[misc]  # lxml lets it be set
    return made


def inside(holder: etree._Element, name: str) -> etree._Element:
    found = holder.find(n.z(name))
    return found if found is not None else make(holder, name)


def extensions_of(node: etree._Element) -> etree._Element:
    """Where the extensions of an element stand."""
    found = node.find(n.b("extensionElements"))
    if found is None:
        found = _under(node, n.b("extensionElements"), {})
    return found


def is_of(node: etree._Element, namespace: str) -> bool:
    return isinstance(node.tag, str) and node.tag.startswith(namespace)


def raw_of(node: etree._Element) -> str:
    return "".join(node.itertext())


def put(node: etree._Element, text: str) -> None:
    for child in list(node):
        node.remove(child)
    node.text = text
