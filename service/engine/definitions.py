"""SpiffWorkflow's event definitions, with what the zeebe dialect says of them.

What waits is given to the world when a task begins to wait: a timer as an absolute instant, a
subscription with its key, each with an id. The world sends the id back, or a signal's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs import event_definitions as e
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.util.event import BpmnEvent

from service.bpmn.model import Element
from service.engine import changes as c
from service.engine.scope import entries_of, remember
from service.engine.timers import first_due, next_due
from service.engine.token import Token
from service.engine.values import code_of, key_of, text_of
from service.sentence import Sentence

Store = dict[str, Any]
"""What is kept of a wait: `due`, `left`, `anchor` and `fired` of a timer, `sub` or `signal`."""
MARKS = frozenset({"due", "sub", "signal", "cond"})


class Known:
    """A payload is kept apart from what SpiffWorkflow keeps of a task, and applied when the element
    is left."""

    element: Element

    def catch(self, my_task: Token, event: BpmnEvent) -> None:
        my_task.internal_data["result"] = dict(event.payload or {})
        my_task._set_internal_data(event_fired=True)

    def update_task(self, my_task: Token) -> None:
        if MARKS.isdisjoint(my_task.internal_data):
            self.arm(my_task, my_task.internal_data, my_task.id)

    def arm(self, task: Token, store: Store, at: str) -> None:
        """Hand out the timer or subscription; its id is `at`."""


def disarm(task: Token, store: Store, at: str, element_id: str, *, fired: bool) -> None:
    """The timer or subscription of a wait is over."""
    store.pop("cond", None)
    if store.pop("due", None) is not None:
        task.game.emit(c.TimerEnded(at, element_id, "fired" if fired else "cancelled"))
    elif store.pop("sub", None) is not None or store.pop("signal", None) is not None:
        how: Any = "correlated" if fired else "cancelled"
        task.game.emit(c.SubscriptionEnded(at, element_id, how))


def _opened(task: Token, element: Element, at: str, name: str, key: str) -> None:
    kind: Any = element.event.kind
    process_id = task.task_spec.process.id
    task.game.emit(
        c.SubscriptionOpened(at, element.id, kind, name, key, element.interrupting, process_id)
    )


class Message(Known, e.MessageEventDefinition):  # type: ignore[misc]
    """Waits for a message with a name and a correlation key."""

    def arm(self, task: Token, store: Store, at: str) -> None:
        event = self.element.event
        name = text_of(task, event.name, "the message's name")
        what = Sentence("the correlation key of the message {name!r}", name=name)
        key = key_of(task, event.key, what)
        store["sub"] = name
        _opened(task, self.element, at, name, key)

    def catches(self, my_task: Token, event: BpmnEvent) -> bool:
        return self.takes(my_task, my_task.internal_data, event)

    def takes(self, task: Token, store: Store, event: BpmnEvent) -> bool:
        """Whether a message that is thrown in this instance is the one that is waited for."""
        thrown, key = event.event_definition, self.element.event.key
        if not isinstance(thrown, e.MessageEventDefinition) or store.get("sub") != thrown.name:
            return False
        return bool(key_of(task, key, "the correlation key") == event.correlations["key"])

    def throw(self, my_task: Token) -> None:
        """A message without a job goes nowhere, as in Camunda 8; in SpiffWorkflow's dialect to
        whoever waits for it in the same case."""
        event, game = self.element.event, my_task.game
        if not event.is_inside:
            return
        payload = thrown_with(my_task, self.element) or {}
        remember(my_task, event.properties, payload)
        name = text_of(my_task, event.name, "the message's name")
        key = key_of(my_task, event.key, "the correlation key")
        game.subprocesses.read_all()  # whoever waits for it
        message = e.MessageEventDefinition(name)
        game.catch(BpmnEvent(message, payload=payload, correlations={"key": key}))


class Signal(Known, e.SignalEventDefinition):  # type: ignore[misc]
    """Waits for a signal, or throws it: to this instance at once, to the others by the world."""

    def arm(self, task: Token, store: Store, at: str) -> None:
        store["signal"] = name = text_of(task, self.element.event.name, "the signal's name")
        _opened(task, self.element, at, name, "")

    def catches(self, my_task: Token, event: BpmnEvent) -> bool:
        return self.takes(my_task, my_task.internal_data, event)

    def takes(self, task: Token, store: Store, event: BpmnEvent) -> bool:
        """Whether a signal is the one that is waited for."""
        thrown = event.event_definition
        is_signal = isinstance(thrown, e.SignalEventDefinition)
        return is_signal and store.get("signal") == thrown.name

    def throw(self, my_task: Token) -> None:
        name = text_of(my_task, self.element.event.name, "the signal's name")
        throw_signal(my_task, name, thrown_with(my_task, self.element))


def thrown_with(task: Token, element: Element) -> dict[str, Any] | None:
    """What an event throws along by its payload; None where it has none. Raises EngineError for
    what is no context."""
    payload = element.event.payload
    if payload is None or payload.expression is None:
        return None
    return entries_of(task, payload.expression)


def throw_signal(task: Token, name: str, given: Mapping[str, Any] | None = None) -> None:
    """A signal is for everyone: this instance at once, the others through the caller."""
    variables = dict(task.data) if given is None else dict(given)
    task.game.emit(c.SignalThrown(task.task_spec.element_id, name, variables))
    deliver_signal(task.game, name, variables)


def deliver_signal(game: Any, name: str, variables: Mapping[str, Any]) -> None:
    game.subprocesses.read_all()  # whoever waits for it
    game.catch(BpmnEvent(e.SignalEventDefinition(name), payload=variables))


class Condition(Known, EventDefinition):  # type: ignore[misc]
    """Waits until a condition holds. Nobody sends it: `watching` finds it by what changes."""

    def arm(self, task: Token, store: Store, at: str) -> None:
        store["cond"] = True
        task.game.changed.append((task.id, frozenset(), True))


class Coded(Known):
    """An error or an escalation: caught by its code, or by none."""

    base: type
    code: str | None

    def catches(self, my_task: Token, event: BpmnEvent) -> bool:
        thrown: Any = event.event_definition
        is_same = isinstance(thrown, self.base)
        return is_same and self.code in (None, event.event_definition.code)

    def throw(self, my_task: Token) -> None:
        code = code_of(my_task, self.element.event.name, Sentence(self.what))
        given = thrown_with(my_task, self.element)
        throw_code(my_task, self.base, code, dict(my_task.data) if given is None else given)

    what = ""


def throw_code(
    task: Token, kind: type, code: str, variables: Mapping[str, Any], message: str = ""
) -> bool:
    """Look for who catches an error or escalation; True when something did."""
    event = BpmnEvent(kind(message, code), payload=variables, target=task)
    return bool(task.game.event_manager.catch(event))


class Error(Coded, e.ErrorEventDefinition):  # type: ignore[misc]
    base = e.ErrorEventDefinition
    what = "the error's code"


class Escalation(Coded, e.EscalationEventDefinition):  # type: ignore[misc]
    base = e.EscalationEventDefinition
    what = "the escalation's code"


class Timer(Known, e.TimeDateEventDefinition):  # type: ignore[misc]
    """Due once, at an absolute instant that is given to the world, which fires it; of a cycle each
    time is a wait of its own."""

    def has_fired(self, my_task: Token) -> bool:
        return bool(my_task._get_internal_data("event_fired", False))

    def arm(self, task: Token, store: Store, at: str) -> None:
        event, game, left = self.element.event, task.game, store.get("left")
        if "anchor" in store:
            anchor = datetime.fromisoformat(store["anchor"])
            due, left = next_due(task, event, anchor=anchor, fired=store["fired"]), left or 0
        else:
            due, left = first_due(task, event)
            if left:
                store["anchor"] = game.now.isoformat()
        store["due"] = due.isoformat()
        if left:
            store["left"] = left
        else:
            store.pop("left", None)
        game.emit(c.TimerSet(at, self.element.id, due, left))


_BY_NAME = (e.SignalEventDefinition, e.MessageEventDefinition)


class Several(e.MultipleEventDefinition):  # type: ignore[misc]
    """What an event-based gateway waits for, each under an id of its own."""

    def update_task(self, my_task: Token) -> None:
        if "alts" in my_task.internal_data:
            return
        game, stores = my_task.game, my_task.internal_data.setdefault("alts", {})
        for number, definition in enumerate(self.event_definitions):
            at = game.new_id()
            store = stores[at] = {"is": number}
            game.alternatives[at] = my_task
            definition.arm(my_task, store, at)

    def catches(self, my_task: Token, event: BpmnEvent | None = None) -> bool:
        return self._caught_by(my_task, event) is not None

    def _caught_by(self, task: Token, event: BpmnEvent | None) -> str | None:
        if event is None or not isinstance(event.event_definition, _BY_NAME):
            return None
        for at, store in task.internal_data.get("alts", {}).items():
            definition = self.event_definitions[store["is"]]
            if isinstance(definition, Message | Signal) and definition.takes(task, store, event):
                return str(at)
        return None

    def catch(self, my_task: Token, event: BpmnEvent | None = None) -> None:
        """The first of them: by its number where the world named its id."""
        state = my_task.internal_data
        at = state.pop("named", None) or self._caught_by(my_task, event)
        number = state["alts"][at]["is"]
        definition = self.event_definitions[number]
        state["seen_events"] = [BpmnEvent(definition, event.payload if event else {})]


_KINDS: dict[str, type[Any]] = {
    "message": Message,
    "signal": Signal,
    "error": Error,
    "escalation": Escalation,
    "timer": Timer,
    "conditional": Condition,
}


def definition_of(element: Element) -> e.EventDefinition:
    """The definition of an event."""
    event = element.event
    if event.kind == "terminate":
        return e.TerminateEventDefinition()
    kind = _KINDS.get(event.kind)
    if kind is None:
        return e.NoneEventDefinition()
    source = event.name.source if event.name is not None else ""
    name = f"event {element.id}"
    if event.kind in ("error", "escalation"):
        made = kind(name, source or None)
    else:
        made = kind(name, "") if event.kind == "timer" else kind(name)
    made.element = element
    return made
