"""BPMN XML to the model, by lxml. Every problem met on the way is collected, none stops the reading of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from service.engine import names as n
from service.engine.model import Element, EventDefinition, Flow, Loop, Mapped, Process, Text
from service.errors import Problem, Severity
from service.feel import Expression, FeelError, compile_expression


@dataclass(slots=True)
class Reader:
    """Reads one file. `problems` fills up; `processes` are the executable ones."""

    file: str
    root: etree._Element
    problems: list[Problem] = field(default_factory=list)
    ids: dict[str, etree._Element] = field(default_factory=dict)

    def read(self) -> list[Process]:
        for node in self.root.iter(etree.Element):
            self._index(node)
        found = []
        for node in self.root.iterfind(n.b("process")):
            if node.get("isExecutable") == "true":
                found.append(self._process(node))
        return found

    def report(
        self, code: str, node: etree._Element | None, message: str, mend: str, severity: Severity = Severity.ERROR
    ) -> None:
        line = int(node.sourceline or 0) if node is not None else 0
        element = _owner(node) if node is not None else ""
        self.problems.append(Problem(code, self.file, line, element, message, mend, severity))

    def _index(self, node: etree._Element) -> None:
        identifier = node.get("id")
        if identifier is None or not isinstance(node.tag, str) or not node.tag.startswith(n.BPMN):
            return
        if identifier in self.ids:
            self.report(
                "bpmn-duplicate-id", node, f"the id {identifier!r} is used twice", "Give each element its own id."
            )
        self.ids[identifier] = node

    def _process(self, node: etree._Element) -> Process:
        lanes = self._lanes(node)
        elements: dict[str, Element] = {}
        self._scope(node, "", elements, {ref: lane for lane, refs in lanes.items() for ref in refs["members"].split()})
        children: dict[str, list[Element]] = {}
        attached: dict[str, list[Element]] = {}
        for element in elements.values():
            children.setdefault(element.scope, []).append(element)
            if element.attached_to is not None:
                attached.setdefault(element.attached_to, []).append(element)
        tag = node.find(f"{n.b('extensionElements')}/{n.z('versionTag')}")
        return Process(
            id=node.get("id") or "",
            name=node.get("name") or node.get("id") or "",
            file=self.file,
            line=int(node.sourceline or 0),
            version_tag=None if tag is None else tag.get("value"),
            properties=_properties(node),
            elements=elements,
            children={key: tuple(value) for key, value in children.items()},
            attached={key: tuple(value) for key, value in attached.items()},
            lanes=lanes,
        )

    def _lanes(self, process: etree._Element) -> dict[str, dict[str, str]]:
        lanes = {}
        for lane in process.iter(n.b("lane")):
            if lane.find(n.b("childLaneSet")) is not None:
                continue
            members = " ".join((ref.text or "").strip() for ref in lane.iterfind(n.b("flowNodeRef")))
            lanes[lane.get("id", "")] = {"name": lane.get("name") or "", "members": members, **_properties(lane)}
        return lanes

    def _scope(self, parent: etree._Element, scope: str, elements: dict[str, Element], lane_of: dict[str, str]) -> None:
        flows = list(self._flows(parent))
        lanes = {lane.get("id"): lane.get("name") or "" for lane in self.root.iter(n.b("lane"))}
        for node in parent:
            kind = n.local(node)
            if kind not in n.FLOW_NODES:
                self._beside(node, kind)
                continue
            identifier = node.get("id") or ""
            if not identifier:
                self.report("bpmn-no-id", node, f"the {kind} has no id", "Give it one.")
                continue
            lane = lanes.get(lane_of.get(identifier) or lane_of.get(scope))
            elements[identifier] = self._element(node, kind, scope, flows, lane)
            if kind in n.SCOPES:
                if identifier in lane_of or scope in lane_of:
                    lane_of.setdefault(identifier, lane_of.get(scope, ""))
                self._scope(node, identifier, elements, _inherit(node, identifier, lane_of))

    def _beside(self, node: etree._Element, kind: str) -> None:
        if kind in n.REFUSED:
            code, mend = n.REFUSED[kind]
            self.report(code, node, f"a {kind} cannot be run", mend)
        elif kind and kind not in n.DRAWN_ONLY and isinstance(node.tag, str) and node.tag.startswith(n.BPMN):
            self.report("bpmn-unknown-element", node, f"the element {kind!r} is not known", "Remove it.")

    def _flows(self, parent: etree._Element) -> Iterator[Flow]:
        for node in parent.iterfind(n.b("sequenceFlow")):
            condition = node.find(n.b("conditionExpression"))
            text = "".join(condition.itertext()).strip() if condition is not None else ""
            compiled = self.feel(text.removeprefix("="), condition) if condition is not None and text else None
            flow = Flow(node.get("id", ""), node.get("sourceRef", ""), node.get("targetRef", ""), compiled)
            for end, ref in (("sourceRef", flow.source), ("targetRef", flow.target)):
                target = self.ids.get(ref)
                if target is None or target.getparent() is not parent:
                    self.report(
                        "bpmn-dangling-flow",
                        node,
                        f"{end} is {ref!r}, no element of the same scope",
                        "Connect the flow.",
                    )
            yield flow

    def _element(self, node: etree._Element, kind: str, scope: str, flows: list[Flow], lane: str | None) -> Element:
        identifier = node.get("id", "")
        extensions = node.find(n.b("extensionElements"))
        ext = extensions if extensions is not None else etree.Element("none")
        self._check_extensions(ext)
        job, user = ext.find(n.z("taskDefinition")), ext.find(n.z("assignmentDefinition"))
        schedule, priority = ext.find(n.z("taskSchedule")), ext.find(n.z("priorityDefinition"))
        script, decision = ext.find(n.z("script")), ext.find(n.z("calledDecision"))
        called, form = ext.find(n.z("calledElement")), ext.find(n.z("formDefinition"))
        return Element(
            id=identifier,
            kind=kind,
            name=node.get("name") or "",
            scope=scope,
            line=int(node.sourceline or 0),
            incoming=tuple(flow.id for flow in flows if flow.target == identifier),
            outgoing=tuple(flow for flow in flows if flow.source == identifier),
            default=node.get("default"),
            event=self._event(node),
            attached_to=node.get("attachedToRef"),
            interrupting=node.get("cancelActivity", "true") != "false"
            and node.get("isInterrupting", "true") != "false",
            triggered_by_event=node.get("triggeredByEvent") == "true",
            loop=self._loop(node),
            inputs=tuple(self._mappings(ext, "input")),
            outputs=tuple(self._mappings(ext, "output")),
            job_type=self.text(job, "type"),
            retries=self.text(job, "retries"),
            headers={
                h.get("key", ""): h.get("value", "") for h in ext.iterfind(f"{n.z('taskHeaders')}/{n.z('header')}")
            },
            properties=_properties(node),
            form_id=None if form is None else form.get("formId"),
            assignee=self.text(user, "assignee"),
            candidate_groups=self.text(user, "candidateGroups"),
            candidate_users=self.text(user, "candidateUsers"),
            due=self.text(schedule, "dueDate"),
            follow_up=self.text(schedule, "followUpDate"),
            priority=self.text(priority, "priority"),
            script=None if script is None else self.feel(script.get("expression", "").removeprefix("="), script),
            result_variable=_result_variable(script, decision),
            decision=self.text(decision, "decisionId"),
            called_process=self.text(called, "processId"),
            propagate_child=called is None or called.get("propagateAllChildVariables", "true") != "false",
            propagate_parent=called is None or called.get("propagateAllParentVariables", "true") != "false",
            lane=lane,
        )

    def _check_extensions(self, ext: etree._Element) -> None:
        for child in ext:
            if isinstance(child.tag, str) and child.tag.startswith(n.ZEEBE) and n.local(child) not in n.EXTENSIONS:
                self.report(
                    "bpmn-unknown-extension",
                    child,
                    f"the extension zeebe:{n.local(child)} is not known here and has no effect",
                    "Remove it, or do not rely on it.",
                    Severity.WARNING,
                )

    def _event(self, node: etree._Element) -> EventDefinition:
        definitions = [child for child in node if n.local(child).endswith("EventDefinition")]
        definitions += [c for c in node if n.local(c) == "eventDefinitionRef"]
        if len(definitions) > 1:
            self.report(
                "bpmn-unsupported-multiple-event",
                node,
                "an event with several definitions cannot be run",
                "Draw one event for each definition.",
            )
        if n.local(node) == "receiveTask":
            return self._message(node, node)
        if not definitions:
            return EventDefinition("none")
        definition = definitions[0]
        match n.local(definition).removesuffix("EventDefinition"):
            case "message":
                return self._message(definition, node)
            case "timer":
                return self._timer(definition)
            case "signal" | "error" | "escalation" as kind:
                return self._reference(definition, kind)
            case "link":
                return EventDefinition("link", name=Text(definition.get("name") or ""))
            case "terminate":
                return EventDefinition("terminate")
            case other:
                code, mend = n.REFUSED_EVENTS.get(other, ("bpmn-unknown-event", "Use another event."))
                self.report(code, definition, f"an event of the kind {other!r} cannot be run", mend)
                return EventDefinition("none")

    def _message(self, holder: etree._Element, node: etree._Element) -> EventDefinition:
        message = self.ids.get(holder.get("messageRef", ""))
        if message is None:
            if n.local(node) in n.CATCHING:
                self.report("bpmn-missing-message", node, "no message is named", "Choose the message it waits for.")
            return EventDefinition("message")
        subscription = message.find(f"{n.b('extensionElements')}/{n.z('subscription')}")
        return EventDefinition(
            "message", name=self.text(message, "name"), key=self.text(subscription, "correlationKey")
        )

    def _reference(self, definition: etree._Element, kind: str) -> EventDefinition:
        attribute = {"signal": "name", "error": "errorCode", "escalation": "escalationCode"}[kind]
        reference = definition.get(f"{kind}Ref")
        target = self.ids.get(reference or "")
        if reference and target is None:
            self.report(
                "bpmn-dangling-reference", definition, f"{kind}Ref is {reference!r}, which is not there", "Choose one."
            )
        return EventDefinition(kind, name=self.text(target, attribute))

    def _timer(self, definition: etree._Element) -> EventDefinition:
        for child in definition:
            tag = n.local(child)
            if tag in ("timeDate", "timeDuration", "timeCycle"):
                text = "".join(child.itertext()).strip()
                return EventDefinition("timer", timer=tag[4:].lower(), value=self.of(text, child))
        self.report("bpmn-timer-empty", definition, "the timer says no time", "Give a date, a duration or a cycle.")
        return EventDefinition("timer", timer="duration", value=Text("PT0S"))

    def _loop(self, node: etree._Element) -> Loop | None:
        if node.find(n.b("standardLoopCharacteristics")) is not None:
            self.report(
                "bpmn-unsupported-standard-loop", node, "a standard loop cannot be run", "Draw the loop with a gateway."
            )
        found = node.find(n.b("multiInstanceLoopCharacteristics"))
        if found is None:
            return None
        extension = found.find(f"{n.b('extensionElements')}/{n.z('loopCharacteristics')}")
        collection = self.text(extension, "inputCollection")
        if extension is None or collection is None or collection.expression is None:
            self.report(
                "bpmn-loop-without-collection",
                node,
                "the multi-instance activity has no input collection",
                "Give zeebe:loopCharacteristics an inputCollection expression that begins with =.",
            )
            return None
        done = found.find(n.b("completionCondition"))
        text = "".join(done.itertext()).strip() if done is not None else ""
        return Loop(
            sequential=found.get("isSequential") == "true",
            collection=collection,
            element=extension.get("inputElement"),
            output_collection=extension.get("outputCollection"),
            output_element=self.text(extension, "outputElement"),
            completion=self.feel(text.removeprefix("="), done) if done is not None and text else None,
        )

    def _mappings(self, ext: etree._Element, kind: str) -> Iterator[Mapped]:
        for node in ext.iterfind(f"{n.z('ioMapping')}/{n.z(kind)}"):
            source, target = self.text(node, "source"), node.get("target", "")
            if not target:
                self.report("bpmn-mapping-target", node, f"an {kind} mapping has no target", "Name the variable.")
            elif source is not None:
                yield Mapped(source, target)

    def text(self, node: etree._Element | None, attribute: str) -> Text | None:
        """An attribute as literal or FEEL; None where there is none."""
        value = node.get(attribute) if node is not None else None
        return self.of(value, node) if value else None

    def of(self, value: str, node: etree._Element | None) -> Text:
        stripped = value.strip()
        if not stripped.startswith("="):
            return Text(value)
        return Text(value, self.feel(stripped[1:], node))

    def feel(self, text: str, node: etree._Element | None) -> Expression | None:
        try:
            return compile_expression(text)
        except FeelError as error:
            self.report("feel-syntax", node, f"the expression {text[:80]!r} cannot be read: {error}", "Mend it.")
            return None


def _inherit(node: etree._Element, scope: str, lane_of: dict[str, str]) -> dict[str, str]:
    """Elements inside a sub-process stand in its lane unless they say otherwise."""
    lane = lane_of.get(scope)
    if not lane:
        return lane_of
    return {**{child.get("id", ""): lane for child in node}, **lane_of}


def _properties(node: etree._Element) -> dict[str, str]:
    path = f"{n.b('extensionElements')}/{n.z('properties')}/{n.z('property')}"
    return {entry.get("name", ""): entry.get("value", "") for entry in node.iterfind(path)}


def _result_variable(*nodes: etree._Element | None) -> str | None:
    for node in nodes:
        if node is not None:
            return node.get("resultVariable")
    return None


def _owner(node: etree._Element) -> str:
    """The id of the nearest flow element at or above a node."""
    at: etree._Element | None = node
    while at is not None:
        if at.get("id") and n.local(at) in n.OWNERS:
            return str(at.get("id"))
        at = at.getparent()
    return str(node.get("id") or "")
