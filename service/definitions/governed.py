"""Which versions are of a governed procedure, so that they come into force by review only."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Connection
from service.definitions.starts import processes_of
from service.definitions.store import stands_with
from service.definitions.tables import bundle, process_definition

_NAME = sa.select(bundle.c.name).where(bundle.c.key == sa.bindparam("b_key")).scalar_subquery()


def is_governed(connection: Connection, bundle_key: int, process_id: str) -> bool:
    """Whether a version is of the procedure around `process_id`: by its name, or by a process that
    ever came together with it. Its name too: releasing a version supersedes the one of its name,
    whatever it holds."""
    named = (
        sa.select(bundle.c.key)
        .join(process_definition, process_definition.c.bundle_key == bundle.c.key)
        .where(bundle.c.name == _NAME, process_definition.c.process_id == process_id)
        .limit(1)
    )
    if connection.execute(named, {"b_key": bundle_key}).first() is not None:
        return True
    return stands_with(connection, processes_of(connection, [bundle_key]), process_id)
