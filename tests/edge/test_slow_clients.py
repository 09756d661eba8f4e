"""Whoever sends slowly, or nothing more, keeps nobody from being served."""

from __future__ import annotations

import asyncio
import io
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.db import Database, migrate
from service.edge import Doorway, Patience
from service.edge.slow_clients import CutOff, Sent, TooSlow
from service.errors import Unavailable
from tests.kit.server_processes import Site, stop, until

MOST = 10_000


class Body:
    """A body that comes in pieces; without an `end` nothing more comes, and it does not end."""

    def __init__(self, *pieces: bytes, end: bool = True) -> None:
        self.pieces, self.end = list(pieces), end

    def __aiter__(self) -> Body:
        return self

    async def __anext__(self) -> bytes:
        if self.pieces:
            return self.pieces.pop(0)
        if self.end:
            raise StopAsyncIteration
        await asyncio.Event().wait()
        return b""


async def receive(doorway: Doorway, body: Body, length: int | None, *, by: str = "a") -> bytes:
    kept = io.BytesIO()
    await doorway.receive(Sent(by, length, MOST), body, kept)
    return kept.getvalue()


def patient(**more: Any) -> Doorway:
    return Doorway(Patience(**({"moment": 0.01, "least": 0.05} | more)))


@pytest.mark.parametrize("size", [1, 1_000, MOST])
def test_a_whole_body_is_handed_on(size: int) -> None:
    whole = (bytes(range(256)) * (size // 256 + 1))[:size]
    for length in (size, None):
        found = asyncio.run(receive(patient(), Body(whole[:7], whole[7:], b""), length))
        assert found == whole


def test_a_body_that_does_not_come_is_given_up() -> None:
    with pytest.raises(TooSlow):
        asyncio.run(receive(patient(), Body(b"x", end=False), 1_000))


def test_what_has_come_earns_a_slow_body_more_time() -> None:
    doorway, began = patient(rate=100.0), time.monotonic()
    with pytest.raises(TooSlow):
        asyncio.run(receive(doorway, Body(b"x" * 30, end=False), 1_000))
    assert time.monotonic() - began >= 0.05 + 30 / 100.0


def test_a_body_that_is_cut_off_is_not_taken_for_a_shorter_one() -> None:
    with pytest.raises(CutOff):
        asyncio.run(receive(patient(), Body(b"amount=1"), 1_000))


def test_a_body_of_any_length_is_read_no_further_than_one_is_taken() -> None:
    body = Body(*[b"x" * 1_000] * 50)
    found = asyncio.run(receive(patient(), body, None))
    assert len(found) == MOST + 1  # enough for Flask to say that it is too large
    assert len(body.pieces) == 39


def test_few_may_be_slow_at_once_of_an_address_and_of_all() -> None:
    async def play() -> None:
        doorway = patient(least=60.0, slow=3, slow_of_one=2)
        slow = [
            asyncio.create_task(receive(doorway, Body(end=False), 9, by=by))
            for by in ("a", "a", "b")
        ]
        while doorway.slow < 3:
            await asyncio.sleep(0)
        with pytest.raises(TooSlow):
            await receive(doorway, Body(end=False), 9, by="a")
        with pytest.raises(Unavailable):
            await receive(doorway, Body(end=False), 9, by="c")
        assert await receive(doorway, Body(b"quick"), 5, by="a") == b"quick"
        for each in slow:
            each.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        assert doorway.slow == 0

    asyncio.run(play())


@pytest.fixture
def serving(sqlite_database: Database, tmp_path: Any) -> Iterator[Site]:
    migrate(sqlite_database)
    settings = {
        "REDRESS_DATABASE_URL": sqlite_database.url.render_as_string(hide_password=False),
        "REDRESS_SECRET_KEY": "k" * 40,
    }
    site = Site(tmp_path, settings)
    process = site.serve("--no-background")
    try:
        until(site.answers, "a server")
        yield site
    finally:
        stop(process)


@pytest.mark.parametrize(
    "head",
    [
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nn",
        b"POST /portal/complain HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nc",
        b"POST /api/complaints HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/json\r\n\r\n3e8\r\n{",
        b"PUT /no/such/page HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nn",
    ],
)
def test_unfinished_requests_stop_nothing(serving: Site, head: bytes) -> None:
    held = [socket.create_connection(("127.0.0.1", serving.port)) for _ in range(20)]
    try:
        for each in held:
            each.sendall(head)
        ask: Callable[[str], bool] = serving.answers  # within its five seconds
        assert ask("/healthz") and ask("/metrics") and ask("/sign-in") and ask("/portal/complain")
        held[-1].settimeout(30)
        answer = held[-1].recv(4_096)  # more than eight of one address may not be slow
        assert b" 408 " in answer.partition(b"\r\n")[0]
        while held[-1].recv(4_096):  # and the connection is closed
            pass
    finally:
        for each in held:
            each.close()
