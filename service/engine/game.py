"""The token game: SpiffWorkflow's workflow and tasks, kept flat.

A token is a SpiffWorkflow task. Its parent is not the task before it but the scope around it
(process, sub-process, multi-instance body), and it leaves the tree when it is done: the tree holds
what is active and nothing of what has been, so neither its size nor the cost of a step grows with
the loops a case has made. A task's `data` are the variables local to its scope; a name is looked up
from the token outwards to the process it is in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from service.engine import changes as c
from service.engine.errors import EngineError
from service.feel import FeelFunction

if TYPE_CHECKING:
    from service.engine.bundle import Bundle

READY, WAITING, STARTED = TaskState.READY, TaskState.WAITING, TaskState.STARTED
MAX_STEPS = 50_000
"""Elements that one command may run through before it is taken for an endless loop."""

Service = Callable[[c.JobCreated], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Host:
    """What the host lends to a step: functions for expressions, and services that are carried out
    inside the step.

    Job types that begin with `reserved` are the host's own: no worker would ever take one that it
    does not lend.
    """

    functions: Mapping[str, FeelFunction] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    reserved: str = ""


class Token(Task):  # type: ignore[misc]
    """A SpiffWorkflow task that neither logs nor looks at the clock when its state changes, and
    knows its scope."""

    parent: Any = None
    """The scope around the token, None at the root: it never changes, and stays as long as what is
    in it."""

    def __init__(
        self, game: TokenGame, spec: TaskSpec, scope: Token | None, *, state: int, id: str
    ) -> None:
        self.id = id
        self.workflow = game
        self.task_spec = spec
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self.triggered = False
        self.parent = scope
        self._parent = None if scope is None else scope.id
        self._children: list[str] = []
        self._state = state
        game.tasks[id] = self
        if scope is not None:
            scope._children.append(id)

    def run(self) -> bool | None:
        """As SpiffWorkflow runs a task, without its assignments: no spec here has any."""
        done: bool | None = self.task_spec._run_hook(self)
        if done:
            self.complete()
        else:
            self._state = STARTED
        return done

    def complete(self) -> None:
        """The token is done and leaves the tree. What was below it, its hook has ended."""
        self._state = TaskState.COMPLETED
        self.task_spec._on_complete_hook(self)
        self.workflow._task_completed_notify(self)

    def _set_state(self, value: int) -> None:
        self._state = value

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        return dct or {}


class TokenGame(Workflow):  # type: ignore[misc]
    """One root instance while a command is carried out."""

    def __init__(self, bundle: Bundle, *, now: datetime, host: Host, counter: int = 0) -> None:
        super().__init__(bundle.spec, deserializing=True)
        self.bundle = bundle
        self.now = now
        self.host = host
        self.counter = counter
        self.changes: list[c.Change] = []
        self.queue: deque[Token] = deque()
        self.steps = 0
        self.ends: list[str] = []
        self.task_tree: Token | None = None

    def add(
        self, spec: TaskSpec, parent: Token | None, *, state: int = READY, **internal: Any
    ) -> Token:
        """A new token of `spec` in the scope `parent`."""
        self.counter += 1
        token = Token(self, spec, parent, state=state, id=str(self.counter))
        token.internal_data = internal
        if parent is None:
            self.task_tree = token
        if state == READY:
            self.queue.append(token)
        return token

    def emit(self, change: c.Change) -> None:
        self.changes.append(change)

    def run(self) -> None:
        """Let every ready token run until all that is left waits for the world outside."""
        while True:
            while self.queue:
                token = self.queue.popleft()
                if token.state != READY or token.id not in self.tasks:
                    continue
                self.steps += 1
                if self.steps > MAX_STEPS:
                    raise EngineError(
                        "step-limit",
                        token.task_spec.element_id,
                        "more than {most} elements in one step: the diagram has a loop without a "
                        "stop",
                        most=MAX_STEPS,
                    )
                token.run()
            if not self.bundle.open_inclusive(self):
                return

    def remove(self, token: Token) -> None:
        """Take a finished token (and what is left below it) out of the tree."""
        if token._children:
            for child in list(token._children):
                self.remove(self.tasks[child])
        parent = token.parent
        if parent is not None:
            parent._children.remove(token.id)
        self.tasks.pop(token.id, None)

    def _task_completed_notify(self, task: Token) -> None:
        self.last_task = None
        parent = task.parent
        if task.id in self.tasks:
            self.remove(task)
        if parent is not None and parent.id in self.tasks:
            parent.task_spec.child_done(parent)

    @property
    def root(self) -> Token:
        """The scope of the instance itself."""
        if self.task_tree is None:
            raise EngineError("not-started", "", "The instance has not been started.")
        return self.task_tree

    def is_ended(self) -> bool:
        return "ended" in self.root.internal_data

    def is_stuck(self) -> bool:
        """Whether no event could ever move what is active: tokens wait at a join for others that
        never come."""
        marks = ("open", "due", "sub", "signal", "ended")
        return not any(
            mark in token.internal_data for token in self.tasks.values() for mark in marks
        )

    def let_go(self) -> None:
        """The step is made. Tokens and game hold each other: without this only the garbage
        collector, going over everything, would find that nobody wants them any more."""
        self.tasks.clear()
        self.task_tree = None

    def update_waiting_tasks(self) -> None:
        """Nothing is polled: whoever waits is woken by its own command."""
