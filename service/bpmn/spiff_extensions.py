"""The extension elements that SpiffWorkflow's editor writes, as what the zeebe extension says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from service.bpmn import names as n
from service.bpmn.spiff_python import Reports, as_feel, refuse_script
from service.bpmn.tree import inside, is_of, make, raw_of, text_in
from service.errors import Severity
from service.sentence import Sentence

_OWN = frozenset(
    {
        *("preScript", "postScript"),
        *("properties", "serviceTaskOperator", "calledDecisionId", "taskMetadataValues"),
        *("messagePayload", "messageVariable", "payloadExpression", "variableName"),
        *("processVariableCorrelation", "unitTests", "category"),
    }
)
"""Extension elements that are read by themselves; any other that holds text is a property."""
SCHEMA, SHOWN = "formJsonSchemaFilename", "formUiSchemaFilename"


def adopt_extensions(reader: Reports, ext: etree._Element) -> None:
    ours = [child for child in ext if is_of(child, n.SPIFF)]
    others = [child for child in ext if is_of(child, n.ZEEBE)]
    if ours and others:
        reader.report(
            "bpmn-two-dialects",
            ours[0],
            Sentence(
                "the element has extensions of two dialects, {one} and {other}",
                one=f"spiffworkflow:{n.local(ours[0])}",
                other=f"zeebe:{n.local(others[0])}",
            ),
            "Keep those of one dialect.",
        )
        return
    for child in ours:
        name = n.local(child)
        rewrite = _EXTENSIONS.get(name)
        if rewrite is not None:
            rewrite(reader, ext, child)
        elif name not in _OWN:
            _keep(reader, ext, child)


def _keep(reader: Reports, ext: etree._Element, child: etree._Element) -> None:
    """What holds only text (`instructionsForEndUser`, `allowGuest`) is kept as a property."""
    if len(child):
        reader.report(
            "bpmn-unknown-extension",
            child,
            Sentence(
                "the extension {child} is not known here and has no effect",
                child=f"spiffworkflow:{n.local(child)}",
            ),
            "Remove it, or do not rely on it.",
            Severity.WARNING,
        )
        return
    make(inside(ext, "properties"), "property", name=n.local(child), value=text_in(child))


def _properties(reader: Reports, ext: etree._Element, child: etree._Element) -> None:
    for each in child.iter(n.s("property"), n.s("taskMetadataValue")):
        name, value = each.get("name", ""), each.get("value", "")
        make(inside(ext, "properties"), "property", name=name, value=value)
        if name == SCHEMA and value and ext.find(n.z("formDefinition")) is None:
            make(ext, "formDefinition", formId=value)


def _decision(reader: Reports, ext: etree._Element, child: etree._Element) -> None:
    make(ext, "calledDecision", decisionId=text_in(child))


def _operator(reader: Reports, ext: etree._Element, child: etree._Element) -> None:
    """An operator is the type of a job, its parameters are inputs."""
    retry = child.find(f".//{n.s('retry')}")
    retries = None if retry is None else retry.get("retries")
    given = {"retries": retries} if retries else {}
    make(ext, "taskDefinition", type=child.get("id", ""), **given)
    for each in child.iter(n.s("parameter")):
        feel = as_feel(reader, each.get("value", "None"), each)
        if feel is not None:
            mapping = inside(ext, "ioMapping")
            make(mapping, "input", source=f"={feel}", target=each.get("id", ""))


def _own_script(reader: Reports, ext: etree._Element, child: etree._Element) -> None:
    if not text_in(child).startswith("="):
        refuse_script(reader, child, raw_of(child), n.local(child))


_Extend = Callable[[Reports, etree._Element, etree._Element], None]
_EXTENSIONS: Mapping[str, _Extend] = {
    "properties": _properties,
    "taskMetadataValues": _properties,
    "calledDecisionId": _decision,
    "serviceTaskOperator": _operator,
    "preScript": _own_script,
    "postScript": _own_script,
}
