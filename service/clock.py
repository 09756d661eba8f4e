"""The only place that asks what time it is. Everything below the edge is handed `now` as an aware
UTC datetime."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from service.errors import InvalidInput


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
                f"a clock does not go back: it is {self._now.isoformat()}, asked for "
                f"{instant.isoformat()}"
            )
        self._now = instant.astimezone(UTC)


class FileClock:
    """A clock that several processes share for a rehearsal: the time is what its file says. One of
    them moves it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now()

    def now(self) -> datetime:
        try:
            instant = datetime.fromisoformat(self.path.read_text("ascii").strip())
        except (OSError, ValueError):
            instant = None
        if instant is None or instant.tzinfo is None:
            raise InvalidInput(
                "REDRESS_CLOCK: expected {path} to hold an instant such as "
                "2026-03-02T10:00:00+08:00",
                path=self.path,
            )
        return instant.astimezone(UTC)

    def move_to(self, instant: datetime) -> None:
        """Let the time be `instant` from now on; a clock does not go back."""
        if instant > self.now():
            write_clock(self.path, instant)


def write_clock(path: Path, instant: datetime) -> None:
    """Set a shared clock, at once for everybody."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(instant.astimezone(UTC).isoformat(), "ascii")
    fresh.replace(path)


def open_clock(setting: str) -> Clock:
    """The clock of a process: the machine's, unless the setting names the file of a shared one.
    Raises InvalidInput when that holds no instant."""
    return FileClock(Path(setting)) if setting else SystemClock()
