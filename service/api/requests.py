"""Every request has an id: the one it came with, when that is sane, or a new one. It is in the answer, in problem
details and in what is logged."""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextvars import ContextVar

import flask

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
_current: ContextVar[str] = ContextVar("request_id", default="-")
log = logging.getLogger("redress.requests")


class RequestIds(logging.Filter):
    """Puts the request's id on every record, as `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _current.get()
        return True


def begin_request() -> None:
    """Give the request its id, and note when it began."""
    sent = flask.request.headers.get(HEADER, "")
    flask.g.request_id = sent if _SANE.match(sent) else uuid.uuid4().hex
    flask.g.began = time.perf_counter()
    _current.set(flask.g.request_id)


def end_request(response: flask.Response) -> flask.Response:
    """Send the id back, and log what was asked and answered: the route, never the values in it."""
    request_id = flask.g.get("request_id", "-")
    response.headers[HEADER] = request_id
    account = flask.g.get("account")
    took = (time.perf_counter() - flask.g.get("began", time.perf_counter())) * 1000
    log.info(
        "%s %s %d %.1fms %s %s",
        flask.request.method, route(), response.status_code, took, account.name if account else "-", request_id,
        extra={"request_id": request_id},
    )  # fmt: skip
    return response


def route() -> str:
    """The route of the request, as it is drawn up; "-" where there is none."""
    rule = flask.request.url_rule
    return "-" if rule is None else rule.rule
