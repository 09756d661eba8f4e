"""Deployments and process definitions, with the fields and paths of Camunda 8."""

from __future__ import annotations

from typing import Any

import flask

from service import definitions
from service.api.blueprint import blueprint
from service.api.edge import MAX_KEY, READERS, account_with, object_of, optional_body, page_of, parts
from service.errors import InvalidInput, NotFound
from service.identity import Role

MAX_FILES = 200
_KEYS = 2 * MAX_FILES


@blueprint.post("/v2/deployments")
def deploy() -> Any:
    """Check and store a set of diagrams, decisions and forms. It starts new instances only once it is released."""
    edge, who = parts(), account_with(Role.OWNER, Role.ADMIN)
    if flask.request.mimetype != "multipart/form-data":
        flask.abort(415, f"expected multipart/form-data, got {flask.request.mimetype or 'nothing'}")
    sent = flask.request.files.getlist("resources")
    names = [each.filename or "" for each in sent]
    if not 0 < len(sent) <= MAX_FILES or not all(names) or len(set(names)) != len(names) or max(map(len, names)) > 200:
        raise InvalidInput(f"expected 1 to {MAX_FILES} parts named resources, each with a file name of its own")
    files = {name: each.read() for name, each in zip(names, sent, strict=True)}
    taken = iter([edge.runtime.keys.root_key() for _ in range(_KEYS)])
    with edge.runtime.database.transaction() as connection:
        done = definitions.deploy(
            connection,
            files,
            name=flask.request.form.get("name", "procedure")[:100],
            actor=who.name,
            now=edge.clock.now(),
            next_key=lambda: next(taken),
        )
    return {
        "deploymentKey": str(done.bundle_key),
        "tenantId": "<default>",
        "deployments": [{"processDefinition": _process(each)} for each in done.processes],
    }


@blueprint.post("/v2/process-definitions/search")
def search_definitions() -> Any:
    """Process versions, by id and version."""
    account_with()
    data = optional_body("filter", "sort", "page")
    page, wanted = page_of(data), object_of(data, "filter")
    known = {"processDefinitionId", "name", "version"}
    if set(wanted) - known:
        raise InvalidInput(f"expected a filter of {', '.join(sorted(known))}")
    with parts().runtime.database.read() as connection:
        found = [_process(each) for each in definitions.list_processes(connection)]
    rows = [row for row in found if all(row[name] == value for name, value in wanted.items())]
    return {"items": rows[page.offset : page.offset + page.limit], "page": {"totalItems": len(rows)}}


@blueprint.get("/v2/process-definitions/<int:key>")
def get_definition(key: int) -> Any:
    """One process version."""
    account_with()
    return _process(_find(key))


@blueprint.get("/v2/process-definitions/<int:key>/xml")
def get_xml(key: int) -> Any:
    """The diagram of a process version, as it was deployed."""
    account_with(*READERS)
    process = _find(key)
    with parts().runtime.database.read() as connection:
        content = definitions.read_files(connection, process.bundle_key)[process.path]
    return flask.Response(content, mimetype="text/xml")


def _find(key: int) -> definitions.ProcessVersion:
    if key > MAX_KEY:
        raise NotFound(f"There is no process definition {key}.")
    with parts().runtime.database.read() as connection:
        return definitions.get_process(connection, key)


def _process(version: definitions.ProcessVersion) -> dict[str, Any]:
    return {
        "processDefinitionKey": str(version.key),
        "processDefinitionId": version.process_id,
        "name": version.name,
        "version": version.version,
        "versionTag": version.version_tag,
        "resourceName": version.path,
        "tenantId": "<default>",
    }
