"""Other programs that do what we do, for measurements only.

The one module beside `service.engine` that touches SpiffWorkflow: here it is a contestant with its
own decision engine and its own serializer, which the product never uses.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.dmn.parser.BpmnDmnParser import BpmnDmnParser
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState

from service.bench.race import Absent


def spiff_condition(text: str, data: dict[str, Any]) -> Callable[[], Any]:
    """A gateway's condition as SpiffWorkflow evaluates it: Python text."""
    engine, task = PythonScriptEngine(), SimpleNamespace(data=data)
    return lambda: engine.evaluate(task, text)


def spiff_table(xml: str) -> Callable[[dict[str, Any]], Any]:
    """SpiffWorkflow's own reader and engine of decision tables; the value of the single output,
    None without a rule."""
    parser = BpmnDmnParser()
    parser.add_dmn_str(xml.encode())
    (reader,) = parser.dmn_parsers.values()
    reader.parse()
    engine = DMNEngine(reader.decision.decisionTables[0])
    workflow = SimpleNamespace(script_engine=PythonScriptEngine())

    def ask(data: dict[str, Any]) -> Any:
        # It writes into the data that it is given.
        return engine.result(SimpleNamespace(data=dict(data), workflow=workflow)).get("route")

    return ask


class SpiffLoop:
    """A looping process in SpiffWorkflow with its own serializer, as its documentation shows it."""

    def __init__(self, process: str, files: Sequence[bytes], variables: Mapping[str, Any]) -> None:
        parser = SpiffBpmnParser()
        for content in files:
            parser.add_bpmn_str(content)
        self._workflow = BpmnWorkflow(
            parser.get_spec(process), parser.get_subprocess_specs(process)
        )
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))
        for task in self._workflow.get_tasks(state=TaskState.READY):
            task.data.update(variables)
        self._workflow.do_engine_steps()

    def trip(self) -> None:
        """Complete every user task until the first of them is open again."""
        first = self._open(self._workflow).task_spec.name
        while True:
            self._complete(self._workflow)
            if self._open(self._workflow).task_spec.name == first:
                return

    def saved(self) -> list[str]:
        """What is stored while each user task of one trip is open."""
        found: list[str] = []
        first = self._open(self._workflow).task_spec.name
        while not found or self._open(self._workflow).task_spec.name != first:
            found.append(self._serializer.serialize_json(self._workflow))
            self._complete(self._workflow)
        return found

    def step(self, state: str) -> str:
        """Load, complete the open user task, save."""
        workflow = self._serializer.deserialize_json(state)
        self._complete(workflow)
        saved: str = self._serializer.serialize_json(workflow)
        return saved

    def _complete(self, workflow: Any) -> None:
        self._open(workflow).run()
        workflow.do_engine_steps()

    def _open(self, workflow: Any) -> Any:
        return workflow.get_tasks(state=TaskState.READY, manual=True)[0]


def bkflow_condition(text: str, data: dict[str, Any]) -> Callable[[], Any] | Absent:
    """The same FEEL text by `bkflow-feel`, which parses it at each evaluation: it has no prepared
    form."""
    try:
        with warnings.catch_warnings():  # its own affair, not that of who measures
            warnings.simplefilter("ignore")
            parse: Callable[[str, dict[str, Any]], Any] = import_module(
                "bkflow_feel.api"
            ).parse_expression
    except ImportError:
        return Absent("bkflow-feel", "it is not installed (it comes with the extra redress[test])")
    logging.getLogger(
        "bkflow_feel"
    ).disabled = True  # it writes what it raises into the log as well
    logging.getLogger("bkflow_feel.api").disabled = True
    return lambda: parse(text, data)
