"""`redress simulate --server`: open what a rehearsal needs, run it, and say what it did."""

from __future__ import annotations

import time
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.table import Table

from service import identity
from service.cli.bulk_import import make_progress
from service.cli.opening import open_database, open_settings
from service.clock import FileClock
from service.db import Database
from service.errors import InvalidInput
from service.identity import PROGRAMS, Role
from service.players.over_http import Person, Rehearsal, rehearse

LABEL = "rehearsal"
PEOPLE_PER_ROLE = 3


def rehearse_on(server: str, *, seed: str, register: int, acknowledged: Path | None) -> None:
    """Rehearse on a server with people made for it; their tokens open nothing afterwards."""
    settings = open_settings()
    if not settings.clock:
        raise InvalidInput(
            "expected REDRESS_CLOCK to name the clock's file that the server uses too, got nothing"
        )
    clock, database = FileClock(Path(settings.clock)), open_database()
    people = make_people(database, clock)
    began = time.perf_counter()
    try:
        with acknowledged.open("a", encoding="utf-8") if acknowledged else nullcontext() as out:
            plan = Rehearsal(server, seed, people, clock, out)
            with make_progress() as progress:
                bar = progress.add_task("cases", total=register or None)
                for ended in rehearse(plan, register=register):
                    progress.update(bar, completed=ended, total=ended + len(plan.running))
    finally:
        with database.transaction() as connection:
            identity.revoke_tokens(connection, LABEL, now=clock.now())
    _show(plan, time.perf_counter() - began)


def make_people(database: Database, clock: FileClock) -> tuple[Person, ...]:
    """Three people for each role, and programs, with tokens of their own."""
    people = []
    with database.transaction() as connection:
        for role in (*Role, *PROGRAMS):
            for number in range(1, PEOPLE_PER_ROLE + 1):
                name = f"sim-{role.value}-{number}"
                if identity.find_account(connection, name) is None:
                    identity.create_account(connection, name, None, [role.value], now=clock.now())
                token = identity.create_token(connection, name, now=clock.now(), label=LABEL)
                people.append(Person(name, role.value, token))
    return tuple(people)


def _show(plan: Rehearsal, seconds: float) -> None:
    table = Table("outcome", "cases")
    for name, count in plan.ends.most_common():
        table.add_row(name, f"{count:,}")
    console = Console()
    console.print(table)
    console.print(
        f"{sum(plan.ends.values()):,} cases, {plan.steps:,} commands acknowledged in "
        f"{seconds:.1f} s, "
        f"{plan.asked_again:,} requests sent again"
    )
