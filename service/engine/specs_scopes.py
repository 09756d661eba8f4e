"""Sub-processes and call activities: each opens a workflow of its own."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs import defaults as d

from service.engine.scope import visible
from service.engine.specs import Node
from service.engine.token import Token
from service.engine.values import text_of


class SubProcess(Node, d.SubWorkflowTask):  # type: ignore[misc]
    """The inside is the scope of its own task; nothing is copied in or out."""

    def copy_data(self, my_task: Token, subworkflow: Any) -> None:
        subworkflow.data = subworkflow.task_tree.data = my_task.data

    def update_data(self, my_task: Token, subworkflow: Any) -> None:
        """What is inside is already where it belongs."""


class EventSub(SubProcess, d.EventSubprocess):  # type: ignore[misc]
    """A sub-process that an event of its scope starts."""


class Call(Node, d.CallActivity):  # type: ignore[misc]
    """Runs another process of the bundle inside its own scope."""

    def called(self, task: Token) -> str:
        return text_of(task, self.element.called_process, "the called process's id")

    def copy_data(self, my_task: Token, subworkflow: Any) -> None:
        given = visible(my_task) if self.element.propagate_parent else dict(my_task.data)
        wanted = my_task.game.bundle.models[subworkflow.spec.name].data_inputs
        if wanted:
            given = {name: given.get(name) for name in wanted}
        subworkflow.data = subworkflow.task_tree.data = given

    def update_data(self, my_task: Token, subworkflow: Any) -> None:
        kept = self.element.outputs or self.element.propagate_child
        names = my_task.game.bundle.models[subworkflow.spec.name].data_outputs
        found = subworkflow.data
        given = {name: found.get(name) for name in names} if names else dict(found)
        my_task.internal_data["result"] = given if kept else {}
