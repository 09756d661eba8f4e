"""Bodies are read before a request is worked on: whoever sends slowly keeps nobody from being
served.

A body has a moment to arrive. One that takes longer is slow, and only so many may be slow at once,
of one address and of all; each has to keep to a least rate, and to a longest time. Who does not is
refused with 408, and the connection is closed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import flask

from service.errors import RedressError, Unavailable

REFUSED = "redress.refused"
"""The key of a request's environment under which the error is that it is refused with."""


class TooSlow(RedressError):
    """The request took too long to arrive. Try again over a better connection."""

    code = "too-slow"


class CutOff(RedressError):
    """The request was cut off before its end."""

    code = "cut-off"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long bodies may take: seconds until one is slow, seconds that a slow one has at least,
    the bytes that earn it another second, seconds that it has at most; how many may be slow."""

    moment: float = 0.5
    least: float = 15.0
    rate: float = 1_000.0
    longest: float = 600.0
    slow: int = 200
    slow_of_one: int = 8


@dataclass(frozen=True, slots=True)
class Sent:
    """A body that is announced: from which address, how long it says to be (None where it is sent
    in chunks), how much of it is taken at most."""

    address: str
    length: int | None
    most: int


class Doorway:
    """Where bodies arrive, in one process; only its event loop comes here."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._slow: Counter[str] = Counter()

    @property
    def slow(self) -> int:
        """How many bodies are arriving slowly."""
        return self._slow.total()

    async def receive(self, sent: Sent, pieces: AsyncIterable[bytes], kept: IO[bytes]) -> int:
        """Read a body into `kept`; how many bytes it has, one more than are taken where it has more
        than that. Raises TooSlow, CutOff, and Unavailable where too many are slow."""
        reading = asyncio.ensure_future(_read(sent, pieces, kept))
        try:
            done, _ = await asyncio.wait([reading], timeout=self._patience.moment)
            if not done:
                with self._being_slow(sent.address):
                    await self._see_it_through(reading, kept)
            got = reading.result()
        except (OSError, RuntimeError):  # what a server raises for a connection that is gone
            raise CutOff from None
        finally:
            reading.cancel()
            await asyncio.wait([reading])  # so that nothing holds the connection any longer
        if sent.length is not None and got < min(sent.length, sent.most + 1):
            raise CutOff
        return got

    async def _see_it_through(self, reading: asyncio.Future[int], kept: IO[bytes]) -> None:
        """Wait for as long as what has come earns it. Raises TooSlow."""
        loop, patience = asyncio.get_running_loop(), self._patience
        began = loop.time() - patience.moment
        while not reading.done():
            earned = min(patience.least + kept.tell() / patience.rate, patience.longest)
            left = began + earned - loop.time()
            if left <= 0:
                raise TooSlow
            await asyncio.wait([reading], timeout=left)

    @contextmanager
    def _being_slow(self, address: str) -> Iterator[None]:
        """Raises TooSlow where this address sends too many slow bodies, Unavailable where all
        do."""
        if self._slow[address] >= self._patience.slow_of_one:
            raise TooSlow
        if self.slow >= self._patience.slow:
            raise Unavailable("Too many requests are arriving slowly; try again.")
        self._slow[address] += 1
        try:
            yield
        finally:
            self._slow[address] -= 1
            self._slow = +self._slow  # addresses of which none is slow are forgotten


async def _read(sent: Sent, pieces: AsyncIterable[bytes], kept: IO[bytes]) -> int:
    async for piece in pieces:
        try:
            kept.write(piece[: sent.most + 1 - kept.tell()])
        except OSError as error:
            raise Unavailable(
                "Requests of this size cannot be taken now ({why}); try again later.",
                why=error.strerror,
            ) from error
        if kept.tell() > sent.most:
            break
    return kept.tell()


def check_arrival() -> None:
    """Raises what was found when the request arrived."""
    error = flask.request.environ.get(REFUSED)
    if error is not None:
        raise error


def close_refused(response: flask.Response) -> flask.Response:
    """Whoever still sends what nobody reads is told that the connection ends."""
    if REFUSED in flask.request.environ:
        response.headers["Connection"] = "close"
    return response
