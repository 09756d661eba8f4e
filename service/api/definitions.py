"""Process and decision definitions, forms and diagrams, with the fields and paths of Camunda 8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask

from service import definitions, reporting
from service.api.operation import Call, operation
from service.api.searching import page_given, query_of, search_model
from service.api.shapes import TENANT, Flag, Given, Key, Page
from service.db import search
from service.errors import NotFound
from service.identity import Permission

ProcessSearch = search_model("ProcessDefinitionSearch", reporting.DEFINITIONS)
DecisionSearch = search_model("DecisionDefinitionSearch", reporting.DECISIONS)


class ProcessFound(Given):
    """A process version."""

    process_definition_key: Key
    process_definition_id: str
    name: str | None
    version: int
    version_tag: str | None
    resource_name: str
    has_start_form: Flag
    state: str
    tenant_id: str


class DecisionFound(Given):
    """A decision version."""

    decision_definition_key: Key
    decision_definition_id: str
    name: str
    version: int
    decision_requirements_id: str
    decision_requirements_key: Key
    decision_requirements_name: str
    decision_requirements_version: int
    tenant_id: str


@operation(
    "POST /v2/process-definitions/search",
    may=Permission.SIGNED_IN,
    takes=ProcessSearch,
    gives=Page[ProcessFound],
    optional=True,
)
def search_definitions(call: Call, sent: Any) -> Any:
    """Process versions."""
    with call.runtime.database.read() as connection:
        return page_given(search(connection, reporting.DEFINITIONS, query_of(sent)[0]), _process)


@operation(
    "GET /v2/process-definitions/{processDefinitionKey}",
    may=Permission.SIGNED_IN,
    gives=ProcessFound,
)
def get_definition(call: Call, key: int) -> Any:
    """One process version."""
    with call.runtime.database.read() as connection:
        rows = search(
            connection, reporting.DEFINITIONS, reporting.by_key(key, "processDefinitionKey")
        ).rows
    if not rows:
        raise NotFound("There is no process definition {key}.", key=key)
    return _process(rows[0])


@operation(
    "GET /v2/process-definitions/{processDefinitionKey}/xml",
    may=Permission.READ_DIAGRAMS,
    gives="text/xml",
)
def get_xml(call: Call, key: int) -> Any:
    """The diagram of a process version, as it was deployed."""
    with call.runtime.database.read() as connection:
        process = definitions.get_process(connection, key)
        content = definitions.read_files(connection, process.bundle_key)[process.path]
    return flask.Response(content, mimetype="text/xml")


@operation("GET /v2/process-definitions/{processDefinitionKey}/form", may=Permission.SIGNED_IN)
def get_start_form(call: Call, key: int) -> None:
    """The form that an instance is started with: 204, for processes are started with variables."""
    with call.runtime.database.read() as connection:
        definitions.get_process(connection, key)


@operation(
    "POST /v2/decision-definitions/search",
    may=Permission.SIGNED_IN,
    takes=DecisionSearch,
    gives=Page[DecisionFound],
    optional=True,
)
def search_decisions(call: Call, sent: Any) -> Any:
    """Decision versions."""
    with call.runtime.database.read() as connection:
        return page_given(search(connection, reporting.DECISIONS, query_of(sent)[0]), _decision)


@operation(
    "GET /v2/decision-definitions/{decisionDefinitionKey}",
    may=Permission.SIGNED_IN,
    gives=DecisionFound,
)
def get_decision(call: Call, key: int) -> Any:
    """One decision version."""
    with call.runtime.database.read() as connection:
        rows = search(
            connection, reporting.DECISIONS, reporting.by_key(key, "decisionDefinitionKey")
        ).rows
    if not rows:
        raise NotFound("There is no decision definition {key}.", key=key)
    return _decision(rows[0])


@operation(
    "GET /v2/decision-definitions/{decisionDefinitionKey}/xml",
    may=Permission.READ_DIAGRAMS,
    gives="text/xml",
)
def get_decision_xml(call: Call, key: int) -> Any:
    """The file of a decision version, as it was deployed."""
    with call.runtime.database.read() as connection:
        decision = definitions.get_decision(connection, key)
        content = definitions.read_files(connection, decision.bundle_key)[decision.path]
    return flask.Response(content, mimetype="text/xml")


def _process(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "processDefinitionKey": str(row["key"]),
        "processDefinitionId": row["process_id"],
        "name": row["name"],
        "version": row["version"],
        "versionTag": row["version_tag"],
        "resourceName": row["path"],
        "hasStartForm": False,
        "state": "ACTIVE",
        "tenantId": TENANT,
    }


def _decision(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "decisionDefinitionKey": str(row["key"]),
        "decisionDefinitionId": row["decision_id"],
        "name": row["name"],
        "version": row["version"],
        "decisionRequirementsId": row["requirements_id"],
        "decisionRequirementsKey": str(row["requirements_key"]),
        "decisionRequirementsName": row["requirements_name"],
        "decisionRequirementsVersion": row["version"],
        "tenantId": TENANT,
    }
