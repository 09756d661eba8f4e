"""Names that are in use already, so that something new gets one of its own: of procedures, and of
the processes, decisions and forms of all versions."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
import sqlalchemy as sa
from lxml import etree

from service.db import Connection
from service.definitions.draft_tables import draft
from service.definitions.tables import (
    bundle,
    decision_definition,
    form_definition,
    process_definition,
)

_NAMES = sa.union(
    sa.select(bundle.c.name),
    sa.select(draft.c.name),
    sa.select(process_definition.c.process_id),
    sa.select(decision_definition.c.decision_id),
    sa.select(form_definition.c.form_id),
)
_SAFE = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)


def list_taken(connection: Connection) -> set[str]:
    """Every name of a procedure, a process, a decision or a form that there is or was."""
    return {str(name) for name in connection.execute(_NAMES).scalars()}


def names_taken(files: Mapping[str, bytes]) -> set[str]:
    """Every id and file name in these files: what cannot be read has its file name alone."""
    found: set[str] = set()
    for path, content in files.items():
        plain = path.rsplit("/", 1)[-1]
        found.add(plain.split(".", 1)[0])
        if path.endswith((".bpmn", ".dmn")):
            found |= _ids(content)
        elif path.endswith(".form.json"):
            found |= _form_id(content)
    return found


def _ids(content: bytes) -> set[str]:
    try:
        root = etree.fromstring(content, _SAFE)
    except etree.XMLSyntaxError:
        return set()
    return {str(each) for each in root.xpath("//@id")} if root is not None else set()


def _form_id(content: bytes) -> set[str]:
    try:
        form = orjson.loads(content)
    except orjson.JSONDecodeError:
        return set()
    return {str(form["id"])} if isinstance(form, dict) and "id" in form else set()
