"""A small language for diagrams, so that a test shows the process it is about.

    process p {
      startEvent start
      userTask ask groups=handler
      boundaryEvent late on=ask timer=PT1H interrupting=no
      start -> ask -> done
      late -> done if amount > 5
    }

One element a line: kind, id, then attributes and marks. Flows chain with `->`; the last may carry
`if …` or `default`.
"""

from __future__ import annotations

import itertools
import shlex
from xml.sax.saxutils import quoteattr

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">'
)
EVENTS = ("timer", "date", "cycle", "message", "signal", "error", "escalation", "link", "when")
MARKS = ("terminate", "compensate", "conditional", "cancel", "standardLoop")


class Drawing:
    """Collects the XML of one file while it is read line by line."""

    def __init__(self) -> None:
        self.roots: list[str] = []
        self.count = itertools.count(1)
        self.associations = ""

    def draw(self, text: str) -> bytes:
        lines = iter([line.strip() for line in text.strip().splitlines() if line.strip()])
        body = "".join(self.block(lines, line) for line in lines)
        return (HEAD + "".join(self.roots) + body + "</definitions>").encode()

    def block(self, lines, head):
        """An element with everything up to its closing brace, or a single line."""
        if not head.endswith("{"):
            return self.element(head, "")
        inside, flows = [], []
        for line in lines:
            if line == "}":
                break
            if "->" in line.split(" if ")[0]:
                flows.append(line)
            elif line.startswith("<"):
                inside.append(line)
            else:
                inside.append(self.block(lines, line))
        drawn, defaults = self.flows(flows)
        for source, flow in defaults.items():
            inside = [
                text.replace(f'id="{source}"', f'id="{source}" default="{flow}"', 1)
                for text in inside
            ]
        return self.element(head[:-1], "".join(inside) + drawn)

    def flows(self, lines):
        drawn, defaults = "", {}
        for line in lines:
            path, _, condition = line.partition(" if ")
            is_default = path.endswith(" default")
            nodes = [node.strip() for node in path.removesuffix(" default").split("->")]
            for at, (source, target) in enumerate(itertools.pairwise(nodes)):
                last = at == len(nodes) - 2
                flow = f"{source}.{target}" + (
                    f".{next(self.count)}" if f'"{source}.{target}"' in drawn else ""
                )
                inner = ""
                if condition and last:
                    inner = f"<conditionExpression>= {_text(condition)}</conditionExpression>"
                if is_default and last:
                    defaults[source] = flow
                drawn += (
                    f'<sequenceFlow id="{flow}" sourceRef="{source}" '
                    f'targetRef="{target}">{inner}</sequenceFlow>'
                )
        return drawn, defaults

    def element(self, head, inside):
        kind, identifier, *words = shlex.split(head)
        given = dict(word.partition("=")[::2] for word in words)
        attributes = f"id={quoteattr(identifier)}"
        if kind == "process":
            attributes += ' isExecutable="true"'
        if "name" in given:
            attributes += f" name={quoteattr(given['name'])}"
        if "on" in given:
            attributes += f" attachedToRef={quoteattr(given['on'])}"
        if given.get("interrupting") == "no":
            attributes += ' cancelActivity="false" isInterrupting="false"'
        if "event" in given:
            attributes += ' triggeredByEvent="true"'
        if "handles" in given:
            attributes += ' isForCompensation="true"'
            self.associations += (
                f'<association id="to-{identifier}" sourceRef={quoteattr(given["handles"])} '
                f"targetRef={quoteattr(identifier)}/>"
            )
        if kind == "process":
            inside += self.associations
            self.associations = ""
        if "instantiate" in given:
            attributes += ' instantiate="true"'
        if kind == "receiveTask" and "message" in given:
            attributes += f" messageRef={quoteattr(self.message(given))}"
        definition = "" if kind == "receiveTask" else self.definitions(given)
        if given.get("cancels") == "no":
            attributes += ' cancelRemainingInstances="false"'
        if "done" in given:
            inside += f"<completionCondition>= {_text(given['done'])}</completionCondition>"
        return (
            f"<{kind} {attributes}>{_extensions(given)}{definition}{_loop(given)}{inside}</{kind}>"
        )

    def definitions(self, given):
        found = ""
        for name in EVENTS:
            if name in given:
                found += self.definition(name, given)
        for mark in MARKS[:-1]:
            if mark in given:
                named = given[mark]
                of = f" activityRef={quoteattr(named)}" if named and mark == "compensate" else ""
                found += f"<{mark}EventDefinition{of}/>"
        return found

    def definition(self, name, given):
        value = given[name]
        if name in ("timer", "date", "cycle"):
            tag = {"timer": "timeDuration", "date": "timeDate", "cycle": "timeCycle"}[name]
            return f"<timerEventDefinition><{tag}>{_text(value)}</{tag}></timerEventDefinition>"
        if name == "when":
            filtered = _tag("conditionalFilter", variableEvents=given.get("on-change"))
            inner = f"<extensionElements>{filtered}</extensionElements>" if filtered else ""
            return (
                f"<conditionalEventDefinition><condition>= {_text(value)}</condition>{inner}"
                "</conditionalEventDefinition>"
            )
        if name == "link":
            return f"<linkEventDefinition name={quoteattr(value)}/>"
        if name == "message":
            return f"<messageEventDefinition messageRef={quoteattr(self.message(given))}/>"
        if not value:
            return f"<{name}EventDefinition/>"
        identifier = f"{name}-{next(self.count)}"
        attribute = {"signal": "name", "error": "errorCode", "escalation": "escalationCode"}[name]
        self.roots.append(f"<{name} id={quoteattr(identifier)} {attribute}={quoteattr(value)}/>")
        return f"<{name}EventDefinition {name}Ref={quoteattr(identifier)}/>"

    def message(self, given):
        identifier = f"message-{next(self.count)}"
        key = given.get("key")
        extension = f"<zeebe:subscription correlationKey={quoteattr(key)}/>" if key else ""
        self.roots.append(
            f"<message id={quoteattr(identifier)} name={quoteattr(given['message'])}>"
            f"<extensionElements>{extension}</extensionElements></message>"
        )
        return identifier


