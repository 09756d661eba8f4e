"""The names of BPMN 2.0 and of the zeebe extension that the engine knows, and those it refuses with
the way out."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
PORTAL_ACCESS = "portal-access"
"""Under `fourEyes`, not an element but those who gave access to the case's portal."""

TODO = "todo"
"""The property of an element that says what a conversion left to be done."""

TASKS = frozenset(
    {
        "task",
        "manualTask",
        "userTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
    }
)
SCOPES = frozenset({"subProcess", "adHocSubProcess"})
"""Activities that are drawn around others."""
ACTIVITIES = TASKS | SCOPES | {"callActivity"}
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
)
EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask"})
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS

HOST_FUNCTIONS = (
    "amount paid",
    "sample number",
    "best investigator",
    "can extend",
    "earlier compensation",
    "emergency compensation",
    "emergency reports",
    "home country",
    "is running",
    "part of deadline",
    "people of unit",
    "situation report due",
    "time used",
    "working days after",
    "working hours after",
)
"""Functions of the host whose names have spaces: the reader of expressions must know them."""

BUILT_IN = "redress."
"""How the types of jobs begin that the host carries out itself; no worker takes them."""

HOST_SERVICES = frozenset(
    BUILT_IN + name
    for name in (
        "answer-offer",
        "owe",
        "approve-version",
        "archive",
        "clock",
        "close",
        "emergency",
        "emergency-close",
        "emergency-level",
        "emergency-log",
        "emergency-quiet",
        "emergency-team",
        "extend",
        "follow",
        "letter",
        "link",
        "notify",
        "offer",
        "pause",
        "record",
        "regime",
        "release-version",
        "resume",
        "return-version",
        "similar",
    )
)
"""The services that the host has, for complaints, for emergencies, for reviews, or for several of
them."""

SOME_DAY = datetime(2026, 1, 31, 12, tzinfo=UTC)
"""A day to try literal times with."""

REFUSED = {
    "complexGateway": (
        "bpmn-unsupported-complex-gateway",
        "Use exclusive, inclusive or parallel gateways.",
    ),
    "transaction": (
        "bpmn-unsupported-transaction",
        "Use a sub-process with an error boundary event.",
    ),
    "choreographyTask": ("bpmn-unsupported-choreography", "Draw the process of each party."),
    "subChoreography": ("bpmn-unsupported-choreography", "Draw the process of each party."),
    "callChoreography": ("bpmn-unsupported-choreography", "Draw the process of each party."),
}
"""Flow elements that are refused: the code, and what to draw instead."""

REFUSED_EVENTS = {
    "cancel": ("bpmn-unsupported-cancel", "Use an error event on a sub-process."),
}

REFUSED_EXTENSIONS = {
    ZEEBE + "taskListeners": (
        "bpmn-unsupported-task-listener",
        "Remove the listeners; draw a service task before or after the task.",
    ),
}
"""Extension elements that a procedure may rely on and that the engine would not carry out."""

DRAWN_ONLY = frozenset(
    {
        "documentation",
        "extensionElements",
        "incoming",
        "outgoing",
        "laneSet",
        "sequenceFlow",
        "textAnnotation",
        "association",
        "group",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "property",
        "ioSpecification",
        "dataInputAssociation",
        "dataOutputAssociation",
        "completionCondition",
        "multiInstanceLoopCharacteristics",
        "standardLoopCharacteristics",
        "resourceRole",
        "performer",
        "potentialOwner",
        "humanPerformer",
        "auditing",
        "monitoring",
        "category",
        "script",
    }
)
"""Elements beside flow nodes that mean nothing at run time, or are read with their owner."""

EXTENSIONS = frozenset(
    {
        "taskDefinition",
        "ioMapping",
        "taskHeaders",
        "userTask",
        "formDefinition",
        "assignmentDefinition",
        "taskSchedule",
        "priorityDefinition",
        "script",
        "calledElement",
        "calledDecision",
        "loopCharacteristics",
        "subscription",
        "versionTag",
        "properties",
        "userTaskForm",
        "executionListeners",
        "adHoc",
    }
)
OWNERS = FLOW_NODES | set(REFUSED) | {"sequenceFlow", "process", "lane", "participant", "message"}


def b(name: str) -> str:
    """The Clark name of a BPMN element."""
    return BPMN + name


def z(name: str) -> str:
    """The Clark name of a zeebe extension element."""
    return ZEEBE + name


def s(name: str) -> str:
    """The Clark name of an extension element of SpiffWorkflow's."""
    return SPIFF + name


def local(node: etree._Element) -> str:
    """The local name of an element, "" for comments and the like."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
