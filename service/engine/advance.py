"""One step of a root instance: a pure function of bundle, state, command and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from service.engine import changes as c
from service.engine import codec, moves, parking, throws, waits
from service.engine import commands as q
from service.engine.bundle import Bundle
from service.engine.errors import EngineError
from service.engine.game import STARTED, Host, Token, TokenGame
from service.engine.modify import end_all, modify
from service.engine.scope import inside_of, plain, set_variable, write
from service.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Step:
    """What a command made of an instance. `variables` are those of its outermost scope, once it has
    ended."""

    state: bytes
    changes: tuple[c.Change, ...]
    ended: bool
    variables: Mapping[str, Any] = field(default_factory=dict)


FAULTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What a fault of this program looks like. Others come from what the host lends, such as a database
that is busy, and are for the caller, who runs the command again."""


def advance(
    bundle: Bundle,
    state: bytes | None,
    command: q.Command,
    *,
    now: datetime,
    host: Host | None = None,
    park: bool = False,
) -> Step:
    """Carry out a command and everything that follows from it without the world outside.

    `state` is None for `Start` and only then. Raises EngineError; then nothing has changed. With
    `park` the command stands even so, where it is what follows from it that fails: the token that
    cannot go on waits at its element, with `IncidentRaised`, for a `Retry`.
    """
    return advance_together(bundle, state, (command,), now=now, host=host, park=park)[0]


def advance_together(
    bundle: Bundle,
    state: bytes | None,
    commands: Sequence[q.Command],
    *,
    now: datetime,
    host: Host | None = None,
    park: bool = False,
) -> tuple[Step, list[tuple[c.Change, ...]]]:
    """Carry out several commands, one after the other: the step that they make together, and what
    each changed.

    Reading and writing the state, most of what a step costs, is done once. Raises EngineError when
    one of them cannot be carried out; then nothing has changed. `park` as for `advance`.
    """
    faults = parking.Faults()
    while True:
        game = _begin(bundle, state, commands[0], now=now, host=host or Host())
        faults.give(game)
        try:
            return _carry_out(game, commands, park=park)
        except EngineError as error:
            if not park or not faults.learn(game, error):
                raise


def _begin(
    bundle: Bundle, state: bytes | None, first: q.Command, *, now: datetime, host: Host
) -> TokenGame:
    if isinstance(first, q.Start):
        return TokenGame(bundle, now=now, host=host)
    if state is None:
        raise EngineError("not-started", "", "The instance has not been started.")
    return codec.load(state, bundle, now=now, host=host)


def _carry_out(
    game: TokenGame, commands: Sequence[q.Command], *, park: bool
) -> tuple[Step, list[tuple[c.Change, ...]]]:
    parts = []
    for command in commands:
        before = len(game.changes)
        play(game, command, park=park)
        parts.append(tuple(game.changes[before:]))
    ended = game.is_ended()
    step = Step(codec.dump(game), tuple(game.changes), ended, dict(game.root.data) if ended else {})
    game.let_go()
    return step, parts


def play(game: TokenGame, command: q.Command, *, park: bool = False) -> None:
    """Carry out a command in a live game, until all that is left waits for the world outside.

    Raises EngineError, and no fault of this program but as one.
    """
    game.begin()
    try:
        _play(game, command)
    except RecursionError:
        raise EngineError(
            "step-limit",
            _where(game, command),
            "Scopes end inside each other more deeply than can be followed.",
        ) from None
    except FAULTS as fault:
        raise EngineError("unexpected", _where(game, command), _describe(fault)) from fault
    if game.is_stuck():
        if not park:
            raise _stuck(game)
        parking.park_stuck(game, _stuck(game))


def _where(game: TokenGame, command: q.Command) -> str:
    """The element at which a command fails: of the token that runs, else of the one it is about."""
    token = game.running or game.tasks.get(getattr(command, "id", ""))
    return "" if token is None else str(token.task_spec.element_id)


def _describe(fault: BaseException) -> Sentence:
    """The kind of a fault, and the line it comes from; no values: they may be personal."""
    at = fault.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    line = "?" if at is None else f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}"
    kind = type(fault).__name__
    return Sentence("A fault of this program: {kind} at {line}.", kind=kind, line=line)


def _play(game: TokenGame, command: q.Command) -> None:
    if isinstance(command, q.Start):
        _start(game, command)
    elif game.is_ended():
        raise EngineError("ended", "", "The process instance has ended.")
    else:
        _apply(game, command)
    game.run()


