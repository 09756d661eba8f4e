"""One step of a root instance: a pure function of bundle, state, command and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.engine import changes as c
from service.engine import codec, moves, throws, waits
from service.engine import commands as q
from service.engine.bundle import Bundle
from service.engine.errors import EngineError
from service.engine.game import Host, Token, TokenGame
from service.engine.scope import set_variable
from service.feel import to_json


@dataclass(frozen=True, slots=True)
class Step:
    """What a command made of an instance."""

    state: bytes
    changes: tuple[c.Change, ...]
    ended: bool


def advance(
    bundle: Bundle, state: bytes | None, command: q.Command, *, now: datetime, host: Host | None = None
) -> Step:
    """Carry out a command and everything that follows from it without the world outside.

    `state` is None for `Start` and only then. Raises EngineError; then nothing has changed.
    """
    lent = host or Host()
    if isinstance(command, q.Start):
        game = _start(bundle, command, now, lent)
    else:
        if state is None:
            raise EngineError("not-started", "", "The instance has not been started.")
        game = codec.load(state, bundle, now=now, host=lent)
        if game.task_tree is None or game.task_tree.internal_data.get("ended"):
            raise EngineError("ended", "", "The process instance has ended.")
        _apply(game, command)
    game.run()
    ended = bool(game.task_tree is not None and game.task_tree.internal_data.get("ended"))
    return Step(codec.dump(game), tuple(game.changes), ended)


def _start(bundle: Bundle, command: q.Start, now: datetime, host: Host) -> TokenGame:
    process = bundle.models.get(command.process_id)
    if process is None:
        raise EngineError("not-started", command.process_id, f"There is no process {command.process_id!r}.")
    start = process.start_of("") if command.start_event is None else process.elements.get(command.start_event)
    if start is None:
        raise EngineError("not-started", command.process_id, "There is no start event to start at.")
    game = TokenGame(bundle, now=now, host=host)
    root = game.add(bundle.spec.task_specs[process.id], None, state=4)
    root.data = {name: to_json(value) for name, value in command.variables.items()}
    game.emit(c.VariablesSet("", dict(root.data)))
    root.task_spec.begin(root, start)
    return game


def _apply(game: TokenGame, command: q.Command) -> None:
    match command:
        case q.CompleteTask(id, variables):
            token = _open(game, id, "task")
            game.emit(c.TaskEnded(id, token.task_spec.element_id, "completed"))
            moves.finish(token, variables)
        case q.CompleteJob(id, variables):
            token = _open(game, id, "job")
            game.emit(c.JobEnded(id, token.task_spec.element_id, "completed"))
            moves.finish(token, variables)
        case q.ThrowError(id, code, message, variables):
            token = _open(game, id, None)
            _end_offer(game, token)
            throws.throw_error(token, code, message, variables)
        case q.ThrowEscalation(id, code, variables):
            throws.throw_escalation(_find(game, id), code, variables)
        case q.FireTimer(id):
            waits.fire(_waiting(game, id, "due"), {})
        case q.DeliverMessage(id, variables):
            waits.fire(_waiting(game, id, "sub"), variables)
        case q.DeliverSignal(name, variables):
            throws.catch_signal(game, name, variables)
        case q.SetVariables(variables, scope):
            _set(game, scope, dict(variables))
        case q.Cancel():
            _cancel(game)


def _find(game: TokenGame, identifier: str) -> Token:
    token: Token | None = game.tasks.get(identifier)
    if token is None:
        raise EngineError("unknown-id", "", f"Nothing with the id {identifier!r} is active in this instance.")
    return token


def _open(game: TokenGame, identifier: str, kind: str | None) -> Token:
    token = _find(game, identifier)
    if kind is not None and token.internal_data.get("open") != kind:
        raise EngineError("unknown-id", token.task_spec.element_id, f"There is no open {kind} {identifier!r}.")
    if kind is not None:
        token.internal_data.pop("open")
    return token


def _waiting(game: TokenGame, identifier: str, mark: str) -> Token:
    token = _find(game, identifier)
    if mark not in token.internal_data:
        raise EngineError("unknown-id", token.task_spec.element_id, f"{identifier!r} does not wait for that any more.")
    return token


def _end_offer(game: TokenGame, token: Token) -> None:
    element_id = token.task_spec.element_id
    match token.internal_data.pop("open", None):
        case "job":
            game.emit(c.JobEnded(token.id, element_id, "error"))
        case "task":
            game.emit(c.TaskEnded(token.id, element_id, "cancelled"))


def _set(game: TokenGame, scope: str, variables: dict[str, Any]) -> None:
    token = game.task_tree if not scope else _find(game, scope)
    if token is None:
        return
    if not scope:
        for name, value in variables.items():
            set_variable(token, name, value)
        return
    token.data |= {name: to_json(value) for name, value in variables.items()}
    game.emit(c.VariablesSet(scope, {name: token.data[name] for name in variables}))


def _cancel(game: TokenGame) -> None:
    root = game.task_tree
    if root is None:
        return
    root.internal_data.pop("joins", None)
    waits.close_children(root)
    root.internal_data["ended"] = True
    game.emit(c.InstanceEnded("terminated", ()))
