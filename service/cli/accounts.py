"""`redress user` and `redress token`: who may sign in, and which programs."""

from __future__ import annotations

import click

from service import identity
from service.cli.opening import one_line, open_database
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
        identity.create_account(connection, name, password, roles, now=SystemClock().now(), email=email)
    click.echo(f"{name}: {', '.join(roles)}")


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
