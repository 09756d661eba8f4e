"""Plays a drawing the way the product does, by element ids: complete `ask`, fire `late`, deliver to
`wait`.

`mode` is "restored" (every command goes through the state's bytes) or "straight" (one live game
from start to end). Whatever a command changed is in `last`; what is open is kept by the changes
alone, as the product keeps it in tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

from service.engine import Bundle, Host, advance, inspect, load_bundle
from service.engine import changes as c
from service.engine import commands as q
from service.engine.advance import begin, play
from service.engine.codec import dump
from service.engine.flat import Game
from tests.kit.clock import NOON
from tests.kit.drawing import draw

OPENS = (c.TaskCreated, c.JobCreated, c.TimerSet, c.SubscriptionOpened)
ENDS = (c.TaskEnded, c.JobEnded, c.TimerEnded, c.SubscriptionEnded)


def bundle_of(*drawings: str, **files: bytes) -> Bundle:
    """A bundle of drawings (and of other files by name, `_` for `.`)."""
    named = {f"{at}.bpmn": draw(text) for at, text in enumerate(drawings)}
    return load_bundle(named | {name.replace("_", "."): data for name, data in files.items()})


class Player:
    """One root instance."""

    def __init__(self, bundle: Bundle, mode: str = "restored", *, host: Host | None = None) -> None:
        self.bundle = bundle
        self.mode = mode
        self.host = host or Host()
        self.now = NOON
        self.state: bytes | None = None
        self.game: Game | None = None
        self.last: list[c.Change] = []
        self.all: list[c.Change] = []
        self.open: dict[str, Any] = {}
        self.ended = False

    def send(self, command: q.Command) -> list[c.Change]:
        if self.mode == "straight":
            changes = self._straight(command)
        else:
            step = advance(self.bundle, self.state, command, now=self.now, host=self.host)
            self.state, self.ended, changes = step.state, step.ended, list(step.changes)
        for change in changes:
            if isinstance(change, OPENS):
                assert change.id not in self.open
                self.open[change.id] = change
            elif isinstance(change, ENDS):
                assert type(self.open.pop(change.id)) in OPENS
        if self.ended:
            assert not self.open
        self.last = changes
        self.all += changes
        return changes

    def _straight(self, command: q.Command) -> list[c.Change]:
        if self.game is None:
            self.game = begin(self.bundle, None, command, now=self.now, host=self.host)
        self.game.changes.clear()
        self.game.now = self.now
        play(self.game, command)
        self.ended, self.state = self.game.is_ended(), dump(self.game)
        return list(self.game.changes)

    def start(self, process: str = "p", *, at: str | None = None, **variables: Any) -> Self:
        self.send(q.Start(process, variables, at))
        return self

    def find(self, element_id: str, kind: type | tuple[type, ...] = OPENS, nth: int = 0) -> Any:
        found = [
            o for o in self.open.values() if o.element_id == element_id and isinstance(o, kind)
        ]
        assert len(found) > nth, f"{element_id} is not open; open: {self.waiting()}"
        return found[nth]

    def complete(self, element_id: str, nth: int = 0, **variables: Any) -> Self:
        offer = self.find(element_id, (c.TaskCreated, c.JobCreated), nth)
        command = q.CompleteTask if isinstance(offer, c.TaskCreated) else q.CompleteJob
        self.send(command(offer.id, variables))
        return self

    def fire(self, element_id: str, nth: int = 0) -> Self:
        timer = self.find(element_id, c.TimerSet, nth)
        self.now = max(self.now, timer.due_at)
        self.send(q.FireTimer(timer.id))
        return self

    def deliver(self, element_id: str, nth: int = 0, **variables: Any) -> Self:
        self.send(q.DeliverMessage(self.find(element_id, c.SubscriptionOpened, nth).id, variables))
        return self

    def signal(self, name: str, **variables: Any) -> Self:
        self.send(q.DeliverSignal(name, variables))
        return self

    def error(self, element_id: str, code: str, nth: int = 0, **variables: Any) -> Self:
        offer = self.find(element_id, (c.TaskCreated, c.JobCreated), nth)
        self.send(q.ThrowError(offer.id, code, "", variables))
        return self

    def escalate(self, element_id: str, code: str, nth: int = 0) -> Self:
        offer = self.find(element_id, (c.TaskCreated, c.JobCreated), nth)
        self.send(q.ThrowEscalation(offer.id, code))
        return self

    def later(self, **delta: float) -> Self:
        self.now += timedelta(**delta)
        return self

    def waiting(self) -> list[str]:
        """The ids of the elements that wait for the world, sorted, one for each wait."""
        return sorted(each.element_id for each in self.open.values())

    def entered(self) -> list[str]:
        """The elements that tokens have entered so far, in order."""
        return [change.element_id for change in self.all if isinstance(change, c.ElementEntered)]

    def of(self, kind: type) -> list[Any]:
        return [change for change in self.all if isinstance(change, kind)]

    @property
    def variables(self) -> Mapping[str, Any]:
        assert self.state is not None
        return inspect(self.bundle, self.state).variables.get("", {})
