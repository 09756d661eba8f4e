"""What every task spec here adds to SpiffWorkflow's: no prediction, and an element of the model.

SpiffWorkflow predicts all that may follow a task and keeps it in the tree. Here what follows is
made when a task completes, and first stands on its way into its element (`entering` of the game):
so an element is entered, its inputs evaluated and its work begun in one go, when its turn comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs import control
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.event_definitions import NoneEventDefinition
from SpiffWorkflow.specs.base import TaskSpec

from service.bpmn.model import Element, Process
from service.engine import changes as c
from service.engine import parking
from service.engine.errors import EngineError
from service.engine.scope import apply_inputs, apply_outputs, is_open, remember, spread
from service.engine.token import FINISHED, FUTURE, Token
from service.feel import Expression


class Plain(TaskSpec):  # type: ignore[misc]
    """A task spec on a flat tree.

    `is_node` says that it stands for a flow node of the diagram, `is_split` for SpiffWorkflow's own
    split above an activity with boundary events, `is_body` for the whole of what is done in
    instances, `is_each` of a multi-instance activity, `is_wait` for an event that may come,
    `is_join` that tokens come together there.
    """

    is_node = is_body = is_each = is_split = is_wait = is_inclusive = is_join = False
    element_id = ""
    element: Any = None
    process: Process | None = None
    _kept: list[TaskSpec] | None = None

    @property
    def outputs(self) -> list[TaskSpec]:
        """SpiffWorkflow looks every name up whenever it is asked."""
        if self._kept is None or len(self._kept) != len(self._outputs):
            self._kept = [self._wf_spec.task_specs.get(name) for name in self._outputs]
        return self._kept

    @outputs.setter
    def outputs(self, task_specs: Iterable[TaskSpec]) -> None:
        self._outputs, self._kept = [spec.name for spec in task_specs], None

    def test(self) -> None:
        """Checked when the definition is read, not whenever a task is ready."""

    def _predict(self, my_task: Token, *_: Any, **__: Any) -> None:
        """Nothing is predicted."""

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        if not my_task._children and not my_task.workflow.completed:
            my_task._sync_children(self.following(my_task), FUTURE)

    def following(self, task: Token) -> list[TaskSpec]:
        """What a task goes on to when it completes."""
        return self.outputs

    def flow_to(self, task: Token, target: TaskSpec) -> str | None:
        """The id of the sequence flow by which a task goes on to another; None where none is
        drawn."""
        return None

    def is_join_of(self, split: Token) -> bool:
        return False

    def holds(self, task: Token) -> bool:
        """Whether the scope cannot end while this task is there."""
        return False

    def host_of(self, task: Token) -> Token | None:
        """The activity on whose border a task waits."""
        return None

    def leads_to(self, task: Token) -> bool:
        """Whether an event of this spec starts the very sub-process that a task is in."""
        return False

    def enter(self, task: Token) -> None:
        """Let a task in that is on its way."""
        self._update(task)

    def ended(self, task: Token) -> None:
        """It was ended before it was done."""

    def tell_entered(self, task: Token) -> None:
        """Only elements are entered."""

    def park(self, task: Token, error: EngineError | None) -> None:
        """Leave the token here, unrun."""
        parking.park(task, error)


class Start(Plain, control.BpmnStartTask):  # type: ignore[misc]
    """The start of a scope: at one start event (SpiffWorkflow waits for all of them), and to the
    event sub-processes, which wait from then on."""

    event_subs: tuple[str, ...] = ()

    def following(self, task: Token) -> list[TaskSpec]:
        specs, at = self._wf_spec.task_specs, task.internal_data.pop("at", None)
        first = specs.get(at[0]) if at else self._plain_start()
        if first is None or not (first.is_node or first.is_split):
            raise _no_start(task.workflow)
        child = task._add_child(first, FUTURE)
        given = at[1] if at else {}
        if given is not None:
            child.internal_data["result"] = given
        return [first, *(specs[name] for name in self.event_subs)]

    def _plain_start(self) -> TaskSpec | None:
        for spec in self.outputs:
            if isinstance(spec.event_definition, NoneEventDefinition):
                return spec
        return None


def _no_start(workflow: Any) -> EngineError:
    if workflow.is_process:
        return EngineError(
            "not-started",
            workflow.spec.name,
            "The process {id} has no none start event.",
            id=workflow.spec.name,
        )
    element_id = workflow.spec.name
    return EngineError(
        "not-started",
        element_id,
        "The sub-process {element_id} has no start event.",
        element_id=element_id,
    )


class EndJoin(Plain, control._EndJoin):  # type: ignore[misc]
    """The end of a scope: reached by each token, passed by the last."""

    def _update_hook(self, my_task: Token) -> bool:
        if my_task.workflow.is_empty(but=my_task):
            return True
        my_task.workflow.forget(my_task)
        return False

    def following(self, task: Token) -> list[TaskSpec]:
        return []


class End(Plain, control.SimpleBpmnTask):  # type: ignore[misc]
    """SpiffWorkflow's own last task; the end of a scope is told where it is reached."""


class Split(Plain, control.BoundaryEventSplit):  # type: ignore[misc]
    """Above an activity and its boundary events, for as long as one of them is there."""

    is_split = True

    def _update(self, my_task: Token) -> None:
        my_task.run()

    def holds(self, task: Token) -> bool:
        return not task._state & FINISHED


class BoundaryJoin(Plain, control.BoundaryEventJoin):  # type: ignore[misc]
    """Ends what an interrupting boundary event interrupts, and boundary events with their
    activity."""

    def _do_join(self, my_task: Token) -> None:
        """One token comes here; SpiffWorkflow walks the tree for others."""

    def is_join_of(self, split: Token) -> bool:
        return bool(self.split_task == split.task_spec.name)


