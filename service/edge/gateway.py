"""From the server's requests to the application: the body is awaited in the event loop, and a
thread is taken only for a request that is there whole.

The server speaks RSGI (https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md),
the application WSGI (PEP 3333).
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from service.edge.slow_clients import REFUSED, Doorway, Sent
from service.errors import RedressError

Application = Callable[..., Iterable[bytes]]
IN_MEMORY = 1 << 20
"""Bytes of a body that are held in memory; a longer one lies in a file meanwhile. Answers of a
known length up to this are sent in one piece."""
WATCHERS = 2
"""Threads for those who only want to know whether the service is alive."""


class Transport(Protocol):
    """An answer that is sent piece by piece."""

    async def send_bytes(self, piece: bytes) -> None: ...


class Exchange(Protocol):
    """The server's side of one request."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Transport: ...


@dataclass(slots=True)
class Answer:
    """What the application answers: its head, then its pieces."""

    status: int = 500
    headers: list[tuple[str, str]] = field(default_factory=list)
    pieces: Iterable[bytes] = ()

    def start(
        self, status: str, headers: list[tuple[str, str]], _error: object = None
    ) -> Callable[[bytes], None]:
        """PEP 3333's `start_response`."""
        self.status, self.headers = int(status.split(" ", 1)[0]), headers
        return _no_write

    @property
    def is_short(self) -> bool:
        length = next((value for name, value in self.headers if name == "Content-Length"), "")
        return self.status in (204, 304) or (length.isdecimal() and int(length) <= IN_MEMORY)

    def close(self) -> None:
        close = getattr(self.pieces, "close", None)
        if close is not None:
            close()


class Gateway:
    """One serving process: `most_of` says how large a body may be at a path, `threads` how many
    requests are at the application at once. Those for the paths `watched` have threads of their
    own."""

    def __init__(
        self,
        application: Application,
        *,
        most_of: Callable[[str], int],
        threads: int,
        watched: Container[str] = (),
        doorway: Doorway | None = None,
    ) -> None:
        self._application = application
        self._most_of = most_of
        self._watched = watched
        self._doorway = doorway or Doorway()
        self._threads = ThreadPoolExecutor(threads, "request")
        self._watchers = ThreadPoolExecutor(WATCHERS, "watcher")

    async def __rsgi__(self, scope: Any, exchange: Exchange) -> None:
        """Answer one request."""
        if scope.proto != "http":
            return
        environ = environ_of(scope)
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as kept:
            await self._take_in(environ, exchange, kept)
            await self._answer(environ, exchange)

    async def _take_in(self, environ: dict[str, Any], exchange: Exchange, kept: IO[bytes]) -> None:
        """Await the body. One that says to be too long is refused by its length; nobody reads
        it."""
        environ["wsgi.input"] = kept
        length, most = environ.get("CONTENT_LENGTH", ""), self._most_of(environ["PATH_INFO"])
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        if (not length.isdecimal() and not chunked) or (not chunked and int(length) > most):
            return
        sent = Sent(environ["REMOTE_ADDR"], int(length) if length.isdecimal() else None, most)
        try:
            got = await self._doorway.receive(sent, exchange, kept)
        except RedressError as error:
            environ[REFUSED], got = error, 0
        kept.seek(0)
        kept.truncate(got)
        environ["CONTENT_LENGTH"] = str(got)

    async def _answer(self, environ: dict[str, Any], exchange: Exchange) -> None:
        loop, threads = asyncio.get_running_loop(), self._threads
        if environ["PATH_INFO"] in self._watched:
            threads = self._watchers
        answer, body = await loop.run_in_executor(threads, self._ask, environ)
        if body is not None:
            exchange.response_bytes(answer.status, answer.headers, body)
            return
        try:
            transport = exchange.response_stream(answer.status, answer.headers)
            pieces = iter(answer.pieces)
            while (piece := await loop.run_in_executor(threads, _next, pieces)) is not None:
                await transport.send_bytes(piece)
        finally:
            await loop.run_in_executor(threads, answer.close)

    def _ask(self, environ: dict[str, Any]) -> tuple[Answer, bytes | None]:
        """The application's answer, and its body when it is short."""
        answer = Answer()
        answer.pieces = self._application(environ, answer.start)
        if not answer.is_short:
            return answer, None
        try:
            return answer, b"".join(answer.pieces)
        finally:
            answer.close()


def environ_of(scope: Any) -> dict[str, Any]:
    """A request's environment as PEP 3333 has it, without its body."""
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_SOFTWARE": "Granian",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        _add(environ, name, value)
    return environ


def _add(environ: dict[str, Any], name: str, value: str) -> None:
    """One header. A name with an underscore is none of ours: it would pass for one with a
    hyphen."""
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    known = environ.get(key)
    environ[key] = value if known is None else f"{known}{'; ' if name == 'cookie' else ','}{value}"


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)


def _no_write(_piece: bytes) -> None:
    raise NotImplementedError("this gateway takes answers as iterables only")
