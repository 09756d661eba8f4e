"""The state of a root instance as bytes: what is active, and nothing that the bundle or the history
knows already.

JSON with positional rows: for each open scope `[caller, spec, data, completed, tasks]`, the one of
the instance first; for each task `[id, parent, spec, state, data, internal]`, parents before
children. The first byte is the format's version, and says whether there are decimals in it. The
same game gives the same bytes.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent

from service.engine import old_states
from service.engine.bundle import Bundle
from service.engine.errors import EngineError
from service.engine.flat import Game, Inner
from service.engine.host import Host
from service.engine.token import WAITING, Token

EXACT, PLAIN = b"3", b"4"
"""With numbers that only an exact reader gets right; without any: those, and they are most, are
read twice as fast."""
OLD_EXACT, OLD_PLAIN = b"1", b"2"
"""The same of releases before scopes were workflows."""
MAX_STATE = 8 * 1024 * 1024
"""Business data live in tables; the variables are the few that route the case."""

_DECODER = json.JSONDecoder(parse_float=Decimal)


def dump(game: Game) -> bytes:
    """The bytes of a game that has come to rest."""
    scopes = [_scope_row("", game)]
    inner: dict[str, Any] = {**game.subprocesses, **game.subprocesses.unread}
    for caller in sorted(inner, key=int):
        scope = inner[caller]
        scopes.append(scope if isinstance(scope, list) else _scope_row(caller, scope))
    return write_rows(game.counter, game.ends, scopes)


def _scope_row(caller: str, workflow: Any) -> list[Any]:
    rows: list[list[Any]] = []
    tree, tasks = workflow.task_tree, workflow.tasks
    stack = [tree]
    while stack:
        task = stack.pop()
        rows.append(
            [
                task.id,
                task._parent,
                task.task_spec.name,
                task._state,
                None if task is tree else task.data or None,
                task.internal_data or None,
            ]
        )
        for child in reversed(task._children):
            stack.append(tasks[child])
    data = workflow.data if workflow.is_process else None
    return [caller, workflow.name, data, workflow.completed, rows]


def write_rows(counter: int, ends: list[str], rows: list[list[Any]]) -> bytes:
    """The bytes of rows, which are not too many."""
    state = _encode([counter, ends, rows])
    if len(state) > MAX_STATE:
        raise EngineError(
            "state-limit",
            "",
            "The instance's state would have {count} bytes, at most {most}.",
            count=len(state),
            most=MAX_STATE,
        )
    return state


def _encode(rows: list[Any]) -> bytes:
    try:
        return PLAIN + orjson.dumps(rows)
    except TypeError:
        pass  # there is a decimal
    try:
        return EXACT + orjson.dumps(rows, default=_number)
    except TypeError:
        pass  # an integer of more than 64 bits, or something that nests too deeply
    try:
        return EXACT + orjson.dumps(_without_big(rows), default=_number)
    except (TypeError, RecursionError) as error:
        raise EngineError(
            "expression-limit", "", "The variables cannot be kept: {error}.", error=error
        ) from None


def _number(value: Any) -> Any:
    """Decimals are written digit by digit: nothing is lost on the way through a binary float."""
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f") if abs(value.adjusted()) < 50 else str(value))
    raise TypeError(f"{type(value).__name__} is no plain value")


def _without_big(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_big(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_big(each) for each in value]
    return Decimal(value) if type(value) is int and value.bit_length() > 62 else value


def read_rows(state: bytes) -> tuple[int, list[str], list[list[Any]]]:
    """What a state holds, without a bundle: the counter of ids, the ends reached, and the rows.
    Raises EngineError."""
    kind = state[:1]
    if kind not in (PLAIN, EXACT, OLD_PLAIN, OLD_EXACT):
        raise EngineError(
            "state-format",
            "",
            "The state was written in the format {kind}, which this release does not know: run "
            "the release that wrote it, or a later one.",
            kind=kind.decode("ascii", "replace") or "?",
        )
    try:
        if kind in (PLAIN, OLD_PLAIN):
            counter, ends, rows = orjson.loads(state[1:])
        else:
            counter, ends, rows = _DECODER.decode(state[1:].decode())
    except ValueError:
        raise EngineError(
            "state-format", "", "expected a state that was saved here, got something else"
        ) from None
    return counter, ends, rows


def load(state: bytes, bundle: Bundle, *, now: datetime, host: Host) -> Game:
    """The game that `dump` saw, of this release or an earlier one. Raises EngineError when the
    state does not fit the bundle."""
    if state[:1] in (OLD_EXACT, OLD_PLAIN):
        return old_states.read(*read_rows(state), bundle, now=now, host=host)
    counter, ends, scopes = read_rows(state)
    for _, name, *_ in scopes:
        if name not in bundle.specs:
            raise _unknown(name)
    game = Game(bundle, bundle.specs[scopes[0][1]], now=now, host=host, counter=counter)
    game.ends = ends
    _fill(game, game, scopes[0])
    game.subprocesses.make = partial(_open, game)
    for scope in scopes[1:]:
        game.subprocesses.keep(scope)
    return game


def _open(game: Game, scope: list[Any]) -> None:
    """Read a scope inside the instance."""
    caller, name, data, *_ = scope
    spec, task = game.bundle.specs[name], game.index[caller]
    _fill(game, Inner.restored(spec, task, is_process=data is not None), scope)


def _fill(game: Game, workflow: Any, scope: list[Any]) -> None:
    _, workflow.name, data, workflow.completed, rows = scope
    workflow.data = workflow.caller.data if data is None else data
    specs, tasks = workflow.spec.task_specs, workflow.tasks
    for identifier, parent, name, state, data, internal in rows:
        spec = specs.get(name)
        if spec is None:
            raise _unknown(name)
        task = Token(workflow, spec, tasks.get(parent), state=state, id=identifier)
        if data:
            task.data = data
        if internal:
            task.internal_data = internal
            for at in internal.get("alts", ()):
                game.alternatives[at] = task
        if state == WAITING and isinstance(spec, CatchingEvent):
            game.event_manager.add_task(task)
    workflow.task_tree = workflow.tasks[rows[0][0]]
    workflow.task_tree.data = workflow.data


def _unknown(name: str) -> EngineError:
    return EngineError(
        "state-format",
        name,
        "The state names {name!r}, which this version does not have.",
        name=name,
    )
