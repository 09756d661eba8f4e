"""Decisions and forms of a bundle, each with a key and a line of versions of its own, as the API
lists them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

import sqlalchemy as sa

from service.db import Connection
from service.definitions.tables import bundle, decision_definition, form_definition
from service.engine import Bundle
from service.errors import NotFound


@dataclass(frozen=True, slots=True)
class DecisionVersion:
    """One decision of one bundle. The requirements are the file it stands in."""

    key: int
    bundle_key: int
    decision_id: str
    name: str
    version: int
    requirements_key: int
    requirements_id: str
    requirements_name: str
    path: str


@dataclass(frozen=True, slots=True)
class FormVersion:
    """One form of one bundle."""

    key: int
    bundle_key: int
    form_id: str
    version: int
    path: str


_RELEASED_DECISION = (
    sa.select(decision_definition)
    .join(bundle, bundle.c.key == decision_definition.c.bundle_key)
    .where(
        bundle.c.state == "released",
        decision_definition.c.decision_id == sa.bindparam("b_decision_id"),
    )
    .order_by(bundle.c.released_at.desc(), bundle.c.key.desc())
    .limit(1)
)


def insert_parts(connection: Connection, bundle_key: int, loaded: Bundle) -> None:
    """Write down the decisions and forms of a new bundle; their keys are children of its key."""
    keys = count(bundle_key + 1)
    requirements: dict[str, int] = {}
    for decision_id, model in loaded.decisions.items():
        held = model.definitions
        info = model.decisions.get(decision_id)
        if held.file not in requirements:
            requirements[held.file] = next(keys)
        row = {
            "decision_id": decision_id,
            "name": (info.name if info else "") or decision_id,
            "requirements_key": requirements[held.file],
            "requirements_id": held.id[:200],
            "requirements_name": (held.name or held.id)[:300],
            "path": held.file,
        }
        _insert(connection, decision_definition, "decision_id", bundle_key, next(keys), row)
    for form_id in loaded.forms:
        path = next((path for path in loaded.files if _holds(path, form_id)), "")
        _insert(
            connection,
            form_definition,
            "form_id",
            bundle_key,
            next(keys),
            {"form_id": form_id, "path": path},
        )


def _holds(path: str, form_id: str) -> bool:
    """Whether a file is the form's: SpiffWorkflow's forms have the name of their schema."""
    return path.endswith(f"{form_id}.form.json") or path.rpartition("/")[2] == form_id


def _insert(
    connection: Connection,
    table: sa.Table,
    name: str,
    bundle_key: int,
    key: int,
    row: dict[str, Any],
) -> None:
    newest = sa.select(sa.func.coalesce(sa.func.max(table.c.version), 0)).where(
        table.c[name] == row[name]
    )
    version = connection.execute(newest).scalar_one() + 1
    connection.execute(
        sa.insert(table), {"key": key, "bundle_key": bundle_key, "version": version, **row}
    )


def list_decisions(connection: Connection, bundle_key: int) -> list[DecisionVersion]:
    """The decisions of a bundle."""
    query = sa.select(decision_definition).where(decision_definition.c.bundle_key == bundle_key)
    rows = connection.execute(query.order_by(decision_definition.c.decision_id)).mappings()
    return [DecisionVersion(**row) for row in rows]


def find_released_decision(connection: Connection, decision_id: str) -> DecisionVersion:
    """The decision in the bundle that was released last of those that have it. Raises NotFound."""
    row = (
        connection.execute(_RELEASED_DECISION, {"b_decision_id": decision_id})
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound(
            "There is no decision {decision_id!r} in what is released.",
            decision_id=decision_id[:200],
        )
    return DecisionVersion(**row)


def get_decision(connection: Connection, key: int) -> DecisionVersion:
    """A decision by its key. Raises NotFound."""
    query = sa.select(decision_definition).where(decision_definition.c.key == key)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no decision definition {key}.", key=key)
    return DecisionVersion(**row)


def get_requirements(connection: Connection, key: int) -> DecisionVersion:
    """Any decision of the file that goes by this key. Raises NotFound."""
    query = (
        sa.select(decision_definition).where(decision_definition.c.requirements_key == key).limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("There are no decision requirements {key}.", key=key)
    return DecisionVersion(**row)


def list_forms(connection: Connection, bundle_key: int) -> list[FormVersion]:
    """The forms of a bundle."""
    query = sa.select(form_definition).where(form_definition.c.bundle_key == bundle_key)
    rows = connection.execute(query.order_by(form_definition.c.form_id)).mappings()
    return [FormVersion(**row) for row in rows]


def get_form(connection: Connection, key: int) -> FormVersion:
    """A form by its key. Raises NotFound."""
    row = (
        connection.execute(sa.select(form_definition).where(form_definition.c.key == key))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound("There is no form {key}.", key=key)
    return FormVersion(**row)
