"""SpiffWorkflow's own dialect: its extension elements, plain BPMN loops and calls, and Python.

What its editor writes (`spiffworkflow:properties`, `serviceTaskOperator`, `calledDecisionId` …) is
read as what the zeebe extension would say: the tree is rewritten before it is read, so that all
that follows knows one dialect. Simple Python expressions become the FEEL that means the same.
Scripts in Python are refused, with the FEEL to write instead where there is one. An element speaks
one dialect, never both.
"""

from __future__ import annotations

from typing import Protocol

from lxml import etree

from service.bpmn import names as n
from service.bpmn.plain import PLAIN
from service.bpmn.spiff_extensions import adopt_extensions
from service.bpmn.spiff_python import Reports, refuse_script
from service.bpmn.tree import extensions_of, is_of, make, raw_of, text_in, text_of
from service.errors import Severity
from service.sentence import Sentence

SCRIPTS = ("preScript", "postScript")
_MODELER = "{http://camunda.org/schema/modeler/1.0}executionPlatform"


class Reader(Reports, Protocol):
    """What translating a file asks of its reader."""

    root: etree._Element


def adopt(reader: Reader) -> bool:
    """Rewrite what a file says in SpiffWorkflow's dialect, or in plain BPMN, so that it reads as
    the zeebe extension. False where it has the zeebe extension itself, or was made for it: then its
    expressions are FEEL and stay as they are."""
    root = reader.root
    zeebe, spiff = _uses(root, n.ZEEBE), _uses(root, n.SPIFF)
    if spiff:
        for node in list(root.iter(n.b("extensionElements"))):
            adopt_extensions(reader, node)
    for node in root.iter(n.b("scriptTask")):
        _script(reader, node)
    if zeebe or (not spiff and _is_for_camunda(root)):
        return False
    _adopt_plain(reader)
    if spiff:
        _warn_of_tasks_passed(reader)
    return True


def _adopt_plain(reader: Reader) -> None:
    """Rewrite what plain BPMN says, element by element."""
    for node in reader.root.iter(etree.Element):
        rewrite = PLAIN.get(n.local(node)) if is_of(node, n.BPMN) else None
        if rewrite is not None:
            rewrite(reader, node)


def _is_for_camunda(root: etree._Element) -> bool:
    """Whether a file was made in an editor for the zeebe extension, though it uses none of it."""
    return n.ZEEBE[1:-1] in root.nsmap.values() or root.get(_MODELER) == "Camunda Cloud"


def _uses(root: etree._Element, namespace: str) -> bool:
    return any(is_of(node, namespace) for node in root.iter(etree.Element))


def spreads(node: etree._Element) -> bool:
    """Whether the entries of what an element works out become variables, as SpiffWorkflow does it
    with decisions and scripts."""
    if n.local(node) == "businessRuleTask":
        return bool(text_of(node, "calledDecisionId"))
    return n.local(node) == "scriptTask" and text_in(node.find(n.b("script"))).startswith("=")


def is_for_each(node: etree._Element) -> bool:
    """Whether scripts before and after belong to each instance of a multi-instance activity."""
    loop = node.find(n.b("multiInstanceLoopCharacteristics"))
    return loop is not None and loop.get(n.s("scriptsOnInstances")) == "true"


def _script(reader: Reader, node: etree._Element) -> None:
    script, ext = node.find(n.b("script")), node.find(n.b("extensionElements"))
    known = ext is not None and any(
        ext.find(n.z(name)) is not None for name in ("script", "taskDefinition")
    )
    if script is None or not text_in(script) or known:
        return
    if text_in(script).startswith("="):
        make(extensions_of(node), "script", expression=text_in(script))
        return
    refuse_script(reader, script, raw_of(script), "script")
    make(extensions_of(node), "script", expression="={}")  # the finding is said once


def _warn_of_tasks_passed(reader: Reader) -> None:
    """SpiffWorkflow's people see these and say when they are done."""
    for node in reader.root.iter(n.b("task"), n.b("manualTask")):
        reader.report(
            "bpmn-task-passed",
            node,
            Sentence("a {kind} is passed, nobody is asked", kind=n.local(node)),
            "Make it a user task if a person is to do it.",
            Severity.WARNING,
        )
