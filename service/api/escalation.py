"""Escalation: whether a case will escalate as things stand, and escalating it by hand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from service import operations
from service.api.operation import Call, operation
from service.api.shapes import Given, Instant, Sent, time_of
from service.identity import Permission
from service.operations.foresee_escalation import Foresight, GatewayAhead


class FlowAheadGiven(Given):
    """A flow of a gateway. `holds` is null for the default flow and where a value is not known
    yet."""

    flow_id: str
    condition: str | None
    values: dict[str, Any]
    holds: bool | None
    why: str
    leads_to: str


class GatewayAheadGiven(Given):
    """A gateway that may escalate: `outcome` are the elements it leads to as things stand, none
    where that is not known; it is reached once the element `after` is done, which is due at
    `dueAt`."""

    process_id: str
    element_id: str
    name: str
    flows: list[FlowAheadGiven]
    outcome: list[str]
    after: str
    due_at: Instant | None


class DecisionAheadGiven(Given):
    """A decision that these gateways depend on, as its table answers now."""

    process_id: str
    element_id: str
    decision_id: str
    inputs: dict[str, Any]
    outputs: Any
    why: list[str]


class EscalationGiven(Given):
    """What stands now, and what is ahead. `alarm` is `raised`, `to confirm` or null."""

    number: str
    severity: str | None
    alarm: str | None
    emergency: str | None
    level: str | None
    gateways: list[GatewayAheadGiven]
    decisions: list[DecisionAheadGiven]


class EscalationSent(Sent):
    """Why it is escalated; with a level an emergency is opened, or raised to it."""

    reason: Annotated[str, Field(max_length=1_000)]
    level: Literal["I", "II", "III", "IV"] | None = None


@operation(
    "GET /api/complaints/{number}/escalation",
    may=Permission.READ_COMPLAINTS,
    gives=EscalationGiven,
)
def get_escalation(call: Call, number: str) -> Any:
    """Whether the case will escalate: the gateways and decisions ahead of it, with their values,
    what comes of them, why, and when."""
    return _given(operations.foresee_escalation(call.runtime, number, now=call.now))


@operation(
    "POST /api/complaints/{number}/escalation",
    may=Permission.ESCALATE_COMPLAINTS,
    takes=EscalationSent,
    gives=EscalationGiven,
)
def escalate(call: Call, number: str, sent: EscalationSent) -> Any:
    """Tell the executives of the complaint, with the reason; with a level open an emergency."""
    operations.escalate(
        call.runtime, number, reason=sent.reason, level=sent.level, actor=call.actor, now=call.now
    )
    return _given(operations.foresee_escalation(call.runtime, number, now=call.now))


def _given(found: Foresight) -> dict[str, Any]:
    emergency = found.emergency
    return {
        "number": found.complaint.number,
        "severity": found.complaint.severity,
        "alarm": found.complaint.facts.get("alarm"),
        "emergency": None if emergency is None else emergency.number,
        "level": None if emergency is None else emergency.level,
        "gateways": [_gateway(each) for each in found.gateways],
        "decisions": [
            {
                "processId": each.process_id,
                "elementId": each.element,
                "decisionId": each.decision,
                "inputs": dict(each.inputs),
                "outputs": each.outputs,
                "why": list(each.why),
            }
            for each in found.decisions
        ],
    }


def _gateway(each: GatewayAhead) -> dict[str, Any]:
    return {
        "processId": each.process_id,
        "elementId": each.element,
        "name": each.name,
        "flows": [
            {
                "flowId": flow.flow,
                "condition": flow.condition,
                "values": dict(flow.values),
                "holds": flow.holds,
                "why": flow.why,
                "leadsTo": flow.leads_to,
            }
            for flow in each.flows
        ],
        "outcome": list(each.outcome),
        "after": each.after,
        "dueAt": time_of(each.due_at),
    }
