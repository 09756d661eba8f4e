"""Other programs that evaluate what we evaluate, for measurements only.

The one module beside `service.engine` that touches SpiffWorkflow: here it is a contestant with its own decision
engine, which the product never uses.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.dmn.parser.BpmnDmnParser import BpmnDmnParser

from service.cli.measuring import Absent


def spiff_condition(text: str, data: dict[str, Any]) -> Callable[[], Any]:
    """A gateway's condition as SpiffWorkflow evaluates it: Python text."""
    engine, task = PythonScriptEngine(), SimpleNamespace(data=data)
    return lambda: engine.evaluate(task, text)


def spiff_table(xml: str) -> Callable[[dict[str, Any]], Any]:
    """SpiffWorkflow's own reader and engine of decision tables; the value of the single output, None without a rule."""
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


def bkflow_condition(text: str, data: dict[str, Any]) -> Callable[[], Any] | Absent:
    """The same FEEL text by `bkflow-feel`, which parses it at each evaluation: it has no prepared form."""
    try:
        with warnings.catch_warnings():  # its own affair, not that of who measures
            warnings.simplefilter("ignore")
            parse: Callable[[str, dict[str, Any]], Any] = import_module("bkflow_feel.api").parse_expression
    except ImportError:
        return Absent("bkflow-feel", "it is not installed (it comes with the extra redress[test])")
    logging.getLogger("bkflow_feel").disabled = True  # it writes what it raises into the log as well
    logging.getLogger("bkflow_feel.api").disabled = True
    return lambda: parse(text, data)
