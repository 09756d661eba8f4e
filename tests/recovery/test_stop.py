"""Processes end as they should: all of an installation with its server, and a worker when it is
told to."""

from __future__ import annotations

import signal

from tests.kit.server_processes import Site, alive, children_of, kill, stop, until


def test_a_killed_server_leaves_nobody_behind(site: Site) -> None:
    server = site.serve()
    until(site.ready, "the server to be ready")
    until(lambda: len(children_of(server.pid)) >= 2, "its serving process and its worker")
    others = children_of(server.pid)
    kill(server)
    until(lambda: not any(map(alive, others)), "them to end with it")
    again = site.serve()
    until(site.ready, "the port to be free for the next one")
    assert stop(again) == 0


def test_a_worker_ends_when_it_is_told(site: Site) -> None:
    worker = site.run("work")
    until(lambda: signal.SIGTERM in caught(worker.pid), "the worker to be at work")
    assert stop(worker) == 0
    assert "Traceback" not in site.log("work")


def caught(pid: int) -> set[int]:
    """The signals a process handles, from /proc."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        [mask] = [int(line.split()[1], 16) for line in status if line.startswith("SigCgt")]
    return {number for number in range(1, 32) if mask >> (number - 1) & 1}
