"""Multi-instance activities: SpiffWorkflow makes, merges and ends the instances; items, outputs and
conditions are FEEL's.

The body holds the boundary events and collects the outputs in the order of the inputs; each
instance is a scope of its own with its item and its `loopCounter`. Instances are counted, not
looked at whenever one completes.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs import defaults as d
from SpiffWorkflow.bpmn.specs.data_spec import TaskDataReference
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import MultiInstanceTask

from service.bpmn.model import Loop
from service.engine.errors import EngineError
from service.engine.scope import is_true, levels, set_variables, shown, value_of
from service.engine.specs import Node
from service.engine.token import Token
from service.feel import to_json

MAX_INSTANCES = 10_000


class Numbers(TaskDataReference):  # type: ignore[misc]
    """The input of the loop, for SpiffWorkflow: the numbers of the items. An item may be null,
    which it takes for the end."""

    def get(self, my_task: Token) -> range:
        state = my_task.internal_data
        if "total" not in state:
            items = _items(my_task)
            state["total"], state["done"], my_task.items = len(items), 0, items
            if my_task.task_spec.element.loop.sequential:
                state["items"] = items
        return range(state["total"])

    def exists(self, my_task: Token) -> bool:
        return True


class Item(TaskDataReference):  # type: ignore[misc]
    """The variables of one instance."""

    def exists(self, my_task: Token) -> bool:
        return False

    def set(self, my_task: Token, value: int) -> None:
        body, loop = my_task.parent, my_task.task_spec.element.loop
        items = body.internal_data.get("items") or body.items
        my_task.data["loopCounter"] = value + 1
        if loop.element:
            my_task.data[loop.element] = items[value]
        produced = plain_name(loop)
        if produced:
            # Made here so that what an instance produces stays its own, and does not spread to the
            # process.
            my_task.data.setdefault(produced, None)


def _items(body: Token) -> list[Any]:
    spec = body.task_spec
    loop: Loop = spec.element.loop
    items = to_json(value_of(body, loop.collection))
    if not isinstance(items, list):
        raise EngineError(
            "expression-null",
            spec.element_id,
            "expected the input collection {source!r} to be a list, got {items}",
            source=loop.collection.source,
            items=shown(items),
        )
    if len(items) > MAX_INSTANCES:
        raise EngineError(
            "expression-limit",
            spec.element_id,
            "more than {most} instances: {count}",
            most=MAX_INSTANCES,
            count=len(items),
        )
    body.game.check_tokens(spec, 1 if loop.sequential else len(items))
    return items


def plain_name(loop: Loop) -> str:
    text = loop.output_element
    if text is None or text.expression is None:
        return ""
    name = text.source.strip().removeprefix("=").strip().partition(".")[0]
    return name if name.isidentifier() else ""


class Many(MultiInstanceTask):  # type: ignore[misc]
    """The body around the instances."""

    element: Any

    def init_data_output_with_input_data(self, my_task: Token, input_data: range) -> None:
        loop = self.element.loop
        empty = [] if loop.sequential else [None] * len(input_data)
        my_task.data[loop.output_collection] = empty

    def merge_child(self, workflow: Any, child: Token) -> None:
        """Take the output of an instance while its variables are still there."""
        body, loop = child.parent, self.element.loop
        if loop.output_collection and loop.output_element is not None:
            results = list(body.data[loop.output_collection])
            value = to_json(value_of(child, loop.output_element))
            if loop.sequential:
                results.append(value)
            else:
                results[child.internal_data["key_or_index"]] = value
            body.data[loop.output_collection] = results
        body.internal_data["done"] += 1
        body.last = child

    def check_completion_condition(self, my_task: Token) -> bool:
        condition, state = self.element.loop.completion, my_task.internal_data
        child, my_task.last = my_task.last, None
        if condition is None or not state["done"]:
            return False
        made = state["total"] - len(state.get("remaining", ()))
        numbers = {
            "numberOfInstances": state["total"],
            "numberOfActiveInstances": made - state["done"] - state.get("gone", 0),
            "numberOfCompletedInstances": state["done"],
            "numberOfTerminatedInstances": state.get("gone", 0),
        }
        return is_true(child, condition, "the completion condition", extra=numbers)


class Body(Node):
    """The element as a whole."""

    is_body = is_each = True
    data_input: Numbers

    def begin(self, task: Token) -> None:
        """The instances apply the inputs, each its own."""
        self.data_input.get(task)

    def children_complete(self, my_task: Token) -> bool:
        state = my_task.internal_data
        return bool(state["done"] + state.get("gone", 0) >= state["total"])

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.last = None
        name = self.element.loop.output_collection if self.element.loop is not None else None
        if name:
            value = my_task.data.pop(name)
            set_variables(my_task.game, levels(my_task)[1:], {name: value})
        super()._on_complete_hook(my_task)


class ParallelMany(Body, d.ParallelMultiInstanceTask, Many):  # type: ignore[misc]
    """All instances at once."""


class SequentialMany(Body, d.SequentialMultiInstanceTask, Many):  # type: ignore[misc]
    """One instance after the other."""
