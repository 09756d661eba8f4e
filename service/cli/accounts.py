"""`redress user` and `redress token`: who may sign in, and which programs."""

from __future__ import annotations

from datetime import datetime

import click

from service import identity, operations
from service.cli.opening import one_line, open_database, open_runtime
from service.clock import SystemClock


@click.group()
def user() -> None:
    """People. Example: redress user add amy --role handler"""


@user.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True)
@click.option("--email", help="Where notices and alarms are sent.")
@click.password_option()
@one_line
def user_add(name: str, roles: tuple[str, ...], email: str | None, password: str) -> None:
    """Make an account.

    Example: redress user add amy --role handler --role approver --email amy@bank.example
    """
    with open_database().transaction() as connection:
        identity.create_account(
            connection, name, password, roles, now=SystemClock().now(), email=email
        )
    click.echo(f"{name}: {', '.join(roles)}")


@user.command("staff")
@click.argument("name")
@click.option("--unit", required=True, help="Where they work: never given a complaint about it.")
@click.option("--skill", "skills", multiple=True, help="A product they know; again for more.")
@click.option(
    "--capacity", default=identity.CAPACITY, show_default=True, help="Open complaints at a time."
)
@one_line
def user_staff(name: str, unit: str, skills: tuple[str, ...], capacity: int) -> None:
    """Say where somebody works, what they know and how much they can hold.

    Example: redress user staff amy --unit "Card centre" --skill credit-card --capacity 20
    """
    operations.set_staff(
        open_runtime(),
        name,
        unit=unit,
        skills=skills,
        capacity=capacity,
        actor=identity.OPERATOR,
        now=SystemClock().now(),
    )
    click.echo(f"{name}: {unit}, {', '.join(skills) or 'no skill'}, at most {capacity}")


@user.command("away")
@click.argument("name")
@click.argument("first", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("last", type=click.DateTime(["%Y-%m-%d"]))
@one_line
def user_away(name: str, first: datetime, last: datetime) -> None:
    """Say that somebody is away from FIRST to LAST: they are proposed for no complaint then.

    Example: redress user away amy 2026-12-24 2027-01-02
    """
    operations.set_absence(
        open_runtime(),
        name,
        first=first.date(),
        last=last.date(),
        actor=identity.OPERATOR,
        now=SystemClock().now(),
    )
    click.echo(f"{name}: away from {first:%Y-%m-%d} to {last:%Y-%m-%d}")


@click.group()
def token() -> None:
    """API tokens. Example: redress token create amy"""


@token.command("create")
@click.argument("name")
@one_line
def token_create(name: str) -> None:
    """Make an API token of an account; it is shown once.

    Example: redress token create amy
    """
    with open_database().transaction() as connection:
        click.echo(identity.create_token(connection, name, now=SystemClock().now()))
