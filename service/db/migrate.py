"""Bring a database to the newest schema, by Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from service.db.engine import Database

FOLDER = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Apply the migrations that are missing. Safe to call at every start."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.transaction() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
