"""Execution listeners: jobs that hold an element before its work begins and when it is done, one
after the other, as in Camunda 8.

What a token waits for is kept as `hear`: the moment, and the number of the listener whose job is
open, or is to be made next. The job's id is the token's and a number of its own (`17~23`), so that
the world knows which element it belongs to.
"""

from __future__ import annotations

from typing import Any

from service.bpmn.model import Listener, Text
from service.engine import changes as c
from service.engine.errors import BpmnError, EngineError
from service.engine.offers import DEFAULT_RETRIES
from service.engine.scope import apply_inputs, apply_outputs, levels, plain, set_variables, visible
from service.engine.scope import write as write_into
from service.engine.specs import EndJoin, Node, Plain, Start
from service.engine.token import COMPLETED, STARTED, Token
from service.engine.values import text_of, whole_of

MARK = "~"
"""Between a token's id and the number of a listener's job."""


class Hearing(Plain):
    """A task spec that listeners hold."""

    listeners: tuple[Listener, ...]
    scope_name = ""

    def at(self, moment: str) -> list[Listener]:
        return [each for each in self.listeners if each.event == moment]

    def hold(self, task: Token, moment: str) -> None:
        """Let the listeners to a moment be heard, then go on."""
        task.internal_data["hear"] = [moment, 0]
        task.game.ready.append(task)

    def hear(self, task: Token) -> None:
        """The next listener, or on with it when there is none."""
        moment, number = task.internal_data["hear"]
        listeners = self.at(moment)
        if number < len(listeners):
            _offer(task, listeners[number])
        else:
            self.heard(task, moment)
            task.internal_data.pop("hear", None)

    def heard(self, task: Token, moment: str) -> None:
        """All have been heard."""

    def take(self, task: Token, moment: str, variables: dict[str, Any]) -> None:
        """Keep what a listener found: local to the element at its start, outside of it at its
        end."""
        if not variables:
            return
        if moment == "start":
            write_into(task.game, (task.data, task.id), variables)
        else:
            set_variables(task.game, levels(task)[1:], variables)

    def silence(self, task: Token) -> None:
        """The element ends: nobody is asked any more."""
        if task.internal_data.pop("hear", None) is not None:
            for identifier in task.internal_data.pop("alts", {}):
                task.game.alternatives.pop(identifier, None)
                task.game.emit(c.JobEnded(identifier, self.element_id, "cancelled"))


class HeardNode(Hearing, Node):
    """An element with listeners."""

    def enter(self, task: Token) -> None:
        if "hear" in task.internal_data:
            self.hear(task)
            return
        if not self.at("start"):
            super().enter(task)
            return
        self.tell_entered(task)
        if "result" not in task.internal_data:
            apply_inputs(task, self.element.inputs)
        self.hold(task, "start")

    def _on_complete(self, my_task: Token) -> None:
        if "hear" in my_task.internal_data or not self.at("end"):
            super()._on_complete(my_task)
            return
        state = my_task.internal_data
        result = state.pop("result", None) or {}
        if not state.get("mapped") and (result or self.element.outputs):
            apply_outputs(my_task, self.element.outputs, result)
        state["mapped"] = True
        my_task._state = STARTED
        if my_task.id in my_task.game.subprocesses:  # the scope that it opened is over
            inner = my_task.game.subprocesses[my_task.id]
            if notes := inner.task_tree.internal_data.get("undo"):
                state["undo"] = notes
            my_task.game.over.append(my_task.game.subprocesses.pop(my_task.id))
        self.hold(my_task, "end")

    def heard(self, task: Token, moment: str) -> None:
        if moment == "start":
            super().enter(task)
        else:
            task._state = COMPLETED
            super()._on_complete(task)

    def ended(self, task: Token) -> None:
        self.silence(task)
        super().ended(task)


