"""The forms of tasks: by reference, or made from the fields that a task lists."""

from __future__ import annotations

from typing import Any

from lxml import etree

from service.bpmn import names as n
from service.bpmn.tree import extensions_of, make
from service.conversion.tree import Draft
from service.sentence import Sentence

_TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "long": {"type": "integer"},
    "int": {"type": "integer"},
    "integer": {"type": "integer"},
    "double": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "enum": {"type": "string"},
}
_LIMITS = {
    "min": "minimum",
    "max": "maximum",
    "minlength": "minLength",
    "maxlength": "maxLength",
}


def form_of(draft: Draft, node: etree._Element) -> None:
    """The form that a task names, or that is made from its fields."""
    key = draft.take(node, "formKey") or draft.take(node, "formRef")
    for name in ("formRefBinding", "formRefVersion", "formHandlerClass"):
        draft.take(node, name)
    made = _fields(draft, node)
    if made:
        form_id = f"{node.get('id')}"
        draft.forms[form_id] = {
            "id": form_id,
            "schema": {"title": node.get("name") or form_id, **made},
            "uiSchema": {"ui:order": list(made["properties"]), **_names(draft, node)},
        }
        make(extensions_of(node), "formDefinition", formId=form_id)
        draft.report.done(
            node,
            Sentence(
                "{count} form fields → the form {id}", count=len(made["properties"]), id=form_id
            ),
        )
    elif key:
        form_id = key.rpartition("/")[2].rpartition(":")[2].removesuffix(".form")
        make(extensions_of(node), "formDefinition", formId=form_id)
        draft.report.done(node, Sentence("the form {key} → {id}", key=key, id=form_id))
        if not key.startswith("camunda-forms:") and key != form_id:
            draft.to_do(
                node,
                Sentence("draw the form {id}: {key} is no form of this kind", id=form_id, key=key),
            )


def _names(draft: Draft, node: etree._Element) -> dict[str, Any]:
    """How the choices of a field are called."""
    found: dict[str, Any] = {}
    for data in draft.children(node, "formData"):
        for field in data:
            names = [str(e.get("name") or e.get("id")) for e in field if n.local(e) == "value"]
            if names:
                found[field.get("id", "")] = {"ui:enumNames": names}
    return found


def _fields(draft: Draft, node: etree._Element) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    holders = [each for data in draft.children(node, "formData") for each in data]
    for field in (*holders, *draft.children(node, "formProperty")):
        name = field.get("id", "")
        if not name:
            continue
        properties[name] = _field(draft, node, field)
        needed = any(each.get("name") == "required" for each in field.iter() if each.get("name"))
        if needed or field.get("required") == "true":
            required.append(name)
    if not properties:
        return {}
    return {"type": "object", "properties": properties, "required": required}


def _field(draft: Draft, node: etree._Element, field: etree._Element) -> dict[str, Any]:
    kind = field.get("type") or "string"
    if kind not in _TYPES:
        draft.to_do(
            node,
            Sentence(
                "the field {name} is of the type {kind}: it is text now",
                name=field.get("id", ""),
                kind=kind,
            ),
        )
    found = dict(_TYPES.get(kind, _TYPES["string"]))
    if field.get("writable") == "false":
        found["readOnly"] = True
    found["title"] = field.get("label") or field.get("name") or field.get("id", "")
    choices = [each for each in field if n.local(each) == "value"]
    if choices:
        found["enum"] = [each.get("id", "") for each in choices]
    for each in field.iter():
        limit = _LIMITS.get(each.get("name", ""))
        config = each.get("config", "")
        if limit and config.lstrip("-").isdigit():
            found[limit] = int(config)
    return found
