"""Diagrams drawn for another engine: told once, by the name of that engine, instead of by each
attribute that means nothing here.

Camunda 7, Flowable and Activiti put their expressions (`${...}`, Java's JUEL), forms and listeners
into namespaces of their own, as do jBPM and Bonita. Nothing of it is read, so that a diagram that
relies on it would run otherwise than it was drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from service.bpmn import names as n


@dataclass(frozen=True, slots=True)
class Dialect:
    """An engine by its name, the code of the finding, and the start of its namespaces."""

    name: str
    code: str
    namespace: str


DIALECTS = (
    Dialect("Camunda 7", "bpmn-camunda7", "http://camunda.org/schema/1.0/bpmn"),
    Dialect("Camunda 7", "bpmn-camunda7", "http://activiti.org/bpmn-extensions-camunda"),
    Dialect("Flowable", "bpmn-flowable", "http://flowable.org/"),
    Dialect("Activiti", "bpmn-activiti", "http://activiti.org/"),
    Dialect("jBPM", "bpmn-jbpm", "http://www.jboss.org/drools"),
    Dialect("Bonita", "bpmn-bonita", "http://www.bonitasoft.org/"),
)
HARMLESS = frozenset(
    {
        "historyTimeToLive",
        "versionTag",
        "asyncBefore",
        "asyncAfter",
        "exclusive",
        "jobPriority",
        "taskPriority",
        "isStartableInTasklist",
        "candidateStarterGroups",
        "candidateStarterUsers",
        "executionPlatform",
    }
)
"""What changes nothing in the way that a diagram runs: how long history is kept, in which
transaction a step is, who may start it where."""

_MODELER = "{http://camunda.org/schema/modeler/1.0}"
_JUEL = ("${", "#{")


@dataclass(frozen=True, slots=True)
class Foreign:
    """What of another engine's dialect a file uses: how many attributes and elements, and the first
    of them with the node that bears it. `mild` says that nothing relies on it: the file has the
    zeebe extension beside, or nothing but harmless attributes."""

    dialect: Dialect
    count: int
    first: str
    node: etree._Element
    mild: bool


def find_foreign(root: etree._Element) -> Foreign | None:
    """The other dialect that a file is written in; None where it is none, or only declared."""
    uses = [use for node in root.iter(etree.Element) for use in _uses(node)]
    if not uses:
        return None
    telling = [use for use in uses if use[1] not in HARMLESS]
    dialect, first, node = (telling or uses)[0]
    zeebe = any(_namespace(each.tag) == n.ZEEBE[1:-1] for each in root.iter(etree.Element))
    return Foreign(dialect, len(uses), first, node, zeebe or not telling)


def _uses(node: etree._Element) -> Iterator[tuple[Dialect, str, etree._Element]]:
    """What one node uses of another dialect."""
    for name in map(str, (node.tag, *node.attrib)):
        dialect = _dialect(_namespace(name))
        if dialect is not None:
            yield dialect, name.rpartition("}")[2], node
    if node.get(f"{_MODELER}executionPlatform") == "Camunda Platform":
        yield DIALECTS[0], "executionPlatform", node
    if n.local(node) in _TEXTS and (node.text or "").strip().startswith(_JUEL):
        yield DIALECTS[0], n.local(node), node


_TEXTS = ("conditionExpression", "timeDate", "timeDuration", "timeCycle", "completionCondition")


def _namespace(name: object) -> str:
    return name[1:].partition("}")[0] if isinstance(name, str) and name.startswith("{") else ""


def _dialect(namespace: str) -> Dialect | None:
    return next((each for each in DIALECTS if namespace.startswith(each.namespace)), None)
