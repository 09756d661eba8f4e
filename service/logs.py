"""What is logged, and how: nothing but warnings unless it is asked for, as lines of text or as
lines of JSON.

A line says which request and command, who, which case by its key, how long, how it ended. It never
says what a complaint says: of an error only its kind and where in the code it arose, since its text
may quote what was written.
"""

from __future__ import annotations

import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

FORMS = ("quiet", "text", "json")
request_id: ContextVar[str] = ContextVar("request_id", default="-")
"""The id of the request that is worked on, "-" outside of one."""
MOST_FRAMES = 20


class RequestIds(logging.Filter):
    """Puts the request's id on every record, as `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class Lines(logging.Formatter):
    """One JSON object a line; what a record was given as `facts` stands beside its message."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if getattr(record, "request_id", "-") != "-":
            line["requestId"] = record.request_id  # type: ignore[attr-defined]
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _told(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


class Texts(logging.Formatter):
    """A line to be read by a person, with the same care about errors."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s")

    def formatException(self, ei: Any) -> str:
        told = _told(ei[1])
        return "\n".join((told["kind"], *told["at"]))


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return {
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def set_up(form: str) -> None:
    """Log this process's doings to standard error in that form. Called once, where a process
    begins."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines() if form == "json" else Texts())
    handler.addFilter(RequestIds())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    if form != "quiet":
        logging.getLogger("redress").setLevel(logging.INFO)
