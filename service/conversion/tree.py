"""One file while it is converted: its tree, and the words of the dialect that it is written in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from service.bpmn import names as n
from service.bpmn.dialects import DIALECTS
from service.bpmn.tree import extensions_of, inside, make
from service.conversion.juel import NoFeel, is_expression, text_in_feel
from service.conversion.report import Report
from service.sentence import Sentence


@dataclass(slots=True)
class Draft:
    """`forms` are the forms that are made from what elements hold, by their ids."""

    root: etree._Element
    report: Report
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, node: etree._Element, name: str) -> str:
        """An attribute of the other dialect, which goes with it; "" where there is none."""
        found = ""
        for key in list(node.attrib):
            text = str(key)
            if is_foreign(text) and text.rpartition("}")[2] == name:
                found = str(node.attrib.pop(key)).strip()
        return found

    def children(self, node: etree._Element, *names: str) -> Iterator[etree._Element]:
        """Elements of the other dialect below an element's extensions."""
        for holder in node.iterfind(n.b("extensionElements")):
            for child in list(holder):
                if is_foreign(str(child.tag)) and n.local(child) in names:
                    yield child

    def feel(self, node: etree._Element, text: str, what: str) -> str:
        """What a text says in FEEL; as it was, with something to do, where it has none."""
        try:
            found = text_in_feel(text)
        except NoFeel as part:
            self.to_do(
                node,
                Sentence(
                    "{what}: {text} has no equivalent in FEEL ({part}): write what is meant",
                    what=what,
                    text=text[:200],
                    part=str(part)[:80],
                ),
            )
            return "=null"
        if is_expression(text):
            self.report.done(
                node, Sentence("{what}: {text} → {found}", what=what, text=text, found=found)
            )
        return found

    def to_do(self, node: etree._Element, message: str) -> None:
        """Something is left for a person: in the report, and as a property of the element."""
        self.report.to_do(node, message)
        at: etree._Element | None = node
        while at is not None and n.local(at) not in n.FLOW_NODES | {"process"}:
            at = at.getparent()
        if at is not None:
            make(
                inside(extensions_of(at), "properties"), "property", name=n.TODO, value=str(message)
            )


def is_foreign(name: str) -> bool:
    """Whether a qualified name is of another engine's dialect."""
    space = name[1:].partition("}")[0] if name.startswith("{") else ""
    known = (*(each.namespace for each in DIALECTS), "http://camunda.org/schema/1.0/")
    return space.startswith(known)
