"""Event definitions and loop characteristics from XML to the model."""

from __future__ import annotations

from typing import Protocol

from lxml import etree

from service.bpmn import names as n
from service.bpmn import spiff_events
from service.bpmn.model import EventDefinition, Loop, Text
from service.bpmn.read_compensation import read_thrown
from service.bpmn.spiff_events import correlation_of, payload_of
from service.feel import Expression
from service.sentence import Sentence

NONE = EventDefinition("none")


class Reader(spiff_events.Reader, Protocol):
    """What reading an event asks of the file that it stands in."""

    is_plain: bool

    def text(self, node: etree._Element | None, attribute: str) -> Text | None:
        """An attribute as literal or FEEL; None where there is none."""

    def of(self, value: str, node: etree._Element | None) -> Text:
        """A text as literal or FEEL."""

    def formula(self, text: str, node: etree._Element | None) -> Expression | None:
        """A text that can be nothing but FEEL."""


def read_event(reader: Reader, node: etree._Element) -> EventDefinition:
    """What an event waits for or throws; kind "refused" when that was reported already."""
    kind = n.local(node)
    if kind == "receiveTask" or (kind == "sendTask" and reader.is_plain and node.get("messageRef")):
        return _message(reader, node, node)
    definitions = [
        child
        for child in node
        if isinstance(child.tag, str)
        and n.local(child).endswith(("EventDefinition", "eventDefinitionRef"))
    ]
    if not definitions:
        return NONE
    if len(definitions) > 1 or n.local(definitions[0]) == "eventDefinitionRef":
        reader.report(
            "bpmn-unsupported-multiple-event",
            node,
            "an event with several definitions, or one by reference, cannot be run",
            "Draw one event for each definition.",
        )
        return EventDefinition("refused")
    return _definition(reader, definitions[0], node)


def _definition(
    reader: Reader, definition: etree._Element, node: etree._Element
) -> EventDefinition:
    match n.local(definition).removesuffix("EventDefinition"):
        case "message":
            return _message(reader, definition, node)
        case "timer":
            return _timer(reader, definition)
        case "compensate":
            return read_thrown(definition)
        case "conditional":
            return _condition(reader, definition, node)
        case "signal" | "error" | "escalation" as kind:
            return _reference(reader, definition, node, kind)
        case "link":
            return EventDefinition("link", name=Text(definition.get("name") or ""))
        case "terminate":
            return EventDefinition("terminate")
        case other:
            code, fix = n.REFUSED_EVENTS.get(other, ("bpmn-unknown-event", "Use another event."))
            reader.report(
                code,
                node,
                Sentence("an event of the kind {other!r} cannot be run", other=other),
                fix,
            )
            return EventDefinition("refused")


def _message(reader: Reader, holder: etree._Element, node: etree._Element) -> EventDefinition:
    message = reader.ids.get(holder.get("messageRef", ""))
    if message is None or n.local(message) != "message" or not message.get("name"):
        if n.local(node) in n.CATCHING:
            reader.report(
                "bpmn-missing-message",
                node,
                "no message with a name is chosen",
                "Choose the message.",
            )
            return EventDefinition("refused")
        return EventDefinition("message")
    subscription = message.find(f"{n.b('extensionElements')}/{n.z('subscription')}")
    if reader.is_plain:
        found = correlation_of(reader, message, node)
        throws = n.local(node) not in n.CATCHING
        payload = payload_of(reader, node) if throws else None
        name = reader.text(message, "name")
        return EventDefinition("message", name, payload=payload, is_inside=throws, **found)
    return EventDefinition(
        "message",
        name=reader.text(message, "name"),
        key=reader.text(subscription, "correlationKey"),
    )


