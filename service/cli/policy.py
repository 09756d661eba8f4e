"""`redress policy`: check and show the bank's policy files; compute dates again after a calendar
was published."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from service import cases, policy
from service.cli.bulk_import import make_progress
from service.cli.opening import one_line, open_runtime, open_settings
from service.clock import SystemClock
from service.identity import Actor
from service.operations.recompute_deadlines import recompute_deadlines
from service.policy.files import read_policies


@click.group("policy")
def policy_group() -> None:
    """Deadlines as law. Example: redress policy show"""


@policy_group.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@one_line
def check(folder: Path | None) -> None:
    """Check the shipped policy files, and a bank's own folder that goes over them.

    Example: redress policy check /etc/redress/policy
    """
    files = read_policies(folder)
    ids = [Path(name).stem for name in files if name.startswith("profiles/")]
    for profile_id in ids:
        policy.load_profile(profile_id, folder)
    click.echo(
        f"{len(files)} policy files are right: {len(ids)} profiles ({', '.join(sorted(ids))})"
    )


@policy_group.command()
@click.argument("profile_id", required=False)
@one_line
def show(profile_id: str | None) -> None:
    """Show the figures of a profile with their sources; those of confidence C and D are the bank's
    to confirm.

    Example: redress policy show TW-FCPA
    """
    settings = open_settings()
    folder = Path(settings.policy_dir) if settings.policy_dir else None
    document = policy.load_profile(profile_id or settings.policy, folder).document
    table = Table(
        "figure",
        "limit",
        "kind",
        "confidence",
        "source",
        title=f"{document['id']} of {document['version']}",
    )
    for entry in document["clocks"]:
        kind = "statutory" if entry["statutory"] else "the bank's own"
        table.add_row(
            entry["clock"], entry["limit"], kind, _mark(entry["confidence"]), entry["source"]
        )
    for entry in document["extensions"]:
        kind = f"extension by {entry['approver']}: {entry['reason']}"
        table.add_row(
            entry["clock"], entry["limit"], kind, _mark(entry["confidence"]), entry["source"]
        )
    if document["referral"]:
        entry = document["referral"]
        table.add_row(
            "referral",
            entry["limit"],
            document["authority"]["en"],
            _mark(entry["confidence"]),
            entry["source"],
        )
    entry = document["retention"]
    table.add_row(
        "retention", f"{entry['years']} years", "", _mark(entry["confidence"]), entry["source"]
    )
    Console().print(table)


@policy_group.command()
@click.option("--as", "name", default="cli", show_default=True, help="Who is named in the history.")
@one_line
def recompute(name: str) -> None:
    """Compute the running clocks of every case again, after a calendar was published or changed.

    Example: redress policy recompute --as amy
    """
    runtime, now = open_runtime(), SystemClock().now()
    seen = moved = after = 0
    with make_progress() as progress:
        bar = progress.add_task("cases", total=None)
        while True:
            with runtime.database.read() as connection:
                batch = cases.list_running_cases(connection, after=after)
            if not batch:
                break
            for root_key in batch:
                moved += bool(recompute_deadlines(runtime, root_key, actor=Actor(name), now=now))
                progress.advance(bar)
            seen, after = seen + len(batch), batch[-1]
    click.echo(f"{seen} cases looked at, the dates of {moved} moved")


def _mark(confidence: str) -> str:
    return (
        f"{confidence}, to be confirmed by the bank"
        if confidence in policy.UNCONFIRMED
        else confidence
    )
