"""The command line: `redress …`. Errors are one line: what was expected, what was found.

Every command lives in a module of its own, imported when the command is given.
"""

from __future__ import annotations

import click

from service.cli.lazy import LazyGroup

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "audit": ("service.cli.history:audit_group", "The history."),
    "backup": ("service.cli.backup:backup", "Write the whole database to FILE."),
    "bench": ("service.cli.bench:bench", "Measure: contestants take turns in one run."),
    "check": (
        "service.cli.bundles:check",
        "Report every problem of diagrams, decisions and forms, and prove the rules.",
    ),
    "compare": (
        "service.cli.compare:compare",
        "Say what changed from BEFORE to AFTER, element by element.",
    ),
    "clauses": ("service.cli.clauses:clauses", "Every clause with what fulfils it."),
    "config": ("service.cli.config_check:config_group", "Settings."),
    "convert": (
        "service.cli.converting:convert",
        "Convert diagrams of Camunda 7, Flowable or Activiti, decisions and Camunda forms.",
    ),
    "decide": (
        "service.cli.decide:decide",
        "Evaluate DECISION (id or name) of FILE, with the rules that matched.",
    ),
    "demo": ("service.cli.demo_bank:demo_group", "The bank of a demo."),
    "deploy": ("service.cli.bundles:deploy", "Store a new version of a bundle of definitions."),
    "drill": (
        "service.cli.drill:drill",
        "Rehearse the procedure in exercise mode: NAMES of drills, or all of them.",
    ),
    "evidence": ("service.cli.evidence:evidence_group", "The files of the cases."),
    "export": ("service.cli.export:export", "Write the event log of all cases."),
    "facts": ("service.cli.facts:facts_group", "What is counted of complaints."),
    "import": (
        "service.cli.bulk_import:import_complaints",
        "Register every row of a CSV file as a complaint.",
    ),
    "partition": (
        "service.cli.partition:split",
        "Split the tables of the cases by hash of the root key.",
    ),
    "policy": ("service.cli.policy:policy_group", "Deadlines as law."),
    "reindex": ("service.cli.reindex:reindex", "Write the index of the search again."),
    "release": (
        "service.cli.bundles:release",
        "Let a deployed bundle start new cases from now on.",
    ),
    "report": ("service.cli.report:report", "Make the return PROFILE of a period, and freeze it."),
    "restore": ("service.cli.backup:restore", "Put the backup FILE into the database."),
    "retention": (
        "service.cli.retention:retention",
        "List the archived cases whose retention is over.",
    ),
    "retire": (
        "service.cli.bundles:retire",
        "Let nothing start in a bundle or move to it any more.",
    ),
    "review-policy": (
        "service.cli.bundles:review_policy",
        "Say who reviews a change of a procedure before it is in force.",
    ),
    "serve": (
        "service.cli.running:serve",
        "Serve the pages and the API, and do the background work.",
    ),
    "simulate": (
        "service.cli.simulate:simulate",
        "Drive the running cases through the released definitions with scripted people.",
    ),
    "test": (
        "service.cli.scenarios:test",
        "Play the scenarios of a procedure and say what they cover.",
    ),
    "token": ("service.cli.accounts:token", "API tokens."),
    "user": ("service.cli.accounts:user", "People."),
    "work": ("service.cli.running:work", "Do the background work of a shared database."),
}
"""Every command: where it is, and its line in `redress --help`."""


@click.group(
    cls=LazyGroup,
    lazy={name: place for name, (place, _) in COMMANDS.items()},
    lines={name: line for name, (_, line) in COMMANDS.items()},
)
def main() -> None:
    """A bank's complaint procedure that runs from its own diagrams.

    Example: redress serve --demo
    """
