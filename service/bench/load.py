"""Sending many HTTP requests at once over kept connections, with as little work of our own as can
be."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count

from service.errors import RedressError

Address = tuple[str, int]
TIMEOUT = 30.0


def post(path: str, token: str, body: bytes) -> bytes:
    """A request as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send_all(address: Address, requests: Sequence[bytes], *, connections: int) -> list[float]:
    """Send every request, each connection its next one as soon as it has its answer; the seconds
    each took."""
    taken = [0.0] * len(requests)
    numbers = count()

    def worker(line: socket.socket) -> None:
        while (number := next(numbers)) < len(requests):
            began = time.perf_counter()
            _exchange(line, requests[number])
            taken[number] = time.perf_counter() - began

    _together(address, worker, connections)
    return taken


def send_paced(
    address: Address, requests: Sequence[bytes], *, rate: float, connections: int
) -> list[float]:
    """Send the requests at a fixed rate; the seconds from when each was due to its answer, so that
    a request that had to wait for a slow one before it counts its waiting."""
    taken = [0.0] * len(requests)
    numbers = count()
    start = time.perf_counter() + 0.05

    def worker(line: socket.socket) -> None:
        while (number := next(numbers)) < len(requests):
            due = start + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            _exchange(line, requests[number])
            taken[number] = time.perf_counter() - due

    _together(address, worker, connections)
    return taken


def wait_until_up(address: Address, path: str = "/readyz", *, seconds: float = 60.0) -> None:
    """Return when the server answers 200. Raises RedressError when it does not within the time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with socket.create_connection(address, timeout=TIMEOUT) as line:
                line.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
                if _status(line)[0] == 200:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RedressError(
        "expected the server at {host}:{port} to be up within {seconds:.0f} s, it is not",
        host=address[0],
        port=address[1],
        seconds=seconds,
    )


def tell_each(address: Address, path: str, processes: int) -> None:
    """GET the path, which says which process answers, until each of so many has answered."""
    seen: set[bytes] = set()
    for _ in range(100 * processes):
        with socket.create_connection(address, timeout=TIMEOUT) as line:
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
            status, body = _status(line)
        if status != 200:
            raise RedressError(
                "expected {path} to be answered 200, got {status}: {body!r}",
                path=path,
                status=status,
                body=body[:300],
            )
        seen.add(body)
        if len(seen) == processes:
            return
    raise RedressError(
        "expected answers of {processes} serving processes, got them of {count}",
        processes=processes,
        count=len(seen),
    )


def _together(address: Address, worker: Callable[[socket.socket], None], connections: int) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with socket.create_connection(address, timeout=TIMEOUT) as line:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                worker(line)
        except (OSError, RedressError) as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RedressError(
            "expected every request to be answered 204; {failures}", failures=failures[0]
        ) from failures[0]


def _exchange(line: socket.socket, request: bytes) -> None:
    line.sendall(request)
    status, body = _status(line)
    if status != 204:
        raise RedressError(
            "{request!r} was answered {status}: {body!r}",
            request=request[:60],
            status=status,
            body=body[:300],
        )


def _status(line: socket.socket) -> tuple[int, bytes]:
    found = line.recv(65536)
    while found and b"\r\n\r\n" not in found:
        found += line.recv(65536)
    head, _, body = found.partition(b"\r\n\r\n")
    if not head:
        raise RedressError("the connection was closed")
    lengths = [
        int(each.split(b":")[1])
        for each in head.split(b"\r\n")
        if each.lower().startswith(b"content-length:")
    ]
    while lengths and len(body) < lengths[0]:
        body += line.recv(65536)
    return int(head[9:12]), body
