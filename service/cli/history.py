"""`redress audit`: the chained history of every case."""

from __future__ import annotations

import sys

import click

from service import audit, cases
from service.cli.opening import one_line, open_database


@click.group("audit")
def audit_group() -> None:
    """The history. Example: redress audit verify"""


@audit_group.command("verify")
@one_line
def audit_verify() -> None:
    """Check the hash chain of every case and of the house, and that the ledger of every case
    balances; exit 1 when one does not.

    Example: redress audit verify
    """
    broken = checked = 0
    with open_database().read() as connection:
        for root_key in list(audit.list_cases(connection)):
            checked += 1
            seq = audit.verify(connection, root_key)
            if seq is not None:
                broken += 1
                click.echo(f"case {root_key}: the chain breaks at row {seq}")
        house = audit.verify_house(connection)
        for root_key, problem in cases.unbalanced(connection):
            broken += 1
            click.echo(f"case {root_key}: the ledger does not balance: {problem}")
    if house is not None:
        broken += 1
        click.echo(f"house {house[0]}: the chain breaks at row {house[1]}")
    click.echo(f"{checked} cases checked, {broken} broken")
    sys.exit(1 if broken else 0)
