"""What can be asked of a process instance. Frozen values: `advance` takes one and gives the new
state and its changes.

Ids are the engine's own short strings, unique within one root instance and stable for the life of
what they name. They were handed out in a change (`TaskCreated.id`, `JobCreated.id`, `TimerSet.id`,
`SubscriptionOpened.id`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Variables = Mapping[str, Any]
"""JSON-shaped values: None, bool, int, Decimal or float, str, list, dict with str keys."""


@dataclass(frozen=True, slots=True)
class Start:
    """Start a root instance of `process_id` at its none start event, or at `start_event` (message,
    timer, signal)."""

    process_id: str
    variables: Variables = field(default_factory=dict)
    start_event: str | None = None


@dataclass(frozen=True, slots=True)
class CompleteTask:
    """Complete the open user task `id` with the variables of its form."""

    id: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompleteJob:
    """Complete the open job `id` (service, send, script or business rule task, or message throw
    event with a type)."""

    id: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThrowError:
    """A worker or a person reports a BPMN error on the open job or user task `id`."""

    id: str
    error_code: str
    message: str = ""
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThrowEscalation:
    """A worker or a person raises a BPMN escalation from the open job or user task `id`, which
    stays open unless a boundary event interrupts it."""

    id: str
    escalation_code: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FireTimer:
    """The timer `id` is due."""

    id: str


@dataclass(frozen=True, slots=True)
class DeliverMessage:
    """A message was correlated to the open subscription `id` (kind message)."""

    id: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeliverSignal:
    """A signal was broadcast: every open subscription of that name in this instance catches it."""

    name: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetVariables:
    """Write variables into a scope: "" is the root process instance, else the id of an active
    element instance.

    Not `local`: each goes to the nearest scope that has its name, else to the outermost one.
    """

    variables: Variables
    scope: str = ""
    local: bool = True


@dataclass(frozen=True, slots=True)
class ReplaceVariables:
    """Write variables wherever they are: each in every scope that has its name, of called processes
    too."""

    variables: Variables


@dataclass(frozen=True, slots=True)
class Which:
    """Active element instances: the one with that id, or else every one at that element."""

    id: str = ""
    element_id: str = ""


@dataclass(frozen=True, slots=True)
class Activate:
    """Put a token on an element; the sub-processes around it are opened where they are not.

    `ancestor` is the id of an active scope ("" the root): what stands between it and the element is
    opened anew. None takes the scopes that are there, of which there may be only one. `variables`
    go by element: "" the process, the element itself, or a sub-process around it.
    """

    element_id: str
    ancestor: str | None = None
    variables: tuple[tuple[str, Variables], ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """End element instances, and put a token on another element for each of them. `within` says in
    which scope: `given` (that of `to`), `inferred` (the innermost around both), `parent` (the one
    the source stands in)."""

    source: Which
    to: Activate
    within: Literal["given", "inferred", "parent"] = "given"


@dataclass(frozen=True, slots=True)
class Modify:
    """Repair an instance: activate elements, then end element instances. A scope that is empty
    afterwards ends too, and with the outermost one the instance."""

    activate: tuple[Activate, ...] = ()
    move: tuple[Move, ...] = ()
    terminate: tuple[Which, ...] = ()


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin elements in the active ad-hoc sub-process `id`, each with variables of its own.
    `cancel_others` ends what is active in it before."""

    id: str
    elements: tuple[tuple[str, Variables], ...]
    cancel_others: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """What stopped a token at this element is put right: those that failed there run; where none
    did, all that failed."""

    element_id: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Terminate the whole root instance."""

    reason: str = ""


Command = (
    Start
    | CompleteTask
    | CompleteJob
    | ThrowError
    | ThrowEscalation
    | FireTimer
    | DeliverMessage
    | DeliverSignal
    | SetVariables
    | ReplaceVariables
    | Modify
    | Begin
    | Retry
    | Cancel
)
