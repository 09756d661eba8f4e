"""Process instances, messages, incidents and topology, with the fields and paths of Camunda 8."""

from __future__ import annotations

from typing import Any

import flask

from service import definitions, jobs, operations
from service.api.blueprint import blueprint
from service.api.edge import (
    MAX_KEY,
    READERS,
    account_with,
    body,
    idempotency_key,
    key_of,
    object_of,
    optional_body,
    page_of,
    parts,
    problem,
    text_of,
    time_of,
)
from service.errors import InvalidInput, NotFound
from service.identity import Role

_STATES = {"active": "ACTIVE", "completed": "COMPLETED", "terminated": "TERMINATED"}


@blueprint.post("/v2/process-instances")
def create_instance() -> Any:
    """Start a released process other than the complaint's, which `POST /api/complaints` starts with its facts."""
    edge, who = parts(), account_with(Role.OWNER, Role.ADMIN)
    data = body()
    process_id = data.get("processDefinitionId")
    if process_id is None:
        key = key_of(data.get("processDefinitionKey"), "processDefinitionId or processDefinitionKey")
        with edge.runtime.database.read() as connection:
            process_id = definitions.get_process(connection, key).process_id
    process_id = text_of({"processDefinitionId": process_id}, "processDefinitionId", most=200)
    if process_id == operations.COMPLAINT_PROCESS:
        raise InvalidInput("A complaint is registered with POST /api/complaints, which gives it its number and clocks.")
    variables = object_of(data, "variables")
    done = operations.start_instance(edge.runtime, process_id, variables, actor=who.actor, now=edge.clock.now())
    return {
        "processDefinitionKey": str(done.process.key),
        "processDefinitionId": done.process.process_id,
        "processDefinitionVersion": done.process.version,
        "processInstanceKey": str(done.root_key),
        "tenantId": "<default>",
        "variables": {},
        "tags": [],
    }


@blueprint.get("/v2/process-instances/<int:key>")
def get_instance(key: int) -> Any:
    """Where a process instance stands."""
    account_with(*READERS)
    if key > MAX_KEY:
        raise NotFound(f"There is no process instance {key}.")
    with parts().runtime.database.read() as connection:
        found = operations.get_instance(connection, key)
        process = definitions.get_process(connection, found.process_definition_key)
    return {
        "processInstanceKey": str(key),
        "processDefinitionId": process.process_id,
        "processDefinitionKey": str(process.key),
        "processDefinitionName": process.name,
        "processDefinitionVersion": process.version,
        "state": _STATES[found.state],
        "businessKey": found.business_key,
        "tenantId": "<default>",
    }


@blueprint.post("/v2/process-instances/<int:key>/cancellation")
def cancel_instance(key: int) -> Any:
    """End a process instance before its end; an administrator's business."""
    edge, who = parts(), account_with(Role.ADMIN)
    reason = text_of(optional_body(), "reason", default="cancelled through the API", most=500)
    if key > MAX_KEY:
        raise NotFound(f"There is no process instance {key}.")
    operations.cancel_instance(edge.runtime, key, reason=reason, actor=who.actor, now=edge.clock.now())
    return "", 204


@blueprint.post("/v2/messages/correlation")
def correlate_message() -> Any:
    """Deliver a message to the one instance that waits for it."""
    edge, who = parts(), account_with(Role.CLERK, Role.HANDLER, Role.ADMIN)
    data = body("name", "correlationKey", "variables", "tenantId")
    name, key = text_of(data, "name"), text_of(data, "correlationKey", default="")
    variables = object_of(data, "variables")
    once, now = idempotency_key(), edge.clock.now()
    done = operations.correlate_message(
        edge.runtime, name, key, variables, actor=who.actor, now=now, idempotency_key=once
    )
    return {"processInstanceKey": str(done.root_key), "tenantId": "<default>"}


@blueprint.post("/v2/incidents/search")
def search_incidents() -> Any:
    """Active incidents, oldest first."""
    account_with(Role.ADMIN, Role.OWNER)
    page = page_of(optional_body("page", "sort"))
    with parts().runtime.database.read() as connection:
        rows = jobs.list_incidents(connection, limit=1_000_000)
    shown = rows[page.offset : page.offset + page.limit]
    items = [
        {
            "incidentKey": str(row["key"]),
            "processInstanceKey": str(row["root_key"]),
            "elementId": row["element_id"],
            "errorType": row["kind"],
            "errorMessage": row["message"],
            "state": row["state"].upper(),
            "creationTime": time_of(row["created_at"]),
        }
        for row in shown
    ]
    return {"items": items, "page": {"totalItems": len(rows)}}


@blueprint.post("/v2/incidents/<int:key>/resolution")
def resolve_incident(key: int) -> Any:
    """What went wrong is mended: try again."""
    edge, who = parts(), account_with(Role.ADMIN, Role.OWNER)
    if key > MAX_KEY:
        raise NotFound(f"There is no incident {key}.")
    operations.resolve_incident(edge.runtime, key, actor=who.actor, now=edge.clock.now())
    return "", 204


@blueprint.post("/v2/signals/broadcast")
def broadcast_signal() -> Any:
    """Deliver a signal to every case that waits for it."""
    edge, who = parts(), account_with(Role.OWNER, Role.ADMIN)
    data = body("signalName", "variables", "tenantId")
    name, variables = text_of(data, "signalName"), object_of(data, "variables")
    caught = operations.broadcast_signal(edge.runtime, name, variables, actor=who.actor, now=edge.clock.now())
    return {"caught": caught, "tenantId": "<default>"}


@blueprint.get("/v2/topology")
def topology() -> Any:
    """What SDKs ask first."""
    account_with()
    return {
        "brokers": [],
        "clusterSize": 1,
        "partitionsCount": 1,
        "replicationFactor": 1,
        "gatewayVersion": "8.8.0",
        "lastCompletedChangeId": "",
    }


@blueprint.route("/v2/<path:rest>", methods=["GET", "POST", "PATCH", "PUT", "DELETE"])
def not_served(rest: str) -> Any:
    """Operations of the orchestration API that this version does not have."""
    account_with()
    return problem(501, "not-served", f"{flask.request.method} /v2/{rest[:200]} is not served by this version.", [])
