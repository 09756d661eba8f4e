"""A diagram of another engine as one of Camunda 8: element by element, with a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from service.bpmn import names as n
from service.bpmn.dialects import HARMLESS
from service.bpmn.tree import extensions_of, make
from service.conversion import parts, tasks
from service.conversion.tree import Draft, is_foreign
from service.sentence import Sentence

_MODELER = "{http://camunda.org/schema/modeler/1.0}"
VERSION = "8.8.0"
Step = Callable[[Draft, etree._Element], None]


def convert_diagram(draft: Draft) -> None:
    """Rewrite the tree of a diagram."""
    give_ids(draft)
    for node in list(draft.root.iter(etree.Element)):
        _element(draft, node)
    parts.correlations(draft)
    for node in list(draft.root.iter(etree.Element)):
        _leftovers(draft, node)
    _drop_empty(draft.root)
    draft.root.set(f"{_MODELER}executionPlatform", "Camunda Cloud")
    draft.root.set(f"{_MODELER}executionPlatformVersion", VERSION)
    etree.cleanup_namespaces(
        draft.root,
        top_nsmap={"zeebe": n.ZEEBE[1:-1], "modeler": _MODELER[1:-1]},
        keep_ns_prefixes=["xsi", "bpmn", "bpmn2", "zeebe", "modeler"],
    )


def strip(draft: Draft) -> None:
    """Take out what is left of another dialect in a diagram that is Camunda 8's already."""
    for node in list(draft.root.iter(etree.Element)):
        for key in [key for key in node.attrib if is_foreign(str(key))]:
            del node.attrib[key]
            name = str(key).rpartition("}")[2]
            draft.report.dropped(node, Sentence("{name} has no effect here", name=name))
        parent = node.getparent()
        if is_foreign(str(node.tag)) and parent is not None:
            draft.report.dropped(parent, Sentence("{name} has no effect here", name=n.local(node)))
            parent.remove(node)


def give_ids(draft: Draft) -> None:
    """Flows and elements without an id get one: Flowable and Activiti run without."""
    known, number = {each.get("id") for each in draft.root.iter(etree.Element)}, 0
    for node in draft.root.iter(*map(n.b, n.FLOW_NODES | {"sequenceFlow"})):
        while not node.get("id"):
            number += 1
            made = f"{'Flow' if n.local(node) == 'sequenceFlow' else 'Element'}_{number}"
            if made not in known:
                node.set("id", made)


def _gateway(draft: Draft, node: etree._Element) -> None:
    """The only flow without a condition is the one that is taken when no other is."""
    parent, own = node.getparent(), node.get("id")
    if parent is None or node.get("default"):
        return
    flows = [each for each in parent.iterfind(n.b("sequenceFlow")) if each.get("sourceRef") == own]
    plain = [each for each in flows if each.find(n.b("conditionExpression")) is None]
    if len(flows) > 1 and len(plain) == 1:
        node.set("default", plain[0].get("id") or "")
        draft.report.done(
            node,
            Sentence("the flow {id} has no condition: it is the default", id=plain[0].get("id")),
        )


def _element(draft: Draft, node: etree._Element) -> None:
    kind = n.local(node)
    if kind in n.FLOW_NODES:
        if kind in ("endEvent", "intermediateThrowEvent"):
            parts.throws(draft, node)
        parts.loop(draft, node)
    step = _STEPS.get(kind)
    if step is not None and str(node.tag).startswith(n.BPMN):
        step(draft, node)
    if kind in n.FLOW_NODES:
        parts.mappings(draft, node)
    if kind in n.FLOW_NODES | {"process", "sequenceFlow"}:
        parts.listeners(draft, node)
        parts.properties(draft, node)


def _thrown(draft: Draft, node: etree._Element) -> None:
    if node.find(n.b("messageEventDefinition")) is not None and _has_work(draft, node):
        tasks.service_task(draft, node)
    parts.event(draft, node)


def _has_work(draft: Draft, node: etree._Element) -> bool:
    return any(is_foreign(str(key)) for key in node.attrib) or any(
        draft.children(node, "connector", "field")
    )


def _process(draft: Draft, node: etree._Element) -> None:
    if tag := draft.take(node, "versionTag"):
        make(extensions_of(node), "versionTag", value=tag)
        draft.report.done(node, Sentence("versionTag → zeebe:versionTag"))
    if node.get("isExecutable") != "true":
        draft.report.to_do(
            node,
            Sentence(
                "the process is a drawing only: give its tasks their work, and make it executable"
            ),
        )


def _start(draft: Draft, node: etree._Element) -> None:
    if who := draft.take(node, "initiator"):
        draft.to_do(
            node, Sentence("who starts a case is not kept as {variable}: hand it in", variable=who)
        )
    from_form = draft.take(node, "formKey") or draft.take(node, "formRef")
    fields = list(draft.children(node, "formData", "formProperty"))
    if from_form or fields:
        draft.report.dropped(node, Sentence("the form at the start: let the first task ask for it"))
    parts.event(draft, node)


_STEPS: Mapping[str, Step] = {
    "process": _process,
    "startEvent": _start,
    "userTask": tasks.user_task,
    "serviceTask": tasks.service_task,
    "sendTask": tasks.service_task,
    "businessRuleTask": tasks.service_task,
    "scriptTask": tasks.script_task,
    "callActivity": tasks.call_activity,
    "sequenceFlow": parts.flow,
    "exclusiveGateway": _gateway,
    "inclusiveGateway": _gateway,
    "intermediateCatchEvent": parts.event,
    "boundaryEvent": parts.event,
    "intermediateThrowEvent": _thrown,
    "endEvent": _thrown,
    "message": parts.message,
    "signal": parts.message,
}


def _leftovers(draft: Draft, node: etree._Element) -> None:
    """What of the other dialect is left: without effect here, or to be looked at."""
    for key in list(node.attrib):
        if is_foreign(str(key)):
            name, value = str(key).rpartition("}")[2], str(node.attrib.pop(key))
            _tell(draft, node, name, value)
    if is_foreign(str(node.tag)):
        parent = node.getparent()
        if parent is not None:
            if n.local(node) not in _READ and not is_foreign(str(parent.tag)):
                _tell(draft, parent, n.local(node), "".join(node.itertext()).strip()[:80])
            parent.remove(node)


_READ = frozenset(
    [
        "inputOutput",
        "executionListener",
        "taskListener",
        "properties",
        "formData",
        "formProperty",
        "field",
        "in",
        "out",
        "connector",
        "failedJobRetryTimeCycle",
    ]
)
"""What has been read with its element."""


def _tell(draft: Draft, node: etree._Element, name: str, value: str) -> None:
    if name in HARMLESS or value in ("", "false"):
        draft.report.dropped(node, Sentence("{name} has no effect here", name=name))
    else:
        draft.to_do(
            node, Sentence("{name} ({value}) cannot be converted", name=name, value=value[:120])
        )


def _drop_empty(root: etree._Element) -> None:
    for node in list(root.iter(n.b("extensionElements"))):
        parent = node.getparent()
        if len(node) == 0 and parent is not None:
            parent.remove(node)
    for node in root.iter(*map(n.b, n.FLOW_NODES | {"process"})):
        extensions = node.find(n.b("extensionElements"))
        if extensions is not None:
            at = 1 if len(node) and n.local(node[0]) == "documentation" else 0
            node.insert(at, extensions)
