"""Tokens that cannot run wait at their element for somebody to see to it; the rest of the step is
made.

Where a command must not be undone, because a worker has done what it reports, a step that fails is
played again from its beginning, and this time the token that failed is parked instead of run. So
nothing of what it began is left. Where the step as a whole is too much, nothing runs after the
command's own effect.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.engine import changes as c
from service.engine.errors import EngineError
from service.engine.token import READY, Token
from service.sentence import Sentence

MAX_PARKED = 20
"""Tokens that may fail in one command; with one more, nothing runs any more."""
TOO_MUCH = frozenset({"step-limit", "token-limit"})


@dataclass(slots=True)
class Faults:
    """What has failed in a command so far, by token and state, and what services have answered:
    they are not asked twice."""

    parked: dict[tuple[str, int], EngineError] = field(default_factory=dict)
    held: EngineError | None = None
    answers: dict[str, Any] = field(default_factory=dict)

    def give(self, game: Any) -> None:
        """Have a game that begins know of it."""
        game.parked, game.held, game.answers = self.parked, self.held, self.answers

    def learn(self, game: Any, error: EngineError) -> bool:
        """Note why a game failed; whether it is worth another try."""
        if game.running is None or self.held is not None:
            return False
        if error.code in TOO_MUCH or len(self.parked) == MAX_PARKED:
            self.held = error
        else:
            self.parked[game.running.id, game.stage] = error
        return True


def park(token: Token, error: EngineError | None) -> None:
    """Leave a token where it is. `error` is its own; None where all are held for the same reason,
    which is told once."""
    game, spec = token.game, token.task_spec
    if error is None and "result" in token.internal_data and token._state == READY:
        token.run()  # what the command reports is done, whatever follows
        return
    spec.tell_entered(token)
    told = error or (None if game.told else game.held)
    game.told = game.told or error is None
    token.internal_data["failed"] = told is not None
    if told is not None:
        message = _message(token, told)
        game.emit(c.IncidentRaised(token.id, spec.element_id, spec.process.id, told.code, message))


def _message(token: Token, error: EngineError) -> str:
    """Why it failed; and where, when that is not where it stands."""
    if not error.element_id or error.element_id == token.task_spec.element_id:
        return error.message
    return Sentence("{element}: {error}", element=error.element_id, error=error)


def park_stuck(game: Any, error: EngineError) -> None:
    """Tell that nothing can move any more."""
    at, process_id = error.element_id, game.name
    game.emit(c.IncidentRaised(game.task_tree.id, at, process_id, error.code, error.message))


def retry(game: Any, element_id: str) -> None:
    """Let the tokens that failed at an element run; all that failed, when none did so there.

    Raises EngineError("not-parked") where none did at all.
    """
    failed = [token for token in game.index.values() if "failed" in token.internal_data]
    there = [token for token in failed if token.task_spec.element_id == element_id]
    if not failed:
        raise EngineError("not-parked", element_id, "Nothing in this instance waits for a retry.")
    silent = [token for token in failed if not token.internal_data["failed"]]
    for token in dict.fromkeys([*(there or failed), *silent]):
        if token.internal_data.pop("failed"):
            game.emit(c.IncidentEnded(token.id, token.task_spec.element_id))
        (game.ready if token._state == READY else game.entering).append(token)
