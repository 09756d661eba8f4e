"""What a step did, in order. The caller turns these into rows; nothing else has to be read from the
engine's state.

`id` is the engine's short string for an element instance (or timer, subscription), unique within
one root instance. `element_id` is the BPMN element's id. All instants are aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ElementEntered:
    """A token reached the element. `kind` is the BPMN local name (`userTask`, `exclusiveGateway`,
    …)."""

    id: str
    element_id: str
    kind: str
    # id of the element instance (sub-process, call activity, multi-instance body) around it, "" for
    # root
    scope: str
    process_id: str


@dataclass(frozen=True, slots=True)
class ElementLeft:
    """The token left the element: it completed, or it was terminated (interrupted, cancelled)."""

    id: str
    element_id: str
    how: Literal["completed", "terminated"]


@dataclass(frozen=True, slots=True)
class ElementRenamed:
    """A token stands at an element of another id: the instance goes on in another version of its
    diagrams."""

    id: str
    process_id: str
    element_id: str


@dataclass(frozen=True, slots=True)
class FlowTaken:
    """A sequence flow was taken."""

    flow_id: str
    process_id: str


@dataclass(frozen=True, slots=True)
class TaskCreated:
    """A user task waits for a person."""

    id: str
    element_id: str
    process_id: str
    name: str
    form_id: str | None
    assignee: str | None
    candidate_groups: tuple[str, ...]  # assignmentDefinition, else the lane's name; casefolded
    candidate_users: tuple[str, ...]
    due_at: datetime | None
    follow_up_at: datetime | None
    priority: int  # 0..100, 50 unless the diagram says so
    excluded: tuple[
        str, ...
    ]  # element ids whose performers may not do this task (property `fourEyes`)
    properties: Mapping[str, str]  # zeebe:properties of the element (`clause`, …)
    headers: Mapping[str, str]
    variables: Mapping[str, Any]  # what the task's scope sees: locals over the enclosing scopes


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """The user task is no longer open: completed by the command, or cancelled by an
    interruption."""

    id: str
    element_id: str
    how: Literal["completed", "cancelled"]


@dataclass(frozen=True, slots=True)
class JobCreated:
    """A job waits for a worker of its `type`."""

    id: str
    element_id: str
    process_id: str
    type: str
    retries: int
    headers: Mapping[str, str]
    variables: Mapping[str, Any]
    kind: str = "serviceTask"
    priority: int = 0


@dataclass(frozen=True, slots=True)
class JobEnded:
    """The job is no longer open."""

    id: str
    element_id: str
    how: Literal["completed", "cancelled", "error"]


@dataclass(frozen=True, slots=True)
class TimerSet:
    """A timer is to fire at `due_at`; the caller stores it and sends `FireTimer(id)` when it is
    due.

    A cycle sets its next timer under a new id when it fires. `repetitions` left, -1 without end.
    """

    id: str
    element_id: str
    due_at: datetime
    repetitions: int = 0


@dataclass(frozen=True, slots=True)
class TimerEnded:
    """The timer fired or is no longer wanted."""

    id: str
    element_id: str
    how: Literal["fired", "cancelled"]


@dataclass(frozen=True, slots=True)
class SubscriptionOpened:
    """Something waits for a message (with its correlation key) or a signal (key is "")."""

    id: str
    element_id: str
    kind: Literal["message", "signal"]
    name: str
    correlation_key: str
    interrupting: bool = True
    process_id: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionEnded:
    """The subscription caught its event for the last time, or is no longer wanted."""

    id: str
    element_id: str
    how: Literal["correlated", "cancelled"]


@dataclass(frozen=True, slots=True)
class SignalThrown:
    """A signal left this instance; the caller broadcasts it to all others. Inside it is delivered
    already."""

    element_id: str
    name: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EscalationRaised:
    """An escalation was thrown; `caught_by` is the catching element's id, "" when nothing caught
    it."""

    element_id: str
    code: str
    caught_by: str


@dataclass(frozen=True, slots=True)
class ErrorRaised:
    """A BPMN error was thrown and caught by `caught_by`."""

    element_id: str
    code: str
    caught_by: str


@dataclass(frozen=True, slots=True)
class IncidentRaised:
    """A token cannot go on from its element, and waits there for a `Retry`."""

    id: str
    element_id: str
    process_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class IncidentEnded:
    """The token at the element is tried again, or is there no more."""

    id: str
    element_id: str


@dataclass(frozen=True, slots=True)
class VariablesSet:
    """Variables were written into a scope ("" is the root instance)."""

    scope: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """A decision was evaluated. `record` says how its result came about, see
    `service.dmn.record`."""

    element_id: str
    decision_id: str
    record: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InstanceEnded:
    """The root instance is over. `end_elements` are the ids of the end events reached at root
    level."""

    how: Literal["completed", "terminated"]
    end_elements: tuple[str, ...] = ()


Change = (
    ElementEntered
    | ElementLeft
    | ElementRenamed
    | FlowTaken
    | TaskCreated
    | TaskEnded
    | JobCreated
    | JobEnded
    | TimerSet
    | TimerEnded
    | SubscriptionOpened
    | SubscriptionEnded
    | SignalThrown
    | EscalationRaised
    | ErrorRaised
    | IncidentRaised
    | IncidentEnded
    | VariablesSet
    | DecisionMade
    | InstanceEnded
)