def _start(game: TokenGame, command: q.Start) -> None:
    process = game.bundle.models.get(command.process_id)
    if process is None:
        raise EngineError(
            "not-started",
            command.process_id,
            "There is no process {process_id!r}.",
            process_id=command.process_id,
        )
    start = (
        process.start_of("")
        if command.start_event is None
        else process.elements.get(command.start_event)
    )
    if start is None or start.kind != "startEvent" or start.scope:
        raise EngineError("not-started", command.process_id, "There is no start event to start at.")
    root = game.add(game.bundle.spec.task_specs[process.id], None, state=STARTED)
    write(root, plain(command.variables))
    root.task_spec.begin(root, start)


def _stuck(game: TokenGame) -> EngineError:
    gateways = [
        gateway for token in game.tasks.values() for gateway in token.internal_data.get("joins", ())
    ]
    return EngineError(
        "stuck",
        gateways[0] if gateways else "",
        ("Nothing can move any more: {gateways} waits for tokens that cannot come."),
        gateways=gateways or Sentence("the instance"),
    )


def _apply(game: TokenGame, command: q.Command) -> None:
    match command:
        case q.CompleteTask(id, variables):
            token = _open(game, id, "task")
            game.emit(c.TaskEnded(id, token.task_spec.element_id, "completed"))
            moves.finish(token, plain(variables))
        case q.CompleteJob(id, variables):
            token = _open(game, id, "job")
            game.emit(c.JobEnded(id, token.task_spec.element_id, "completed"))
            moves.report(token, plain(variables))
        case q.ThrowError(id, code, message, variables):
            token = _offered(game, id)
            _end_offer(game, token)
            throws.throw_error(token, code, message, plain(variables))
        case q.ThrowEscalation(id, code, variables):
            throws.throw_escalation(_offered(game, id), code, plain(variables))
        case q.FireTimer(id):
            waits.fire(_waiting(game, id, "due"), {})
        case q.DeliverMessage(id, variables):
            waits.fire(_waiting(game, id, "sub"), plain(variables))
        case q.DeliverSignal(name, variables):
            throws.deliver_signal(game, name, plain(variables))
        case q.SetVariables(variables, scope, local):
            _set_variables(_scope(game, scope), plain(variables), local=local)
        case q.ReplaceVariables(variables):
            _replace_variables(game, plain(variables))
        case q.Modify():
            modify(game, command)
        case q.Retry(element_id):
            parking.retry(game, element_id)
        case q.Cancel():
            end_all(game)


def _set_variables(scope: Token, variables: dict[str, Any], *, local: bool) -> None:
    if local:
        write(scope, variables)
        return
    for name, value in variables.items():
        set_variable(scope, name, value)


def _replace_variables(game: TokenGame, variables: dict[str, Any]) -> None:
    for token in list(game.tasks.values()):
        known = {name: value for name, value in variables.items() if name in token.data}
        if known:
            write(token, known)


def _find(game: TokenGame, identifier: str) -> Token:
    token: Token | None = game.tasks.get(identifier)
    if token is None:
        raise EngineError(
            "unknown-id",
            "",
            "Nothing with the id {identifier!r} is active in this instance.",
            identifier=identifier,
        )
    return token


def _open(game: TokenGame, identifier: str, kind: str) -> Token:
    token = _find(game, identifier)
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


def _offered(game: TokenGame, identifier: str) -> Token:
    """An open user task or job."""
    token = _find(game, identifier)
    if "open" not in token.internal_data:
        raise EngineError(
            "unknown-id",
            token.task_spec.element_id,
            "There is no open task or job {identifier!r}.",
            identifier=identifier,
        )
    return token


def _waiting(game: TokenGame, identifier: str, mark: str) -> Token:
    token = _find(game, identifier)
    if mark not in token.internal_data:
        raise EngineError(
            "unknown-id",
            token.task_spec.element_id,
            "{identifier!r} does not wait for that any more.",
            identifier=identifier,
        )
    return token


def _end_offer(game: TokenGame, token: Token) -> None:
    element_id = token.task_spec.element_id
    match token.internal_data.pop("open", None):
        case "job":
            game.emit(c.JobEnded(token.id, element_id, "error"))
        case "task":
            game.emit(c.TaskEnded(token.id, element_id, "cancelled"))


def _scope(game: TokenGame, scope: str) -> Token:
    """The token whose variables go by this scope id."""
    return inside_of(_find(game, scope)) if scope else game.root
