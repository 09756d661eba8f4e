"""`redress reindex`: the index of the search, written again from all that is kept."""

from __future__ import annotations

import click

from service import cases
from service.cli.opening import closing_database, one_line, open_settings
from service.db import Connection, Database
from service.intake.kept_texts import texts_in
from service.vault import open_vault


@click.command()
@one_line
def reindex() -> None:
    """Write the index of the search again: what cases, comments, contacts, evidence and mails say.

    Example: redress reindex
    """
    with closing_database() as database, database.transaction() as connection:
        count = write_index(database, connection)
    click.echo(f"{count:,} complaints can be found by their texts")


def write_index(database: Database, connection: Connection) -> int:
    """In the caller's transaction; how many complaints it has."""
    settings = open_settings()
    vault = open_vault(settings.evidence_dir, database, limit=settings.evidence_max_bytes)
    return cases.rebuild_search(connection, texts_in(connection, vault))
