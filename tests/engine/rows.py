"""The register of rows of the table of constructs that run, each with the test of what it does."""

from __future__ import annotations

from collections.abc import Callable

from service.engine import Host
from tests.kit.playing import Player, bundle_of

Play = Callable[..., Player]
ROWS: dict[str, Callable[[Play], None]] = {}


def row(*keys: str) -> Callable[[Callable[[Play], None]], Callable[[Play], None]]:
    """The test is about these rows."""

    def register(test: Callable[[Play], None]) -> Callable[[Play], None]:
        for key in keys:
            assert key not in ROWS, key
            ROWS[key] = test
        return test

    return register


class Stage:
    """Makes players of one mode and keeps what they did."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.players: list[Player] = []

    def __call__(self, *drawings: str, host: Host | None = None, **files: bytes) -> Player:
        player = Player(bundle_of(*drawings, **files), self.mode, host=host)
        self.players.append(player)
        return player
