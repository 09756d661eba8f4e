"""Events: SpiffWorkflow's catching and throwing specs, and the event-based gateway."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs import defaults as d
from SpiffWorkflow.bpmn.util.event import BpmnEvent

from service.engine import changes as c
from service.engine.compensating import undo
from service.engine.definitions import MARKS, disarm
from service.engine.scope import apply_outputs
from service.engine.specs import Node, Plain
from service.engine.token import FUTURE, WAITING, Token

CYCLE = ("left", "anchor", "fired")


class Catching(Node):
    """Waits for the world; SpiffWorkflow resets every task of the same event below it, of which
    there are none on a flat tree."""

    event_definition: Any

    def _run_hook(self, my_task: Token) -> bool:
        self.event_definition.reset(my_task)
        return True

    def _on_ready_hook(self, my_task: Token) -> None:
        super()._on_ready_hook(my_task)
        disarm(my_task, my_task.internal_data, my_task.id, self.element.id, fired=True)

    def disarm(self, task: Token) -> None:
        disarm(task, task.internal_data, task.id, self.element.id, fired=False)

    def enter(self, task: Token) -> None:
        if "result" in task.internal_data:  # it has come already
            task._set_internal_data(event_fired=True)
        super().enter(task)


class StartEvent(Catching, d.StartEvent):  # type: ignore[misc]
    """Where a scope begins: what it waits for has come."""


class CatchEvent(Catching, d.IntermediateCatchEvent):  # type: ignore[misc]
    """An intermediate catch event; one for a link is only passed."""


class Receive(Catching, d.ReceiveTask):  # type: ignore[misc]
    """A receive task."""


class Throwing(Node):
    """Throws on its way. Results are mapped before a signal is heard."""

    event_definition: Any

    def _run_hook(self, my_task: Token) -> bool | None:
        if self.element.event.kind == "compensate":
            return None if "result" not in my_task.internal_data and undo(my_task) else True
        if self.element.event.kind == "signal" and self.element.outputs:
            apply_outputs(my_task, self.element.outputs, {})
            my_task.internal_data["mapped"] = True
        super()._run_hook(my_task)
        return None if my_task.stopped else True


class ThrowEvent(Throwing, d.IntermediateThrowEvent):  # type: ignore[misc]
    """An intermediate throw event, or a send task without a job."""


class EndEvent(Throwing, d.EndEvent):  # type: ignore[misc]
    """An end event."""

    def _on_complete_hook(self, my_task: Token) -> None:
        game = my_task.game
        if my_task.workflow is game and self.element.id not in game.ends:
            game.ends.append(self.element.id)
        super()._on_complete_hook(my_task)


class Boundary(Catching, d.BoundaryEvent):  # type: ignore[misc]
    """A boundary event. It begins to wait when its activity has begun, and sees what that sees; one
    that does not interrupt waits on when it has fired, which SpiffWorkflow's does once."""

    is_wait = True

    def holds(self, task: Token) -> bool:
        return task._state > WAITING and super().holds(task)

    def host_of(self, task: Token) -> Token | None:
        split = task.workflow.tasks.get(task._parent)
        if task._state > WAITING or split is None or not split.task_spec.is_split:
            return None
        return next((each for each in split.children if not each.task_spec.is_wait), None)

    def _update(self, my_task: Token) -> None:
        if my_task._state != FUTURE:
            Plain._update(self, my_task)

    def arm_first(self, task: Token) -> None:
        """Begin to wait."""
        Plain._update(self, task)

    def _on_ready_hook(self, my_task: Token) -> None:
        state = my_task.internal_data
        is_timer = "due" in state
        waits_on = not self.cancel_activity and (not is_timer or state.get("left", 0) != 0)
        if waits_on and not is_timer:
            self._hand_over(my_task)
            return
        super()._on_ready_hook(my_task)
        if waits_on:
            self._wait_again(my_task)
        self._tell(my_task)

    def _hand_over(self, task: Token) -> None:
        """The subscription stays open under its id: what fired goes on under another."""
        game, state = task.game, task.internal_data
        game.event_manager.remove_task(task)
        parent = task.parent
        other = Token(task.workflow, self, parent, state=WAITING)
        other.internal_data = {mark: state.pop(mark) for mark in MARKS if mark in state}
        _swap(task, other)
        game.event_manager.add_task(other)
        self._tell(task)

    def _wait_again(self, task: Token) -> None:
        state, other = task.internal_data, Token(task.workflow, self, task.parent, state=FUTURE)
        left = state["left"]
        other.internal_data = {
            "left": left - 1 if left > 0 else left,
            "anchor": state["anchor"],
            "fired": state.get("fired", 0) + 1,
        }
        for name in CYCLE:
            state.pop(name, None)
        self.arm_first(other)

    def _tell(self, task: Token) -> None:
        self.tell_entered(task)

    def tell_entered(self, task: Token) -> None:
        if "in" not in task.internal_data:
            element = self.element
            task.internal_data["in"] = True
            task.game.emit(
                c.ElementEntered(
                    task.id, element.id, element.kind, task.workflow.scope_id, self.process.id
                )
            )

    def following(self, task: Token) -> list[Any]:
        return [
            spec
            for spec in super().following(task)
            if self.cancel_activity or spec.name in self.flow_ids
        ]


