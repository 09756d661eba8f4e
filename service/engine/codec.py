"""The state of a root instance as bytes: what is active, and nothing that the bundle or the history
knows already.

JSON with positional rows, parents before children: `[id, parent, spec, state, data, internal]`. The
first byte is the format's version, and says whether there are decimals in it. The same game gives
the same bytes.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from service.engine.bundle import Bundle
from service.engine.errors import EngineError
from service.engine.game import Host, Token, TokenGame

EXACT, PLAIN = b"1", b"2"
"""With numbers that only an exact reader gets right; without any: those, and they are most, are
read twice as fast."""
MAX_STATE = 8 * 1024 * 1024
"""Business data live in tables; the variables are the few that route the case."""

_DECODER = json.JSONDecoder(parse_float=Decimal)


def dump(game: TokenGame) -> bytes:
    """The bytes of a game that has come to rest."""
    rows: list[list[Any]] = []
    stack = [game.task_tree]
    while stack:
        token = stack.pop()
        if token is None:
            continue
        rows.append(
            [
                token.id,
                token._parent,
                token.task_spec.name,
                token.state,
                token.data or None,
                token.internal_data or None,
            ]
        )
        stack.extend(game.tasks[child] for child in reversed(token._children))
    return write_rows(game.counter, game.ends, rows)


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
    if kind not in (PLAIN, EXACT):
        raise EngineError(
            "state-format",
            "",
            "expected a state of format {exact!r} or {plain!r}, got {kind!r}",
            exact=EXACT,
            plain=PLAIN,
            kind=kind,
        )
    try:
        counter, ends, rows = (
            orjson.loads(state[1:]) if kind == PLAIN else _DECODER.decode(state[1:].decode())
        )
    except ValueError:
        raise EngineError(
            "state-format", "", "expected a state that was saved here, got something else"
        ) from None
    return counter, ends, rows


def load(state: bytes, bundle: Bundle, *, now: datetime, host: Host) -> TokenGame:
    """The game that `dump` saw. Raises EngineError when the state does not fit the bundle."""
    counter, ends, rows = read_rows(state)
    game = TokenGame(bundle, now=now, host=host, counter=counter)
    game.ends = ends
    specs = bundle.spec.task_specs
    for identifier, parent, name, kind, data, internal in rows:
        spec = specs.get(name)
        if spec is None:
            raise EngineError(
                "state-format",
                name,
                "The state names {name!r}, which this version does not have.",
                name=name,
            )
        token = Token(game, spec, game.tasks.get(parent), state=kind, id=identifier)
        token.data = data or {}
        token.internal_data = internal or {}
        if parent is None:
            game.task_tree = token
        elif "wait" not in token.internal_data:
            token.parent.busy += 1
    return game
