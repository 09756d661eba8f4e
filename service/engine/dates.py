"""When the open user tasks of a state are due by what their diagrams say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service.engine import codec
from service.engine.bundle import Bundle
from service.engine.errors import EngineError
from service.engine.flat import Game
from service.engine.host import Host
from service.engine.offers import due_of


def task_dates(
    bundle: Bundle, state: bytes, opened: Mapping[str, datetime], *, host: Host
) -> dict[str, datetime | None]:
    """The due dates of tasks by their ids, given when each was opened: `now()` in a diagram is that
    moment, so that a date counted from it stays. A task that the state does not know, or whose
    expression fails with what the host says today, is left out."""
    found: dict[str, datetime | None] = {}
    for at in sorted(set(opened.values())):
        game = codec.load(state, bundle, now=at, host=host)
        game.subprocesses.read_all()
        found |= _dates(game, [id for id, began in opened.items() if began == at])
        game.let_go()
    return found


def _dates(game: Game, ids: list[str]) -> dict[str, datetime | None]:
    found: dict[str, datetime | None] = {}
    for id in ids:
        token = game.index.get(id)
        if token is None:
            continue
        try:
            found[id] = due_of(token)
        except EngineError:
            continue
    return found
