"""`/openapi.json` and `/docs`, made from the operations that are registered: their paths, methods and first lines."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import flask

from service.api.blueprint import blueprint

_CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")
_HIDDEN = {"api.not_served", "api.document", "api.docs"}
_PROBLEM = {"$ref": "#/components/responses/Problem"}


@blueprint.get("/openapi.json")
def document() -> Any:
    """The API as OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Redress", "version": "1"},
        "security": [{"bearer": []}, {"basic": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
            "responses": {
                "Problem": {
                    "description": "What was expected and what was found (RFC 9457).",
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
            },
            "schemas": {"Problem": _problem_schema()},
        },
    }


@blueprint.get("/docs")
def docs() -> Any:
    """The same as a plain page."""
    rows = [
        f"<tr><td>{method.upper()}</td><td><code>{escape(path)}</code></td><td>{escape(operation['summary'])}</td></tr>"
        for path, methods in sorted(_paths().items())
        for method, operation in methods.items()
    ]
    page = (
        f'<!doctype html><html lang="en"><title>Redress API</title><h1>Redress API</h1><table>{"".join(rows)}</table>'
    )
    return flask.Response(page, mimetype="text/html")


def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for rule in flask.current_app.url_map.iter_rules():
        if not rule.endpoint.startswith("api.") or rule.endpoint in _HIDDEN:
            continue
        view = flask.current_app.view_functions[rule.endpoint]
        path = _CONVERTER.sub(r"{\2}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(path, {})[method.lower()] = _operation(rule.rule, method, view)
    return paths


def _operation(rule: str, method: str, view: Any) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": view.__name__,
        "summary": (view.__doc__ or view.__name__).strip().splitlines()[0],
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "integer", "minimum": 0} if kind == "int" else {"type": "string", "minLength": 1},
            }
            for kind, name in _CONVERTER.findall(rule)
        ],
        "responses": {"2XX": {"description": "Done."}, "default": _PROBLEM},
    }
    if method == "POST":
        operation["requestBody"] = {"content": {_media(rule): {"schema": {"type": "object"}}}}
    return operation


def _media(rule: str) -> str:
    special = {"/oauth/token": "application/x-www-form-urlencoded", "/v2/deployments": "multipart/form-data"}
    return special.get(rule, "application/json")


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    field = {"type": "object", "properties": {"pointer": text, "message": text}}
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "code": text,
            "errors": {"type": "array", "items": field},
        },
    }
