"""Incidents: steps that could not be made, with the fields and paths of Camunda 8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service import operations, reporting
from service.api.operation import Call, operation
from service.api.searching import page_given, query_of, search_model
from service.api.shapes import TENANT, Given, Instant, Key, Page, Sent, text_key, time_of
from service.db import Connection, element_key, element_of, search
from service.errors import NotFound
from service.execution import get_instance
from service.identity import Permission
from service.reporting.words import INCIDENT_STATES, INCIDENT_TYPES

IncidentSearch = search_model("IncidentSearch", reporting.INCIDENTS)


class IncidentFound(Given):
    """An incident; `code` is this service's own word for it."""

    incident_key: Key
    error_type: str
    error_message: str
    code: str
    state: str
    creation_time: Instant
    element_id: str
    element_instance_key: Key
    job_key: Key | None
    process_definition_id: str
    process_definition_key: Key
    process_instance_key: Key
    root_process_instance_key: Key | None
    tenant_id: str


class Resolution(Sent):
    """Nothing has to be said."""

    operation_reference: int | None = None


@operation(
    "POST /v2/incidents/search",
    may=Permission.READ_INCIDENTS,
    takes=IncidentSearch,
    gives=Page[IncidentFound],
    optional=True,
)
def search_incidents(call: Call, sent: Any) -> Any:
    """Incidents, active or resolved."""
    with call.runtime.database.read() as connection:
        return page_given(search(connection, reporting.INCIDENTS, query_of(sent)[0]), _found)


@operation(
    "POST /v2/process-instances/{processInstanceKey}/incidents/search",
    may=Permission.READ_INCIDENTS,
    takes=IncidentSearch,
    gives=Page[IncidentFound],
    optional=True,
)
def search_instance_incidents(call: Call, key: int, sent: Any) -> Any:
    """Incidents of one process instance, and of the processes that it calls."""
    with call.runtime.database.read() as connection:
        get_instance(connection, key)
        return _page(connection, sent, processInstanceKey=str(key))


@operation(
    "POST /v2/element-instances/{elementInstanceKey}/incidents/search",
    may=Permission.READ_INCIDENTS,
    takes=IncidentSearch,
    gives=Page[IncidentFound],
    optional=True,
)
def search_element_incidents(call: Call, key: int, sent: Any) -> Any:
    """Incidents at the element of one element instance."""
    root_key, engine_id = element_of(key)
    with call.runtime.database.read() as connection:
        found = [
            each for each in reporting.list_elements(connection, root_key) if each.id == engine_id
        ]
        if not found:
            raise NotFound("There is no element instance {key}.", key=key)
        return _page(
            connection, sent, processInstanceKey=str(root_key), elementId=found[0].element_id
        )


def _page(connection: Connection, sent: Any, **within: str) -> dict[str, Any]:
    query = query_of(sent)[0]
    return page_given(
        search(connection, reporting.INCIDENTS, replace(query, where={**query.where, **within})),
        _found,
    )


@operation("GET /v2/incidents/{incidentKey}", may=Permission.READ_INCIDENTS, gives=IncidentFound)
def get_incident(call: Call, key: int) -> Any:
    """One incident."""
    with call.runtime.database.read() as connection:
        rows = search(connection, reporting.INCIDENTS, reporting.by_key(key, "incidentKey")).rows
    if not rows:
        raise NotFound("There is no incident {key}.", key=key)
    return _found(rows[0])


@operation(
    "POST /v2/incidents/{incidentKey}/resolution",
    may=Permission.RESOLVE_INCIDENTS,
    takes=Resolution,
    optional=True,
)
def resolve_incident(call: Call, key: int, sent: Resolution) -> None:
    """What went wrong is put right: retry."""
    operations.resolve_incident(call.runtime, key, actor=call.actor, now=call.now)


def _found(row: Mapping[str, Any]) -> dict[str, Any]:
    root_key, engine_id = row["root_key"], row["job_engine_id"] or row["engine_id"]
    return {
        "incidentKey": str(row["key"]),
        "errorType": INCIDENT_TYPES.get(row["kind"], "UNKNOWN"),
        "errorMessage": row["message"],
        "code": row["kind"],
        "state": INCIDENT_STATES[row["state"]],
        "creationTime": time_of(row["created_at"]),
        "elementId": row["element_id"] or row["definition_id"],
        "elementInstanceKey": str(element_key(root_key, engine_id) if engine_id else root_key),
        "jobKey": text_key(row["job_key"]),
        "processDefinitionId": row["definition_id"],
        "processDefinitionKey": str(row["definition_key"]),
        "processInstanceKey": str(root_key),
        "rootProcessInstanceKey": str(root_key),
        "tenantId": TENANT,
    }
