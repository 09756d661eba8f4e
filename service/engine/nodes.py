"""What each kind of element does when a token reaches it: SpiffWorkflow task specs, one class per
behaviour.

`_run_hook` returns True when the element is done at once, None when it waits for the world outside
or for its inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from service.bpmn.model import Element, Process
from service.engine import changes as c
from service.engine import moves, multi_instance, parking, throws, waits
from service.engine.errors import BpmnError, EngineError
from service.engine.game import STARTED, Token
from service.engine.offers import job_of, task_of
from service.engine.scope import apply_inputs, apply_outputs, evaluate, plain, visible
from service.engine.values import code_of, text_of

MAX_CALL_DEPTH = 30


class ProcessNode(TaskSpec):  # type: ignore[misc]
    """The root scope of a process: of the instance itself, or of a called process inside it."""

    is_process = True
    element_id = ""

    def __init__(self, spec: WorkflowSpec, process: Process) -> None:
        super().__init__(spec, process.id)
        self.process = process

    def test(self) -> None:
        """Scopes have no inputs in SpiffWorkflow's sense."""

    def serialize(self, serializer: Any, **kwargs: Any) -> None:
        raise NotImplementedError

    def begin(self, token: Token, start: Element | None) -> None:
        """Open the scope and put a token on its start event."""
        if start is None:
            raise EngineError(
                "not-started",
                self.process.id,
                "The process {id} has no none start event.",
                id=self.process.id,
            )
        token._set_state(STARTED)
        waits.open_scope(token, self.process, "")
        moves.enter(token, self.process, start.id)

    def child_done(self, token: Token) -> None:
        if moves.is_empty(token):
            moves.end_process(token)


class Node(TaskSpec):  # type: ignore[misc]
    """A flow node that passes straight through: `task`, `manualTask`, events without a
    definition."""

    is_process = False

    def __init__(self, spec: WorkflowSpec, process: Process, element: Element) -> None:
        super().__init__(spec, f"{process.id}/{element.id}")
        self.process = process
        self.element = element
        self.element_id = element.id

    def test(self) -> None:
        """Flow nodes are wired by the model, not by SpiffWorkflow's inputs."""

    def serialize(self, serializer: Any, **kwargs: Any) -> None:
        raise NotImplementedError

    def _run_hook(self, token: Token) -> bool | None:
        moves.arrive(token)
        fired = token.internal_data.pop("fired", None)
        if fired is None:
            fired = token.internal_data.pop("result", None)
        if fired is not None:
            apply_outputs(token, self.element.outputs, fired)
            return True
        if self.element.loop is not None and "mi" not in token.internal_data:
            return multi_instance.open_body(token)
        apply_inputs(token, self.element.inputs)
        waits.open_boundaries(token)
        return self.act(token)

    def park(self, token: Token, error: EngineError | None) -> None:
        """Leave the token here, unrun."""
        parking.park(token, error)

    def act(self, token: Token) -> bool | None:
        """The behaviour proper."""
        apply_outputs(token, self.element.outputs, {})
        return True

    def _on_complete_hook(self, token: Token) -> None:
        if "mi" in token.internal_data:
            multi_instance.instance_done(token)
        moves.leave(token)

    def child_done(self, token: Token) -> None:
        """Something inside ended."""
        if "total" in token.internal_data:
            multi_instance.body_child_done(token)
        else:
            self.inside_done(token)

    def inside_done(self, token: Token) -> None:
        """Something inside ended that is no instance of a multi-instance activity; only scopes
        care."""


class UserTask(Node):
    """Waits for a person."""

    def act(self, token: Token) -> bool | None:
        token.workflow.emit(task_of(token))
        token.internal_data["open"] = "task"
        return None


class JobTask(Node):
    """Waits for a worker; or is carried out at once when the host offers the service."""

    def act(self, token: Token) -> bool | None:
        game = token.workflow
        job = job_of(token)
        game.emit(job)
        service = game.host.services.get(job.type)
        if service is None:
            if game.host.reserved and job.type.startswith(game.host.reserved):
                raise EngineError(
                    "no-service",
                    self.element_id,
                    "This case has no service {type!r}.",
                    type=job.type,
                )
            token.internal_data["open"] = "job"
            return None
        try:
            result = game.call(service, job)
        except BpmnError as error:
            game.emit(c.JobEnded(token.id, self.element_id, "error"))
            token._set_state(STARTED)
            throws.throw_error(token, error.error_code, error.message, {})
            return None
        game.emit(c.JobEnded(token.id, self.element_id, "completed"))
        moves.report(token, plain(result))
        return None


class ScriptTask(Node):
    """A FEEL expression whose value becomes a variable."""

    def act(self, token: Token) -> bool | None:
        element = self.element
        value = evaluate(token, element.script) if element.script is not None else None
        name = element.result_variable
        apply_outputs(token, element.outputs, {name: value} if name else {})
        return True


