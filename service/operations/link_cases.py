"""A person says that two complaints have to do with each other, that they have not, or that one is
a duplicate of the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service import audit, cases, letters
from service.audit import Event
from service.cases import Complaint, NewEvidence
from service.db import Connection
from service.engine.commands import Cancel
from service.errors import InvalidInput, StateConflict
from service.execution import Case, Outcome, Plan, Runtime, execute, on_case, take_children
from service.identity import Actor, Permission, check_permission
from service.lengths import check_reason
from service.letters.compose import LetterOrder, compose_letter
from service.operations.add_evidence import write_evidence
from service.sentence import WordList
from service.vault import Kept, Verdict

KINDS: WordList = ("related", "not related")


def link_cases(
    runtime: Runtime,
    number: str,
    other: str,
    kind: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Link two complaints as related, or say that they are not. Raises Forbidden, InvalidInput,
    NotFound."""
    _check(actor, number, other, reason)
    if kind not in KINDS:
        raise InvalidInput(
            "expected a kind out of {kinds}, got {kind!r}", kinds=KINDS, kind=kind[:40]
        )
    with runtime.database.transaction() as connection:
        one, two = cases.get_complaint(connection, number), cases.get_complaint(connection, other)
        for root_key in sorted((one.root_key, two.root_key)):
            take_children(connection, root_key, 0)
        cases.put_links(
            connection,
            one.root_key,
            two.root_key,
            (kind, kind),
            reason=reason,
            by=actor.name,
            now=now,
        )
        _note(connection, one, two, kind, reason, actor, now)
        _note(connection, two, one, kind, reason, actor, now)


def merge_cases(
    runtime: Runtime, number: str, into: str, *, reason: str, actor: Actor, now: datetime
) -> Outcome:
    """The complaint duplicates another one of its customer: its evidence joins that one, its own
    process ends, the customer is told. All of it or nothing.

    Raises Forbidden, InvalidInput, NotFound, StateConflict when either is closed or the customers
    differ."""
    _check(actor, number, into, reason)
    with runtime.database.read() as connection:
        one = cases.get_complaint(connection, number)

    def decide(case: Case) -> Plan:
        main = cases.get_complaint(case.connection, into)
        current = cases.get_complaint(case.connection, number)
        _check_same(current, main)
        details = {"into": main.number, "reason": reason}
        return Plan(
            Cancel(f"merged into {main.number}"),
            Event.CASE_MERGED,
            details,
            after_write=lambda writing: _merge(runtime, writing, current, main, reason, actor, now),
        )

    return execute(runtime, on_case(one.root_key, decide, actor=actor), now=now)


def _merge(
    runtime: Runtime,
    connection: Connection,
    one: Complaint,
    main: Complaint,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    take_children(connection, main.root_key, 0)
    cases.put_links(
        connection,
        one.root_key,
        main.root_key,
        ("duplicate of", "has duplicate"),
        reason=reason,
        by=actor.name,
        now=now,
    )
    clocks = {entry.clock: entry for entry in cases.list_deadlines(connection, one.root_key)}
    running = [replace(entry, met_at=now) for entry in clocks.values() if entry.met_at is None]
    cases.write_deadlines(connection, one.root_key, running)
    current = cases.find_complaint(connection, one.root_key) or one
    cases.save_complaint(
        connection,
        replace(current, status="closed", closed_at=now, due_at=None, outcome="duplicate"),
    )
    write_evidence(connection, main.root_key, _copies(connection, one), actor=actor.name, now=now)
    _note(connection, main, one, "has duplicate", reason, actor, now)
    first = take_children(connection, one.root_key, 2)
    order = LetterOrder("merged", variables={"main": main.number})
    letter = compose_letter(
        connection,
        current,
        clocks,
        runtime.profile_of(current),
        order,
        bank=runtime.bank,
        keys=(first, first + 1),
        now=now,
    )
    letters.queue_letters(connection, one.root_key, [letter], now=now)


def _copies(connection: Connection, one: Complaint) -> list[NewEvidence]:
    return [
        NewEvidence(
            row.kind,
            row.source,
            row.name,
            Kept(row.sha256, row.size),
            Verdict(row.media_type, row.reason),
        )
        for row in cases.list_evidence(connection, one.root_key)
    ]


def _check(actor: Actor, number: str, other: str, reason: str) -> None:
    check_permission(actor, Permission.LINK_COMPLAINTS)
    if reason:
        check_reason(reason)
    if cases.parse_number(number) == cases.parse_number(other):
        raise InvalidInput("expected two complaints, got the same one twice")


def _check_same(one: Complaint, main: Complaint) -> None:
    """Another customer's complaint is never a duplicate: each keeps its own number, handler and
    reply."""
    if main.status != "open" or one.status != "open":
        raise StateConflict("Only open complaints can be merged; link them as related instead.")
    if not cases.compare(cases.likable(one), cases.likable(main)).same_customer:
        raise StateConflict(
            "These complaints have no telephone number or e-mail address in common: they may be "
            "two customers'. "
            "Link them as related instead."
        )


def _note(
    connection: Connection,
    one: Complaint,
    other: Complaint,
    kind: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    details = {"other": other.number, "kind": kind, "reason": reason}
    audit.append(
        connection, one.root_key, Event.RELATION_DECIDED, actor=actor.name, at=now, details=details
    )