def _swap(one: Token, other: Token) -> None:
    """Let two tasks of a workflow change their ids."""
    workflow, game, parent = one.workflow, one.game, one.parent
    one.id, other.id = other.id, one.id
    for task in (one, other):
        workflow.tasks[task.id] = game.index[task.id] = task
        if parent is not None:
            parent._children[task.id] = None


class EventSubWait(Boundary):
    """An event sub-process waits at the start of its scope: a boundary event of the scope's start,
    that when it interrupts ends all else in the scope."""

    def host_of(self, task: Token) -> Token | None:
        return None

    def leads_to(self, task: Token) -> bool:
        return bool(self._outputs == [task.task_spec.name])

    def _update(self, my_task: Token) -> None:
        Plain._update(self, my_task)

    def _tell(self, task: Token) -> None:
        """It is no element: its start event is told inside."""

    tell_entered = _tell

    def _on_complete_hook(self, my_task: Token) -> None:
        given = my_task.internal_data.pop("result", {})
        if self.cancel_activity:
            workflow = my_task.workflow
            for other in [workflow.tasks[each] for each in workflow.task_tree._children]:
                if other is not my_task:
                    other.cancel()
        Plain._on_complete_hook(self, my_task)
        my_task.children[0].internal_data["begin"] = [self.element.id, given]

    def following(self, task: Token) -> list[Any]:
        return self.outputs


class EventGateway(Node, d.EventBasedGateway):  # type: ignore[misc]
    """Waits for the first of the events that follow it."""

    event_definition: Any

    def _run_hook(self, my_task: Token) -> bool:
        event: BpmnEvent = my_task.internal_data["seen_events"][0]
        definitions = self.event_definition.event_definitions
        number = next(at for at, each in enumerate(definitions) if each is event.event_definition)
        self._close(my_task, number)
        self.event_definition.reset(my_task)
        flow = self.element.outgoing[number]
        spec = self._wf_spec.task_specs[self.targets[flow.id]]
        my_task.chosen = (flow.id,)
        my_task._sync_children([spec], FUTURE)
        my_task.children[0].internal_data["result"] = dict(event.payload or {})
        return True

    def _close(self, task: Token, number: int) -> None:
        game, alts = task.game, task.internal_data.pop("alts")
        definitions = self.event_definition.event_definitions
        for at, store in alts.items():
            fired = store["is"] == number
            disarm(task, store, at, definitions[store["is"]].element.id, fired=fired)
            game.alternatives.pop(at, None)

    def disarm(self, task: Token) -> None:
        if "alts" in task.internal_data:
            self._close(task, -1)
