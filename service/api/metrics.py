"""`/metrics` for Prometheus: what was asked and answered here, and how much there is to do, counted
when it is asked.

Only for the same host, or with an API token. With several serving processes the numbers of all are
put together, when `PROMETHEUS_MULTIPROC_DIR` names a folder of theirs (`redress serve` sees to it).
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import flask
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from service import reporting
from service.api.blueprint import blueprint
from service.api.edge import parts
from service.api.requests import route, seconds
from service.errors import Unauthenticated, Unavailable
from service.metrics import COMMANDS, CONFLICTS, OWN, REQUESTS, SECONDS

WAITING = {
    "redress_timers_due": "Timers that are due and have not fired.",
    "redress_outbox_waiting": "Letters and signals that have not left.",
    "redress_incidents_active": "Incidents that nobody has resolved.",
    "redress_mailbox_unread_seconds": (
        "How long the mailbox for complaints has not been read; 0 where none is set."
    ),
    "redress_oldest_unclaimed_task_seconds": (
        "How long the oldest open task has waited for somebody to take it."
    ),
}


def count_request(response: flask.Response) -> flask.Response:
    """Count what was answered."""
    method, where = flask.request.method, route()
    REQUESTS.labels(method, where, str(response.status_code)).inc()
    SECONDS.labels(method).observe(seconds())
    if method not in ("GET", "HEAD", "OPTIONS") and response.status_code < 400:
        COMMANDS.labels(where).inc()
    if response.status_code == 409:
        CONFLICTS.labels(where).inc()
    return response


@blueprint.get("/metrics")
def metrics() -> Any:
    """Numbers for Prometheus."""
    if flask.g.account is None and not _is_local():
        raise Unauthenticated
    registry = CollectorRegistry()
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    registry.register(_Waiting(parts().runtime, parts().clock.now()))
    text = generate_latest(registry) + (b"" if folder else generate_latest(OWN))
    return flask.Response(text, content_type=CONTENT_TYPE_LATEST)


def _is_local() -> bool:
    """Whether the request comes from this very host and no proxy brought it."""
    headers = flask.request.headers
    if any(name in headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")):
        return False
    try:
        return ipaddress.ip_address(flask.request.remote_addr or "").is_loopback
    except ValueError:
        return False


class _Waiting:
    """What there is to do, read when it is asked."""

    def __init__(self, runtime: Any, now: datetime) -> None:
        self._runtime, self._now = runtime, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Without the database its numbers are missing; those of the processes are there."""
        try:
            with self._runtime.database.read() as connection:
                found = reporting.count_waiting(connection, now=self._now)
        except Unavailable:
            found = None
        yield GaugeMetricFamily(
            "redress_database_up", "1 while the database answers.", value=int(found is not None)
        )
        if found is None:
            return
        for name, text in WAITING.items():
            yield GaugeMetricFamily(name, text, value=found[name.removeprefix("redress_")])
