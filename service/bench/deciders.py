"""Which class decides what: while steps are made, every flow that is taken, join that opens, event
that is caught and scope that ends, with the method that decided it and whose method that is.

Nothing is asked of the engine for it: the interpreter tells of each call, and the callers of a call
are on its stack.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any

import click
from rich.console import Console
from rich.table import Table

LIBRARY, ENGINE = "SpiffWorkflow", "redress"
_PASSED_ON = frozenset(
    {
        *("Task._sync_children", "Token._add_child", "Flat._task_completed_notify"),
        *("TaskSpec._update", "TaskSpec._on_complete", "CatchingEvent.catch"),
    }
)
"""Methods that carry out what another has decided."""


@dataclass(frozen=True, slots=True, order=True)
class Decided:
    """`what` is decided: which `flow` is taken, whether a `join` opens, which wait is the `catcher`
    of an event, whether its `event` has come, whether a `scope` ends. `at` is the kind of element,
    `by` the method, `whose` SpiffWorkflow's or ours."""

    what: str
    at: str
    by: str
    whose: str


def trace(work: Callable[[], object]) -> Counter[Decided]:
    """What was decided while `work` made steps, and how often."""
    found: Counter[Decided] = Counter()

    def note(frame: FrameType, event: str, value: Any) -> None:
        look = _LOOKS.get((event, frame.f_code.co_qualname))
        if look is not None and _whose(frame):
            found.update(look(frame, value))

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return found


def _whose(frame: FrameType) -> str:
    module = str(frame.f_globals.get("__name__", ""))
    if module.startswith("SpiffWorkflow."):
        return LIBRARY
    return ENGINE if module.startswith("service.engine") else ""


def _decided(what: str, at: str, frame: FrameType) -> Iterator[Decided]:
    """By the nearest caller that does not just carry out what another has decided."""
    above = frame.f_back
    while above is not None:
        name, whose = above.f_code.co_qualname, _whose(above)
        if whose and name not in _PASSED_ON:
            yield Decided(what, at, name, whose)
            return
        above = above.f_back


def _flow(frame: FrameType, _: Any) -> Iterator[Decided]:
    task, target = frame.f_locals["self"], frame.f_locals["task_spec"]
    if task.task_spec.flow_to(task, target) is not None:
        yield from _decided("flow", task.task_spec.element.kind, frame)


def _join(frame: FrameType, opened: Any) -> Iterator[Decided]:
    spec = frame.f_locals["self"]
    if opened is True and spec.is_join:
        name, whose = frame.f_code.co_qualname, _whose(frame)
        yield Decided("join", spec.element.kind, name, whose)


def _catcher(frame: FrameType, _: Any) -> Iterator[Decided]:
    yield from _decided("catcher", _kind_of(frame.f_locals["my_task"]), frame)


def _event(frame: FrameType, come: Any) -> Iterator[Decided]:
    task = frame.f_locals["my_task"]
    if come is True and task.task_spec.element.event.kind != "none":
        yield Decided("event", _kind_of(task), frame.f_code.co_qualname, _whose(frame))


def _kind_of(task: Any) -> str:
    element = task.task_spec.element
    return (
        f"{element.kind} ({element.event.kind})" if element.event.kind != "none" else element.kind
    )


def _scope(frame: FrameType, passed: Any) -> Iterator[Decided]:
    workflow = frame.f_locals["my_task"].workflow
    if passed is True:
        at = "process" if workflow.is_process else "subProcess"
        yield Decided("scope", at, frame.f_code.co_qualname, _whose(frame))


def _terminated(frame: FrameType, _: Any) -> Iterator[Decided]:
    above = frame.f_back
    if above is not None and above.f_code.co_qualname == "EndEvent._on_complete_hook":
        yield Decided("scope", "endEvent (terminate)", "EndEvent._on_complete_hook", _whose(above))


_LOOKS: dict[tuple[str, str], Callable[[FrameType, Any], Iterator[Decided]]] = {
    ("call", "Token._add_child"): _flow,
    ("return", "Joining._update_hook"): _join,
    ("call", "CatchingEvent.catch"): _catcher,
    ("return", "EventDefinition.has_fired"): _event,
    ("return", "Timer.has_fired"): _event,
    ("return", "Several.has_fired"): _event,
    ("return", "EndJoin._update_hook"): _scope,
    ("call", "Flat._mark_complete"): _terminated,
}
"""At which calls and returns something is known to have been decided."""


def show_decided(found: Counter[Decided], *, shape: str) -> None:
    """As a table, or as JSON rows."""
    rows = [(each, found[each]) for each in sorted(found)]
    if shape == "json":
        told = [{**asdict(each), "times": times} for each, times in rows]
        click.echo(json.dumps(told, indent=2))
        return
    table = Table("decided", "at", "by", "whose", "times")
    for each, times in rows:
        table.add_row(each.what, each.at, each.by, each.whose, str(times))
    Console(width=110).print(table)
