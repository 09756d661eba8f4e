"""`redress retention`: which cases are beyond their retention, and erasing them."""

from __future__ import annotations

from datetime import timedelta

import click

import service.intake  # noqa: F401 - its tables hold what customers wrote
from service.cli.opening import closing_database, one_line, open_settings
from service.clock import SystemClock
from service.errors import InvalidInput
from service.execution import Runtime
from service.identity import SYSTEM
from service.operations import erase_case, list_expired
from service.vault import open_vault

BATCH = 500
BEHIND = timedelta(hours=12)
"""The zone furthest behind UTC."""


@click.command()
@click.option("--erase", is_flag=True, help="Erase them for good: rows, texts and files.")
@one_line
def retention(erase: bool) -> None:
    """List the archived cases whose retention is over. A legal hold keeps a case; --erase erases
    the others.

    Example: redress retention --erase
    """
    settings, now = open_settings(), SystemClock().now()
    count = erased = after = 0
    failed: list[str] = []
    with closing_database() as database:
        runtime = Runtime.of(database, settings)
        today = (now - BEHIND).date()  # a day is over once it is over in the zone of every case
        vault = open_vault(settings.evidence_dir, database, limit=settings.evidence_max_bytes)
        while True:
            with database.read() as connection:
                found = list_expired(connection, today=today, after=after, limit=BATCH)
            if not found:
                break
            for each in found:
                click.echo(
                    f"{each.number}  archived {each.archived_at:%Y-%m-%d}  kept until {each.until}"
                )
                if not erase:
                    continue
                try:
                    erased += erase_case(runtime, vault, each, today=today, actor=SYSTEM, now=now)
                except Exception as error:  # the others are erased all the same
                    failed.append(each.number)
                    click.echo(
                        f"{each.number}: not erased: {type(error).__name__}: {error}", err=True
                    )
            count, after = count + len(found), found[-1].root_key
        if erased:
            database.scrub()
    click.echo(f"{count:,} beyond their retention, {erased:,} erased")
    if failed:
        raise InvalidInput(
            "expected to erase every case beyond its retention, {count} could not be: {numbers}",
            count=len(failed),
            numbers=", ".join(failed[:10]),
        )
