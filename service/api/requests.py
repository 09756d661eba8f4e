"""Every request has an id: the one it came with, when that is sane, or a new one. It is in the
answer, in problem details and in what is logged."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Any

import flask

from service.db import element_of
from service.logs import request_id as current

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
INSTANCE_KEYS = ("processInstanceKey", "userTaskKey", "jobKey", "incidentKey", "elementInstanceKey")
log = logging.getLogger("redress.requests")


def begin_request() -> None:
    """Give the request its id, and note when it began."""
    sent = flask.request.headers.get(HEADER, "")
    flask.g.request_id = sent if _SANE.match(sent) else uuid.uuid4().hex
    flask.g.began = time.perf_counter()
    current.set(flask.g.request_id)


def end_request(response: flask.Response) -> flask.Response:
    """Send the id back, and log what was asked and answered: the route, never the values in it."""
    request_id = flask.g.get("request_id", "-")
    response.headers[HEADER] = request_id
    took = seconds()
    if not log.isEnabledFor(logging.INFO):
        return response
    account = flask.g.get("account")
    facts: dict[str, Any] = {
        "requestId": request_id,
        "actor": account.name if account else None,
        "method": flask.request.method,
        "route": route(),
        "status": response.status_code,
        "ms": round(took * 1000, 1),
    }
    if root_key := _instance():
        facts["instanceKey"] = str(root_key)
    log.info(
        "%s %s %d %.1fms %s %s",
        facts["method"],
        facts["route"],
        facts["status"],
        facts["ms"],
        facts["actor"] or "-",
        request_id,
        extra={"facts": facts},
    )
    return response


def _instance() -> int | None:
    """The key of the process instance that the request is about, when a key in its path says so."""
    given = flask.request.view_args or {}
    names = ("key",) if route().startswith("/tasks/") else INSTANCE_KEYS
    for text in (str(given[name]) for name in names if name in given):
        if text.isdecimal() and len(text) < 20:
            return element_of(int(text))[0]
    return None


def seconds() -> float:
    """How long the request has taken so far."""
    now = time.perf_counter()
    return now - float(flask.g.get("began", now))


def route() -> str:
    """The route of the request, as it is drawn up; "-" where there is none."""
    rule = flask.request.url_rule
    return "-" if rule is None else rule.rule
