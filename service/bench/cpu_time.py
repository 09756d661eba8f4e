"""How long processes have had a processor, from `/proc`: what a busy machine's clock cannot
tell."""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path

from service.db import Database
from service.errors import RedressError

LOOK_SECONDS = 0.25


def processor_seconds(pid: int) -> float:
    """Of a process and all its children, those that have ended too; 0 where the system does not
    say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return 0.0
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(processor_seconds(int(child)) for child in children)


def server_of(database: Database) -> int | None:
    """The process of a PostgreSQL server on this machine; None when it is elsewhere, or not to be
    seen."""
    if database.dialect != "postgresql":
        return None
    with database.read() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        try:
            words = Path(f"/proc/{backend}/cmdline").read_bytes()
            fields = Path(f"/proc/{backend}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            return None
    return int(fields[1]) if words.startswith(b"postgres") else None


def wait_until_idle(pid: int, *, seconds: float = 60.0) -> None:
    """Return when the process and its children have nothing more to do: a server whose first
    process answers may still be starting the others, and what that takes is no part of a
    measurement. Raises RedressError after the time."""
    seen = [processor_seconds(pid)]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
        seen.append(processor_seconds(pid))
        if len(seen) > 4 and all(after - before <= 0.01 for before, after in pairwise(seen[-4:])):
            return
    raise RedressError(
        "expected the server to be at rest within {seconds:.0f} s, it was not", seconds=seconds
    )
