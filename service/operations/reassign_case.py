"""A whole case goes to another investigator: every scope of it, its open tasks, and the record of
who and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service import cases, identity, tasks
from service.audit import Event
from service.builtins import find_investigator, list_barred
from service.cases import Complaint
from service.db import Connection
from service.engine.commands import ReplaceVariables
from service.errors import FieldError, FormInvalid, StateConflict
from service.execution import Case, Outcome, Plan, Runtime, execute, on_case, tell_person
from service.identity import Actor, Permission, check_permission
from service.lengths import check_text
from service.sentence import Sentence

LONGEST = 1_000


def reassign_case(
    runtime: Runtime, number: str, to: str, *, reason: str, actor: Actor, now: datetime
) -> Outcome:
    """Give a complaint to another handler who is there, and is neither the person nor of the unit
    complained about.

    The open tasks of the one before go too, but for those that four eyes keep from the new one:
    they go back to their group. Raises Forbidden, FormInvalid, NotFound, StateConflict.
    """
    check_permission(actor, Permission.REASSIGN_COMPLAINTS)
    why = check_text("/reason", reason, LONGEST)
    with runtime.database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key

    def decide(case: Case) -> Plan:
        complaint = cases.get_complaint(case.connection, number)
        _check(case.connection, runtime, complaint, to, now)
        return Plan(
            ReplaceVariables({"investigator": to}),
            Event.CASE_REASSIGNED,
            {"from": complaint.investigator, "to": to, "reason": why},
            after_write=lambda write: _hand_over(write, complaint, to, actor=actor, now=now),
        )

    return execute(runtime, on_case(root_key, decide, actor=actor), now=now)


def _check(
    connection: Connection, runtime: Runtime, complaint: Complaint, to: str, now: datetime
) -> None:
    if complaint.investigator is None:
        raise StateConflict(
            "{number} has no investigator yet; it is assigned by its own task.",
            number=complaint.number,
        )
    if complaint.investigator == to:
        raise StateConflict("{number} is {to}'s already.", number=complaint.number, to=to)
    person, unit = (complaint.facts.get(name) for name in ("complainedPerson", "complainedUnit"))
    today = runtime.profile.calendar.local_day(now)
    problem = find_investigator(connection, to, person=person, unit=unit, today=today)
    if problem:
        raise FormInvalid([FieldError("/to", problem)])
    if not cases.who_may_know(connection, [to], complaint.root_key, now=now):
        raise FormInvalid([FieldError("/to", Sentence("must not know of this case"))])


def _hand_over(
    connection: Connection, complaint: Complaint, to: str, *, actor: Actor, now: datetime
) -> None:
    """The record of the complaint, and the open tasks of the investigator before."""
    current = cases.get_complaint(connection, complaint.number)
    facts = {**current.facts, "investigator": to}
    cases.save_complaint(connection, replace(current, investigator=to, facts=facts))
    receiver = identity.get_account(connection, to).actor
    for task in tasks.list_open_tasks(connection, complaint.root_key):
        if task.assignee == complaint.investigator:
            barred = to in list_barred(connection, task)
            above = tasks.is_above(connection, task, to)
            may = not barred and not above and tasks.is_candidate(task, receiver)
            tasks.hold_task(connection, task, to if may else None)
    tell_person(
        connection,
        to,
        "assignment",
        root_key=complaint.root_key,
        subject_key=complaint.root_key,
        by=actor.name,
        stamp=now.isoformat(),
        now=now,
    )
