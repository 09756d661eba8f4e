"""What browsers say they stopped on our pages: a sign that something was put into one, or that a
page of ours is wrong (Content Security Policy Level 3, 5.3 and 5.4).

Anybody can send such a report. It is counted by what was stopped, and a few are written to the log:
the part of the policy and the host, never an address of a page or a part of its text.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import flask
import orjson

from service.edge.headers import REPORTS_TO
from service.metrics import POLICY_REPORTS
from service.web.edge import blueprint

MOST_BYTES = 16_384
MOST_REPORTS = 20
"""That one request may bring."""
LINES, EACH_SECONDS = 20, 3_600
"""So many lines of the log in so many seconds, by each process."""
PARTS = frozenset(
    {
        *("script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem"),
        *("style-src-attr", "img-src", "font-src", "connect-src", "frame-src", "frame-ancestors"),
        *("form-action", "base-uri", "object-src", "media-src", "worker-src", "default-src"),
    }
)
log = logging.getLogger("redress.security")
_lock = Lock()
_written: list[float] = []


@blueprint.post(REPORTS_TO)
def policy_report() -> Any:
    """One report, as `report-uri` sends it, or several as the Reporting API does."""
    flask.request.max_content_length = MOST_BYTES
    for report in _reports(flask.request.get_data(cache=False)):
        said = str(report.get("effective-directive") or report.get("effectiveDirective") or "")
        part = said if said in PARTS else "other"
        POLICY_REPORTS.labels(part).inc()
        if _may_write():
            blocked = str(report.get("blocked-uri") or report.get("blockedURL") or "")[:2_000]
            log.warning("a browser stopped what a page asked for: %s from %s", part, _host(blocked))
    return "", 204


def _reports(body: bytes) -> Iterator[Mapping[str, Any]]:
    """The reports in a body; what is none is passed over."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    for each in (sent if isinstance(sent, list) else [sent])[:MOST_REPORTS]:
        inner = (each.get("csp-report") or each.get("body")) if isinstance(each, dict) else None
        if isinstance(inner, dict):
            yield inner


def _host(address: str) -> str:
    """The host of an address, or one of the words that stand for what has none."""
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    plain = host or (address if address in ("inline", "eval", "data", "blob") else "?")
    return "".join(mark for mark in plain if mark.isalnum() or mark in ".-")[:100] or "?"


def _may_write() -> bool:
    now = time.monotonic()
    with _lock:
        _written[:] = [at for at in _written if now - at < EACH_SECONDS]
        if len(_written) >= LINES:
            return False
        _written.append(now)
        return True
