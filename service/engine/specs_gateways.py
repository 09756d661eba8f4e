"""Gateways: SpiffWorkflow chooses, tokens are counted by flow.

SpiffWorkflow's joins look for what came before them in the tree; they open early in loops. On a
flat tree there is nothing to look for: a token that reaches a join says by which flow it came, and
waits.

An inclusive join opens when at least one flow has a token and every token elsewhere in the scope
that can reach an empty flow without passing the join can also reach one that has a token.
"""

from __future__ import annotations

from collections.abc import Mapping

from SpiffWorkflow.bpmn.specs import defaults as d
from SpiffWorkflow.exceptions import WorkflowException

from service.bpmn.model import Flow
from service.engine.scope import is_open
from service.engine.specs import Node, no_flow
from service.engine.token import FUTURE, WAITING, Token


class Condition:
    """FEEL where SpiffWorkflow keeps a text: its condition hands it to the script engine."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def evaluate(self, task: Token) -> bool:
        if not is_open(task, self.flow):
            return False
        task.chosen = (*task.chosen, self.flow.id)
        return True


class Choosing(Node):
    """Some of the flows out of it are taken, as SpiffWorkflow chooses."""

    def _run_hook(self, my_task: Token) -> bool:
        my_task.chosen = ()
        try:
            return bool(super()._run_hook(my_task))
        except WorkflowException:
            raise no_flow(self.element) from None

    def flow_to(self, task: Token, target: object) -> str | None:
        if not task.chosen and self.element.default is not None:
            task.chosen = (self.element.default,)
        return super().flow_to(task, target)


class Exclusive(Choosing, d.ExclusiveGateway):  # type: ignore[misc]
    """The first flow whose condition holds, in the order of the document."""


class Joining(Node):
    """A gateway where tokens come together. With one flow in (`is_join` is not set) it joins
    nothing."""

    def _update_hook(self, my_task: Token) -> bool:
        """What was to come together has."""
        return True

    def _update(self, my_task: Token) -> None:
        if "from" not in my_task.internal_data:
            super()._update(my_task)
        elif my_task._state == FUTURE:
            my_task._set_state(WAITING)
            self.arrived_one(my_task)

    def arrived_one(self, task: Token) -> None:
        """One more token has come."""

    def arrived(self, task: Token) -> dict[str, list[Token]]:
        """The tokens that wait at this join of the scope, by flow."""
        found: dict[str, list[Token]] = {}
        for other in task.workflow.tasks.values():
            if other.task_spec is self and "from" in other.internal_data:
                found.setdefault(other.internal_data["from"], []).append(other)
        return found

    def open(self, task: Token) -> None:
        """One token from every flow that has one, and a single token goes on."""
        first = [tokens[0] for tokens in self.arrived(task).values()]
        on = first.pop()
        for other in first:
            other.workflow.forget(other)
        del on.internal_data["from"]
        on._state = FUTURE
        self._update(on)


class Parallel(Joining, d.ParallelGateway):  # type: ignore[misc]
    """Every flow out of it; and together when each flow into it has a token."""

    def arrived_one(self, task: Token) -> None:
        if len(self.arrived(task)) == len(set(self.element.incoming)):
            self.open(task)


class Inclusive(Joining, Choosing, d.InclusiveGateway):  # type: ignore[misc]
    """Every flow whose condition holds; and together when nothing more can come."""

    is_inclusive = True
    reach: Mapping[str, frozenset[str]]

    def awaits_more(self, task: Token, *, but_joins: bool = False) -> bool:
        """Whether a token elsewhere in the scope could still come by an empty flow; without those
        that wait at joins, where joins wait for each other."""
        reach, arrived = self.reach, self.arrived(task)
        for other in task.workflow.tasks.values():
            spec = other.task_spec
            waits = "from" in other.internal_data
            if not spec.is_node or spec.is_wait or spec is self or (waits and but_joins):
                continue
            at = spec.element_id
            adds = any(at in reach[flow] for flow in reach if flow not in arrived)
            if adds and not any(at in reach[flow] for flow in arrived if flow in reach):
                return True
        return False
