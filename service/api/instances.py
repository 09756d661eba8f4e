"""Process instances, with the fields and paths of Camunda 8. A called process belongs to its
caller's instance."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

import flask
from pydantic import Field, RootModel

from service import definitions, execution, operations, reporting
from service.api.desk import DESK
from service.api.operation import Call, operation
from service.api.searching import page_given, query_of, search_model
from service.api.shapes import (
    TENANT,
    Flag,
    Given,
    Instant,
    Key,
    Page,
    Sent,
    Tags,
    Text,
    Variables,
    time_of,
)
from service.db import search
from service.errors import InvalidInput, NotFound, NotServed, TimedOut
from service.identity import Permission
from service.reporting.words import INSTANCE_STATES

MOST_WAIT = 600_000
POLL_SECONDS = 0.05


class InstanceCreation(Sent):
    """Which process to start, by id (with a version, -1 for the released one) or by key."""

    process_definition_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    process_definition_key: Key | None = None
    process_definition_version: Annotated[int, Field(strict=True, ge=-1, le=2_147_483_647)] = -1
    variables: Variables | None = None
    await_completion: Flag = False
    fetch_variables: Annotated[list[Text], Field(max_length=1_000)] | None = None
    request_timeout: Annotated[int, Field(strict=True, ge=0, le=MOST_WAIT)] = 0
    business_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    tenant_id: Text | None = None
    tags: Tags | None = None
    start_instructions: list[Any] | None = None
    runtime_instructions: list[Any] | None = None
    operation_reference: int | None = None


class InstanceCreated(Given):
    """What was started. `variables` are there with `awaitCompletion` only."""

    process_definition_key: Key
    process_definition_id: str
    process_definition_version: int
    process_instance_key: Key
    business_id: str | None
    tenant_id: str
    variables: Variables
    tags: list[str]


class InstanceFound(Given):
    """A process instance."""

    process_instance_key: Key
    process_definition_id: str
    process_definition_key: Key
    process_definition_name: str | None
    process_definition_version: int
    process_definition_version_tag: str | None
    state: str
    start_date: Instant
    end_date: Instant | None
    suspended_date: Instant | None
    has_incident: bool
    business_id: str | None
    business_key: str | None
    parent_process_instance_key: Key | None
    parent_element_instance_key: Key | None
    root_process_instance_key: Key | None
    tenant_id: str
    tags: list[str]


class CallingInstance(Given):
    """An instance that called another."""

    process_instance_key: Key
    process_definition_key: Key
    process_definition_name: str | None


class CallingInstances(RootModel[list[CallingInstance]]):
    """Instances that called one another, the outermost first."""


class Cancellation(Sent):
    """Why, for the history."""

    reason: Annotated[str, Field(min_length=1, max_length=500)] = "cancelled through the API"
    operation_reference: int | None = None


class Pause(Sent):
    """Why, for the history."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


InstanceSearch = search_model("ProcessInstanceSearch", reporting.INSTANCES)


@operation(
    "POST /v2/process-instances",
    may=Permission.START_INSTANCES,
    takes=InstanceCreation,
    gives=InstanceCreated,
)
def create_instance(call: Call, sent: InstanceCreation) -> Any:
    """Start a released process other than the complaint's, which `POST /api/complaints` starts with
    its facts."""
    for name, value in (("startInstructions", sent.start_instructions), ("tags", sent.tags)):
        if value or (name == "startInstructions" and sent.runtime_instructions):
            raise NotServed(
                "Starting an instance with {name} is not served by this version.", name=name
            )
    version = _version(call, sent)
    done = operations.start_instance(
        call.runtime,
        version.process_id,
        sent.variables or {},
        actor=call.actor,
        now=call.now,
        business_key=sent.business_id,
        version=version,
    )
    variables: dict[str, Any] = {}
    if sent.await_completion:
        with DESK.away():
            variables = _awaited(call, done.root_key, sent)
    return {
        "processDefinitionKey": str(done.process.key),
        "processDefinitionId": done.process.process_id,
        "processDefinitionVersion": done.process.version,
        "processInstanceKey": str(done.root_key),
        "businessId": sent.business_id,
        "tenantId": TENANT,
        "variables": variables,
        "tags": [],
    }


def _version(call: Call, sent: InstanceCreation) -> definitions.ProcessVersion:
    name, key = sent.process_definition_id, sent.process_definition_key
    if (name is None) == (key is None):
        raise InvalidInput("expected either processDefinitionId or processDefinitionKey")
    with call.runtime.database.read() as connection:
        if key is not None:
            found = definitions.get_startable(connection, key=int(key))
        elif sent.process_definition_version > 0:
            number = sent.process_definition_version
            found = definitions.get_startable(connection, process_id=name or "", version=number)
        else:
            released = definitions.find_released(connection, name or "")
            if released is None:
                raise NotFound(
                    "No version of the process {name!r} is released; deploy and release one first.",
                    name=name,
                )
            found = released
    if found.process_id == operations.COMPLAINT_PROCESS:
        raise InvalidInput(
            "A complaint is registered with POST /api/complaints, which gives it its number and "
            "clocks."
        )
    return found


