"""Tasks: for people, for workers, by FEEL and by decisions."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs import defaults as d
from SpiffWorkflow.bpmn.specs.event_definitions import ErrorEventDefinition

from service.bpmn.model import Element
from service.engine import changes as c
from service.engine.definitions import throw_code
from service.engine.errors import BpmnError, EngineError
from service.engine.offers import job_of, task_of
from service.engine.scope import entries_of, evaluate, plain, visible
from service.engine.specs import Node
from service.engine.token import Token
from service.engine.values import text_of


class NoneTask(Node, d.NoneTask):  # type: ignore[misc]
    """A task that nobody is asked about is passed."""


class UserTask(Node, d.UserTask):  # type: ignore[misc]
    """Waits for a person: it is ready until it is completed."""

    def _on_ready_hook(self, my_task: Token) -> None:
        super()._on_ready_hook(my_task)
        if "result" not in my_task.internal_data:
            my_task.internal_data["open"] = "task"
            my_task.game.emit(task_of(my_task))


class JobTask(Node, d.ServiceTask):  # type: ignore[misc]
    """Waits for a worker; or is carried out at once when the host offers the service. A job that is
    done leaves its result, with which the task runs once more."""

    def _execute(self, task: Token) -> bool | None:
        if "result" in task.internal_data:
            return True
        game, job = task.game, job_of(task)
        game.emit(job)
        service = game.host.services.get(job.type)
        if service is None:
            self._check_known(task, job.type)
            task.internal_data["open"] = "job"
            return None
        try:
            result = game.call(service, job)
        except BpmnError as error:
            game.emit(c.JobEnded(task.id, self.element.id, "error"))
            throw_code(task, ErrorEventDefinition, error.error_code, {}, error.message)
            return None
        game.emit(c.JobEnded(task.id, self.element.id, "completed"))
        report(task, plain(result))
        return None

    def _check_known(self, task: Token, kind: str) -> None:
        reserved = task.game.host.reserved
        if reserved and kind.startswith(reserved):
            raise EngineError(
                "no-service", self.element.id, "This case has no service {type!r}.", type=kind
            )


def report(task: Token, variables: dict[str, Any]) -> None:
    """The work of the element is done, whether or not it can be left: that comes next."""
    task.internal_data["result"] = variables
    task.game.report(task)


class FeelScript:
    """What a script task evaluates, as SpiffWorkflow's script engine is given it."""

    def __init__(self, element: Element) -> None:
        self.element = element

    def evaluate(self, task: Token) -> dict[str, Any]:
        script, name = self.element.script, self.element.result_variable
        if script is not None and self.element.spread:
            return entries_of(task, script)
        value = None if script is None else evaluate(task, script)
        return {name: value} if name else {}


class FeelDecision(FeelScript):
    """What a business rule task evaluates: a decision of the bundle, with what the task sees."""

    def evaluate(self, task: Token) -> dict[str, Any]:
        game, element = task.game, self.element
        decision_id = text_of(task, element.decision, "the decision's id")
        value, record = game.bundle.decide(
            decision_id, visible(task), element_id=element.id, game=game
        )
        game.emit(c.DecisionMade(element.id, decision_id, record))
        if element.spread:
            outputs: dict[str, Any] = game.bundle.outputs_of(decision_id, value)
            return outputs
        return {element.result_variable: value} if element.result_variable else {}


class ScriptTask(Node, d.ScriptTask):  # type: ignore[misc]
    """A FEEL expression, or a decision, whose value becomes a variable."""


__all__ = ["FeelDecision", "FeelScript", "JobTask", "NoneTask", "ScriptTask", "UserTask", "report"]
