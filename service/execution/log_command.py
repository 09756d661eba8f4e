"""A line in the log, and a count, for each command that was carried out: what, on which instance,
by whom, how long it took."""

from __future__ import annotations

import logging
import time

from service.audit import Event
from service.metrics import CASE_COMMANDS

log = logging.getLogger("redress.commands")


def log_command(event: Event, root_key: int, *, actor: str, began: float) -> None:
    """Say that a command is done; `began` is what `time.perf_counter()` said before."""
    CASE_COMMANDS.labels(event.value).inc()
    if not log.isEnabledFor(logging.INFO):
        return
    took = round((time.perf_counter() - began) * 1000, 1)
    facts = {"event": event.value, "instanceKey": str(root_key), "actor": actor, "ms": took}
    log.info("%s %s %s %.1fms", event.value, root_key, actor, took, extra={"facts": facts})