def _awaited(call: Call, root_key: int, sent: InstanceCreation) -> dict[str, Any]:
    """The variables at the end of the instance, those that were asked for. Raises TimedOut."""
    most = timedelta(milliseconds=sent.request_timeout or 10_000)
    until = time.monotonic() + most.total_seconds()
    while True:
        with call.runtime.database.read() as connection:
            row = search(
                connection, reporting.INSTANCES, reporting.by_key(root_key, "processInstanceKey")
            ).rows[0]
        if row["state"] != "active":
            found = row["final_variables"] or {}
            wanted = sent.fetch_variables
            return {name: value for name, value in found.items() if not wanted or name in wanted}
        if time.monotonic() >= until:
            raise TimedOut(
                "The process instance {root_key} has started, and has not ended within {most}.",
                root_key=root_key,
                most=most,
            )
        time.sleep(POLL_SECONDS)


@operation(
    "POST /v2/process-instances/search",
    may=Permission.READ_INSTANCES,
    takes=InstanceSearch,
    gives=Page[InstanceFound],
    optional=True,
)
def search_instances(call: Call, sent: Any) -> Any:
    """Process instances, running or ended."""
    with call.runtime.database.read() as connection:
        return page_given(search(connection, reporting.INSTANCES, query_of(sent)[0]), _found)


@operation(
    "GET /v2/process-instances/{processInstanceKey}",
    may=Permission.READ_INSTANCES,
    gives=InstanceFound,
)
def get_instance(call: Call, key: int) -> Any:
    """Where a process instance stands."""
    with call.runtime.database.read() as connection:
        rows = search(
            connection, reporting.INSTANCES, reporting.by_key(key, "processInstanceKey")
        ).rows
    if not rows:
        raise NotFound("There is no process instance {key}.", key=key)
    return _found(rows[0])


@operation(
    "GET /v2/process-instances/{processInstanceKey}/call-hierarchy",
    may=Permission.READ_INSTANCES,
    gives=CallingInstances,
)
def get_callers(call: Call, key: int) -> Any:
    """The instances that called this one: none, for a called process belongs to its caller's
    instance."""
    with call.runtime.database.read() as connection:
        execution.get_instance(connection, key)
    return flask.jsonify([])


@operation(
    "POST /v2/process-instances/{processInstanceKey}/cancellation",
    may=Permission.CANCEL_INSTANCES,
    takes=Cancellation,
    optional=True,
)
def cancel_instance(call: Call, key: int, sent: Cancellation) -> None:
    """End a process instance before its end."""
    operations.cancel_instance(
        call.runtime, key, reason=sent.reason, actor=call.actor, now=call.now
    )


@operation(
    "POST /v2/process-instances/{processInstanceKey}/suspension",
    may=Permission.SUSPEND_INSTANCES,
    takes=Pause,
)
def suspend_instance(call: Call, key: int, sent: Pause) -> None:
    """Let nothing move a process instance until it is resumed."""
    operations.suspend_instance(
        call.runtime, key, reason=sent.reason, actor=call.actor, now=call.now
    )


@operation(
    "POST /v2/process-instances/{processInstanceKey}/resumption",
    may=Permission.SUSPEND_INSTANCES,
    takes=Pause,
)
def resume_instance(call: Call, key: int, sent: Pause) -> None:
    """Let a suspended process instance go on."""
    operations.resume_instance(
        call.runtime, key, reason=sent.reason, actor=call.actor, now=call.now
    )


def _found(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "processInstanceKey": str(row["root_key"]),
        "processDefinitionId": row["definition_id"],
        "processDefinitionKey": str(row["definition_key"]),
        "processDefinitionName": row["definition_name"],
        "processDefinitionVersion": row["definition_version"],
        "processDefinitionVersionTag": row["definition_tag"],
        "state": "SUSPENDED"
        if row["suspended_at"] and row["state"] == "active"
        else INSTANCE_STATES[row["state"]],
        "startDate": time_of(row["started_at"]),
        "endDate": time_of(row["ended_at"]),
        "suspendedDate": time_of(row["suspended_at"]),
        "hasIncident": bool(row["stuck"]),
        "businessId": row["business_key"],
        "businessKey": row["business_key"],
        "parentProcessInstanceKey": None,
        "parentElementInstanceKey": None,
        "rootProcessInstanceKey": str(row["root_key"]),
        "tenantId": TENANT,
        "tags": [],
    }
