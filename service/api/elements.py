"""Element instances, their variables, and counts per element, with the fields and paths of Camunda
8."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from pydantic import create_model

from service import definitions, reporting
from service.api.operation import Call, operation
from service.api.searching import conditions_of, page_given, query_of, search_model
from service.api.shapes import TENANT, Given, Instant, Key, Page, Sent, text_key, time_of
from service.api.variables import instance_of
from service.db import Connection, Kind, Query, Source, element_key, element_of
from service.db import Field as Known
from service.engine import Bundle
from service.errors import NotFound
from service.execution import get_instance
from service.identity import Permission
from service.reporting import ElementInstance

KINDS = (
    "AD_HOC_SUB_PROCESS",
    "BOUNDARY_EVENT",
    "BUSINESS_RULE_TASK",
    "CALL_ACTIVITY",
    "END_EVENT",
    "EVENT_BASED_GATEWAY",
    "EVENT_SUB_PROCESS",
    "EXCLUSIVE_GATEWAY",
    "INCLUSIVE_GATEWAY",
    "INTERMEDIATE_CATCH_EVENT",
    "INTERMEDIATE_THROW_EVENT",
    "MANUAL_TASK",
    "PARALLEL_GATEWAY",
    "RECEIVE_TASK",
    "SCRIPT_TASK",
    "SEND_TASK",
    "SERVICE_TASK",
    "START_EVENT",
    "SUB_PROCESS",
    "TASK",
    "USER_TASK",
    "UNKNOWN",
)
STATES = ("ACTIVE", "COMPLETED", "TERMINATED")
_no = sa.null()

ELEMENTS = Source(
    sa.select(_no),
    {
        "elementInstanceKey": Known(_no, Kind.KEY),
        "processInstanceKey": Known(_no, Kind.KEY),
        "processDefinitionId": Known(_no),
        "processDefinitionKey": Known(_no, Kind.KEY),
        "elementId": Known(_no),
        "elementName": Known(_no),
        "type": Known(_no, words=KINDS),
        "state": Known(_no, words=STATES),
        "startDate": Known(_no, Kind.INSTANT),
        "endDate": Known(_no, Kind.INSTANT),
    },
    (),
)
ElementSearch = search_model("ElementInstanceSearch", ELEMENTS)


class ElementFound(Given):
    """An element instance."""

    element_instance_key: Key
    process_instance_key: Key
    root_process_instance_key: Key | None
    process_definition_id: str
    process_definition_key: Key
    element_id: str
    element_name: str
    type: str
    state: str
    start_date: Instant
    end_date: Instant | None
    has_incident: bool
    incident_key: Key | None
    tenant_id: str


class Counts(Given):
    """What has happened at one element."""

    element_id: str
    active: int
    canceled: int
    incidents: int
    completed: int


class Statistics(Given):
    """Counts for every element that was ever reached."""

    items: list[Counts]


class FlowTaken(Given):
    """A sequence flow that was taken; `elementId` is its id in the diagram."""

    sequence_flow_id: str
    process_instance_key: Key
    root_process_instance_key: Key | None
    process_definition_key: Key
    process_definition_id: str
    element_id: str
    tenant_id: str


class Flows(Given):
    """Sequence flows that were taken."""

    items: list[FlowTaken]


_filter: Any = (
    search_model("StatisticsInstances", reporting.INSTANCES).model_fields["filter"].annotation
)
StatisticsSent = create_model("StatisticsSent", __base__=Sent, filter=(_filter, None))


@operation(
    "POST /v2/element-instances/search",
    may=Permission.READ_INSTANCES,
    takes=ElementSearch,
    gives=Page[ElementFound],
    optional=True,
)
def search_elements(call: Call, sent: Any) -> Any:
    """Element instances of one process instance, which the filter has to name."""
    query, plain = query_of(sent)
    root_key = instance_of(plain, "elementInstanceKey")
    with call.runtime.database.read() as connection:
        rows = _elements(connection, call, root_key)
    return page_given(reporting.sift(rows, query), _element)


@operation(
    "GET /v2/element-instances/{elementInstanceKey}",
    may=Permission.READ_INSTANCES,
    gives=ElementFound,
)
def get_element(call: Call, key: int) -> Any:
    """One element instance."""
    with call.runtime.database.read() as connection:
        rows = _elements(connection, call, element_of(key)[0])
    for row in rows:
        if row["elementInstanceKey"] == str(key):
            return _element(row)
    raise NotFound("There is no element instance {key}.", key=key)


@operation(
    "POST /v2/process-definitions/{processDefinitionKey}/statistics/element-instances",
    may=Permission.READ_INSTANCES,
    takes=StatisticsSent,
    gives=Statistics,
    optional=True,
)
def count_by_definition(call: Call, key: int, sent: Any) -> Any:
    """Counts per element over the instances of a process version."""
    where, any_of = conditions_of(sent.filter)
    with call.runtime.database.read() as connection:
        process = definitions.get_process(connection, key)
        roots = reporting.roots_of(connection, Query(where, any_of), bundle_key=process.bundle_key)
        return _counts(reporting.count_elements(connection, roots, process.process_id))


@operation(
    "GET /v2/process-instances/{processInstanceKey}/statistics/element-instances",
    may=Permission.READ_INSTANCES,
    gives=Statistics,
)
def count_by_instance(call: Call, key: int) -> Any:
    """Counts per element of one process instance."""
    with call.runtime.database.read() as connection:
        instance = get_instance(connection, key)
        process = definitions.get_process(connection, instance.process_definition_key)
        roots = reporting.roots_of(connection, reporting.by_key(key, "processInstanceKey"))
        return _counts(reporting.count_elements(connection, roots, process.process_id))


@operation(
    "GET /v2/process-instances/{processInstanceKey}/sequence-flows",
    may=Permission.READ_INSTANCES,
    gives=Flows,
)
def list_flows(call: Call, key: int) -> Any:
    """The sequence flows that an instance has taken, each once."""
    with call.runtime.database.read() as connection:
        instance = get_instance(connection, key)
        keys = definitions.keys_of(connection, instance.bundle_key)
        found = reporting.list_flows(connection, key)
    return {
        "items": [
            {
                "sequenceFlowId": f"{key}_{flow_id}",
                "processInstanceKey": str(key),
                "rootProcessInstanceKey": str(key),
                "processDefinitionKey": str(keys.get(process_id, 0)),
                "processDefinitionId": process_id,
                "elementId": flow_id,
                "tenantId": TENANT,
            }
            for process_id, flow_id in found
        ]
    }


def _counts(found: Iterable[reporting.ElementCounts]) -> dict[str, Any]:
    names = {"elementId": "element_id"} | {
        name: name for name in ("active", "canceled", "incidents", "completed")
    }
    return {
        "items": [{name: getattr(each, field) for name, field in names.items()} for each in found]
    }


def _elements(connection: Connection, call: Call, root_key: int) -> list[dict[str, Any]]:
    try:
        instance = get_instance(connection, root_key)
    except NotFound:
        return []
    bundle = call.runtime.bundles.get(connection, instance.bundle_key)
    keys = definitions.keys_of(connection, instance.bundle_key)
    stuck = reporting.active_incidents(connection, root_key)
    return [
        _row(each, bundle, keys, stuck) for each in reporting.list_elements(connection, root_key)
    ]


def _row(
    each: ElementInstance, bundle: Bundle, keys: Mapping[str, int], stuck: Mapping[str, int]
) -> dict[str, Any]:
    process = bundle.processes.get(each.process_id)
    info = process.elements.get(each.element_id) if process else None
    incident = stuck.get(each.element_id) if each.state == "ACTIVE" else None
    return {
        "elementInstanceKey": str(element_key(each.root_key, each.id)),
        "processInstanceKey": str(each.root_key),
        "rootProcessInstanceKey": str(each.root_key),
        "processDefinitionId": each.process_id,
        "processDefinitionKey": str(keys.get(each.process_id, 0)),
        "elementId": each.element_id,
        "elementName": (info.name if info else "") or each.element_id,
        "type": _kind(info.kind) if info else "UNKNOWN",
        "state": each.state,
        "startDate": each.began_at,
        "endDate": each.ended_at,
        "hasIncident": incident is not None,
        "incidentKey": text_key(incident),
        "tenantId": TENANT,
    }


def _kind(kind: str) -> str:
    """`userTask` as `USER_TASK`."""
    word = "".join("_" + letter if letter.isupper() else letter for letter in kind).upper()
    return word if word in KINDS else "UNKNOWN"


def _element(row: Mapping[str, Any]) -> dict[str, Any]:
    began, ended = row["startDate"], row["endDate"]
    return {**row, "startDate": time_of(began), "endDate": time_of(ended)}
