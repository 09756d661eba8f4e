"""Ad-hoc sub-processes from XML to the model."""

from __future__ import annotations

from typing import Protocol

from lxml import etree

from service.bpmn import names as n
from service.bpmn.model import AdHoc, Text
from service.errors import Severity
from service.feel import Expression

CODE = "bpmn-ad-hoc"


class Reader(Protocol):
    """What reading an ad-hoc sub-process asks of the file that it stands in."""

    def report(
        self,
        code: str,
        node: etree._Element | None,
        message: str,
        fix: str,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note a problem."""

    def text(self, node: etree._Element | None, attribute: str) -> Text | None:
        """An attribute as literal or FEEL."""

    def formula(self, text: str, node: etree._Element | None) -> Expression | None:
        """What can be nothing but an expression."""


def read_ad_hoc(reader: Reader, node: etree._Element) -> AdHoc | None:
    """What makes a sub-process ad hoc; None for any other element."""
    if n.local(node) != "adHocSubProcess":
        return None
    extension = node.find(f"{n.b('extensionElements')}/{n.z('adHoc')}")
    collection = None if extension is None else extension.get("outputCollection")
    made = reader.text(extension, "outputElement")
    if (collection is None) != (made is None):
        reader.report(
            CODE, node, "outputCollection and outputElement go together", "Give both, or neither."
        )
    condition = node.find(n.b("completionCondition"))
    text = "" if condition is None else "".join(condition.itertext()).strip()
    return AdHoc(
        active=reader.text(extension, "activeElementsCollection"),
        completion=reader.formula(text, condition) if text else None,
        cancels=node.get("cancelRemainingInstances", "true") != "false",
        output_collection=collection,
        output_element=made,
    )
