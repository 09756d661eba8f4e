"""Bring a database to the newest schema, by Alembic."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from service.db.engine import Connection, Database
from service.errors import StateConflict

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
        _check_known(connection, config)
        command.upgrade(config, "head")


def _check_known(connection: Connection, config: Config) -> None:
    """Raises StateConflict for a database that a newer program has migrated."""
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StateConflict(
            "expected a database of schema {newest} or older, found {found}, of a newer version of "
            "this program: start that version, or restore a backup of this one",
            newest=max(known),
            found=found,
        )