def _reference(
    reader: Reader, definition: etree._Element, node: etree._Element, kind: str
) -> EventDefinition:
    attribute = {"signal": "name", "error": "errorCode", "escalation": "escalationCode"}[kind]
    reference = definition.get(f"{kind}Ref")
    target = reader.ids.get(reference or "")
    if reference and target is None:
        reader.report(
            "bpmn-dangling-reference",
            definition,
            Sentence(
                "{kind}Ref is {reference!r}, which is not there", kind=kind, reference=reference
            ),
            "Choose one.",
        )
        return EventDefinition("refused")
    name = reader.text(target, attribute)
    if not reader.is_plain:
        return EventDefinition(kind, name=name)
    throws = n.local(node) not in n.CATCHING
    if name is None and (throws or kind == "signal"):
        # SpiffWorkflow goes by the name where there is no code, of the event where it refers to
        # nothing.
        name = reader.text(node if target is None else target, "name")
    return EventDefinition(kind, name, payload=payload_of(reader, node) if throws else None)


def _timer(reader: Reader, definition: etree._Element) -> EventDefinition:
    for child in definition:
        tag = n.local(child)
        text = "".join(child.itertext()).strip()
        if tag in ("timeDate", "timeDuration", "timeCycle") and text:
            return EventDefinition("timer", timer=tag[4:].lower(), value=reader.of(text, child))
    reader.report(
        "bpmn-timer-empty",
        definition,
        "the timer says no time",
        "Give a date, a duration or a cycle.",
    )
    return EventDefinition("refused")


def _condition(reader: Reader, definition: etree._Element, node: etree._Element) -> EventDefinition:
    if reader.is_plain:
        reader.report(
            "bpmn-unsupported-conditional-event",
            node,
            "a condition in Python cannot be run",
            "Write it in FEEL, in a diagram for Camunda 8.",
        )
        return EventDefinition("refused")
    condition = definition.find(n.b("condition"))
    text = "" if condition is None else "".join(condition.itertext()).strip()
    if not text:
        reader.report(
            "bpmn-condition-missing", node, "the event has no condition", "Write it in FEEL."
        )
        return EventDefinition("refused")
    found = reader.formula(text, condition)
    if found is None:
        return EventDefinition("refused")
    path = f"{n.b('extensionElements')}/{n.z('conditionalFilter')}"
    given = definition.find(path)
    said = "" if given is None else given.get("variableEvents", "")
    changes = frozenset(each.strip() for each in said.split(",") if each.strip())
    if changes - {"create", "update"}:
        reader.report(
            "bpmn-condition-filter",
            node,
            Sentence("expected create or update as changes to look at, got {said!r}", said=said),
            "Write create, update, or both.",
        )
        return EventDefinition("refused")
    written = Text(f"={text.removeprefix('=')}", found)
    return EventDefinition("conditional", value=written, changes=changes)


def read_loop(reader: Reader, node: etree._Element) -> Loop | None:
    """Multi-instance characteristics; standard loops are refused."""
    if node.find(n.b("standardLoopCharacteristics")) is not None:
        reader.report(
            "bpmn-unsupported-standard-loop",
            node,
            "a standard loop cannot be run",
            "Draw the loop with a gateway.",
        )
    found = node.find(n.b("multiInstanceLoopCharacteristics"))
    if found is None:
        return None
    extension = found.find(f"{n.b('extensionElements')}/{n.z('loopCharacteristics')}")
    collection = reader.text(extension, "inputCollection")
    if extension is None or collection is None or not collection.source.startswith("="):
        reader.report(
            "bpmn-loop-without-collection",
            node,
            "the multi-instance activity has no input collection",
            "Give zeebe:loopCharacteristics an inputCollection expression that begins with =.",
        )
        return None
    if bool(extension.get("outputCollection")) != bool(extension.get("outputElement")):
        reader.report(
            "bpmn-loop-output",
            node,
            "outputCollection and outputElement go together",
            "Give both, or neither.",
        )
    done = found.find(n.b("completionCondition"))
    text = "".join(done.itertext()).strip() if done is not None else ""
    return Loop(
        sequential=found.get("isSequential") == "true",
        collection=collection,
        element=extension.get("inputElement"),
        output_collection=extension.get("outputCollection"),
        output_element=reader.text(extension, "outputElement"),
        completion=reader.formula(text, done) if done is not None and text else None,
    )
