"""`redress evidence`: the files of the cases."""

from __future__ import annotations

import sys
from hashlib import file_digest

import click
import sqlalchemy as sa

from service.cases.tables import evidence
from service.cli.opening import closing_database, one_line, open_settings
from service.vault import Vault, open_vault


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
            columns = (evidence.c.sha256, evidence.c.size, sa.func.min(evidence.c.root_key))
            rows = connection.execute(
                sa.select(*columns).group_by(evidence.c.sha256, evidence.c.size)
            ).all()
    wrong = 0
    for sha256, size, root_key in rows:
        problem = _problem(vault, sha256, size)
        if problem:
            wrong += 1
            click.echo(f"case {root_key}: {sha256}: {problem}")
    click.echo(f"{len(rows)} files in {vault.folder}, {wrong} wrong")
    sys.exit(1 if wrong else 0)


def _problem(vault: Vault, sha256: str, size: int) -> str:
    """What is wrong with a file, or nothing."""
    path = vault.path(sha256)
    try:
        with path.open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
        length = path.stat().st_size
    except OSError as error:
        return f"expected a file, {error.strerror}"
    if found != sha256:
        return f"expected its own hash, got {found}"
    return "" if length == size else f"expected {size} bytes, got {length}"
