"""Jobs for workers, with the fields and paths of Camunda 8."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from service import operations, reporting
from service.api.desk import DESK
from service.api.operation import Call, operation
from service.api.searching import page_given, query_of, search_model
from service.api.shapes import (
    TENANT,
    Flag,
    Given,
    Instant,
    Key,
    Long,
    Page,
    Sent,
    Text,
    Variables,
    time_of,
)
from service.db import element_key, search
from service.edge import check_nothing_hidden
from service.identity import Permission
from service.reporting.words import JOB_STATES

LONGEST_WAIT = timedelta(seconds=20)
DEFAULT_WAIT = timedelta(seconds=10)
Millis = Annotated[int, Field(strict=True, ge=0, le=86_400_000)]
Retries = Annotated[int, Field(strict=True, ge=0, le=1_000)]
Names = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=1_000)]


class JobActivation(Sent):
    """Which jobs, how many, for how long. `requestTimeout` 0 lets the service choose how long to
    wait for the first one, below 0 does not wait."""

    type: Annotated[str, Field(min_length=1, max_length=200)]
    timeout: Annotated[int, Field(strict=True, ge=1, le=86_400_000)]
    max_jobs_to_activate: Annotated[int, Field(strict=True, ge=1, le=1_000)]
    worker: Annotated[str, Field(max_length=200)] = ""
    fetch_variable: Names | None = None
    request_timeout: Annotated[int, Field(strict=True, ge=-1, le=600_000)] = 0
    tenant_ids: list[str] | None = None
    tenant_filter: str | None = None
    with_lease: Flag | None = None


class ActivatedJob(Given):
    """A job that was handed out; `deadline` is in milliseconds since 1970."""

    job_key: Key
    type: str
    kind: str
    listener_event_type: str
    process_definition_id: str
    process_definition_version: int
    process_definition_key: Key
    process_instance_key: Key
    root_process_instance_key: Key | None
    element_id: str
    element_instance_key: Key
    custom_headers: dict[str, str]
    worker: str
    retries: int
    deadline: int
    priority: int
    variables: Variables
    tenant_id: str
    physical_tenant_id: str
    business_id: str | None
    job_lease_token: str | None
    user_task: None
    tags: list[str]


class ActivatedJobs(Given):
    """Jobs that were handed out."""

    jobs: list[ActivatedJob]


class JobCompletion(Sent):
    """The result of a job."""

    variables: Variables | None = None
    result: dict[str, Any] | None = None
    job_lease_token: str | None = None
    business_id: str | None = None


class JobFailure(Sent):
    """Why it failed, how often it may be tried again, and after how many milliseconds."""

    retries: Retries = 0
    error_message: Long = ""
    retry_back_off: Millis = 0
    variables: Variables | None = None
    job_lease_token: str | None = None


class JobError(Sent):
    """A BPMN error."""

    error_code: Text
    error_message: Long | None = None
    variables: Variables | None = None
    job_lease_token: str | None = None


class JobChanges(Sent):
    """What to change; what is left out stays."""

    retries: Retries | None = None
    timeout: Millis | None = None
    priority: Annotated[int, Field(strict=True, ge=0, le=2_147_483_647)] | None = None


class JobUpdate(Sent):
    """A change of a job."""

    changeset: JobChanges
    operation_reference: int | None = None
    job_lease_token: str | None = None


JobSearch = search_model("JobSearch", reporting.JOBS)


class JobFound(Given):
    """A job."""

    job_key: Key
    type: str
    worker: str
    state: str
    kind: str
    listener_event_type: str
    retries: int
    priority: int
    is_denied: bool | None
    denied_reason: str | None
    has_failed_with_retries_left: bool
    error_code: str | None
    error_message: str | None
    custom_headers: dict[str, str]
    deadline: Instant | None
    end_time: Instant | None
    creation_time: Instant | None
    last_update_time: Instant | None
    process_definition_id: str
    process_definition_key: Key
    process_instance_key: Key
    root_process_instance_key: Key | None
    element_id: str
    element_instance_key: Key
    business_id: str | None
    tenant_id: str


@operation(
    "POST /v2/jobs/activation", may=Permission.WORK_JOBS, takes=JobActivation, gives=ActivatedJobs
)
def activate_jobs(call: Call, sent: JobActivation) -> Any:
    """Hand out jobs of a type, waiting for the first one as long as asked."""
    check_nothing_hidden()
    worker, lease = sent.worker or call.account.name, timedelta(milliseconds=sent.timeout)

    def take() -> list[dict[str, Any]]:
        now = call.clock.now()
        limit = sent.max_jobs_to_activate
        return operations.activate_jobs(
            call.runtime, sent.type, worker=worker, lease=lease, now=now, limit=limit
        )

    most = _wait(sent.request_timeout)
    rows = take()
    if not rows and most:
        with DESK.away() as waiting:
            if waiting:
                rows = operations.await_jobs(
                    call.runtime, sent.type, take, clock=call.clock, most=most
                )
    return {"jobs": [_activated(row, sent.fetch_variable) for row in rows]}


def _wait(request_timeout: int) -> timedelta:
    if request_timeout < 0:
        return timedelta(0)
    return (
        DEFAULT_WAIT
        if request_timeout == 0
        else min(timedelta(milliseconds=request_timeout), LONGEST_WAIT)
    )


@operation(
    "POST /v2/jobs/{jobKey}/completion",
    may=Permission.WORK_JOBS,
    takes=JobCompletion,
    optional=True,
)
def complete_job(call: Call, key: int, sent: JobCompletion) -> None:
    """The work is done; its variables go back to the process."""
    operations.complete_job(call.runtime, key, sent.variables or {}, actor=call.actor, now=call.now)


@operation(
    "POST /v2/jobs/{jobKey}/failure", may=Permission.WORK_JOBS, takes=JobFailure, optional=True
)
def fail_job(call: Call, key: int, sent: JobFailure) -> None:
    """The work failed; it is tried again, or becomes an incident when no retries are left."""
    operations.fail_job(
        call.runtime,
        key,
        retries=sent.retries,
        message=sent.error_message,
        wait=timedelta(milliseconds=sent.retry_back_off),
        variables=sent.variables,
        actor=call.actor,
        now=call.now,
    )


@operation("POST /v2/jobs/{jobKey}/error", may=Permission.WORK_JOBS, takes=JobError)
def throw_job_error(call: Call, key: int, sent: JobError) -> None:
    """The work met an error that the diagram knows; one that nothing catches becomes an
    incident."""
    operations.throw_job_error(
        call.runtime,
        key,
        sent.error_code,
        sent.error_message or "",
        variables=sent.variables,
        actor=call.actor,
        now=call.now,
    )


@operation("PATCH /v2/jobs/{jobKey}", may=Permission.WORK_JOBS, takes=JobUpdate)
def update_job(call: Call, key: int, sent: JobUpdate) -> None:
    """Give a job other retries, another timeout or priority."""
    wanted = sent.changeset
    timeout = None if wanted.timeout is None else timedelta(milliseconds=wanted.timeout)
    operations.update_job(
        call.runtime,
        key,
        retries=wanted.retries,
        timeout=timeout,
        priority=wanted.priority,
        actor=call.actor,
        now=call.now,
    )


@operation(
    "POST /v2/jobs/search",
    may=Permission.READ_JOBS,
    takes=JobSearch,
    gives=Page[JobFound],
    optional=True,
)
def search_jobs(call: Call, sent: Any) -> Any:
    """Jobs, open or ended."""
    with call.runtime.database.read() as connection:
        return page_given(search(connection, reporting.JOBS, query_of(sent)[0]), _found)


def _both(row: Mapping[str, Any]) -> dict[str, Any]:
    kind, _, moment = row["kind"].partition(".")
    return {
        "jobKey": str(row["key"]),
        "type": row["type"],
        "kind": "EXECUTION_LISTENER" if kind == "listener" else "BPMN_ELEMENT",
        "listenerEventType": moment.upper() or "UNSPECIFIED",
        "processDefinitionId": row["process_id"],
        "processDefinitionKey": str(row["definition_key"]),
        "processInstanceKey": str(row["root_key"]),
        "rootProcessInstanceKey": str(row["root_key"]),
        "elementId": row["element_id"],
        "elementInstanceKey": str(element_key(row["root_key"], row["engine_id"])),
        "customHeaders": row["headers"],
        "worker": row["worker"] or "",
        "retries": row["retries"],
        "priority": -row["rank"],
        "tenantId": TENANT,
        "businessId": None,
    }


def _activated(row: Mapping[str, Any], wanted: list[str] | None) -> dict[str, Any]:
    variables = row["variables"]
    if wanted:
        variables = {name: variables[name] for name in wanted if name in variables}
    return _both(row) | {
        "processDefinitionVersion": row["definition_version"],
        "deadline": int(row["run_at"].timestamp() * 1000),
        "variables": variables,
        "physicalTenantId": "default",
        "jobLeaseToken": None,
        "userTask": None,
        "tags": [],
    }


def _found(row: Mapping[str, Any]) -> dict[str, Any]:
    failed = row["error_message"] is not None
    held = row["worker"] is not None and row["state"] == "created"
    return _both(row) | {
        "state": JOB_STATES[row["state"]],
        "isDenied": None,
        "deniedReason": None,
        "hasFailedWithRetriesLeft": failed and row["retries"] > 0,
        "errorCode": row["error_code"],
        "errorMessage": row["error_message"],
        "deadline": time_of(row["run_at"]) if held else None,
        "endTime": time_of(row["ended_at"]),
        "creationTime": time_of(row["created_at"]),
        "lastUpdateTime": time_of(row["ended_at"] or row["created_at"]),
    }
