"""`redress user` and `redress token`: who may sign in, and which programs."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime

import click

from service import identity, operations
from service.cli.opening import one_line, open_database, open_runtime
from service.clock import SystemClock
from service.config import load_settings


@click.group()
def user() -> None:
    """People. Example: redress user add amy --role handler"""


@user.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True)
@click.option("--email", default="", help="Where notices, alarms and codes are sent.")
@click.option("--display-name", default="", help="How pages call them.")
@click.option("--level", default="", help="Their own limit of authority, A0 to A7.")
@click.option("--no-password", is_flag=True, help="They set it with a code; or a program.")
@click.option("--password", help="Asked for where it is not given.")
@one_line
def user_add(
    name: str,
    roles: tuple[str, ...],
    email: str,
    display_name: str,
    level: str,
    no_password: bool,
    password: str | None,
) -> None:
    """Make an account.

    Example: redress user add amy --role handler --role approver --email amy@bank.example
    """
    if password is None and not no_password:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    new = operations.NewAccount(
        name, display_name, email, roles=operations.names_of(roles), level=level
    )
    operations.add_account(
        open_runtime(), new, actor=identity.OPERATOR, now=SystemClock().now(), password=password
    )
    click.echo(f"{name}: {', '.join(new.roles)}")


@user.command("list")
@one_line
def user_list() -> None:
    """Every account: its state, roles, limit of authority.

    Example: redress user list
    """
    with open_database().read() as connection:
        for each in identity.list_accounts(connection):
            standing = identity.get_standing(connection, each.name)
            state = "active" if each.active else "over"
            click.echo(
                f"{each.name}  {state}  {', '.join(each.roles) or '-'}  {standing.level or '-'}"
            )


@user.command("change")
@click.argument("name")
@click.option("--role", "roles", multiple=True, help="All that they have from now on.")
@click.option("--level", help="Their own limit of authority, A0 to A7; '' for that of the role.")
@click.option("--email", help="Where notices, alarms and codes are sent.")
@click.option("--superior", help="The account they answer to; '' for nobody.")
@click.option("--reopen", is_flag=True, help="Let an account that is over be used once more.")
@one_line
def user_change(
    name: str,
    roles: tuple[str, ...],
    level: str | None,
    email: str | None,
    superior: str | None,
    reopen: bool,
) -> None:
    """Change what an account may, where it is told, whom it answers to. What is not given stays.

    Example: redress user change amy --role handler --level A2 --superior ben
    """
    runtime, now = open_runtime(), SystemClock().now()
    with runtime.database.read() as connection:
        before = identity.get_standing(connection, name)
    wanted = identity.Standing(
        operations.names_of(roles) or before.roles,
        before.level if level is None else level,
        before.email if email is None else email,
        before.active or reopen,
    )
    operations.change_account(runtime, name, wanted, actor=identity.OPERATOR, now=now)
    if superior is not None:
        operations.set_superior(runtime, name, superior, actor=identity.OPERATOR, now=now)
    click.echo(f"{name}: {', '.join(wanted.roles)}")


@user.command("end")
@click.argument("name")
@one_line
def user_end(name: str) -> None:
    """End an account: its sessions, tokens and codes open nothing any more, its tasks come free.

    Example: redress user end amy
    """
    runtime, now = open_runtime(), SystemClock().now()
    with runtime.database.read() as connection:
        before = identity.get_standing(connection, name)
    wanted = replace(before, active=False)
    operations.change_account(runtime, name, wanted, actor=identity.OPERATOR, now=now)
    click.echo(f"{name}: over")


@user.command("forget-factor")
@click.argument("name")
@one_line
def user_forget_factor(name: str) -> None:
    """Turn off the second factor of NAME, who has lost telephone and recovery codes. Make sure who
    asks for it: their password alone signs them in then.

    Example: redress user forget-factor amy
    """
    now = SystemClock().now()
    operations.forget_factor(open_runtime(), name, actor=identity.OPERATOR, now=now)
    click.echo(f"{name}: no second factor")


@user.command("code")
@click.argument("name")
@one_line
def user_code(name: str) -> None:
    """Print a code by which NAME sets their password, once, within a day: at the sign-in page,
    under "Set a password with a code".

    Example: redress user code amy
    """
    settings = load_settings(os.environ)
    code = operations.make_code(
        open_runtime(),
        name,
        key=settings.secret_key,
        actor=identity.OPERATOR,
        now=SystemClock().now(),
    )
    click.echo(code)


@user.command("group")
@click.argument("name")
@one_line
def user_group(name: str) -> None:
    """Make a task group known that diagrams of the bank offer tasks to: accounts can then have it
    like a role.

    Example: redress user group finance
    """
    operations.add_group(open_runtime(), name, actor=identity.OPERATOR, now=SystemClock().now())
    click.echo(name)


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
@click.option("--label", default="", help="What it is for.")
@click.option("--scope", multiple=True, help="A permission it is for; again for more.")
@click.option("--days", type=int, help="How long it works; without it, until it is revoked.")
@one_line
def token_create(name: str, label: str, scope: tuple[str, ...], days: int | None) -> None:
    """Make an API token of an account; it is shown once.

    Example: redress token create robot --scope jobs:work --days 90
    """
    new = operations.NewToken(name, label, scope or None, days)
    click.echo(
        operations.make_token(open_runtime(), new, actor=identity.OPERATOR, now=SystemClock().now())
    )


@token.command("list")
@click.argument("name", required=False)
@one_line
def token_list(name: str | None) -> None:
    """Every token, or those of NAME: its id, whose, what for, until when.

    Example: redress token list robot
    """
    now = SystemClock().now()
    with open_database().read() as connection:
        names = [name] if name else [each.name for each in identity.list_accounts(connection)]
        for each in (one for who in names for one in identity.list_tokens(connection, who)):
            until = f"{each.expires_at:%Y-%m-%d}" if each.expires_at else "-"
            state = "works" if each.is_live(now) else "over"
            scope = ", ".join(each.scope) if each.scope is not None else "all"
            click.echo(f"{each.id}  {each.account}  {each.label}  {state}  {until}  {scope}")


@token.command("revoke")
@click.argument("token_id")
@one_line
def token_revoke(token_id: str) -> None:
    """Let the token of that id open nothing any more.

    Example: redress token revoke 3f9a0c11d2e4
    """
    found = operations.revoke_token(
        open_runtime(), token_id, actor=identity.OPERATOR, now=SystemClock().now()
    )
    click.echo(f"{found.id}: revoked")


@token.command("replace")
@click.argument("token_id")
@click.option("--days", type=int, help="How long the new one works.")
@one_line
def token_replace(token_id: str, days: int | None) -> None:
    """Make a token in the place of another, with its label and scope; the other works for a day
    more.

    Example: redress token replace 3f9a0c11d2e4 --days 90
    """
    click.echo(
        operations.replace_token(
            open_runtime(),
            token_id,
            days=days,
            actor=identity.OPERATOR,
            now=SystemClock().now(),
        )
    )
