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
from time import thread_time
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from service.bpmn.reach import loop_before
from service.engine import changes as c
from service.engine.errors import BpmnError, EngineError
from service.feel import FeelFunction
from service.sentence import Sentence

if TYPE_CHECKING:
    from service.engine.bundle import Bundle

READY, WAITING, STARTED = TaskState.READY, TaskState.WAITING, TaskState.STARTED
MAX_STEPS = 50_000
"""Elements that one command may run through before it is taken for an endless loop."""
MAX_TOKENS = 25_000
"""What may be active in a case at once: two for each item of the longest collection, and room."""
MAX_AT_ONCE = 1_000
"""Tokens that one command may leave standing at one element of one scope, apart from the instances
of a multi-instance activity: more come from a loop that multiplies them."""
MAX_SECONDS = 5.0
"""Processor time of a command. No result depends on it but this refusal."""
LOOK_EVERY = 500
"""Elements between two looks at the clock, which costs more than many of them; a step of fewer
never looks."""

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
        self._children: dict[str, None] = {}
        """A dictionary for its order and for leaving it at once: among ten thousand, too."""
        self.busy = 0
        """How many of them are active themselves: the others only stand for what may come."""
        self._state = state
        game.tasks[id] = self
        if scope is not None:
            scope._children[id] = None

    def run(self) -> bool | None:
        """As SpiffWorkflow runs a task, without its assignments: no spec here has any."""
        done: bool | None = self.task_spec._run_hook(self)
        if done:
            self.complete()
        elif "result" not in self.internal_data:
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
        self.began = 0.0
        self.crowd: dict[tuple[str, str], int] = {}
        self.running: Token | None = None
        """The token that runs now: whatever fails, fails at it."""
        self.parked: Mapping[str, EngineError] = {}
        """Tokens that are not to run, because they failed before (see `parking`)."""
        self.held: EngineError | None = None
        """Why nothing is to run any more: what follows is too much for one command."""
        self.told = False
        """Whether that was told already."""
        self.answers: dict[str, Any] = {}
        """What services of the host have given in this command, by job."""
        self.ends: list[str] = []
        self.task_tree: Token | None = None

    def add(
        self, spec: TaskSpec, parent: Token | None, *, state: int = READY, **internal: Any
    ) -> Token:
        """A new token of `spec` in the scope `parent`. Raises EngineError("token-limit")."""
        self._check_room(spec, parent, internal)
        self.counter += 1
        token = Token(self, spec, parent, state=state, id=str(self.counter))
        token.internal_data = internal
        if parent is None:
            self.task_tree = token
        elif "wait" not in internal:
            parent.busy += 1
        if state == READY:
            self.queue.append(token)
        return token

    def _check_room(self, spec: TaskSpec, parent: Token | None, internal: dict[str, Any]) -> None:
        self.check_tokens(spec, 1)
        if parent is None or "mi" in internal or "wait" in internal:
            return
        place = (parent.id, spec.name)
        count = self.crowd[place] = self.crowd.get(place, 0) + 1
        if count > MAX_AT_ONCE and self.held is None:
            raise EngineError(
                "token-limit",
                spec.element_id,
                "one step puts more than {most} tokens on {element}{loop}",
                most=MAX_AT_ONCE,
                element=spec.element_id,
                loop=_loop_of(spec),
            )

    def check_tokens(self, spec: TaskSpec, more: int) -> None:
        """Raises EngineError("token-limit") where `more` tokens are too many for the case."""
        if len(self.tasks) + more > MAX_TOKENS and self.held is None:
            raise EngineError(
                "token-limit",
                spec.element_id,
                "more than {most} tokens would be active in this case at once{loop}",
                most=MAX_TOKENS,
                loop=_loop_of(spec),
            )

    def begin(self) -> None:
        """A command begins: what it may use is counted from here."""
        self.steps, self.began = 0, 0.0
        self.crowd.clear()

    def call(self, service: Service, job: c.JobCreated) -> Mapping[str, Any]:
        """Have the host carry out a job; once, however often the command is played."""
        if job.id not in self.answers:
            try:
                self.answers[job.id] = service(job)
            except BpmnError as error:
                self.answers[job.id] = error
        answer = self.answers[job.id]
        if isinstance(answer, BpmnError):
            raise answer
        return answer  # type: ignore[no-any-return]

    def emit(self, change: c.Change) -> None:
        self.changes.append(change)

    def run(self) -> None:
        """Let every ready token run until all that is left waits for the world outside."""
        while True:
            while self.queue:
                token = self.queue.popleft()
                if token._state == READY and token.id in self.tasks:
                    self._run_one(token)
            if self.held is not None or not self.bundle.open_inclusive(self):
                return

    def _run_one(self, token: Token) -> None:
        if self.held is not None or token.id in self.parked:
            token.task_spec.park(token, self.parked.get(token.id))
            return
        self.running = token
        self.steps += 1
        if self.steps > MAX_STEPS or (self.steps % LOOK_EVERY == 0 and self._is_late()):
            raise self._too_long(token)
        token.run()
        self.running = None

    def _is_late(self) -> bool:
        now = thread_time()
        self.began = self.began or now
        return now - self.began > MAX_SECONDS

    def _too_long(self, token: Token) -> EngineError:
        spec, slow = token.task_spec, self.steps <= MAX_STEPS
        return EngineError(
            "step-limit",
            spec.element_id,
            "more than {most} seconds in one step{loop}"
            if slow
            else "more than {most} elements in one step{loop}",
            most=f"{MAX_SECONDS:g}" if slow else MAX_STEPS,
            loop=_loop_of(spec) or Sentence(": the diagram does too much without a stop"),
        )

    def remove(self, token: Token) -> None:
        """Take a finished token (and what is left below it) out of the tree."""
        if token._children:
            for child in list(token._children):
                self.remove(self.tasks[child])
        parent = token.parent
        if parent is not None and parent._children.pop(token.id, token) is None:
            if "wait" not in token.internal_data:
                parent.busy -= 1
            place = (parent.id, token.task_spec.name)
            if place in self.crowd:
                self.crowd[place] -= 1
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
        marks = ("open", "due", "sub", "signal", "ended", "failed")
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


def _loop_of(spec: TaskSpec) -> Sentence:
    """The end of a sentence that names the loop, if there is one."""
    loop = loop_before(spec.process, spec.element_id)
    return (
        Sentence(": the loop {loop} has no stop", loop=" → ".join(loop)) if loop else Sentence("")
    )
