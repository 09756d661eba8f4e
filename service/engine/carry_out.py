"""What each command asks of a game."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import (
    ErrorEventDefinition,
    EscalationEventDefinition,
)
from SpiffWorkflow.bpmn.util.event import BpmnEvent

from service.engine import changes as c
from service.engine import commands as q
from service.engine import listening, parking
from service.engine.definitions import deliver_signal, throw_code
from service.engine.errors import EngineError
from service.engine.flat import Game
from service.engine.modify import end_all, modify
from service.engine.scope import Level, levels, plain, set_variables, write
from service.engine.specs_ad_hoc import begin
from service.engine.specs_tasks import report
from service.engine.token import Token


def start(game: Game, command: q.Start) -> None:
    """Start the instance at its none start event, or at the one that is named."""
    process, at = game.bundle.models[command.process_id], command.start_event
    event = process.start_of("") if at is None else process.elements.get(at)
    if event is None or event.kind != "startEvent" or event.scope:
        raise EngineError("not-started", command.process_id, "There is no start event to start at.")
    write(game, (game.data, ""), plain(command.variables))
    game.open(at=event.id, given={})
    game.task_tree.run()


def carry_out(game: Game, command: q.Command) -> None:
    """Carry out a command on an instance that is under way. Raises EngineError."""
    match command:
        case q.CompleteTask(id, variables):
            token = _open(game, id, "task")
            game.emit(c.TaskEnded(id, token.task_spec.element_id, "completed"))
            token.internal_data["result"] = plain(variables)
            token.run()
        case q.CompleteJob(id, variables) if listening.MARK in id:
            listening.complete(game, id, plain(variables))
        case q.CompleteJob(id, variables):
            token = _open(game, id, "job")
            game.emit(c.JobEnded(id, token.task_spec.element_id, "completed"))
            report(token, plain(variables))
        case q.ThrowError(id, code, message, variables):
            token = _offered(game, id)
            _end_offer(game, token)
            throw_code(token, ErrorEventDefinition, code, plain(variables), message)
        case q.ThrowEscalation(id, code, variables):
            throw_code(_offered(game, id), EscalationEventDefinition, code, plain(variables))
        case q.FireTimer(id):
            _fire(game, id, "due", {})
        case q.DeliverMessage(id, variables):
            _fire(game, id, "sub", plain(variables))
        case q.DeliverSignal(name, variables):
            deliver_signal(game, name, plain(variables))
        case q.Begin():
            begin(game, command)
        case _:
            _change(game, command)


def _change(game: Game, command: q.Command) -> None:
    """What no diagram asks for: it may be about any scope."""
    game.subprocesses.read_all()
    match command:
        case q.SetVariables(variables, scope, local):
            _set_variables(game, scope, plain(variables), local=local)
        case q.ReplaceVariables(variables):
            _replace_variables(game, plain(variables))
        case q.Modify():
            modify(game, command)
        case q.Retry(element_id):
            parking.retry(game, element_id)
        case q.Cancel():
            end_all(game)


def _fire(game: Game, identifier: str, mark: str, variables: dict[str, Any]) -> None:
    """The event of a wait has come."""
    game.subprocesses.find(identifier)
    token = game.alternatives.get(identifier)
    if token is None:
        token = game.get_task_from_id(identifier)
        store = token.internal_data
    else:
        store = token.internal_data["alts"][identifier]
    if mark not in store:
        raise EngineError(
            "unknown-id",
            token.task_spec.element_id,
            "{identifier!r} does not wait for that any more.",
            identifier=identifier,
        )
    spec = token.task_spec
    if store is not token.internal_data:
        token.internal_data["named"] = identifier
    spec.catch(token, BpmnEvent(spec.event_definition, payload=variables))
    spec._update(token)


def _level(game: Game, scope: str) -> Level:
    """The variables that go by a scope id: those of a process that a call activity runs, or of the
    element itself."""
    if not scope:
        return game.data, ""
    inner = game.subprocesses.get(scope)
    return (inner or game.get_task_from_id(scope)).data, scope


def _set_variables(game: Game, scope: str, variables: dict[str, Any], *, local: bool) -> None:
    level = _level(game, scope)
    if local:
        write(game, level, variables)
        return
    chain = [level]
    if scope:
        token = game.get_task_from_id(scope)
        inner = game.subprocesses.get(scope)
        if inner is None or not inner.is_process:
            chain = levels(token)
    set_variables(game, chain, variables)


def _replace_variables(game: Game, variables: dict[str, Any]) -> None:
    everywhere: dict[int, Level] = {id(game.data): (game.data, "")}
    for caller, inner in game.subprocesses.items():
        everywhere.setdefault(id(inner.data), (inner.data, caller))
    for token in game.index.values():
        everywhere.setdefault(id(token.data), (token.data, token.id))
    for data, name in everywhere.values():
        known = {key: value for key, value in variables.items() if key in data}
        if known:
            write(game, (data, name), known)


def _open(game: Game, identifier: str, kind: str) -> Token:
    token = game.get_task_from_id(identifier)
    if token.internal_data.get("open") != kind:
        raise EngineError(
            "unknown-id",
            token.task_spec.element_id,
            "There is no open {kind} {identifier!r}.",
            kind=kind,
            identifier=identifier,
        )
    del token.internal_data["open"]
    return token


def _offered(game: Game, identifier: str) -> Token:
    """An open user task or job."""
    if listening.MARK in identifier:
        raise EngineError(
            "unknown-id",
            "",
            "A listener throws neither errors nor escalations: complete its job, or fail it.",
        )
    token = game.get_task_from_id(identifier)
    if "open" not in token.internal_data:
        raise EngineError(
            "unknown-id",
            token.task_spec.element_id,
            "There is no open task or job {identifier!r}.",
            identifier=identifier,
        )
    return token


def _end_offer(game: Game, token: Token) -> None:
    element_id = token.task_spec.element_id
    match token.internal_data.pop("open", None):
        case "job":
            game.emit(c.JobEnded(token.id, element_id, "error"))
        case "task":
            game.emit(c.TaskEnded(token.id, element_id, "cancelled"))
