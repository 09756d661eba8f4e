"""The commands. Each opens what it needs, calls one operation, and says what it did."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from service import audit, definitions, identity
from service.cli.bench import bench
from service.cli.bulk_import import import_complaints
from service.cli.decide import decide
from service.cli.demo import prepare
from service.cli.opening import one_line, open_database
from service.cli.serve import serve_forever, work_forever
from service.cli.simulate import simulate
from service.clock import SystemClock
from service.config import load_settings
from service.db import Database, migrate
from service.engine import check_bundle
from service.errors import DefinitionInvalid, InvalidInput, Severity
from service.operations import Runtime


@click.group()
def main() -> None:
    """A bank's complaint procedure that runs from its own diagrams.

    Example: redress serve --demo
    """


for command in (bench, decide, import_complaints, simulate):
    main.add_command(command)


def _files(paths: tuple[str, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for text in paths:
        path = Path(text)
        if path.is_dir():
            found |= definitions.read_folder(path)
        elif path.is_file():
            found[str(path)] = path.read_bytes()
        else:
            raise InvalidInput(f"expected a file or a folder, found nothing at {text}")
    if not found:
        raise InvalidInput(f"expected diagrams, decisions or forms, found none in {', '.join(paths)}")
    return found


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes that serve requests.")
@click.option("--demo", is_flag=True, help="SQLite, demo accounts and the shipped procedure; loopback only.")
@one_line
def serve(host: str, port: int, workers: int, demo: bool) -> None:
    """Serve the pages and the API, and do the background work.

    Example: redress serve --demo
    """
    if demo and host not in ("127.0.0.1", "localhost", "::1"):
        raise InvalidInput(f"--demo serves this machine only: expected --host 127.0.0.1, got {host}")
    settings = load_settings(os.environ, demo=demo)
    database = Database(settings.database_url)
    migrate(database)
    if demo:
        prepare(database, settings, now=SystemClock().now(), say=click.echo)
    database.dispose()
    click.echo(f"Redress serves http://{host}:{port}")
    serve_forever(settings, host=host, port=port, workers=workers)


@main.command()
@one_line
def work() -> None:
    """Do the background work of a shared database: timers and letters.

    Example: REDRESS_DATABASE_URL=postgresql+psycopg://… redress work
    """
    work_forever(load_settings(os.environ))


@main.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
@one_line
def check(paths: tuple[str, ...], shape: str) -> None:
    """Say every problem of diagrams, decisions and forms; exit 1 when one of them is an error.

    Example: redress check processes forms
    """
    problems = check_bundle(_files(paths))
    if shape == "json":
        click.echo(json.dumps([asdict(problem) for problem in problems], indent=2))
    for problem in problems if shape == "text" else ():
        place = f"{problem.file}:{problem.line}: {problem.element or '-'}"
        click.echo(f"{place}: {problem.severity.value} {problem.code}: {problem.message}. {problem.mend}")
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if shape == "text":
        click.echo(f"{errors} errors, {len(problems) - errors} warnings")
    sys.exit(1 if errors else 0)


@main.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--name", default="procedure", show_default=True, help="The bundle's name.")
@one_line
def deploy(paths: tuple[str, ...], name: str) -> None:
    """Store a new version of a bundle of definitions, once it has no errors.

    Example: redress deploy processes forms
    """
    database = open_database()
    keys = Runtime.open(database).keys
    fresh = [keys.root_key() for _ in range(200)]
    try:
        with database.transaction() as connection:
            done = definitions.deploy(
                connection, _files(paths), name=name, actor="cli", now=SystemClock().now(), next_key=lambda: fresh.pop()
            )
    except DefinitionInvalid as error:
        for problem in error.problems:
            click.echo(f"{problem.file}:{problem.line}: {problem.element}: {problem.message}. {problem.mend}", err=True)
        raise
    click.echo(f"{name} version {done.version}: bundle {done.bundle_key}" + ("" if done.new else " (unchanged)"))


@main.command()
@click.argument("bundle", type=int)
@one_line
def release(bundle: int) -> None:
    """Let a deployed bundle start new cases from now on.

    Example: redress release 65536
    """
    with open_database().transaction() as connection:
        definitions.release(connection, bundle, actor="cli", now=SystemClock().now())
    click.echo(f"bundle {bundle} is released")


@main.group()
def user() -> None:
    """People. Example: redress user add amy --role handler"""


@user.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True)
@click.password_option()
@one_line
def user_add(name: str, roles: tuple[str, ...], password: str) -> None:
    """Make an account.

    Example: redress user add amy --role handler --role approver
    """
    with open_database().transaction() as connection:
        identity.create_account(connection, name, password, roles, now=SystemClock().now())
    click.echo(f"{name}: {', '.join(roles)}")


@main.group()
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


@main.group("audit")
def audit_group() -> None:
    """The history. Example: redress audit verify"""


@audit_group.command("verify")
@one_line
def audit_verify() -> None:
    """Check the hash chain of every case; exit 1 when one is broken.

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
    click.echo(f"{checked} cases checked, {broken} broken")
    sys.exit(1 if broken else 0)
