"""`redress check`, `deploy`, `release`, `retire`: a bundle of diagrams, decisions and forms from
check to end."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from service import definitions, identity
from service.cli.opening import one_line, open_database
from service.clock import SystemClock
from service.db import Connection
from service.definitions import ReviewPolicy
from service.engine import check_bundle
from service.errors import DefinitionInvalid, InvalidInput, Problem, Severity
from service.execution import Runtime
from service.identity import Actor
from service.operations import prove_bundle, put_in_force, retire_bundle, set_review_policy
from service.policy import load_profile


def read_paths(paths: tuple[str, ...]) -> dict[str, bytes]:
    """The definition files that the paths name, or that are in the folders they name. Raises
    InvalidInput."""
    found: dict[str, bytes] = {}
    for text in paths:
        path = Path(text)
        if path.is_dir():
            found |= definitions.read_folder(path)
        elif path.is_file():
            found[str(path)] = path.read_bytes()
        else:
            raise InvalidInput("expected a file or a folder, found nothing at {text}", text=text)
    if not found:
        raise InvalidInput(
            "expected diagrams, decisions or forms, found none in {paths}", paths=paths
        )
    return found


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
@click.option(
    "--policy",
    default="TW-FCPA",
    show_default=True,
    help="The jurisdiction whose clocks are not to be overrun.",
)
@one_line
def check(paths: tuple[str, ...], shape: str, policy: str) -> None:
    """Report every problem of diagrams, decisions and forms, and prove the rules.

    Exit 1 on an error.

    Example: redress check processes forms
    """
    files = read_paths(paths)
    proofs = prove_bundle(files, profile=load_profile(policy), now=SystemClock().now())
    problems = [*check_bundle(files), *proofs.problems]
    if shape == "json":
        click.echo(json.dumps([asdict(problem) for problem in problems], indent=2))
    for problem in problems if shape == "text" else ():
        _tell(problem)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if shape == "text":
        holding = sum(verdict.holds for verdict in proofs.rules)
        click.echo(f"{holding} of {len(proofs.rules)} rules hold on every path")
        click.echo(f"{errors} errors, {len(problems) - errors} warnings")
    sys.exit(1 if errors else 0)


def _tell(problem: Problem) -> None:
    place = f"{problem.file}:{problem.line}: {problem.element or '-'}"
    message = str(problem.message).removesuffix(".")
    click.echo(f"{place}: {problem.severity.value} {problem.code}: {message}. {problem.fix}")
    if problem.path:
        click.echo(f"    on the way {' → '.join(problem.path)}")


@click.command()
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
                connection,
                read_paths(paths),
                name=name,
                actor="cli",
                now=SystemClock().now(),
                next_key=lambda: fresh.pop(),
            )
            review = definitions.policy_of(connection, done.bundle_key)
    except DefinitionInvalid as error:
        for problem in error.problems:
            click.echo(
                (
                    f"{problem.file}:{problem.line}: {problem.element}: {problem.message}. "
                    f"{problem.fix}"
                ),
                err=True,
            )
        raise
    click.echo(
        f"{name} version {done.version}: bundle {done.bundle_key}"
        + ("" if done.new else " (unchanged)")
    )
    if review is not ReviewPolicy.NONE:
        click.echo(
            f"It is not in force. Its review ({review.value}) begins when its author submits it on "
            f"the review desk; the first version of a procedure: redress release {done.bundle_key}"
        )


@click.command()
@click.argument("bundle", type=int)
@click.option(
    "--without-review", is_flag=True, help="Though no one approved it; needs --reason and --by."
)
@click.option("--reason", default="", help="Why without review; kept in the history of the review.")
@click.option("--by", default="", help="The account of the administrator who decided it.")
@one_line
def release(bundle: int, without_review: bool, reason: str, by: str) -> None:
    """Let a deployed bundle start new cases from now on.

    The first version of the complaint procedure is released so; every other one once compliance
    approved it.

    Example: redress release 65536
    """
    if without_review != bool(reason.strip()) or without_review != bool(by):
        raise InvalidInput("expected --without-review, --reason and --by together, or none of them")
    runtime = Runtime.open(open_database())
    with runtime.database.transaction() as connection:
        actor = _account(connection, by) if by else Actor("cli")
        put_in_force(
            connection, runtime, bundle, actor=actor, now=SystemClock().now(), reason=reason.strip()
        )
    click.echo(f"bundle {bundle} is released")


@click.command()
@click.argument("bundle", type=int)
@click.option("--reason", required=True, help="Why; kept in the history of the version.")
@click.option(
    "--by", required=True, help="The account of compliance that decided it; not one of its authors."
)
@one_line
def retire(bundle: int, reason: str, by: str) -> None:
    """Let nothing start in a bundle or move to it any more.

    Cases that run in it go on. The only version that starts complaints cannot be retired.

    Example: redress retire 65536 --reason "The clock of the second round was wrong" --by carl
    """
    runtime = Runtime.open(open_database())
    with runtime.database.read() as connection:
        actor = _account(connection, by)
    retire_bundle(runtime, bundle, reason=reason, actor=actor, now=SystemClock().now())
    click.echo(f"bundle {bundle} is retired")


def _account(connection: Connection, name: str) -> Actor:
    found = identity.find_account(connection, name)
    if found is None or not found.active:
        raise InvalidInput("expected the name of an account, got {name!r}", name=name)
    return found.actor


@click.command("review-policy")
@click.argument("name", required=False)
@click.argument("review", required=False, type=click.Choice([each.value for each in ReviewPolicy]))
@click.option("--reason", default="", help="Why it is changed; kept in the record.")
@click.option("--by", default="", help="The account of compliance that decided it.")
@one_line
def review_policy(name: str | None, review: str | None, reason: str, by: str) -> None:
    """Say who reviews a change of a procedure before it is in force; without a NAME, tell it of
    all.

    What is less strict counts once a second account of compliance says the same. The name `*`
    stands for every procedure of which nothing is said. The complaint procedure is
    always reviewed by compliance.

    Example: redress review-policy lost-card none --reason "It is only tried." --by compliance-1
    """
    runtime = Runtime.open(open_database())
    if name is None:
        with runtime.database.read() as connection:
            _tell_policies(connection)
        return
    if review is None or not by:
        raise InvalidInput("expected NAME, REVIEW, --reason and --by together")
    with runtime.database.read() as connection:
        actor = _account(connection, by)
    now = SystemClock().now()
    if set_review_policy(runtime, name, review, reason=reason, actor=actor, now=now):
        click.echo(f"{name}: {review}")
    else:
        click.echo(f"{name}: {review} once another account of compliance says the same")


def _tell_policies(connection: Connection) -> None:
    asked = definitions.list_asked(connection)
    for name, policy in sorted(definitions.policies_by_name(connection).items()):
        click.echo(f"{name}: {policy.value}")
    for name, wanted in sorted(asked.items()):
        click.echo(f"{name}: {wanted.review.value} asked for by {wanted.by} ({wanted.reason})")