class _HeardProcess(Hearing):
    """The first or the last task of a process that has listeners."""

    moment = ""

    def enter(self, task: Token) -> None:
        self.hear(task)

    def _on_complete(self, my_task: Token) -> None:
        if "hear" in my_task.internal_data or not self.at(self.moment):
            super()._on_complete(my_task)
            return
        my_task._state = STARTED
        self.hold(my_task, self.moment)

    def heard(self, task: Token, moment: str) -> None:
        task._state = COMPLETED
        super()._on_complete(task)

    def take(self, task: Token, moment: str, variables: dict[str, Any]) -> None:
        """All that listeners of a process find are its variables."""
        if variables:
            write_into(task.game, (task.workflow.data, task.workflow.scope_id), variables)

    def ended(self, task: Token) -> None:
        self.silence(task)


class HeardStart(_HeardProcess, Start):
    """The start of a process with listeners."""

    moment = "start"


class HeardEnd(_HeardProcess, EndJoin):
    """The end of a process with listeners."""

    moment = "end"


_HEARD: dict[type, type] = {}


def listen(spec: Any) -> None:
    """Have a spec with listeners wait for them."""
    base = type(spec)
    if base not in _HEARD:
        _HEARD[base] = type(f"Heard{base.__name__}", (HeardNode, base), {})
    spec.__class__, spec.listeners = _HEARD[base], spec.element.listeners


def listen_to_process(spec: Any, process: Any) -> None:
    """Have the first and the last task of a process with listeners wait for them."""
    for each, kind in ((spec.start, HeardStart), (spec.end, HeardEnd)):
        each.__class__, each.listeners = kind, process.listeners
        each.element_id, each.process = process.id, process


def _offer(task: Token, listener: Listener) -> None:
    """Make the job of a listener; a service of the host is carried out at once."""
    game = task.game
    job = _job(task, listener, f"{task.id}{MARK}{game.new_id()}")
    game.emit(job)
    service = game.host.services.get(job.type)
    if service is None:
        task.internal_data["alts"] = {job.id: {"hear": listener.event}}
        game.alternatives[job.id] = task
        return
    try:
        result = game.call(service, job)
    except BpmnError as error:
        raise EngineError(
            "uncaught-error",
            task.task_spec.element_id,
            "The error {code!r} of a listener is caught nowhere.",
            code=error.error_code,
        ) from None
    _done(task, job.id, plain(result))


def _job(task: Token, listener: Listener, identifier: str) -> c.JobCreated:
    spec = task.task_spec
    headers = spec.element.headers if spec.is_node else {}
    return c.JobCreated(
        id=identifier,
        element_id=spec.element_id,
        process_id=spec.process.id,
        type=text_of(task, listener.type, "the listener's job type"),
        retries=_retries(task, listener.retries),
        headers={**headers, **listener.headers},
        variables=visible(task),
        kind=f"listener.{listener.event}",
    )


def _retries(task: Token, text: Text | None) -> int:
    what = "the number of retries"
    return whole_of(task, text, what, default=DEFAULT_RETRIES, most=1_000)


def complete(game: Any, identifier: str, variables: dict[str, Any]) -> None:
    """A worker has done a listener's job. Raises EngineError("unknown-id")."""
    game.subprocesses.find(identifier)
    task = game.alternatives.pop(identifier, None)
    if task is None:
        raise EngineError(
            "unknown-id",
            "",
            "There is no open {kind} {identifier!r}.",
            kind="job",
            identifier=identifier,
        )
    task.internal_data.pop("alts")
    _done(task, identifier, variables)


def _done(task: Token, identifier: str, variables: dict[str, Any]) -> None:
    spec, game = task.task_spec, task.game
    game.emit(c.JobEnded(identifier, spec.element_id, "completed"))
    hear = task.internal_data["hear"]
    spec.take(task, hear[0], variables)
    task.internal_data["hear"] = [hear[0], hear[1] + 1]
    game.ready.append(task)
