"""Deployments and the resources they brought, with the fields and paths of Camunda 8.

A deployment starts new instances at once, as in Camunda, unless it belongs to the complaint
procedure: that is released by hand, for a bank's procedure is in force when somebody says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
from pydantic import ConfigDict

from service import definitions, operations
from service.api.operation import MULTIPART, Call, operation
from service.api.procedures import Review
from service.api.shapes import TENANT, Flag, Given, Key, Sent
from service.definitions import DecisionVersion, Deployed, FormVersion, ProcessVersion
from service.engine import load_bundle
from service.errors import InvalidInput, NotFound
from service.identity import Permission
from service.sentence import Sentence

MAX_FILES = 200
SUFFIXES = (".bpmn", ".dmn", ".form.json", "schema.json")


class DeploymentSent(Sent):
    """Files as parts named `resources`; `name` is the bundle's, made from the files where it is
    left out."""

    model_config = ConfigDict(extra="forbid", alias_generator=None)

    resources: list[bytes]
    name: str | None = None
    tenantId: str | None = None


class ProcessDeployed(Given):
    """A process version."""

    process_definition_key: Key
    process_definition_id: str
    process_definition_version: int
    resource_name: str
    tenant_id: str


class DecisionDeployed(Given):
    """A decision version."""

    decision_definition_key: Key
    decision_definition_id: str
    name: str
    version: int
    decision_requirements_id: str
    decision_requirements_key: Key
    tenant_id: str


class RequirementsDeployed(Given):
    """A decision file."""

    decision_requirements_key: Key
    decision_requirements_id: str
    decision_requirements_name: str
    version: int
    resource_name: str
    tenant_id: str


class FormDeployed(Given):
    """A form version."""

    form_key: Key
    form_id: str
    version: int
    resource_name: str
    tenant_id: str


class PartDeployed(Given):
    """One of the things that a deployment brought; all others are null."""

    process_definition: ProcessDeployed | None
    decision_definition: DecisionDeployed | None
    decision_requirements: RequirementsDeployed | None
    form: FormDeployed | None
    resource: None


class DeploymentDone(Given):
    """What a deployment brought. `released`: it starts new instances from now on. `review`: who
    looks at a change of this procedure before that."""

    deployment_key: Key
    tenant_id: str
    released: Flag
    review: Review
    deployments: list[PartDeployed]


class ResourceFound(Given):
    """A file that was deployed."""

    resource_key: Key
    resource_id: str
    resource_name: str
    version: int
    version_tag: str | None
    tenant_id: str


@operation(
    "POST /v2/deployments",
    may=Permission.DEPLOY,
    takes=DeploymentSent,
    gives=DeploymentDone,
    media=MULTIPART,
)
def deploy(call: Call) -> Any:
    """Check and store diagrams, decisions and forms; problems are told all at once. They start new
    instances at once where nobody reviews the procedure, else once they are reviewed."""
    files = _files()
    wanted = flask.request.form.get("name", "")[:100]
    loaded = load_bundle(files)
    name = wanted or _name(loaded)
    made = operations.deploy_files(
        call.runtime, files, loaded, name=name, actor=call.actor, now=call.now
    )
    done = made.done
    return {
        "deploymentKey": str(done.bundle_key),
        "tenantId": TENANT,
        "released": made.released,
        "review": made.review.value,
        "deployments": [_part(**each) for each in _parts(done, made.decisions, made.forms)],
    }


def _are_names(names: list[str]) -> bool:
    return len(set(names)) == len(names) and all(0 < len(name) <= 200 for name in names)


def _check_media() -> None:
    if flask.request.mimetype != MULTIPART:
        flask.abort(
            415,
            Sentence(
                "expected {wanted}, got {found}",
                wanted=MULTIPART,
                found=flask.request.mimetype or Sentence("nothing"),
            ),
        )


def _files() -> dict[str, bytes]:
    _check_media()
    sent = flask.request.files.getlist("resources")
    names = [(each.filename or "").replace("\\", "/").rpartition("/")[2] for each in sent]
    if not 0 < len(sent) <= MAX_FILES or not _are_names(names):
        raise InvalidInput(
            "expected 1 to {most} parts named resources, each with a file name of its own",
            most=MAX_FILES,
        )
    unknown = [name for name in names if not name.endswith(SUFFIXES)]
    if unknown:
        raise InvalidInput(
            "expected files that end in {suffixes}, got {unknown}",
            suffixes=SUFFIXES,
            unknown=", ".join(unknown)[:300],
        )
    return {name: each.read() for name, each in zip(names, sent, strict=True)}


def _name(loaded: Any) -> str:
    """What a deployment without a name goes by: the first thing it holds, so that it has a next
    version."""
    held = [*sorted(loaded.processes), *sorted(loaded.decisions), *sorted(loaded.forms)]
    if not held:
        raise InvalidInput(
            "expected at least one process, decision or form in the files, found none"
        )
    return str(held[0])[:100]


def _part(**only: Any) -> dict[str, Any]:
    names = ("processDefinition", "decisionDefinition", "decisionRequirements", "form", "resource")
    return dict.fromkeys(names) | only


def _parts(
    done: Deployed, decisions: list[DecisionVersion], forms: list[FormVersion]
) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = [
        {"processDefinition": _process(each)} for each in done.processes
    ]
    found += [{"decisionDefinition": _decision(each)} for each in decisions]
    files = {each.requirements_key: each for each in decisions}
    found += [{"decisionRequirements": _requirements(each)} for each in files.values()]
    return found + [{"form": _form(each)} for each in forms]


def _process(version: ProcessVersion) -> dict[str, Any]:
    return {
        "processDefinitionKey": str(version.key),
        "processDefinitionId": version.process_id,
        "processDefinitionVersion": version.version,
        "resourceName": version.path,
        "tenantId": TENANT,
    }


def _decision(version: DecisionVersion) -> dict[str, Any]:
    return {
        "decisionDefinitionKey": str(version.key),
        "decisionDefinitionId": version.decision_id,
        "name": version.name,
        "version": version.version,
        "decisionRequirementsId": version.requirements_id,
        "decisionRequirementsKey": str(version.requirements_key),
        "tenantId": TENANT,
    }


def _requirements(version: DecisionVersion) -> dict[str, Any]:
    return {
        "decisionRequirementsKey": str(version.requirements_key),
        "decisionRequirementsId": version.requirements_id,
        "decisionRequirementsName": version.requirements_name,
        "version": version.version,
        "resourceName": version.path,
        "tenantId": TENANT,
    }


def _form(version: FormVersion) -> dict[str, Any]:
    return {
        "formKey": str(version.key),
        "formId": version.form_id,
        "version": version.version,
        "resourceName": version.path,
        "tenantId": TENANT,
    }


@operation("GET /v2/resources/{resourceKey}", may=Permission.READ_DIAGRAMS, gives=ResourceFound)
def get_resource(call: Call, key: int) -> Any:
    """A file by the key of the process, decision file or form in it."""
    with call.runtime.database.read() as connection:
        return _find(connection, key)[0]


@operation(
    "GET /v2/resources/{resourceKey}/content", may=Permission.READ_DIAGRAMS, gives="text/plain"
)
def get_resource_content(call: Call, key: int) -> Any:
    """The bytes of such a file, as they were deployed."""
    with call.runtime.database.read() as connection:
        found, bundle_key = _find(connection, key)
        content = definitions.read_files(connection, bundle_key)[found["resourceName"]]
    return flask.Response(content, mimetype="text/plain")


def _find(connection: Any, key: int) -> tuple[dict[str, Any], int]:
    for get in (definitions.get_process, definitions.get_requirements, definitions.get_form):
        try:
            found: Any = get(connection, key)
        except NotFound:
            continue
        named = (
            getattr(found, "process_id", None)
            or getattr(found, "form_id", None)
            or found.requirements_id
        )
        given = {
            "resourceKey": str(key),
            "resourceId": named,
            "resourceName": found.path,
            "version": found.version,
            "versionTag": getattr(found, "version_tag", None),
            "tenantId": TENANT,
        }
        return given, found.bundle_key
    raise NotFound("There is no resource {key}.", key=key)
