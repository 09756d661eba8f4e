"""The process in which proofs are made for pages: `prove_apart` starts it and sends it requests.

The caps are the kernel's: memory beyond them raises MemoryError, time beyond them ends the process.
"""

from __future__ import annotations

import logging
import resource
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from service.operations.prove_apart import Caps, Request
from service.operations.prove_bundle import prove_here
from service.policy import load_profile
from service.proof import Proofs, nothing_proved
from service.sentence import Sentence

IDLE_SECONDS = 600.0
"""How long it waits for the next request before it ends."""

log = logging.getLogger(__name__)


def serve(connection: Connection) -> None:
    """Answer requests until nobody asks any more."""
    try:
        while connection.poll(IDLE_SECONDS):
            request: Request = connection.recv()
            _limit(request.caps)
            connection.send(_prove(request))
    except (EOFError, OSError):
        return  # whoever asked is gone


def _prove(request: Request) -> Proofs:
    try:
        return prove_here(
            request.files,
            profile=load_profile(request.profile, request.folder),
            now=request.now,
            process=request.process,
        )
    except MemoryError:
        return nothing_proved(
            Sentence(
                "it takes more than {megabytes} MB of memory",
                megabytes=request.caps.memory >> 20,
            )
        )
    except SystemError:
        # What C code that did not get its memory raises as often as MemoryError.
        return nothing_proved(request.caps.memory_gone())
    except Exception as broken:
        log.exception("a proof could not be carried out")
        return nothing_proved(Sentence("the prover broke off ({kind})", kind=type(broken).__name__))


def _limit(caps: Caps) -> None:
    """Let the kernel end this process when it goes on too long, and refuse it more memory."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + caps.processor
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))
    size = _size()
    if size:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size + caps.memory, most))


def _size() -> int:
    """The bytes of address space in use; 0 where the system does not say (the time cap holds)."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
