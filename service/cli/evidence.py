"""`redress evidence`: the files of the cases."""

from __future__ import annotations

import sys

import click

from service import cases
from service.cli.opening import closing_database, one_line, open_settings
from service.vault import open_vault


@click.group("evidence")
def evidence_group() -> None:
    """The files of the cases. Example: redress evidence verify"""


@evidence_group.command("verify")
@one_line
def evidence_verify() -> None:
    """Read every file that a case names: whether it is there, and what it was when it was taken in;
    exit 1 when one is not.

    Example: redress evidence verify
    """
    settings = open_settings()
    with closing_database() as database:
        vault = open_vault(settings.evidence_dir, database, limit=settings.evidence_max_bytes)
        with database.read() as connection:
            files = cases.list_kept(connection)
    wrong = 0
    for kept, root_key in files:
        problem = vault.problem_of(kept)
        if problem:
            wrong += 1
            click.echo(f"case {root_key}: {kept.sha256}: {problem}")
    click.echo(f"{len(files)} files in {vault.folder}, {wrong} wrong")
    sys.exit(1 if wrong else 0)