class ProcessSpec(BpmnProcessSpec):  # type: ignore[misc]
    """The spec of a scope. SpiffWorkflow names the classes of its own three tasks by literal."""

    def __init__(self, name: str, filename: str) -> None:
        super().__init__(name=name, description=name, filename=filename)
        self.start.__class__, self.end.__class__ = Start, EndJoin
        self.task_specs["End"].__class__ = End


class Node(Plain):
    """A flow node: entering and leaving are told, mappings are applied, flows out of an activity
    may carry conditions. `flow_ids` are the ids of the flows to each target, by the name of its
    spec."""

    is_node = True
    element: Element
    process: Process
    flow_ids: dict[str, list[str]]
    targets: dict[str, str]
    chooses: bool | None = None

    def holds(self, task: Token) -> bool:
        return not task._state & FINISHED

    def _update(self, my_task: Token) -> None:
        """A task on its way waits for its turn, which comes by `enter`."""
        if "in" in my_task.internal_data:
            super()._update(my_task)
        else:
            my_task.game.entering.append(my_task)

    def enter(self, task: Token) -> None:
        """The token enters its element; inputs are evaluated, then boundary events wait."""
        state = task.internal_data
        if self.is_wait:
            self.tell_entered(task)
        elif "in" not in state:  # as `tell_entered`, without a call for every element
            element, body = self.element, task.body
            state["in"] = True
            scope = task.workflow.scope_id if body is None else body.id
            entered = c.ElementEntered(task.id, element.id, element.kind, scope, self.process.id)
            task.game.emit(entered)
        if "result" not in state:
            if self.element.scripts is not None:
                self.run_script(task, self.element.scripts.before)
            if self.is_body:
                self.begin(task)
            elif self.element.inputs and "hear" not in state:
                apply_inputs(task, self.element.inputs)
            if task.parent.task_spec.is_split:
                self.open_boundaries(task)
        super()._update(task)

    def tell_entered(self, task: Token) -> None:
        """Once: a token that failed here has done so already."""
        if "in" in task.internal_data:
            return
        element, body = self.element, task.body
        task.internal_data["in"] = True
        scope = task.workflow.scope_id if body is None else body.id
        task.game.emit(c.ElementEntered(task.id, element.id, element.kind, scope, self.process.id))

    def run_script(self, task: Token, script: Expression | None) -> None:
        """FEEL before or after the work of an activity: of the whole, or of each instance."""
        scripts, is_instance = self.element.scripts, task.body is not None
        is_ours = not self.is_body if scripts is not None and scripts.each else not is_instance
        if script is not None and is_ours:
            spread(task, script)

    def begin(self, task: Token) -> None:
        """Before the instances of a multi-instance activity are made."""

    def open_boundaries(self, task: Token) -> None:
        """The boundary events of an activity begin to wait."""
        for other in task.parent.children:
            if other.task_spec.is_wait and other._state == FUTURE:
                other.task_spec.arm_first(other)

    def _on_complete_hook(self, my_task: Token) -> None:
        state, element, game = my_task.internal_data, self.element, my_task.game
        result = state.pop("result", None)
        if result is not None and not self.is_body:
            if element.event.properties:
                remember(my_task, element.event.properties, result)
            if element.gather is not None:
                result = {element.gather: result}
        done = self.is_body or state.pop("mapped", False)
        if not done and (result or element.outputs):
            apply_outputs(my_task, element.outputs, result or {})
        if element.scripts is not None:
            self.run_script(my_task, element.scripts.after)
        if state.pop("in", False):
            game.emit(c.ElementLeft(my_task.id, element.id, "completed"))
        super()._on_complete_hook(my_task)

    def following(self, task: Token) -> list[TaskSpec]:
        """By flows whose conditions hold, else by the default one; SpiffWorkflow knows conditions
        at gateways only."""
        if self.chooses is None:
            self.chooses = any([flow.condition for flow in self.element.outgoing])
        if not self.chooses or not self._outputs:
            return self.outputs
        flows = self.element.outgoing
        default = self.element.default
        taken = [flow for flow in flows if flow.id != default and is_open(task, flow)] or [
            flow for flow in flows if flow.id == default
        ]
        if not taken:
            raise no_flow(self.element)
        task.chosen = tuple(flow.id for flow in taken)
        specs = self._wf_spec.task_specs
        ours = [specs[self.targets[flow.id]] for flow in taken]
        return [*(spec for spec in self.outputs if spec.name not in self.flow_ids), *ours]

    def flow_to(self, task: Token, target: TaskSpec) -> str | None:
        known = self.flow_ids.get(target.name)
        if known is None:
            return None
        if len(known) == 1:
            return known[0]
        left = [flow for flow in known if not task.chosen or flow in task.chosen] or known
        same = [child for child in task.children if child.task_spec is target]
        return left[min(len(same), len(left) - 1)]

    def ended(self, task: Token) -> None:
        state, game, element_id = task.internal_data, task.game, self.element.id
        self.disarm(task)
        if state.pop("failed", False):
            game.emit(c.IncidentEnded(task.id, element_id))
        match state.pop("open", None):
            case "task":
                game.emit(c.TaskEnded(task.id, element_id, "cancelled"))
            case "job":
                game.emit(c.JobEnded(task.id, element_id, "cancelled"))
        if state.pop("in", None):
            game.emit(c.ElementLeft(task.id, element_id, "terminated"))

    def disarm(self, task: Token) -> None:
        """What waits here for the world does so no more."""


def no_flow(element: Element) -> EngineError:
    return EngineError(
        "no-flow",
        element.id,
        "No condition of the gateway “{element_name}” holds, and it has no default flow.",
        element_name=element.name or element.id,
    )
