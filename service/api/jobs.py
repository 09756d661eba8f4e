"""Jobs for workers, with the fields and paths of Camunda 8. For accounts of the group `worker`, and administrators."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from service import operations
from service.api.blueprint import blueprint
from service.api.edge import MAX_KEY, account_with, body, object_of, optional_body, parts, text_of, time_of
from service.errors import InvalidInput, NotFound
from service.identity import Account, Role

WORKER = "worker"
LONGEST_WAIT = 20_000
POLL_SECONDS = 0.25


@blueprint.post("/v2/jobs/activation")
def activate_jobs() -> Any:
    """Hand out jobs of a type; with `requestTimeout` (milliseconds) the answer waits for the first one."""
    who, edge = _worker(), parts()
    data = body("type", "worker", "timeout", "maxJobsToActivate", "requestTimeout", "fetchVariable", "tenantIds")
    kind, worker = text_of(data, "type", most=200), text_of(data, "worker", default=who.name, most=200)
    lease = timedelta(milliseconds=_whole(data, "timeout", 300_000, 86_400_000))
    limit = _whole(data, "maxJobsToActivate", 10, 1_000)
    wait = min(_whole(data, "requestTimeout", 0, 600_000), LONGEST_WAIT) / 1000
    until = time.monotonic() + wait
    while True:
        now = edge.clock.now()
        rows = operations.activate_jobs(edge.runtime, kind, worker=worker, lease=lease, now=now, limit=limit)
        if rows or time.monotonic() >= until:
            return {"jobs": [_job(row, worker, now + lease) for row in rows]}
        time.sleep(POLL_SECONDS)


@blueprint.post("/v2/jobs/<int:key>/completion")
def complete_job(key: int) -> Any:
    """The work is done; its variables go back to the process."""
    who, edge = _worker(), parts()
    variables = object_of(optional_body("variables", "result"), "variables")
    operations.complete_job(edge.runtime, _key(key), variables, actor=who.actor, now=edge.clock.now())
    return "", 204


@blueprint.post("/v2/jobs/<int:key>/failure")
def fail_job(key: int) -> Any:
    """The work failed; it is tried again, or becomes an incident when no retries are left."""
    who, edge = _worker(), parts()
    data = optional_body("retries", "errorMessage", "retryBackOff", "variables")
    operations.fail_job(
        edge.runtime,
        _key(key),
        retries=_whole(data, "retries", 0, 1_000),
        message=text_of(data, "errorMessage", default="", most=2_000),
        wait=timedelta(milliseconds=_whole(data, "retryBackOff", 0, 86_400_000)),
        actor=who.actor,
        now=edge.clock.now(),
    )
    return "", 204


@blueprint.post("/v2/jobs/<int:key>/error")
def throw_job_error(key: int) -> Any:
    """The work met an error that the diagram knows."""
    who, edge = _worker(), parts()
    data = body("errorCode", "errorMessage", "variables")
    code, message = text_of(data, "errorCode"), text_of(data, "errorMessage", default="", most=2_000)
    operations.throw_job_error(edge.runtime, _key(key), code, message, actor=who.actor, now=edge.clock.now())
    return "", 204


def _worker() -> Account:
    return account_with(WORKER, Role.ADMIN)


def _key(key: int) -> int:
    if key > MAX_KEY:
        raise NotFound(f"There is no job {key}.")
    return key


def _whole(data: dict[str, Any], name: str, default: int, most: int) -> int:
    value = data.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise InvalidInput(f"expected {name} to be a whole number from 0 to {most}")
    return value


def _job(row: dict[str, Any], worker: str, deadline: Any) -> dict[str, Any]:
    return {
        "jobKey": str(row["key"]),
        "type": row["type"],
        "kind": row["kind"].upper(),
        "processInstanceKey": str(row["root_key"]),
        "processDefinitionId": row["process_id"],
        "elementId": row["element_id"],
        "customHeaders": row["headers"],
        "variables": row["variables"],
        "retries": row["retries"],
        "worker": worker,
        "deadline": time_of(deadline),
        "tenantId": "<default>",
    }
