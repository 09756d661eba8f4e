"""Elements that stand where BPMN has no place for them: the reader would pass them over in silence,
and other tools would not."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from service.bpmn import names as n

ROOTS = frozenset({"message", "signal", "error", "escalation"})
"""What stands in the definitions, and is referred to from events and tasks."""

_FLOWING = n.FLOW_NODES | {"sequenceFlow"}
_HOLDERS = frozenset(
    {"process", "subProcess", "transaction", "adHocSubProcess", "subChoreography", "choreography"}
)


def find_misplaced(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Each such element with the kind of what it stands in."""
    for node in root.iter(etree.Element):
        parent = node.getparent()
        if parent is None or not isinstance(node.tag, str) or not node.tag.startswith(n.BPMN):
            continue
        kind, holder = n.local(node), n.local(parent)
        if (kind in _FLOWING and holder not in _HOLDERS) or (
            kind in ROOTS and holder != "definitions"
        ):
            yield node, holder
