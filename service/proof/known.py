"""How the prover takes each construct that the engine runs. A row of the engine's table that is
missing fails a test.

What only the data know at run time (a called process or a code given by an expression, more than
eight conditions that may hold together) is reported as not proved, on the element.
"""

from __future__ import annotations

from service.bpmn.constructs import CONSTRUCTS

DIFFERENT = {
    "userTask thrown error": "Possible at any time for every code that something around catches.",
    "serviceTask": (
        "Waits, unless its type begins with redress.: the product carries that out at once."
    ),
    "sendTask": (
        "Waits, unless its type begins with redress.: the product carries that out at once."
    ),
    "serviceTask thrown error": (
        "Possible at any time for every code that something around catches."
    ),
    "serviceTask thrown escalation": (
        "Possible at any time for every code that something around catches."
    ),
    "any element execution listeners": "As if each listener were done at once.",
    "process execution listeners": "As if each listener were done at once.",
    "any activity conditional flows": "Every combination that could hold.",
    "adHocSubProcess": "Each of its elements again only when what follows it has ended.",
    "adHocSubProcess list of what begins": "As if any of its elements could begin, or none.",
    "adHocSubProcess completion condition": "It could hold at any time once something began.",
    "adHocSubProcess output collection": "Outputs are not evaluated.",
    "callActivity recursion": "A process that calls itself is taken as one step that can end.",
    "multi-instance parallel": "Never or once; in rules any number of times, one after the other.",
    "multi-instance sequential": "Never or once; in rules any number of times.",
    "multi-instance completion condition": "As if every instance could be the last.",
    "exclusiveGateway": "Every flow could hold, as conditions are not evaluated.",
    "exclusiveGateway nothing holds": "One of the flows is taken to hold.",
    "inclusiveGateway nothing holds": "One of the flows is taken to hold.",
    "endEvent signal": (
        "A catch of the same instance may wait on, as if the signal came a moment later."
    ),
    "intermediateThrowEvent signal": (
        "A catch of the same instance may wait on, as if the signal came a moment later."
    ),
    "boundaryEvent message non-interrupting": "Again only when what it started has ended.",
    "boundaryEvent signal non-interrupting": "Again only when what it started has ended.",
    "boundaryEvent escalation non-interrupting": "Again only when what it started has ended.",
    "intermediateThrowEvent compensate": "As if each handler were done at once.",
    "endEvent compensate": "As if each handler were done at once.",
    "boundaryEvent compensate": "As if each handler were done at once.",
    "boundaryEvent conditional non-interrupting": "Again only when what it started has ended.",
    "event sub-process conditional non-interrupting": "Again only when what it started has ended.",
    "boundaryEvent timer cycle": "Again only when what it started has ended, and then without end.",
    "event sub-process message non-interrupting": "Again only when what it started has ended.",
    "event sub-process signal non-interrupting": "Again only when what it started has ended.",
    "event sub-process escalation non-interrupting": "Again only when what it started has ended.",
    "event sub-process timer cycle": (
        "Again only when what it started has ended, and then without end."
    ),
}
"""The rows that are not taken exactly as they run, and how they are taken."""

SAME = frozenset(
    {
        "task",
        "manualTask",
        "userTask",
        "userTask lane",
        "receiveTask",
        "scriptTask FEEL",
        "scriptTask job",
        "businessRuleTask decision",
        "businessRuleTask job",
        "any activity input and output mappings",
        "any activity several outgoing flows",
        "any activity no outgoing flow",
        "any activity several incoming flows",
        "subProcess",
        "subProcess local variables",
        "callActivity",
        "callActivity no propagation",
        "callActivity error from inside",
        "multi-instance empty collection",
        "multi-instance sub-process",
        "multi-instance call activity",
        "multi-instance boundary event",
        "exclusiveGateway join",
        "parallelGateway split and join",
        "parallelGateway join in a loop",
        "inclusiveGateway split and join",
        "inclusiveGateway join in a loop",
        "eventBasedGateway message",
        "eventBasedGateway timer",
        "eventBasedGateway signal",
        "eventBasedGateway receive task",
        "startEvent none",
        "startEvent message",
        "startEvent timer",
        "startEvent signal",
        "endEvent none",
        "endEvent message job",
        "endEvent message",
        "endEvent error",
        "endEvent error uncaught",
        "endEvent escalation",
        "endEvent escalation uncaught",
        "endEvent terminate",
        "intermediateThrowEvent none",
        "intermediateThrowEvent message job",
        "intermediateThrowEvent message",
        "intermediateThrowEvent escalation",
        "intermediateThrowEvent link",
        "intermediateCatchEvent message",
        "intermediateCatchEvent timer duration",
        "intermediateCatchEvent timer date",
        "intermediateCatchEvent signal",
        "intermediateCatchEvent link",
        "intermediateCatchEvent conditional",
        "boundaryEvent conditional interrupting",
        "event sub-process conditional interrupting",
        "boundaryEvent message interrupting",
        "boundaryEvent timer interrupting",
        "boundaryEvent timer non-interrupting",
        "boundaryEvent signal interrupting",
        "boundaryEvent error interrupting",
        "boundaryEvent escalation interrupting",
        "boundaryEvent error most specific",
        "event sub-process message interrupting",
        "event sub-process timer interrupting",
        "event sub-process timer non-interrupting",
        "event sub-process signal interrupting",
        "event sub-process error interrupting",
        "event sub-process escalation interrupting",
        "drawing pools, lanes, message flows, groups, annotations, data",
    }
)
"""The rows that are proved as they run."""


def unknown() -> list[str]:
    """The rows that run and that the prover has not been told of."""
    return [
        c.key for c in CONSTRUCTS if not c.refused and c.key not in SAME and c.key not in DIFFERENT
    ]


def stale() -> list[str]:
    """What the prover was told of and the engine does not run."""
    running = {c.key for c in CONSTRUCTS if not c.refused}
    return sorted((SAME | DIFFERENT.keys()) - running)
