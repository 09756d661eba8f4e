"""BPMN XML to the model, by lxml. Every problem met on the way is collected, none stops the reading
of the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from service.bpmn import names as n
from service.bpmn import spiff
from service.bpmn.dialects import find_foreign
from service.bpmn.misplaced import find_misplaced
from service.bpmn.model import Element, Flow, Mapped, Process, Scripts, Text
from service.bpmn.near import meant
from service.bpmn.plain import data_of
from service.bpmn.read_ad_hoc import read_ad_hoc
from service.bpmn.read_compensation import with_compensation
from service.bpmn.read_events import read_event, read_loop
from service.bpmn.read_listeners import read_listeners
from service.bpmn.spiff_events import gathered
from service.bpmn.tree import text_of
from service.errors import Problem, Severity
from service.feel import BUILTINS, Expression, FeelError, compile_expression
from service.sentence import Sentence

_ID = re.compile(r"[^\W\d][\w.-]{0,199}")


@dataclass(slots=True)
class Reader:
    """Reads one file. `problems` fills up; `processes` are the executable ones."""

    file: str
    root: etree._Element
    problems: list[Problem] = field(default_factory=list)
    ids: dict[str, etree._Element] = field(default_factory=dict)
    is_plain: bool = False
    """Whether nothing of the zeebe extension is in the file."""

    def read(self) -> list[Process]:
        for node in self.root.iter(etree.Element):
            self._index(node)
        if self.root.tag != n.b("definitions"):
            self.report(
                "bpmn-not-bpmn",
                self.root,
                "the file is no BPMN 2.0 definitions",
                "Export it as BPMN 2.0.",
            )
            return []
        if self._is_foreign():
            return []
        self._report_misplaced()
        self.is_plain = spiff.adopt(self)
        processes = list(self.root.iterfind(n.b("process")))
        executable = [node for node in processes if node.get("isExecutable") == "true"]
        if not executable:
            self.report(
                "bpmn-not-executable",
                processes[0] if processes else self.root,
                "no process of this file is executable: it is a drawing only",
                'Set isExecutable="true" where it is to run.',
                Severity.WARNING,
            )
        return [self._process(node) for node in executable if self._has_id(node)]

    def report(
        self,
        code: str,
        node: etree._Element | None,
        message: str,
        fix: str,
        severity: Severity = Severity.ERROR,
    ) -> None:
        line = int(node.sourceline or 0) if node is not None else 0
        element = _owner(node) if node is not None else ""
        self.problems.append(Problem(code, self.file, line, element, message, fix, severity))

    def _has_id(self, process: etree._Element) -> bool:
        if not process.get("id"):
            self.report("bpmn-no-id", process, "the process has no id", "Give it one.")
        return bool(process.get("id"))

    def _report_misplaced(self) -> None:
        for node, holder in find_misplaced(self.root):
            self.report(
                "bpmn-misplaced",
                node,
                Sentence(
                    "the {kind} stands in a {holder}, where it has no meaning",
                    kind=n.local(node),
                    holder=holder,
                ),
                "Move it to where it belongs, or remove it.",
            )

    def _is_foreign(self) -> bool:
        """Whether the file is written for another engine: that is then all there is to say."""
        found = find_foreign(self.root)
        if found is None:
            return False
        name = found.dialect.name
        self.report(
            found.dialect.code,
            found.node,
            Sentence(
                "the diagram is drawn for {name}: {count} of its attributes, elements and "
                "expressions mean nothing here, the first is {first!r}",
                name=name,
                count=found.count,
                first=found.first,
            ),
            "Upload it into a draft, which converts it, or use redress convert."
            if not found.mild
            else Sentence("Remove what is left of {name}: it has no effect.", name=name),
            Severity.WARNING if found.mild else Severity.ERROR,
        )
        return not found.mild

    def _index(self, node: etree._Element) -> None:
        identifier = node.get("id")
        if identifier is None or not isinstance(node.tag, str) or not node.tag.startswith(n.BPMN):
            return
        if not _ID.fullmatch(identifier):
            self.report(
                "bpmn-bad-id",
                node,
                Sentence("{identifier!r} is no id", identifier=identifier[:80]),
                "Use letters, digits, - _ and . only.",
            )
        if identifier in self.ids:
            self.report(
                "bpmn-duplicate-id",
                node,
                Sentence("the id {identifier!r} is used twice", identifier=identifier),
                "Give each element its own id.",
            )
        self.ids[identifier] = node

    def _process(self, node: etree._Element) -> Process:
        lanes = self._lanes(node)
        elements: dict[str, Element] = {}
        self._scope(
            node,
            "",
            elements,
            {ref: lane for lane, refs in lanes.items() for ref in refs["members"].split()},
        )
        elements = with_compensation(self, node, elements)
        tag = node.find(f"{n.b('extensionElements')}/{n.z('versionTag')}")
        taken, given = data_of(node) if self.is_plain else ((), ())
        return Process(
            id=node.get("id") or "",
            name=node.get("name") or node.get("id") or "",
            file=self.file,
            line=int(node.sourceline or 0),
            version_tag=None if tag is None else tag.get("value"),
            properties=_properties(node),
            elements=elements,
            children=_grouped(
                (each.scope, each) for each in elements.values() if not each.for_compensation
            ),
            attached=_grouped(
                (each.attached_to, each)
                for each in elements.values()
                if each.attached_to is not None
            ),
            lanes=lanes,
            data_inputs=taken,
            data_outputs=given,
            listeners=read_listeners(self, node),
            node=node,
        )

    def _lanes(self, process: etree._Element) -> dict[str, dict[str, str]]:
        lanes = {}
        for lane in process.iter(n.b("lane")):
            if lane.find(n.b("childLaneSet")) is not None:
                continue
            members = " ".join(
                (ref.text or "").strip() for ref in lane.iterfind(n.b("flowNodeRef"))
            )
            lanes[lane.get("id", "")] = {
                "name": lane.get("name") or "",
                "members": members,
                **_properties(lane),
            }
        return lanes

    def _scope(
        self,
        parent: etree._Element,
        scope: str,
        elements: dict[str, Element],
        lane_of: dict[str, str],
    ) -> None:
        flows = list(self._flows(parent))
        lanes = {lane.get("id"): lane.get("name") or "" for lane in self.root.iter(n.b("lane"))}
        for node in parent:
            kind = n.local(node)
            if kind not in n.FLOW_NODES:
                self._beside(node, kind)
                continue
            identifier = node.get("id") or ""
            if not identifier:
                self.report(
                    "bpmn-no-id", node, Sentence("the {kind} has no id", kind=kind), "Give it one."
                )
                continue
            if identifier in elements:
                continue  # reported with the ids; the first one stands for it
            lane = lanes.get(lane_of.get(identifier) or lane_of.get(scope))
            elements[identifier] = self._element(node, kind, scope, flows, lane)
            if kind in n.SCOPES:
                if scope in lane_of:
                    lane_of.setdefault(identifier, lane_of[scope])
                self._scope(node, identifier, elements, _inherit(node, identifier, lane_of))

    def _beside(self, node: etree._Element, kind: str) -> None:
        if kind in n.REFUSED:
            code, fix = n.REFUSED[kind]
            self.report(code, node, Sentence("a {kind} cannot be run", kind=kind), fix)
        elif (
            kind
            and kind not in n.DRAWN_ONLY
            and isinstance(node.tag, str)
            and node.tag.startswith(n.BPMN)
        ):
            self.report(
                "bpmn-unknown-element",
                node,
                Sentence("the element {kind!r} is not known", kind=kind),
                "Remove it.",
            )

    def _flows(self, parent: etree._Element) -> Iterator[Flow]:
        for node in parent.iterfind(n.b("sequenceFlow")):
            condition = node.find(n.b("conditionExpression"))
            text = "".join(condition.itertext()).strip() if condition is not None else ""
            compiled = self.formula(text, condition) if text else None
            if not node.get("id"):
                self.report("bpmn-no-id", node, "the sequence flow has no id", "Give it one.")
            flow = Flow(
                node.get("id", ""), node.get("sourceRef", ""), node.get("targetRef", ""), compiled
            )
            for end, ref in (("sourceRef", flow.source), ("targetRef", flow.target)):
                target = self.ids.get(ref)
                if not _may_flow(target, parent):
                    self.report(
                        "bpmn-dangling-flow",
                        node,
                        Sentence(
                            "{end} is {ref!r}, no activity, event or gateway of the same scope",
                            end=end,
                            ref=ref,
                        ),
                        "Connect the flow to one.",
                    )
            yield flow

    def _element(
        self, node: etree._Element, kind: str, scope: str, flows: list[Flow], lane: str | None
    ) -> Element:
        identifier = node.get("id", "")
        extensions = node.find(n.b("extensionElements"))
        ext = extensions if extensions is not None else etree.Element("none")
        self._check_extensions(ext)
        self._refuse_attributes(node, kind)
        job, user = ext.find(n.z("taskDefinition")), ext.find(n.z("assignmentDefinition"))
        schedule, priority = ext.find(n.z("taskSchedule")), ext.find(n.z("priorityDefinition"))
        script, decision = ext.find(n.z("script")), ext.find(n.z("calledDecision"))
        called, form = ext.find(n.z("calledElement")), ext.find(n.z("formDefinition"))
        result = _result_variable(script, decision)
        return Element(
            id=identifier,
            kind=kind,
            name=node.get("name") or "",
            scope=scope,
            line=int(node.sourceline or 0),
            incoming=tuple(flow.id for flow in flows if flow.target == identifier),
            outgoing=tuple(flow for flow in flows if flow.source == identifier),
            default=node.get("default"),
            event=read_event(self, node),
            attached_to=node.get("attachedToRef"),
            interrupting=node.get("cancelActivity", "true") != "false"
            and node.get("isInterrupting", "true") != "false",
            triggered_by_event=node.get("triggeredByEvent") == "true",
            loop=read_loop(self, node),
            ad_hoc=read_ad_hoc(self, node),
            inputs=tuple(self._mappings(ext, "input")),
            outputs=tuple(self._mappings(ext, "output")),
            job_type=self.text(job, "type"),
            retries=self.text(job, "retries"),
            headers={
                h.get("key", ""): h.get("value", "")
                for h in ext.iterfind(f"{n.z('taskHeaders')}/{n.z('header')}")
            },
            properties=_properties(node),
            form_id=None if form is None else form.get("formId"),
            assignee=self.text(user, "assignee"),
            candidate_groups=self.text(user, "candidateGroups"),
            candidate_users=self.text(user, "candidateUsers"),
            due=self.text(schedule, "dueDate"),
            follow_up=self.text(schedule, "followUpDate"),
            priority=self.text(priority, "priority"),
            script=None if script is None else self.formula(script.get("expression", ""), script),
            result_variable=result,
            decision=self.text(decision, "decisionId"),
            called_process=self.text(called, "processId"),
            propagate_child=called is None
            or called.get("propagateAllChildVariables", "true") != "false",
            propagate_parent=called is None
            or called.get("propagateAllParentVariables", "true") != "false",
            lane=lane,
            gather=gathered(self, node),
            spread=not result and spiff.spreads(node),
            scripts=self._scripts(node),
            listeners=read_listeners(self, node),
            for_compensation=node.get("isForCompensation") == "true",
        )

    def _scripts(self, node: etree._Element) -> Scripts | None:
        texts = [text_of(node, name) for name in spiff.SCRIPTS]
        before, after = (
            self.feel(text[1:], node) if text.startswith("=") else None for text in texts
        )
        if before is None and after is None:
            return None
        return Scripts(before, after, each=spiff.is_for_each(node))

    def _refuse_attributes(self, node: etree._Element, kind: str) -> None:
        """Constructs that are written as an attribute."""
        if node.get("instantiate") == "true":
            self.report(
                "bpmn-unsupported-instantiate",
                node,
                Sentence("a {kind} that starts the process cannot be run", kind=kind),
                "Draw a message start event.",
            )
        if node.get("eventGatewayType") == "Parallel":
            self.report(
                "bpmn-unsupported-parallel-event-gateway",
                node,
                "an event-based gateway that waits for all its events cannot be run",
                "Draw a parallel gateway before the events.",
            )

    def _check_extensions(self, ext: etree._Element) -> None:
        for child in ext:
            refused = n.REFUSED_EXTENSIONS.get(child.tag) if isinstance(child.tag, str) else None
            if refused is not None:
                self.report(
                    refused[0],
                    child,
                    Sentence("{child} would never run", child=n.local(child)),
                    refused[1],
                )
            elif (
                isinstance(child.tag, str)
                and child.tag.startswith(n.ZEEBE)
                and n.local(child) not in n.EXTENSIONS
            ):
                self.report(
                    "bpmn-unknown-extension",
                    child,
                    Sentence(
                        "the extension zeebe:{child} is not known here and has no effect",
                        child=n.local(child),
                    ),
                    "Remove it, or do not rely on it.",
                    Severity.WARNING,
                )

    def _mappings(self, ext: etree._Element, kind: str) -> Iterator[Mapped]:
        for node in ext.iterfind(f"{n.z('ioMapping')}/{n.z(kind)}"):
            source, target = self.text(node, "source"), node.get("target", "")
            if not target:
                self.report(
                    "bpmn-mapping-target",
                    node,
                    Sentence("an {kind} mapping has no target", kind=kind),
                    "Name the variable.",
                )
            elif source is not None:
                yield Mapped(source, target)

    def text(self, node: etree._Element | None, attribute: str) -> Text | None:
        """An attribute as literal or FEEL; None where there is none."""
        value = node.get(attribute) if node is not None else None
        return self.of(value, node) if value else None

    def of(self, value: str, node: etree._Element | None) -> Text:
        stripped = value.strip()
        if not stripped.startswith("="):
            return Text(stripped)
        return Text(stripped, self.feel(stripped[1:], node))

    def formula(self, text: str, node: etree._Element | None) -> Expression | None:
        """What can be nothing but an expression: without its = it is told, and read all the
        same."""
        if not text.strip().startswith("="):
            self.report(
                "feel-missing-equals",
                node,
                Sentence("the expression {text!r} does not begin with =", text=text.strip()[:80]),
                Sentence("Write ={text}.", text=text.strip()[:80]),
                Severity.WARNING,
            )
        return self.feel(text.strip().removeprefix("="), node)

    def feel(self, text: str, node: etree._Element | None) -> Expression | None:
        try:
            return compile_expression(text, names=n.HOST_FUNCTIONS)
        except FeelError as error:
            wanted = meant(text, (*BUILTINS, *n.HOST_FUNCTIONS))
            self.report(
                "feel-syntax",
                node,
                Sentence(
                    "the expression {text!r} cannot be read: {error}", text=text[:80], error=error
                ),
                Sentence("Did you mean {wanted!r}?", wanted=wanted) if wanted else "Correct it.",
            )
            return None


def _may_flow(node: etree._Element | None, scope: etree._Element) -> bool:
    """Whether a sequence flow of this scope may begin or end here: at a flow node of the same
    scope, not at a note, a data object or another flow. What is unknown is reported by itself."""
    return node is not None and node.getparent() is scope and n.local(node) not in n.DRAWN_ONLY


def _inherit(node: etree._Element, scope: str, lane_of: dict[str, str]) -> dict[str, str]:
    """Elements inside a sub-process stand in its lane unless they say otherwise."""
    lane = lane_of.get(scope)
    if not lane:
        return lane_of
    return {**{child.get("id", ""): lane for child in node}, **lane_of}


def _grouped(pairs: Iterable[tuple[str, Element]]) -> dict[str, tuple[Element, ...]]:
    found: dict[str, list[Element]] = {}
    for key, element in pairs:
        found.setdefault(key, []).append(element)
    return {key: tuple(elements) for key, elements in found.items()}


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
