"""A process as it was drawn: elements, flows in document order, event definitions and their
extensions. Immutable.

Only what has a meaning at run time is here; coordinates never are. Expressions are compiled once,
when the bundle is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.bpmn import names as n
from service.feel import Expression


@dataclass(frozen=True, slots=True)
class Text:
    """An attribute that is FEEL when it begins with `=`, else itself. `expression` is None for a
    literal."""

    source: str
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """One input or output mapping: an expression and the variable (dots allowed) it goes to."""

    source: Text
    target: str


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """What an event waits for or throws.

    `kind` is none, message, signal, timer, conditional, error, escalation, terminate or link.
    `name` is the message's or signal's name, the code of an error or escalation (None: any), the
    link's name. `value` is the time of a timer, or a condition.
    `timer` is date, duration or cycle. `payload` is what is thrown along instead of the variables;
    `is_inside` that a message thrown is for whoever waits for it in the same case; `properties` are
    the correlation properties that are remembered of a message, each by what it is in its payload.
    """

    kind: str
    name: Text | None = None
    key: Text | None = None
    timer: str = ""
    value: Text | None = None
    payload: Text | None = None
    is_inside: bool = False
    properties: tuple[tuple[str, Expression], ...] = ()
    changes: frozenset[str] = frozenset()
    """Of a condition: which changes of variables it is looked at for, create or update; all where
    nothing is said."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Multi-instance characteristics."""

    sequential: bool
    collection: Text
    element: str | None
    output_collection: str | None
    output_element: Text | None
    completion: Expression | None


@dataclass(frozen=True, slots=True)
class AdHoc:
    """What makes a sub-process ad hoc (BPMN 2.0.2, 10.3.5). `active` gives the ids of the elements
    that begin when it is entered; each time something in it is done `completion` says whether all
    of it is, without one it is when nothing in it is active. `cancels` ends what is active then,
    instead of waiting for it. `output_element` of each is collected."""

    active: Text | None = None
    completion: Expression | None = None
    cancels: bool = True
    output_collection: str | None = None
    output_element: Text | None = None


@dataclass(frozen=True, slots=True)
class Scripts:
    """FEEL contexts whose entries become variables, before an activity's work and after it; of a
    multi-instance activity once for the whole, or for each instance."""

    before: Expression | None
    after: Expression | None
    each: bool = False


@dataclass(frozen=True, slots=True)
class Listener:
    """An execution listener: a job that holds an element at its `event`, start or end."""

    event: str
    type: Text
    retries: Text | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `condition` None means always."""

    id: str
    source: str
    target: str
    condition: Expression | None


@dataclass(frozen=True, slots=True)
class Element:
    """A flow node. `scope` is the id of the sub-process around it, "" at process level.

    `gather` is the variable that holds all that came with what the element waited for, `spread`
    that the entries of a script's or decision's value become variables; `undo` is the activity that
    compensates this one, one that is `for_compensation`.
    """

    id: str
    kind: str
    name: str
    scope: str
    line: int
    incoming: tuple[str, ...] = ()
    outgoing: tuple[Flow, ...] = ()
    default: str | None = None
    event: EventDefinition = EventDefinition("none")
    attached_to: str | None = None
    interrupting: bool = True
    triggered_by_event: bool = False
    loop: Loop | None = None
    ad_hoc: AdHoc | None = None
    inputs: tuple[Mapped, ...] = ()
    outputs: tuple[Mapped, ...] = ()
    job_type: Text | None = None
    retries: Text | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    form_id: str | None = None
    assignee: Text | None = None
    candidate_groups: Text | None = None
    candidate_users: Text | None = None
    due: Text | None = None
    follow_up: Text | None = None
    priority: Text | None = None
    script: Expression | None = None
    result_variable: str | None = None
    decision: Text | None = None
    called_process: Text | None = None
    propagate_child: bool = True
    propagate_parent: bool = True
    lane: str | None = None
    gather: str | None = None
    spread: bool = False
    scripts: Scripts | None = None
    listeners: tuple[Listener, ...] = ()
    undo: str = ""
    for_compensation: bool = False

    @property
    def has_instances(self) -> bool:
        """Whether it runs as instances, each a scope of its own."""
        return self.loop is not None or self.ad_hoc is not None

    @property
    def job(self) -> str:
        """The type of the job that a service task makes, "" for any other element."""
        return "" if self.job_type is None else self.job_type.source


CHOSEN = n.ACTIVITIES | n.GATEWAYS | {"intermediateThrowEvent"}
"""Kinds of elements that can be begun on their own, in an ad-hoc sub-process."""


@dataclass(frozen=True, slots=True)
class Process:
    """An executable process. `children` and `attached` index the elements: directly inside a scope
    ("" the process), and boundary events by the activity they sit on; both in document order."""

    id: str
    name: str
    file: str
    line: int
    version_tag: str | None
    properties: Mapping[str, str]
    elements: Mapping[str, Element]
    children: Mapping[str, tuple[Element, ...]]
    attached: Mapping[str, tuple[Element, ...]]
    lanes: Mapping[str, Mapping[str, str]]
    data_inputs: tuple[str, ...] = ()
    data_outputs: tuple[str, ...] = ()
    """What a call hands in and brings back; all where nothing is named."""
    listeners: tuple[Listener, ...] = ()
    node: Any = field(default=None, compare=False, repr=False)
    """What it was read from: the tree that SpiffWorkflow's parser reads as well."""

    def start_of(self, scope: str) -> Element | None:
        """The none start event of a scope."""
        for element in self.children.get(scope, ()):
            if element.kind == "startEvent" and element.event.kind == "none":
                return element
        return None

    def choices(self, scope: str) -> list[Element]:
        """The elements that may begin in an ad-hoc sub-process: those that no flow leads to."""
        host = self.elements.get(scope)
        if host is None or host.ad_hoc is None:
            return []
        return [
            each
            for each in self.children.get(scope, ())
            if not each.incoming and each.kind in CHOSEN and not each.triggered_by_event
        ]

    def event_starts(self, scope: str) -> list[tuple[Element, Element]]:
        """The event sub-processes of a scope, each with its start event."""
        found: list[tuple[Element, Element]] = []
        for element in self.children.get(scope, ()):
            if element.triggered_by_event:
                starts = [e for e in self.children.get(element.id, ()) if e.kind == "startEvent"]
                found.extend((element, start) for start in starts[:1])
        return found
