"""SpiffWorkflow's workflows on a flat tree, run from queues.

SpiffWorkflow runs the state machine of tasks and specs; what is ours keeps the tree flat: a
finished task is forgotten, and what follows it stands where it stood. So neither the state nor the
cost of a step grows with the loops a case has made, and nothing looks back at an earlier trip.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from service.engine import changes as c
from service.engine import watching
from service.engine.catching import Events
from service.engine.errors import BpmnError, EngineError
from service.engine.host import Host, Service
from service.engine.limits import LOOK_EVERY, MAX_STEPS, Limits
from service.engine.token import FINISHED, READY, STARTED, Token
from service.engine.unread import Scopes

MAX_CALL_DEPTH = 30
MOVABLE = frozenset({"open", "due", "sub", "signal", "failed", "alts", "cond", "choose"})
"""What is kept of a token that the world, or somebody who looks after the case, can move."""


class FeelEngine(PythonScriptEngine):  # type: ignore[misc]
    """FEEL behind SpiffWorkflow's script engine: an expression was compiled when the definition was
    read, and knows how to evaluate itself where a task stands. No text is ever run."""

    def evaluate(self, task: Token, expression: Any, external_context: Any = None) -> Any:
        return expression.evaluate(task)

    def execute(self, task: Token, script: Any, external_context: Any = None) -> bool:
        task.internal_data["result"] = script.evaluate(task)
        return True


FEEL = FeelEngine()


class Flat:
    """What both kinds of workflow do: the root instance's, and those of scopes inside it.

    `is_process` says whether looking for a variable ends here; `caller` is the task that opened the
    scope, None at the root; `scope_id` what the world calls it.
    """

    tasks: dict[str, Token]
    spec: BpmnProcessSpec
    data: dict[str, Any]
    top_workflow: Any
    completed: bool
    task_tree: Any = None
    is_process: bool
    caller: Token | None
    scope_id: str

    def open(self, *, at: str = "", given: Mapping[str, Any] | None = None) -> None:
        """Put the start of the scope there, to begin at the start event `at` with what the event
        gave it; "" is the none start event. None is given to what is no event."""
        self.task_tree = Token(self, self.spec.start, None, state=READY)
        self.task_tree.data = self.data
        if at:
            self.task_tree.internal_data["at"] = [at, None if given is None else dict(given)]

    def active(self) -> list[Token]:
        """What holds the scope open: neither its start, nor waits, nor what is finished."""
        return [task for task in self.tasks.values() if task.task_spec.holds(task)]

    def is_empty(self, but: Token | None = None) -> bool:
        """Whether nothing holds the scope open, apart from one."""
        for task in self.tasks.values():
            if task is not but and task.task_spec.holds(task):
                return False
        return True

    def _task_completed_notify(self, task: Token) -> None:
        children = task.children
        if task.task_spec is self.spec.end:
            self._mark_complete(task)
        super()._task_completed_notify(task)  # type: ignore[misc]
        if task.gone or task is self.task_tree:
            return
        if task.task_spec.is_split and children:
            return  # it stays above the activity and its boundary events
        above = self.tasks[task._parent]
        is_split = above.task_spec.is_split
        for child in children:  # they stand where it stood; out of the split, if it stood in one
            if not child.gone:
                parent = above
                if is_split and not child.task_spec.is_join_of(parent):
                    parent = self.tasks[parent._parent]
                child._parent = parent.id
                parent._children[child.id] = None
        self.forget(task)

    def forget(self, task: Token) -> None:
        """Take a task out of the tree, and a split that nothing is left below."""
        if task.gone:
            return
        game, task.gone = self.top_workflow, True
        del self.tasks[task.id]
        del game.index[task.id]
        game.nodes -= task.task_spec.is_node
        place = (self.scope_id, task.task_spec.name)
        if place in game.crowd:
            game.crowd[place] -= 1
        if task.id in game.subprocesses:  # the scope that it opened goes with it
            game.over.append(game.subprocesses.pop(task.id))
        parent = self.tasks.get(task._parent)
        if parent is None:
            return
        parent._children.pop(task.id, None)
        if parent.task_spec.is_split and not parent._children and parent._state & FINISHED:
            self.forget(parent)

    def update_waiting_tasks(self) -> None:
        """Nothing is polled: whoever waits is woken by its own command."""

    def get_next_task(self, first_task: Token | None = None, **wanted: Any) -> Any:
        if wanted.get("spec_name") == "Start":
            return self.task_tree
        return super().get_next_task(first_task, **wanted)  # type: ignore[misc]

    def _mark_complete(self, task: Token) -> None:
        """The scope is over: what still waits in it ends."""
        self.completed = True
        for child in list(self.task_tree._children):
            if child in self.tasks and child != task.id:
                self.tasks[child].cancel()


class Inner(Flat, BpmnSubWorkflow):  # type: ignore[misc]
    """The inside of a sub-process, or a called process."""

    def __init__(self, spec: BpmnProcessSpec, caller: Token, *, is_process: bool) -> None:
        self.caller, self.is_process, self.scope_id = caller, is_process, caller.id
        super().__init__(spec, caller.id, caller.game, deserializing=True)

    @classmethod
    def restored(cls, spec: BpmnProcessSpec, caller: Token, *, is_process: bool) -> Inner:
        """One that was open: its end is told to its task, as where SpiffWorkflow opens it."""
        inner = cls(spec, caller, is_process=is_process)
        inner.completed_event.connect(caller.task_spec._on_subworkflow_completed, caller)
        caller.game.subprocesses[caller.id] = inner
        return inner

    def _calculate_depth(self) -> int:
        return 0


class Game(Flat, Limits, BpmnWorkflow):  # type: ignore[misc]
    """One root instance while commands are carried out.

    `entering` are tokens on their way into an element, `ready` those that go on at once; `over` are
    workflows whose task is gone, to be let go of at the end.
    """

    is_process, scope_id, caller = True, "", None
    spec: Any
    event_manager: Any

    def __init__(
        self, bundle: Any, spec: BpmnProcessSpec, *, now: datetime, host: Host, counter: int = 0
    ) -> None:
        self.bundle, self.now, self.host, self.counter = bundle, now, host, counter
        self.index: dict[str, Token] = {}
        self.alternatives: dict[str, Token] = {}
        self.entering: deque[Token] = deque()
        self.ready: deque[Token] = deque()
        self.changes: list[c.Change] = []
        self.emit = self.changes.append
        self.ends: list[str] = []
        self.over: list[Inner] = []
        self.watching: bool = bundle.watches
        self.changed: list[tuple[str, frozenset[str], bool]] = []
        self.start_limits()
        super().__init__(spec, bundle.specs, script_engine=FEEL, deserializing=True)
        self.event_manager = Events(self)
        self.subprocesses = Scopes()

    def new_id(self) -> str:
        self.counter += 1
        return str(self.counter)

    def get_task_from_id(self, task_id: str) -> Token:
        found = self.index.get(task_id)
        if found is None and self.subprocesses.find(task_id):
            found = self.index.get(task_id)
        if found is None:
            raise EngineError(
                "unknown-id",
                "",
                "Nothing with the id {identifier!r} is active in this instance.",
                identifier=task_id,
            )
        return found

    def create_subprocess(self, my_task: Token, spec_name: str) -> Inner:
        """The scope that a task opens; a called process is named by its expression."""
        task_spec = my_task.task_spec
        begin: Any = my_task.internal_data.pop("begin", None) or ("", {})
        is_process = task_spec.element.kind == "callActivity"
        name = task_spec.called(my_task) if is_process else spec_name
        if is_process:
            self._check_call(my_task, name)
        inner = Inner(self.bundle.specs[name], my_task, is_process=is_process)
        inner.name = name
        self.subprocesses[my_task.id] = inner
        inner.open(at=begin[0], given=begin[1])
        return inner

    def _check_call(self, task: Token, name: str) -> None:
        element_id = task.task_spec.element_id
        if name not in self.bundle.models:
            raise EngineError(
                "called-process-missing",
                element_id,
                "The called process {process_id!r} is not in this version.",
                process_id=name,
            )
        depth, at = 1, task.workflow
        while at.caller is not None:
            depth, at = depth + at.is_process, at.caller.workflow
        if depth >= MAX_CALL_DEPTH:
            raise EngineError(
                "call-depth",
                element_id,
                "Processes call each other more than {most} deep.",
                most=MAX_CALL_DEPTH,
            )

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

    def report(self, task: Token) -> None:
        """A task whose work is done runs once more, before anything else."""
        self.ready.appendleft(task)

    def do_engine_steps(self, *_: Any, **__: Any) -> None:
        """Let every token run until all that is left waits for the world outside."""
        while True:
            while self.ready or self.entering:
                if self.changed and not self.ready:
                    watching.look(self)
                    continue
                self._move(self.ready.popleft() if self.ready else self.entering.popleft())
            if self.changed:
                watching.look(self)
                continue
            if self.held is not None or not self._open_joins():
                return

    def _move(self, token: Token) -> None:
        state = token.internal_data
        if token.gone or token._state & FINISHED or "failed" in state:
            return
        if token._state == STARTED and "result" in state:
            token._state = READY
        if self.held is not None or (self.parked and (token.id, token._state) in self.parked):
            token.task_spec.park(token, self.parked.get((token.id, token._state)))
            return
        self.running, self.stage = token, token._state
        if token.task_spec.is_node and "in" not in state:
            self.steps += 1
            if self.steps > MAX_STEPS or self.steps % LOOK_EVERY == 0:
                self.check_steps(token)
        if token._state == READY:
            token.run()
        else:
            token.task_spec.enter(token)
        self.running = None

    def _open_joins(self) -> bool:
        """Open the inclusive joins that may open now; whether there was one."""
        if not self.bundle.reaches:
            return False
        waiting: dict[tuple[str, str], Token] = {}
        for task in self.index.values():
            if task.task_spec.is_inclusive and "from" in task.internal_data:
                waiting[task.workflow.scope_id, task.task_spec.name] = task
        opened = False
        for task in waiting.values():
            if not task.gone and not task.task_spec.awaits_more(task):
                task.task_spec.open(task)
                opened = True
        if opened:
            return True
        for task in waiting.values():
            if not task.task_spec.awaits_more(task, but_joins=True):
                task.task_spec.open(task)
                return True
        return False

    def is_ended(self) -> bool:
        return bool(self.completed)

    def is_stuck(self) -> bool:
        """Whether no event could ever move what is active: tokens wait at a join for others that
        never come."""
        if self.completed:
            return False
        for task in self.index.values():
            if not MOVABLE.isdisjoint(task.internal_data):
                return False
        for scope in self.subprocesses.unread.values():
            if any([row[5] and not MOVABLE.isdisjoint(row[5]) for row in scope[4]]):
                return False
        return True

    def let_go(self) -> None:
        """The step is made. Tasks and workflows hold each other: without this only the garbage
        collector, going over everything, would find that nobody wants them any more."""
        for workflow in (*self.subprocesses.values(), *self.over, self):
            workflow.tasks.clear()
            workflow.task_tree = workflow.caller = workflow.last_task = None
            workflow.completed_event = workflow.task_removed_event = None
        self.index.clear()
        self.alternatives.clear()
        self.subprocesses.clear()
        self.subprocesses.make = None
        self.over.clear()
        self.running = None
        self.event_manager = None
