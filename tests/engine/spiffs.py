"""Diagrams in SpiffWorkflow's own dialect, and SpiffWorkflow running them by itself."""

from __future__ import annotations

import itertools
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.util.task import TaskState

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core">'
)


def flows(*chain: str) -> str:
    """A sequence flow from each element to the next."""
    return "".join(
        f'<sequenceFlow id="{one}.{other}" sourceRef="{one}" targetRef="{other}"/>'
        for one, other in itertools.pairwise(chain)
    )


def diagram(inside: str, roots: str = "", *, others: str = "") -> bytes:
    """A file with the process `p`; `roots` are messages and the like, `others` further
    processes."""
    process = f'<process id="p" isExecutable="true">{inside}</process>'
    return f"{_HEAD}{roots}{process}{others}</definitions>".encode()


def ext(inside: str) -> str:
    return f"<extensionElements>{inside}</extensionElements>"


class Alone:
    """A process run by SpiffWorkflow alone, in Python."""

    def __init__(self, *files: bytes, process: str = "p", **data: Any) -> None:
        parser = SpiffBpmnParser()
        for data_of_file in files:
            parser.add_bpmn_str(data_of_file)
        spec = parser.get_spec(process)
        self.workflow = BpmnWorkflow(
            spec, parser.get_subprocess_specs(process), script_engine=PythonScriptEngine()
        )
        self.workflow.get_next_task(state=TaskState.READY).data.update(data)
        self.workflow.do_engine_steps()

    def ready(self) -> list[Any]:
        return list(self.workflow.get_tasks(state=TaskState.READY, manual=True))

    def open(self) -> list[str]:
        """The elements whose tasks are ready."""
        return sorted(task.task_spec.name.removesuffix(" [child]") for task in self.ready())

    def do(self, name: str, **data: Any) -> Alone:
        task = next(
            each for each in self.ready() if each.task_spec.name.removesuffix(" [child]") == name
        )
        if hasattr(task.task_spec, "add_data_from_form"):
            task.task_spec.add_data_from_form(task, data)
        else:
            task.data.update(data)
        task.run()
        self.workflow.do_engine_steps()
        return self

    @property
    def data(self) -> dict[str, Any]:
        """What the tasks that are ready see, or at the end the instance's data."""
        holder = self.workflow if self.workflow.is_completed() else self.ready()[0]
        return {name: each for name, each in holder.data.items() if name != "data_objects"}
