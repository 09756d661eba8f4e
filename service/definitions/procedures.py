"""The procedures that are in force: each is a bundle's name, with the version that starts new
instances."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from service.db import Connection
from service.definitions.tables import bundle


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure as it is in force."""

    name: str
    bundle_key: int
    version: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A procedure as it is stored: the key and version of the newest, the version in force."""

    name: str
    bundle_key: int
    version: int
    in_force: int | None


MOST_PROCEDURES = 200
_IN_FORCE = (
    sa.select(bundle.c.name, bundle.c.key.label("bundle_key"), bundle.c.version)
    .where(bundle.c.state == "released")
    .order_by(bundle.c.name, bundle.c.version.desc())
)


def list_in_force(connection: Connection) -> list[Procedure]:
    """Every procedure that is in force, by its name."""
    return [Procedure(*row) for row in connection.execute(_IN_FORCE)]


def find_in_force(connection: Connection, name: str) -> int | None:
    """The key of the version of a procedure that is in force."""
    query = _IN_FORCE.where(bundle.c.name == name).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else int(row.bundle_key)


def list_procedures(connection: Connection, *, limit: int = MOST_PROCEDURES) -> list[Stored]:
    """Every procedure of which a version is stored, by its name."""
    in_force = sa.func.max(sa.case((bundle.c.state == "released", bundle.c.version)))
    query = (
        sa.select(bundle.c.name, sa.func.max(bundle.c.key), sa.func.max(bundle.c.version), in_force)
        .group_by(bundle.c.name)
        .order_by(bundle.c.name)
        .limit(limit)
    )
    return [Stored(*row) for row in connection.execute(query)]


def find_last(connection: Connection, name: str) -> int | None:
    """The key of the newest version of a procedure, in force or not."""
    query = sa.select(sa.func.max(bundle.c.key)).where(bundle.c.name == name)
    key: int | None = connection.execute(query).scalar_one_or_none()
    return key
