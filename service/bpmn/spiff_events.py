"""What SpiffWorkflow's dialect says of events: payloads, the variables that take them, and how a
message finds the conversation that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from lxml import etree

from service.bpmn import names as n
from service.bpmn.model import Text
from service.bpmn.spiff_python import Reports, as_feel
from service.bpmn.tree import text_in, text_of
from service.feel import Expression

_OPERATOR = f"{n.b('extensionElements')}/{n.s('serviceTaskOperator')}"
_REFERENCES = ("messageRef", "signalRef", "errorRef", "escalationRef")


class Reader(Reports, Protocol):
    """What reading asks of the file that an event stands in."""

    root: etree._Element

    @property
    def ids(self) -> Mapping[str, etree._Element]:
        """Every element of the file by its id."""

    def feel(self, text: str, node: etree._Element | None) -> Expression | None:
        """An expression, compiled."""


def gathered(reader: Reader, node: etree._Element) -> str | None:
    """The variable that takes the whole of what an element waited for: a form's answers, a
    service's result, the payload of an event. None where each name is a variable of its own."""
    kind = n.local(node)
    if kind == "userTask":
        return text_of(node, "variableName") or None
    if kind == "serviceTask":
        operator = node.find(_OPERATOR)
        if operator is None:
            return None
        plain = (node.get("id") or "").replace("-", "_")
        return operator.get("resultVariable") or f"spiff__{plain}_result"
    if kind not in n.CATCHING:
        return None
    named = ("messageVariable", "variableName")
    return next((text for text in _said(reader, node, named) if text), None)


def payload_of(reader: Reader, node: etree._Element) -> Text | None:
    """What an event throws along; None where it throws the variables."""
    named = ("messagePayload", "payloadExpression")
    text = next((text for text in _said(reader, node, named) if text), None)
    if text is None:
        return None
    feel = as_feel(reader, text, node)
    return None if feel is None else Text(f"={feel}", reader.feel(feel, node))


def _said(reader: Reader, node: etree._Element, names: tuple[str, ...]) -> Iterator[str]:
    """What the event, its definition and what that refers to say under these names."""
    for place in _places(reader, node):
        for name in names:
            yield text_of(place, name)


def _places(reader: Reader, node: etree._Element) -> Iterator[etree._Element]:
    yield node
    definitions = [child for child in node if n.local(child).endswith("EventDefinition")]
    yield from definitions
    for holder in (node, *definitions):
        for name in _REFERENCES:
            target = reader.ids.get(holder.get(name) or "")
            if target is not None:
                yield target


def correlation_of(reader: Reader, message: etree._Element, node: etree._Element) -> dict[str, Any]:
    """How a message finds its conversation: the `key` that a catch waits with, and the
    `properties` that are remembered of the message."""
    known = dict(_retrieved(reader, message.get("id", "")))
    own = dict(each for place in _places(reader, node) for each in _process_side(place))
    if not known and not own:
        return {"key": Text("")}
    compiled = {name: _compiled(reader, text, node) for name, text in known.items()}
    properties = tuple((name, each) for name, each in compiled.items() if each is not None)
    feel = _key([_value(reader, name, own, node) for name in sorted({*known, *own})])
    return {"key": Text(f"={feel}", reader.feel(feel, node)), "properties": properties}


def _value(reader: Reader, name: str, own: Mapping[str, str], node: etree._Element) -> str:
    """The FEEL of a property: what the process knows of itself, or what an earlier message of the
    conversation said."""
    if name in own:
        return as_feel(reader, own[name], node) or "null"
    return name


def _key(values: list[str]) -> str:
    """The FEEL of a key: the values in the order of their names with commas between them, none as
    long as one of them is not known."""
    unknown = " or ".join(f"({value}) = null" for value in values)
    if len(values) == 1:
        return f'if {unknown} then "" else string({values[0]})'
    joined = ", ".join(f"string({value})" for value in values)
    return f'if {unknown} then "" else string join([{joined}], ",")'


def _compiled(reader: Reader, text: str, node: etree._Element) -> Expression | None:
    feel = as_feel(reader, text, node)
    return None if feel is None else reader.feel(feel, node)


def _retrieved(reader: Reader, message_id: str) -> Iterator[tuple[str, str]]:
    """The properties of a message, each with the Python that finds it in the payload."""
    for each in reader.root.iter(n.b("correlationProperty")):
        for found in each.iterfind(n.b("correlationPropertyRetrievalExpression")):
            path = next(found.iter(n.b("messagePath"), n.b("formalExpression")), None)
            if found.get("messageRef") == message_id and path is not None:
                yield each.get("id", ""), text_in(path)


def _process_side(place: etree._Element) -> Iterator[tuple[str, str]]:
    path = f"{n.b('extensionElements')}/{n.s('processVariableCorrelation')}"
    for each in place.iterfind(path):
        name, expression = each.find(n.s("propertyId")), each.find(n.s("expression"))
        if name is not None and expression is not None:
            yield (name.text or "").strip(), (expression.text or "").strip()
