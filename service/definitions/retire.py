"""The end of a version: nothing starts in it and nothing moves to it any more. What runs in it goes
on."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service.db import Connection
from service.definitions.starts import processes_of, waiting_starts
from service.definitions.store import move_starts
from service.definitions.tables import bundle
from service.errors import StateConflict


def retire(connection: Connection, bundle_key: int, *, now: datetime) -> None:
    """End a version that is or was released. Raises StateConflict when it is neither."""
    done = connection.execute(
        sa.update(bundle)
        .where(bundle.c.key == bundle_key, bundle.c.state.in_(("released", "superseded")))
        .values(state="retired")
    )
    if done.rowcount != 1:
        raise StateConflict("Only a version that is or was released can be retired.")
    move_starts(connection, waiting_starts(connection, bundle_key), now=now)


def list_only_here(connection: Connection, bundle_key: int) -> list[str]:
    """The processes that no version would start any more without this one, in order. Empty when it
    starts nothing.

    Whoever else retires a released version at this moment waits until this is over.
    """
    in_force = (
        sa.select(bundle.c.key)
        .where(bundle.c.state == "released")
        .order_by(bundle.c.key)
        .with_for_update()
    )
    others = set(connection.execute(in_force).scalars())
    if bundle_key not in others:
        return []
    kept = processes_of(connection, others - {bundle_key})
    return sorted(processes_of(connection, [bundle_key]) - kept)
