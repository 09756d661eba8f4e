"""SpiffWorkflow's task, kept on a flat tree: what is finished leaves it, what follows takes its
place."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from service.engine import changes as c

FUTURE, WAITING, READY = TaskState.FUTURE, TaskState.WAITING, TaskState.READY
STARTED, COMPLETED, FINISHED = TaskState.STARTED, TaskState.COMPLETED, TaskState.FINISHED_MASK


class Ids(dict[str, None]):
    """The ids of a task's children in their order: a list that one of ten thousand leaves at
    once."""

    append = dict.setdefault

    def remove(self, identifier: str) -> None:
        del self[identifier]


class Token(Task):  # type: ignore[misc]
    """A task with a short id, that neither logs nor looks at the clock when its state changes, and
    copies no data: scopes hold the variables.

    `game` is the root instance, `body` the multi-instance body that this is an instance of, `gone`
    whether it has left the tree, `stopped` whether what catches its event is to end it.
    `chosen` are the flows whose conditions held at a gateway, `items` those of a parallel
    multi-instance activity while its instances are made; neither is kept in the state.
    """

    last_state_change = thread_id = 0
    triggered = False
    chosen: tuple[str, ...] = ()
    items: Any = None
    last: Any = None
    stopped = gone = False
    game: Any
    body: Token | None = None

    def __init__(
        self,
        workflow: Any,
        task_spec: TaskSpec,
        parent: Token | None,
        *,
        state: int,
        id: str | None = None,
    ) -> None:
        game = workflow.top_workflow
        if id is None:
            game.counter += 1
            id = str(game.counter)
        self.id = id
        self.workflow = workflow
        self.game = game
        self.task_spec = task_spec
        self._state = state
        self._parent: Any = None if parent is None else parent.id
        self._children = Ids()
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        workflow.tasks[self.id] = game.index[self.id] = self
        game.nodes += task_spec.is_node
        if parent is not None:
            parent._children[self.id] = None
            if parent.task_spec.is_body and parent.task_spec.task_spec == task_spec.name:
                self.body = parent

    def _set_state(self, value: int) -> None:
        self._state = value
        if value == READY and not self.task_spec.manual:
            self.game.ready.append(self)

    def _add_child(self, task_spec: TaskSpec, state: int = TaskState.MAYBE) -> Token:
        game, ours = self.game, self.task_spec
        flow = ours.flow_to(self, task_spec) if ours.is_node else None
        if task_spec.is_node and not task_spec.is_wait:
            game.check_room(self, task_spec)
        child = Token(self.workflow, task_spec, self, state=state)
        if flow is not None:
            game.emit(c.FlowTaken(flow, self.task_spec.process.id))
            if task_spec.is_join:
                child.internal_data["from"] = flow
        return child

    def _inherit_data(self) -> None:
        """Nothing is copied from task to task."""

    def cancel(self) -> None:
        """End it and what is below it, innermost first, saying what ended; all of it leaves the
        tree."""
        if self.gone:
            return
        for child in list(self._children):
            if child in self.workflow.tasks:
                self.workflow.tasks[child].cancel()
        if not self._state & FINISHED:
            super().cancel()
        self.task_spec.ended(self)
        self.workflow.forget(self)
