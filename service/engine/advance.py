"""One step of a root instance: a pure function of bundle, state, command and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from service.engine import changes as c
from service.engine import codec, parking
from service.engine import commands as q
from service.engine.bundle import Bundle
from service.engine.carry_out import carry_out, start
from service.engine.errors import EngineError
from service.engine.flat import Game
from service.engine.host import Host
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
        game = begin(bundle, state, commands[0], now=now, host=host or Host())
        faults.give(game)
        try:
            return _step(game, commands, park=park)
        except EngineError as error:
            if not park or not faults.learn(game, error):
                raise


def begin(
    bundle: Bundle, state: bytes | None, first: q.Command, *, now: datetime, host: Host
) -> Game:
    """The game that a command begins with. Raises EngineError."""
    if isinstance(first, q.Start):
        spec = bundle.specs.get(first.process_id) if first.process_id in bundle.models else None
        if spec is None:
            raise EngineError(
                "not-started",
                first.process_id,
                "There is no process {process_id!r}.",
                process_id=first.process_id,
            )
        game = Game(bundle, spec, now=now, host=host)
        game.name = first.process_id
        return game
    if state is None:
        raise EngineError("not-started", "", "The instance has not been started.")
    return codec.load(state, bundle, now=now, host=host)


def _step(
    game: Game, commands: Sequence[q.Command], *, park: bool
) -> tuple[Step, list[tuple[c.Change, ...]]]:
    parts = []
    for command in commands:
        before = len(game.changes)
        play(game, command, park=park)
        parts.append(tuple(game.changes[before:]))
    ended = bool(game.completed)
    step = Step(codec.dump(game), tuple(game.changes), ended, dict(game.data) if ended else {})
    game.let_go()
    return step, parts


def play(game: Game, command: q.Command, *, park: bool = False) -> None:
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


def _play(game: Game, command: q.Command) -> None:
    if isinstance(command, q.Start):
        start(game, command)
    elif game.completed:
        raise EngineError("ended", "", "The process instance has ended.")
    else:
        carry_out(game, command)
    game.do_engine_steps()
    if game.completed and not isinstance(game.changes[-1], c.InstanceEnded):
        game.emit(c.InstanceEnded("completed", tuple(game.ends)))


def _where(game: Game, command: q.Command) -> str:
    """The element at which a command fails: of the token that runs, else of the one it is about."""
    token = game.running or game.index.get(getattr(command, "id", ""))
    return "" if token is None else str(token.task_spec.element_id)


def _describe(fault: BaseException) -> Sentence:
    """The kind of a fault, and the line it comes from; no values: they may be personal."""
    at = fault.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    line = "?" if at is None else f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}"
    kind = type(fault).__name__
    return Sentence("A fault of this program: {kind} at {line}.", kind=kind, line=line)


def _stuck(game: Game) -> EngineError:
    game.subprocesses.read_all()
    waiting = [task for task in game.index.values() if "from" in task.internal_data]
    gateways = list(dict.fromkeys(task.task_spec.element_id for task in waiting))
    return EngineError(
        "stuck",
        gateways[0] if gateways else "",
        "Nothing can move any more: {gateways} waits for tokens that cannot come.",
        gateways=gateways or Sentence("the instance"),
    )
