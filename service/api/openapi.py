"""`/openapi.json`, made from the operations that are registered: routes, bodies, answers, and who
may use them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import service
from service.api.blueprint import blueprint
from service.api.operation import JSON, OPERATIONS, Operation
from service.api.shapes import MAX_KEY, Problem
from service.errors import first_paragraph
from service.identity import roles_with

EVERYBODY = "everybody who is signed in"
HIDDEN = {"api.not_served", "api.document", "api.docs", "api.docs_style", "api.metrics"}
_REFERENCE = "#/components/schemas/{model}"
_CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")
_PROBLEM = {"$ref": "#/components/responses/Problem"}
_STATUSES = {
    400: "Malformed.",
    401: "No valid account.",
    403: "Not allowed.",
    404: "Not there, or not yours to see.",
}
_BODY_STATUSES = {
    413: "Too large.",
    415: "Not the media type that is expected.",
    422: "The form is not filled in right.",
}
_BUSY = {
    409: "The state does not allow it.",
    501: "Not served.",
    503: "Busy; try again.",
    504: "Not in time.",
}


@blueprint.get("/openapi.json")
def document() -> Any:
    """The API as OpenAPI 3.1."""
    return flask.jsonify(current())


def current() -> dict[str, Any]:
    """The description of the application that answers."""
    return describe(tuple(sorted(_plain_rules())))


@lru_cache(maxsize=4)
def describe(plain: tuple[tuple[str, str, str, str], ...] = ()) -> dict[str, Any]:
    """The whole description. `plain` are routes without models: rule, method, name, summary."""
    models: set[type[BaseModel]] = {Problem}
    for each in OPERATIONS.values():
        models |= {
            model
            for model in (each.takes, each.gives)
            if isinstance(model, type) and issubclass(model, BaseModel)
        }
    ordered = sorted(models, key=lambda model: model.__name__)
    refs, schemas = models_json_schema(
        [(model, "validation") for model in ordered], ref_template=_REFERENCE
    )
    names = {model: refs[model, "validation"] for model in ordered}
    paths: dict[str, dict[str, Any]] = {}
    for each in sorted(OPERATIONS.values(), key=lambda one: (one.path, one.method)):
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, names)
    for rule, method, name, summary in plain:
        paths.setdefault(_CONVERTER.sub(r"{\2}", rule), {})[method.lower()] = _plain_operation(
            rule, method, name, summary
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Redress", "version": service.__version__, "description": _ABOUT},
        "security": [{"bearer": []}, {"basic": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API token, or one of /oauth/token.",
                },
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "Account name, and an API token.",
                },
            },
            "responses": {"Problem": _problem("What was expected and what was found (RFC 9457).")},
            "schemas": schemas.get("$defs", {}),
        },
    }


_ABOUT = "Complaints under /api; orchestration under /v2 with the paths and fields of Camunda 8."


def _operation(one: Operation, names: dict[type[BaseModel], Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [
            one.path.strip("/").split("/")[1 if one.path.startswith(("/v2/", "/api/")) else 0]
        ],
        "parameters": [_parameter(name) for name in re.findall(r"\{(\w+)\}", one.path)]
        + _asked(one),
        "responses": _responses(one, names),
    }
    if one.may is None:
        made["security"] = []
    else:
        made["description"] = f"Needs `{one.may}`: {', '.join(roles_with(one.may)) or EVERYBODY}."
    if one.takes is not None:
        made["requestBody"] = {
            "required": not one.optional,
            "content": {one.media: {"schema": names[one.takes]}},
        }
    return made


def _responses(one: Operation, names: dict[type[BaseModel], Any]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if isinstance(one.gives, str):
        done["content"] = {one.gives: {"schema": {"type": "string"}}}
    elif one.gives is not None:
        done["content"] = {JSON: {"schema": names[one.gives]}}
    found = {str(one.status): done}
    if one.name in MAYBE_NOTHING:
        found["204"] = {"description": "There is none."}
    refusals = (
        _STATUSES
        | _BUSY
        | (_BODY_STATUSES if one.takes is not None else {})
        | {429: "Too many attempts."}
    )
    return found | {str(status): _problem(text) for status, text in sorted(refusals.items())}


MAYBE_NOTHING = {"get_form"}
"""Operations that may answer 204 instead of a document."""


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": _REFERENCE.format(model="Problem")}
    return {"description": text, "content": {"application/problem+json": {"schema": schema}}}


def _parameter(name: str) -> dict[str, Any]:
    key = {"type": "string", "pattern": "^[0-9]{1,19}$", "description": f"At most {MAX_KEY}."}
    text = {"type": "string", "minLength": 1, "maxLength": 200}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": key if name.endswith("Key") else text,
    }


def _asked(one: Operation) -> list[dict[str, Any]]:
    """The query string's parameters."""
    shape = {} if one.asks is None else one.asks.model_json_schema()
    return [
        {"name": name, "in": "query", "schema": each}
        for name, each in shape.get("properties", {}).items()
    ]


def _plain_rules() -> list[tuple[str, str, str, str]]:
    """Routes of the API that have no models."""
    found = []
    for rule in flask.current_app.url_map.iter_rules():
        name = rule.endpoint.removeprefix("api.")
        if not rule.endpoint.startswith("api.") or rule.endpoint in HIDDEN or name in OPERATIONS:
            continue
        view = flask.current_app.view_functions[rule.endpoint]
        summary = first_paragraph(view) or name
        found += [
            (rule.rule, method, name, summary)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        ]
    return found


def _plain_operation(rule: str, method: str, name: str, summary: str) -> dict[str, Any]:
    parameters = [
        {
            "name": key,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0}
            if kind == "int"
            else {"type": "string", "minLength": 1},
        }
        for kind, key in _CONVERTER.findall(rule)
    ]
    made: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {"2XX": {"description": "Done."}, "default": _PROBLEM},
    }
    if method in ("POST", "PUT", "PATCH"):
        made["requestBody"] = {"content": {JSON: {"schema": {"type": "object"}}}}
    return made
