"""Multi-instance activities: one body around an instance for each item, in parallel or one after
the other.

The body holds the boundary events and collects the outputs in the order of the inputs; each
instance is a scope of its own with its item and its `loopCounter`.
"""

from __future__ import annotations

from typing import Any

from service.bpmn.model import Loop
from service.engine import waits
from service.engine.errors import EngineError
from service.engine.game import STARTED, Token
from service.engine.scope import is_true, set_variable, value_of
from service.feel import to_json

MAX_INSTANCES = 10_000


def open_body(body: Token) -> bool | None:
    """Start over the items of the collection; done at once when there are none."""
    loop: Loop = body.task_spec.element.loop
    items = _items(body, loop)
    body._set_state(STARTED)
    if loop.output_collection:
        body.data[loop.output_collection] = [] if loop.sequential else [None] * len(items)
    if not items:
        _hand_out(body, loop)
        return True
    body.workflow.check_tokens(body.task_spec, 1 if loop.sequential else len(items))
    waits.open_boundaries(body)
    body.internal_data |= {"total": len(items), "next": 0, "done": 0}
    if loop.sequential:
        body.internal_data["items"] = items
        _next(body, loop, items)
    else:
        for _ in items:
            _next(body, loop, items)
    return None


def instance_done(token: Token) -> None:
    """An instance completed: its output is collected while its variables are still there."""
    body: Token = token.parent
    loop, state = token.task_spec.element.loop, body.internal_data
    if loop.output_collection and loop.output_element is not None:
        results = list(body.data[loop.output_collection])
        value = to_json(value_of(token, loop.output_element))
        if loop.sequential:
            results.append(value)
        else:
            results[token.internal_data["mi"]] = value
        body.data[loop.output_collection] = results
    state["done"] += 1
    state["over"] = state["done"] + state.get("gone", 0) >= state["total"] or _is_complete(
        token, loop, state
    )


def instance_ended(body: Token) -> None:
    """An instance was ended from outside: the others go on without it."""
    body.internal_data["gone"] = body.internal_data.get("gone", 0) + 1


def body_child_done(body: Token) -> None:
    """Called when an instance is gone from the tree: the next one starts, or the body goes on."""
    loop, state = body.task_spec.element.loop, body.internal_data
    if state.pop("over", False):
        waits.close_children(body)
        _hand_out(body, loop)
        body.complete()
    elif loop.sequential:
        _next(body, loop, state["items"])


def _items(body: Token, loop: Loop) -> list[Any]:
    items = to_json(value_of(body, loop.collection))
    if not isinstance(items, list):
        raise EngineError(
            "expression-null",
            body.task_spec.element_id,
            "expected the input collection {source!r} to be a list, got {items!r}",
            source=loop.collection.source,
            items=items,
        )
    if len(items) > MAX_INSTANCES:
        raise EngineError(
            "expression-limit",
            body.task_spec.element_id,
            "more than {most} instances: {count}",
            most=MAX_INSTANCES,
            count=len(items),
        )
    return items


def _next(body: Token, loop: Loop, items: list[Any]) -> None:
    state = body.internal_data
    index = state["next"]
    state["next"] = index + 1
    token = body.workflow.add(body.task_spec, body, mi=index)
    token.data["loopCounter"] = index + 1
    if loop.element:
        token.data[loop.element] = items[index]
    produced = _plain_name(loop)
    if produced:
        # Made here so that what an instance produces stays its own, and does not spread to the
        # process.
        token.data.setdefault(produced, None)


def _plain_name(loop: Loop) -> str:
    text = loop.output_element
    if text is None or text.expression is None:
        return ""
    name = text.source.strip().removeprefix("=").strip().partition(".")[0]
    return name if name.isidentifier() else ""


def _is_complete(token: Token, loop: Loop, state: dict[str, Any]) -> bool:
    if loop.completion is None:
        return False
    numbers = {
        "numberOfInstances": state["total"],
        "numberOfActiveInstances": state["next"] - state["done"] - state.get("gone", 0),
        "numberOfCompletedInstances": state["done"],
        "numberOfTerminatedInstances": state.get("gone", 0),
    }
    return is_true(token, loop.completion, "the completion condition", extra=numbers)


def _hand_out(body: Token, loop: Loop) -> None:
    """The output collection leaves the body."""
    if loop.output_collection:
        set_variable(body.parent, loop.output_collection, body.data.pop(loop.output_collection))
