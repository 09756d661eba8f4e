"""`redress backup` and `redress restore`: the database in one file, also from SQLite to PostgreSQL
and back."""

from __future__ import annotations

from pathlib import Path

import click

from service import audit
from service.cli.opening import closing_database, one_line, open_settings
from service.cli.reindex import write_index
from service.db import Connection, read_backup, write_backup
from service.errors import InvalidInput
from service.execution import Runtime

__all__ = ["Runtime", "backup", "restore"]  # the runtime: every table is known once it is imported


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@one_line
def backup(file: Path) -> None:
    """Write the whole database to FILE, from one snapshot, while the service goes on.

    Example: redress backup redress-2026-03-02.backup
    """
    with closing_database() as database:
        rows = write_backup(database, file)
    click.echo(f"{rows:,} rows written to {file}")
    click.echo(
        f"Evidence is kept beside the database, under {open_settings().evidence_dir}: copy that "
        "folder too."
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Remove what the database holds first.")
@one_line
def restore(file: Path, force: bool) -> None:
    """Put the backup FILE into the database: all of it, with every chain of history checked, or
    nothing.

    Example: REDRESS_DATABASE_URL=postgresql+psycopg://… redress restore redress-2026-03-02.backup
    """
    with closing_database() as database:

        def finish(connection: Connection) -> None:
            _check_chains(connection)
            write_index(database, connection)

        rows = read_backup(database, file, force=force, verify=finish)
    click.echo(f"{rows:,} rows restored, every chain of history fits")


def _check_chains(connection: Connection) -> None:
    for root_key in list(audit.list_cases(connection)):
        seq = audit.verify(connection, root_key)
        if seq is not None:
            raise InvalidInput(
                "expected sound histories, the chain of case {root_key} breaks at row {seq}",
                root_key=root_key,
                seq=seq,
            )
