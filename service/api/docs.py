"""`/docs`: the description as a page of our own. No script, one style sheet of this host, so the
strict CSP holds."""

from __future__ import annotations

from html import escape
from typing import Any

import flask

from service.api.blueprint import blueprint
from service.api.openapi import current
from service.api.operation import OPERATIONS

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
html { color-scheme: light dark }
h2 { margin-top: 2.5rem; border-bottom: 1px solid }
summary { cursor: pointer; padding: .4rem 0 } code, pre { font: 14px/1.4 ui-monospace, monospace }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700 }
pre { overflow: auto; padding: .75rem; border: 1px solid }
details { margin-left: .5rem } p { margin: .25rem 0 }
"""


@blueprint.get("/docs.css")
def docs_style() -> Any:
    """The style of the page."""
    return flask.Response(_STYLE, mimetype="text/css")


@blueprint.get("/docs")
def docs() -> Any:
    """Every operation with its body and answer, by resource."""
    document = current()
    groups: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            groups.setdefault(one.get("tags", ["other"])[0], []).append(
                _entry(path, method, one, document)
            )
    body = "".join(f"<h2>{escape(name)}</h2>{''.join(entries)}" for name, entries in groups.items())
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Redress API</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" '
        'href="/docs.css"></head><body>'
        f"<h1>Redress API</h1><p>{escape(document['info']['description'])} {len(OPERATIONS)} "
        "operations; for programs: "
        f'<a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>{body}</body></html>'
    )
    return flask.Response(page, mimetype="text/html")


def _entry(path: str, method: str, one: dict[str, Any], document: dict[str, Any]) -> str:
    sent = one.get("requestBody", {}).get("content", {})
    shapes = [
        f"<p>Body, {escape(media)}:</p>{_shape(each['schema'], document)}"
        for media, each in sent.items()
    ]
    for status, response in one["responses"].items():
        for media, each in response.get("content", {}).items():
            if status.startswith("2"):
                shapes.append(
                    f"<p>Answer {status}, {escape(media)}:</p>{_shape(each['schema'], document)}"
                )
    return (
        f'<details id="{escape(one["operationId"])}"><summary><span '
        f'class="method">{method.upper()}</span> '
        f"<code>{escape(path)}</code> {escape(one['summary'])}</summary>"
        f"<p>{escape(one.get('description', 'Needs no account.'))}</p>{''.join(shapes)}</details>"
    )


def _shape(schema: dict[str, Any], document: dict[str, Any]) -> str:
    """The fields of a schema, one a line."""
    found = _resolved(schema, document)
    required = set(found.get("required", ()))
    lines = [
        f"{name}{'' if name in required else '?'}: {_kind(each, document)}"
        for name, each in found.get("properties", {}).items()
    ]
    return f"<pre>{escape(chr(10).join(lines) or _kind(schema, document))}</pre>"


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def _kind(schema: dict[str, Any], document: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_kind(each, document) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}), document)}]"
    return str(schema.get("format") or schema.get("const") or schema.get("type") or "any value")
