"""`redress audit`: the chained history of every case, and the seals over all of it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from service import audit, cases
from service.cli.opening import closing_database, one_line, open_settings
from service.clock import open_clock
from service.db import Connection
from service.errors import InvalidInput
from service.operations import compare, every_column, leaves_now, prove


@click.group("audit")
def audit_group() -> None:
    """The history. Example: redress audit verify"""


@audit_group.command("verify")
@click.option(
    "--seal",
    type=click.Path(exists=True, path_type=Path),
    help="A seal, or the folder of seals: the last one counts.",
)
@click.option(
    "--public",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The key that seals are checked with.",
)
@one_line
def audit_verify(seal: Path | None, public: Path | None) -> None:
    """Check the hash chain of every case and of the house, and that the ledger of every case
    balances; with a seal also that everything it was made over is still there as it was. Exit 1
    when something is not.

    Example: redress audit verify --seal /mnt/worm/seals --public seal.key.pub
    """
    if (seal is None) != (public is None):
        raise InvalidInput("expected --seal and --public together, or neither")
    with closing_database() as database, database.snapshot() as connection:
        checked, broken = _check(connection)
        if seal is not None and public is not None:
            found = audit.read_seal(_last(seal), audit.read_public(public))
            changed, moved = compare(connection, found)
            broken += changed
            click.echo(
                f"seal {found.seal['number']} of {found.seal['at']}: {len(found.leaves)} sealed, "
                f"{moved} have gone on since, {len(changed)} findings; what happened after it is "
                "in the chains only"
            )
    for line in broken:
        click.echo(line)
    click.echo(f"{checked} cases checked, {len(broken)} broken")
    sys.exit(1 if broken else 0)


@audit_group.command("key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@one_line
def audit_key(file: Path) -> None:
    """Make the key that seals are signed with, in FILE, and the public one beside it. Keep FILE
    where the database's machine cannot read it between seals.

    Example: redress audit key seal.key
    """
    click.echo(audit.make_key(file))


@audit_group.command("seal")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--anyway", is_flag=True, help="Seal what was found wrong too, and say so in it.")
@one_line
def audit_seal(folder: Path, key: Path, anyway: bool) -> None:
    """Sign one hash over the whole record, into FOLDER: a place that nobody can write twice. What
    the seal before does not allow is reported and not sealed.

    Example: redress audit seal /mnt/worm/seals --key seal.key
    """
    private, before = audit.read_private(key), audit.list_seals(folder)
    with closing_database() as database, database.snapshot() as connection:
        _, broken = _check(connection)
        if before:
            sealed = audit.read_seal(before[-1], private.public_key())
            broken += compare(connection, sealed)[0]
        for line in broken:
            click.echo(line)
        if broken and not anyway:
            raise InvalidInput(
                "expected a record as it was sealed, found {count} differences: look into them, "
                "then seal with --anyway",
                count=len(broken),
            )
        at = open_clock(open_settings().clock).now().isoformat(timespec="seconds")
        made = audit.write_seal(
            folder, leaves_now(connection), private, at=at, columns=every_column(), notes=broken
        )
    click.echo(made)


@audit_group.command("prove")
@click.argument("number")
@click.option("--seal", required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--public", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@one_line
def audit_prove(number: str, seal: Path, public: Path) -> None:
    """Print that a complaint is in a seal, for somebody outside: tools/check_proof.py checks it,
    together with the case's own file.

    Example: redress audit prove C-2026-0000001-Q --seal seals --public seal.key.pub > proof.json
    """
    found = audit.read_seal(_last(seal), audit.read_public(public))
    with closing_database() as database, database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key
    click.echo(audit.canonical(prove(found, f"case:{root_key}")).decode())


def _check(connection: Connection) -> tuple[int, list[str]]:
    """How many cases there are, and what is wrong with the chains and ledgers."""
    broken, checked = [], 0
    for root_key in list(audit.list_cases(connection)):
        checked += 1
        seq = audit.verify(connection, root_key)
        if seq is not None:
            broken.append(f"case {root_key}: the chain breaks at row {seq}")
    house = audit.verify_house(connection)
    if house is not None:
        broken.append(f"house {house[0]}: the chain breaks at row {house[1]}")
    for root_key, problem in cases.unbalanced(connection):
        broken.append(f"case {root_key}: the ledger does not balance: {problem}")
    return checked, broken


def _last(seal: Path) -> Path:
    """The seal itself, or the last one in a folder. Raises InvalidInput where there is none."""
    if not seal.is_dir():
        return seal
    found = audit.list_seals(seal)
    if not found:
        raise InvalidInput("expected a seal in {folder}, there is none", folder=str(seal))
    return found[-1]
