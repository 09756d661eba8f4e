"""Bring a database to the newest schema, by Alembic."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from service.db.engine import Connection, Database
from service.errors import InvalidInput, StateConflict

TURN = 0x52656472657373
"""The number of the lock that is held while migrating; it ends with the transaction, so a pooler
does not mind."""
FOLDER = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Apply the migrations that are missing. Safe to call at every start, by many at once: the
    others wait."""
    with database.transaction() as connection:
        if database.dialect == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
        config = _config(connection)
        _check_known(connection, config)
        command.upgrade(config, "head")


def lead_back(connection: Connection, revision: str) -> None:
    """Bring a database that holds no rows to an older schema, in the caller's transaction, to be
    filled and led forward again. Raises InvalidInput for a schema that nobody knows."""
    config = _config(connection)
    if revision not in _known(config):
        raise InvalidInput(
            "expected a schema up to {newest}, got {revision}: a newer version wrote it",
            newest=max(_known(config)),
            revision=revision[:40],
        )
    command.downgrade(config, revision)


def lead_forward(connection: Connection) -> None:
    """Bring a database to the newest schema, in the caller's transaction."""
    command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def _known(config: Config) -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def _check_known(connection: Connection, config: Config) -> None:
    """Raises StateConflict for a database that a newer program has migrated."""
    found = MigrationContext.configure(connection).get_current_revision()
    known = _known(config)
    if found is not None and found not in known:
        raise StateConflict(
            "expected a database of schema {newest} or older, found {found}, of a newer version of "
            "this program: start that version, or restore a backup of this one",
            newest=max(known),
            found=found,
        )