def draw(text: str) -> bytes:
    """The BPMN file of a drawing."""
    return Drawing().draw(text)


def _text(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;")


def _tag(name: str, /, **attributes: str | None) -> str:
    given = "".join(
        f" {key}={quoteattr(value)}" for key, value in attributes.items() if value is not None
    )
    return f"<zeebe:{name}{given}/>" if given else ""


def _extensions(given: dict[str, str]) -> str:
    maps = "".join(
        _tag({"in": "input", "out": "output"}[way], source=value, target=target)
        for key, value in given.items()
        for way, dot, target in [key.partition(".")]
        if dot and way in ("in", "out")
    )
    properties = "".join(
        _tag("property", name=key[5:], value=value)
        for key, value in given.items()
        if key.startswith("prop.")
    )
    headers = "".join(
        _tag("header", key=key[5:], value=value)
        for key, value in given.items()
        if key.startswith("head.")
    )
    found = (
        _tag("taskDefinition", type=given.get("job"), retries=given.get("retries"))
        + _tag("formDefinition", formId=given.get("form"))
        + _tag(
            "assignmentDefinition",
            assignee=given.get("assignee"),
            candidateGroups=given.get("groups"),
            candidateUsers=given.get("users"),
        )
        + _tag("taskSchedule", dueDate=given.get("due"), followUpDate=given.get("follow"))
        + _tag("priorityDefinition", priority=given.get("priority"))
        + _tag(
            "calledElement",
            processId=given.get("calls"),
            propagateAllChildVariables=given.get("child"),
            propagateAllParentVariables=given.get("parent"),
        )
    )
    if "script" in given:
        found += _tag("script", expression=given["script"], resultVariable=given.get("result"))
    if "decision" in given:
        found += _tag(
            "calledDecision", decisionId=given["decision"], resultVariable=given.get("result")
        )
    if {"begins", "gathers"} & given.keys():
        found += _tag(
            "adHoc",
            activeElementsCollection=given.get("begins"),
            outputCollection=given.get("gathers"),
            outputElement=given.get("of"),
        )
    if maps:
        found += f"<zeebe:ioMapping>{maps}</zeebe:ioMapping>"
    found += _listeners(given)
    if headers:
        found += f"<zeebe:taskHeaders>{headers}</zeebe:taskHeaders>"
    if properties:
        found += f"<zeebe:properties>{properties}</zeebe:properties>"
    return f"<extensionElements>{found}</extensionElements>" if found else ""


def _listeners(given: dict[str, str]) -> str:
    """`listen.start=a,b` are two execution listeners with those job types."""
    made = "".join(
        _tag("executionListener", eventType=key[7:], type=kind)
        for key, value in given.items()
        if key.startswith("listen.")
        for kind in value.split(",")
    )
    return f"<zeebe:executionListeners>{made}</zeebe:executionListeners>" if made else ""


def _loop(given: dict[str, str]) -> str:
    if "standardLoop" in given:
        return "<standardLoopCharacteristics/>"
    if "each" not in given:
        return ""
    inner = _tag(
        "loopCharacteristics",
        inputCollection=given["each"],
        inputElement=given.get("item"),
        outputCollection=given.get("collect"),
        outputElement=given.get("of"),
    )
    until = (
        f"<completionCondition>{_text(given['until'])}</completionCondition>"
        if "until" in given
        else ""
    )
    sequential = ' isSequential="true"' if "sequential" in given else ""
    return (
        f"<multiInstanceLoopCharacteristics{sequential}><extensionElements>{inner}</extensionElements>"
        f"{until}</multiInstanceLoopCharacteristics>"
    )
