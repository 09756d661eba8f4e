"""The working of interest, as a file among the evidence of its case: whoever approves, audits or
pays can go over it line by line."""

from __future__ import annotations

from datetime import datetime

from service import cases, tasks
from service.cases import NewEvidence
from service.currencies import DECIMALS, format_money
from service.execution import Runtime
from service.i18n.catalogue import say
from service.identity import Actor
from service.operations.add_evidence import write_evidence
from service.policy import Interest, to_decimal
from service.sentence import Sentence
from service.vault import Vault

PLACES = 6
"""Decimals of a line: nothing is rounded before the end."""


def keep_interest(
    runtime: Runtime,
    vault: Vault,
    key: int,
    found: Interest,
    *,
    language: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Enter the working in the case of the task; once, however often it is reckoned. Raises
    NotFound, StateConflict, and Forbidden for somebody whose task it is not."""
    with runtime.database.read() as connection:
        task = tasks.get_task(connection, key)
        tasks.check_may_complete(task, actor, ())
        complaint = cases.find_complaint(connection, task.root_key)
        currency = runtime.profile.currency if complaint is None else complaint.currency
        known = {each.sha256 for each in cases.list_evidence(connection, task.root_key)}
    kept = vault.keep_bytes(write_working(found, currency, language).encode())
    if kept.sha256 in known:
        return
    name = f"interest-{found.basis.id}-{found.first}-{found.end}.txt"
    item: NewEvidence = cases.examine(vault, kept, name=name, kind="document", source="desk")
    with runtime.database.transaction() as connection:
        write_evidence(connection, task.root_key, [item], actor=actor.name, now=now)


def write_working(found: Interest, currency: str, language: str) -> str:
    """The working as plain text, in the words of a language; the same every time."""
    basis = found.basis

    lines = [
        Sentence("Interest on {amount}", amount=format_money(found.amount, currency)),
        Sentence(
            "From {first} (counted) to {end} (not counted)",
            first=found.first.isoformat(),
            end=found.end.isoformat(),
        ),
        Sentence("Basis: {name}", name=basis.names.get(language, basis.names["en"])),
        Sentence("Source: {source}", source=basis.source),
        Sentence("Table of rates: {table}", table=basis.table),
        Sentence("Days of a year: {year}", year=basis.year.value),
        "",
    ]
    lines += [
        Sentence(
            "{first} to {end}: {days} days at {percent} % on {base}: {interest}",
            first=each.first.isoformat(),
            end=each.end.isoformat(),
            days=each.days,
            percent=str(each.percent),
            base=str(to_decimal(each.base, PLACES)),
            interest=str(to_decimal(each.interest, PLACES)),
        )
        for each in found.lines
    ]
    total = found.rounded(DECIMALS.get(currency, 2))
    lines += [
        "",
        Sentence("Average rate: {percent} %", percent=str(to_decimal(found.average, PLACES))),
        Sentence("Together, before rounding: {sum}", sum=str(to_decimal(found.exact, PLACES))),
        Sentence("Interest, rounded once: {sum}", sum=format_money(total, currency)),
    ]
    return "\n".join(say(line, language) if line else "" for line in lines) + "\n"
