"""The table of constructs: element × event definition × variant, and whether it runs or is refused
with which code.

Every row that runs has a test of what it does, every row that is refused a diagram for which the
check reports exactly that code; a test holds the sets equal, and `docs/constructs.md` is written
from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Construct:
    """One row. `refused` is the code that the check reports, "" when the construct runs; `note`
    says how it behaves."""

    element: str
    event: str = ""
    variant: str = ""
    note: str = ""
    refused: str = ""

    @property
    def key(self) -> str:
        """The row's name in tests: its parts that are not empty."""
        return " ".join(part for part in (self.element, self.event, self.variant) if part)


TASKS = (
    Construct("task", note="Passes straight through."),
    Construct("manualTask", note="Passes straight through."),
    Construct(
        "userTask", note="Waits for a person; form, assignment, due date, priority, four eyes."
    ),
    Construct(
        "userTask",
        variant="lane",
        note="Without an assignment the lane's name is the candidate group.",
    ),
    Construct("userTask", variant="thrown error", note="A person reports a BPMN error on it."),
    Construct("serviceTask", note="A job for a worker, or carried out at once by the host."),
    Construct("serviceTask", variant="thrown error", note="A worker reports a BPMN error."),
    Construct(
        "serviceTask", variant="thrown escalation", note="A worker escalates; the job stays open."
    ),
    Construct("sendTask", note="A job."),
    Construct("receiveTask", note="Waits for a message."),
    Construct("scriptTask", variant="FEEL", note="The value becomes the result variable."),
    Construct("scriptTask", variant="job", note="With a task definition: a job."),
    Construct("businessRuleTask", variant="decision", note="A DMN decision of the bundle."),
    Construct("businessRuleTask", variant="job", note="With a task definition: a job."),
    Construct(
        "any activity",
        variant="input and output mappings",
        note="Inputs are local, outputs go where mapped.",
    ),
    Construct(
        "any activity", variant="several outgoing flows", note="All are taken: a parallel split."
    ),
    Construct(
        "any activity",
        variant="conditional flows",
        note="Those that hold are taken, else the default.",
    ),
    Construct("any activity", variant="no outgoing flow", note="The token ends there."),
    Construct("any activity", variant="several incoming flows", note="Every token runs it."),
    Construct(
        "any element",
        variant="execution listeners",
        note=(
            "Jobs, one after the other, that hold the element: at its start after the inputs, at "
            "its end after the outputs. Of a multi-instance activity for each instance."
        ),
    ),
    Construct(
        "process",
        variant="execution listeners",
        note="Jobs before the first element, and after the last.",
    ),
)
SCOPES = (
    Construct("subProcess", note="A scope of its own; done when nothing inside is active."),
    Construct(
        "subProcess",
        variant="local variables",
        note="Inputs and what is written to them stay inside.",
    ),
    Construct(
        "adHocSubProcess",
        note=(
            "What no flow leads to begins when somebody says so, in any order and as often as "
            "wanted, each in a scope of its own; done when nothing in it is active."
        ),
    ),
    Construct(
        "adHocSubProcess",
        variant="list of what begins",
        note="An expression gives the ids of what begins when it is entered.",
    ),
    Construct(
        "adHocSubProcess",
        variant="completion condition",
        note=(
            "Looked at whenever something in it is done; what is active then is terminated, or "
            "waited for."
        ),
    ),
    Construct(
        "adHocSubProcess",
        variant="output collection",
        note="The outputs in the order in which they were made.",
    ),
    Construct("callActivity", note="Another process of the bundle, with its own root scope."),
    Construct(
        "callActivity", variant="no propagation", note="Only mapped variables go in and out."
    ),
    Construct(
        "callActivity",
        variant="error from inside",
        note="An error of the called process is caught outside.",
    ),
    Construct("callActivity", variant="recursion", note="Up to 30 deep, then an error."),
    Construct(
        "multi-instance",
        variant="parallel",
        note="All at once; outputs in the order of the inputs.",
    ),
    Construct("multi-instance", variant="sequential", note="One after the other."),
    Construct(
        "multi-instance",
        variant="completion condition",
        note="Ends early; the others are terminated.",
    ),
    Construct(
        "multi-instance", variant="empty collection", note="Passes; the output collection is empty."
    ),
    Construct("multi-instance", variant="sub-process", note="Each instance is a scope of its own."),
    Construct("multi-instance", variant="call activity", note="Each instance calls the process."),
    Construct(
        "multi-instance",
        variant="boundary event",
        note="Sits on the whole; interrupts every instance.",
    ),
)
GATEWAYS = (
    Construct(
        "exclusiveGateway", note="The first flow in document order that holds, else the default."
    ),
    Construct("exclusiveGateway", variant="nothing holds", note="An error; nothing has changed."),
    Construct("exclusiveGateway", variant="join", note="Passes every token on."),
    Construct("parallelGateway", variant="split and join"),
    Construct(
        "parallelGateway",
        variant="join in a loop",
        note="Waits for one token of every flow, each time.",
    ),
    Construct(
        "inclusiveGateway",
        variant="split and join",
        note="Waits for every token that can still come.",
    ),
    Construct("inclusiveGateway", variant="join in a loop"),
    Construct(
        "inclusiveGateway", variant="nothing holds", note="An error unless there is a default."
    ),
    Construct("eventBasedGateway", "message"),
    Construct("eventBasedGateway", "timer"),
    Construct("eventBasedGateway", "signal"),
    Construct("eventBasedGateway", "receive task"),
)
EVENTS = (
    Construct("startEvent", "none"),
    Construct("startEvent", "message", note="The caller starts at it."),
    Construct(
        "startEvent", "timer", note="The caller starts at it: date, duration, cycle or cron."
    ),
    Construct("startEvent", "signal", note="The caller starts at it."),
    Construct("endEvent", "none"),
    Construct("endEvent", "message", "job", note="With a task definition: a job."),
    Construct("endEvent", "message", note="Without one: passes."),
    Construct("endEvent", "signal"),
    Construct("endEvent", "error"),
    Construct("endEvent", "error", "uncaught", note="An error; nothing has changed."),
    Construct("endEvent", "escalation"),
    Construct("endEvent", "escalation", "uncaught", note="Recorded; the process goes on."),
    Construct("endEvent", "terminate", note="Ends everything in its scope."),
    Construct("intermediateThrowEvent", "none"),
    Construct("intermediateThrowEvent", "message", "job"),
    Construct("intermediateThrowEvent", "message"),
    Construct("intermediateThrowEvent", "signal"),
    Construct("intermediateThrowEvent", "escalation"),
    Construct("intermediateThrowEvent", "link"),
    Construct(
        "intermediateThrowEvent",
        "compensate",
        note="Begins the handlers of what was done in its scope, last first; waits for them.",
    ),
    Construct("endEvent", "compensate", note="As the intermediate event; ends when all are done."),
    Construct(
        "boundaryEvent",
        "compensate",
        note=(
            "Its handler runs as often as its activity was completed; of a multi-instance activity "
            "once; of a sub-process in place of those inside; none of a called process."
        ),
    ),
    Construct("intermediateCatchEvent", "message"),
    Construct("intermediateCatchEvent", "timer", "duration"),
    Construct("intermediateCatchEvent", "timer", "date"),
    Construct("intermediateCatchEvent", "signal"),
    Construct("intermediateCatchEvent", "link"),
    Construct(
        "intermediateCatchEvent",
        "conditional",
        note="Goes on when its condition holds; looked at when a variable that it reads changes.",
    ),
    *(
        Construct(
            element,
            "conditional",
            variant,
            note="Looked at when it begins to wait, and when a variable that it reads changes.",
        )
        for element in ("boundaryEvent", "event sub-process")
        for variant in ("interrupting", "non-interrupting")
    ),
    *(
        Construct(element, event, variant)
        for element in ("boundaryEvent", "event sub-process")
        for event in ("message", "timer", "signal", "error", "escalation")
        for variant in ("interrupting", "non-interrupting")
        if (event, variant) != ("error", "non-interrupting")
    ),
    Construct(
        "boundaryEvent",
        "timer",
        "cycle",
        note="Fires as often as the cycle says, months by the calendar; or by cron, in UTC.",
    ),
    Construct("event sub-process", "timer", "cycle", note="As at a boundary event."),
    Construct(
        "boundaryEvent",
        "error",
        "most specific",
        note="The code before the catch-all, inner before outer.",
    ),
)
DRAWING = (
    Construct(
        "drawing",
        variant="pools, lanes, message flows, groups, annotations, data",
        note="Read over.",
    ),
)
REFUSED = (
    Construct("complexGateway", refused="bpmn-unsupported-complex-gateway"),
    Construct("adHocSubProcess", variant="for each of many items", refused="bpmn-ad-hoc"),
    Construct("adHocSubProcess", variant="decided by a worker", refused="bpmn-ad-hoc"),
    Construct("adHocSubProcess", variant="with start or end events", refused="bpmn-ad-hoc"),
    Construct("transaction", refused="bpmn-unsupported-transaction"),
    Construct("choreographyTask", refused="bpmn-unsupported-choreography"),
    Construct("subChoreography", refused="bpmn-unsupported-choreography"),
    Construct("callChoreography", refused="bpmn-unsupported-choreography"),
    Construct("any other flow element", refused="bpmn-unknown-element"),
    Construct("any activity", variant="standard loop", refused="bpmn-unsupported-standard-loop"),
    Construct(
        "multi-instance", variant="without input collection", refused="bpmn-loop-without-collection"
    ),
    Construct("userTask", variant="task listeners", refused="bpmn-unsupported-task-listener"),
    Construct(
        "any element",
        variant="execution listeners where it has none",
        refused="bpmn-execution-listener",
    ),
    *(
        Construct(element, "cancel", refused="bpmn-unsupported-cancel")
        for element in (
            "startEvent",
            "intermediateCatchEvent",
            "boundaryEvent",
            "intermediateThrowEvent",
            "endEvent",
        )
    ),
    Construct("any activity", variant="for compensation of nothing", refused="bpmn-compensation"),
    Construct("boundaryEvent", "compensate", "without a handler", refused="bpmn-compensation"),
    Construct("startEvent", "compensate", refused="bpmn-event-place"),
    Construct("intermediateCatchEvent", "compensate", refused="bpmn-event-place"),
    Construct("startEvent", "conditional", refused="bpmn-unsupported-conditional-event"),
    Construct("intermediateThrowEvent", "conditional", refused="bpmn-event-place"),
    Construct("endEvent", "conditional", refused="bpmn-event-place"),
    Construct("any event", "multiple", refused="bpmn-unsupported-multiple-event"),
    Construct("startEvent", "error", refused="bpmn-event-place"),
    Construct("startEvent", "escalation", refused="bpmn-event-place"),
    Construct(
        "startEvent", "any", "in a sub-process entered by a flow", refused="bpmn-start-event"
    ),
    Construct("intermediateCatchEvent", "none", refused="bpmn-event-place"),
    Construct("intermediateCatchEvent", "error", refused="bpmn-event-place"),
    Construct("intermediateCatchEvent", "timer", "cycle", refused="bpmn-timer-cycle"),
    Construct("intermediateThrowEvent", "error", refused="bpmn-event-place"),
    Construct("intermediateThrowEvent", "terminate", refused="bpmn-event-place"),
    Construct("intermediateThrowEvent", "timer", refused="bpmn-event-place"),
    Construct("boundaryEvent", "none", refused="bpmn-event-place"),
    Construct("boundaryEvent", "timer", "cycle interrupting", refused="bpmn-timer-cycle"),
    Construct("boundaryEvent", "error", "non-interrupting", refused="bpmn-error-not-interrupting"),
    Construct(
        "event sub-process", "error", "non-interrupting", refused="bpmn-error-not-interrupting"
    ),
    Construct("event sub-process", "none", refused="bpmn-event-start"),
    Construct("eventBasedGateway", variant="other followers", refused="bpmn-event-gateway-target"),
    Construct(
        "eventBasedGateway", variant="starts the process", refused="bpmn-unsupported-instantiate"
    ),
    Construct(
        "eventBasedGateway",
        variant="waits for all",
        refused="bpmn-unsupported-parallel-event-gateway",
    ),
    Construct("receiveTask", variant="starts the process", refused="bpmn-unsupported-instantiate"),
)
CONSTRUCTS = (*TASKS, *SCOPES, *GATEWAYS, *EVENTS, *DRAWING, *REFUSED)


def as_markdown() -> str:
    """The text of `docs/constructs.md`."""
    lines = [
        "# Constructs of BPMN",
        "",
        (
            "What a diagram may use. Each row that runs has a test of what it does, run twice: "
            "with "
            "one live game, and"
        ),
        (
            "saved and restored after every command. Each row that is refused is reported by "
            "`redress check` under its"
        ),
        "code, with the line and a way out; nothing is ignored in silence.",
        "Written by `python -m service.bpmn.constructs`.",
        "",
        "| element | event | variant | | note |",
        "|---|---|---|---|---|",
    ]
    for row in CONSTRUCTS:
        fate = f"refused: `{row.refused}`" if row.refused else "runs"
        lines.append(f"| {row.element} | {row.event} | {row.variant} | {fate} | {row.note} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path("docs/constructs.md").write_text(as_markdown(), encoding="utf-8")
