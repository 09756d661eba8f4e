"""Bring a database to the newest schema, by Alembic."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from service.db.engine import Database

TURN = 0x52656472657373
"""The number of the lock that is held while migrating; it ends with the transaction, so a pooler
does not mind."""
FOLDER = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Apply the migrations that are missing. Safe to call at every start, by many at once: the
    others wait."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.transaction() as connection:
        if database.dialect == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