class DecisionTask(Node):
    """A decision of the bundle, evaluated with what the task sees."""

    def act(self, token: Token) -> bool | None:
        game, element = token.workflow, self.element
        decision_id = text_of(token, element.decision, "the decision's id")
        value, record = game.bundle.decide(
            decision_id, visible(token), element_id=element.id, game=game
        )
        game.emit(c.DecisionMade(element.id, decision_id, record))
        name = element.result_variable
        apply_outputs(token, element.outputs, {name: value} if name else {})
        return True


class CatchEvent(Node):
    """Waits for a message, a signal or a time: intermediate catch events and receive tasks."""

    def act(self, token: Token) -> bool | None:
        if self.element.event.kind == "link":
            return True
        waits.arm(token, self.element)
        return None


class EventGateway(Node):
    """Waits for the first of the events that follow it."""

    def act(self, token: Token) -> bool | None:
        for flow in self.element.outgoing:
            target = self.process.elements[flow.target]
            waits.add_wait(token, self.process, target, flow=flow.id)
        return None


class ThrowEvent(Node):
    """Throws on its way: intermediate throw events and end events with a definition."""

    def act(self, token: Token) -> bool | None:
        event = self.element.event
        match event.kind:
            case "signal":
                name = text_of(token, event.name, "the signal's name")
                variables = dict(token.data)
                apply_outputs(token, self.element.outputs, {})
                throws.throw_signal(token, name, variables)
            case "escalation":
                code = code_of(token, event.name, "the escalation's code")
                throws.throw_escalation(token, code, dict(token.data))
            case "error":
                code = code_of(token, event.name, "the error's code")
                token._set_state(STARTED)
                throws.throw_error(token, code, "", dict(token.data))
                return None
            case "terminate":
                moves.terminate_scope(token)
            case "link":
                moves.jump(token)
            case _:
                apply_outputs(token, self.element.outputs, {})
        return True if token.id in token.workflow.tasks else None


class Scope(Node):
    """A sub-process: done when nothing inside is active any more."""

    def act(self, token: Token) -> bool | None:
        waits.open_scope(token, self.process, self.element_id)
        begun = token.internal_data.pop("begin", None)
        if begun is not None:
            start, variables = begun
            moves.enter(token, self.process, start, fired=variables)
            return None
        start = self.process.start_of(self.element_id)
        if start is None:
            raise EngineError(
                "not-started",
                self.element_id,
                "The sub-process {element_id} has no start event.",
                element_id=self.element_id,
            )
        moves.enter(token, self.process, start.id)
        return None

    def inside_done(self, token: Token) -> None:
        if token.state == STARTED and moves.is_empty(token):
            moves.finish(token, {})


class CallActivity(Node):
    """Runs another process of the bundle inside its own scope."""

    def act(self, token: Token) -> bool | None:
        game, element = token.workflow, self.element
        process_id = text_of(token, element.called_process, "the called process's id")
        called = game.bundle.spec.task_specs.get(process_id)
        if called is None or not called.is_process:
            raise EngineError(
                "called-process-missing",
                element.id,
                "The called process {process_id!r} is not in this version.",
                process_id=process_id,
            )
        if moves.call_depth(token) >= MAX_CALL_DEPTH:
            raise EngineError(
                "call-depth",
                element.id,
                "Processes call each other more than {most} deep.",
                most=MAX_CALL_DEPTH,
            )
        token._set_state(STARTED)
        inside = game.add(called, token, state=STARTED)
        inside.data = dict(visible(token)) if element.propagate_parent else dict(token.data)
        called.begin(inside, called.process.start_of(""))
        return None

    def returned(self, token: Token, variables: Mapping[str, Any]) -> None:
        """The called process is over."""
        if not self.element.outputs and not self.element.propagate_child:
            variables = {}
        moves.finish(token, variables)


KINDS: dict[str, type[Node]] = {
    "task": Node,
    "manualTask": Node,
    "startEvent": Node,
    "userTask": UserTask,
    "serviceTask": JobTask,
    "sendTask": JobTask,
    "scriptTask": ScriptTask,
    "businessRuleTask": DecisionTask,
    "receiveTask": CatchEvent,
    "intermediateCatchEvent": CatchEvent,
    "boundaryEvent": Node,
    "subProcess": Scope,
    "callActivity": CallActivity,
    "eventBasedGateway": EventGateway,
    "exclusiveGateway": Node,
    "parallelGateway": Node,
    "inclusiveGateway": Node,
    "endEvent": ThrowEvent,
    "intermediateThrowEvent": ThrowEvent,
}


def node_for(spec: WorkflowSpec, process: Process, element: Element) -> Node:
    """The task spec of an element."""
    kind = KINDS[element.kind]
    if element.job_type is not None and kind in (ScriptTask, DecisionTask, ThrowEvent, JobTask):
        kind = JobTask
    return kind(spec, process, element)
