"""The only place that asks what time it is. Everything below the edge is handed `now` as an aware UTC datetime."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class VirtualClock:
    """A clock that moves only when it is told to: simulations, drills and tests."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("expected an aware datetime, got a naive one")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self.move_to(self._now + by)

    def move_to(self, instant: datetime) -> None:
        if instant < self._now:
            raise ValueError(
                f"a clock does not go back: it is {self._now.isoformat()}, asked for {instant.isoformat()}"
            )
        self._now = instant.astimezone(UTC)
