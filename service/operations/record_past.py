"""A complaint that was received, and perhaps answered, before this service was there is taken into
the record: nobody is told, nothing is raised, no clock of it runs any more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service import audit, cases, policy
from service.audit import Event
from service.cases import NewComplaint
from service.db import Connection
from service.definitions import COMPLAINT_PROCESS
from service.engine.commands import Start
from service.execution import (
    Beginning,
    Plan,
    Runtime,
    case_view,
    execute,
    insert_past,
    new_case,
    new_root_key,
    released,
)
from service.identity import Actor
from service.instances import InstanceKind
from service.operations.start import start_variables
from service.policy import Deadline

FINAL, ACKNOWLEDGEMENT = "final response", "acknowledgement"
MISSED = "missedClocks"
"""The fact of a complaint that names the clocks it had missed when it was taken over."""


@dataclass(frozen=True, slots=True)
class PastComplaint:
    """A complaint of the past as the old record has it. `closed_at` and `outcome` are None where
    that does not say."""

    new: NewComplaint
    is_closed: bool
    closed_at: datetime | None = None
    outcome: str | None = None


def record_past(
    runtime: Runtime, past: PastComplaint, *, actor: Actor, now: datetime, ask: bool = False
) -> str:
    """Take it into the record; its number. A closed one is archived. An open one is left as it is,
    or, with `ask`, is handled from today on: its process starts with a task and fresh clocks, and
    without a letter. What it had missed until now is kept with it.

    Raises NotFound when no complaint process is released.
    """
    if ask and not past.is_closed:
        return _take_over(runtime, past, actor=actor, now=now)
    with runtime.database.transaction() as connection:
        process = released(connection, COMPLAINT_PROCESS)
        root_key = new_root_key(connection, runtime)
        number = _insert(connection, runtime, past, root_key, actor=actor, now=now)
        insert_past(connection, process, root_key, number, now=now)
        details = {"number": number, "channel": past.new.channel, "past": True}
        audit.append(
            connection,
            root_key,
            Event.COMPLAINT_REGISTERED,
            actor=actor.name,
            at=now,
            details=details,
        )
    return number


def _take_over(runtime: Runtime, past: PastComplaint, *, actor: Actor, now: datetime) -> str:
    """Start its process: a task of today."""
    clocks = policy.first_deadlines(runtime.profile, now)
    # tasks may be due by that of the acknowledgement; the letter that would meet it is not sent
    fresh = [each for each in clocks if each.clock != ACKNOWLEDGEMENT]
    numbers: list[str] = []

    def begin(connection: Connection) -> Beginning:
        process = released(connection, COMPLAINT_PROCESS)
        root_key = new_root_key(connection, runtime)
        number = _insert(connection, runtime, past, root_key, actor=actor, now=now)
        numbers[:] = [number]
        cases.put_deadlines(connection, root_key, fresh)
        complaint = cases.find_complaint(connection, root_key)
        view = case_view(runtime, complaint, now, lambda: clocks, connection=connection)
        plan = Plan(
            Start(process.process_id, start_variables(past.new, number)),
            Event.COMPLAINT_REGISTERED,
            {"number": number, "channel": past.new.channel, "past": True},
        )
        return Beginning(
            process, root_key, plan, view, actor, InstanceKind.COMPLAINT, number, quiet=True
        )

    unit = new_case(begin, actor=actor, answer=lambda connection, outcomes: numbers[0])
    return execute(runtime, unit, now=now)


def _insert(
    connection: Connection,
    runtime: Runtime,
    past: PastComplaint,
    root_key: int,
    *,
    actor: Actor,
    now: datetime,
) -> str:
    """The complaint with what is known of its end; its number."""
    year = now.astimezone(runtime.profile.calendar.zone).year
    number = cases.next_number(connection, year)
    cases.insert_complaint(
        connection,
        past.new,
        root_key=root_key,
        number=number,
        now=now,
        actor=actor.name,
        words=cases.words_of(past.new),
    )
    clocks = policy.first_deadlines(runtime.profile, past.new.received_at)
    if past.is_closed:
        cases.put_deadlines(connection, root_key, _ended(past, clocks))
    facts = _facts(runtime, past, clocks, now)
    known = cases.find_complaint(connection, root_key)
    assert known is not None
    moved = replace(known, facts={**known.facts, **facts})
    if past.is_closed:
        ended = past.closed_at
        moved = replace(
            moved,
            status="archived",
            outcome=past.outcome,
            closed_at=ended,
            archived_at=now,
            due_at=None,
        )
    cases.save_complaint(connection, moved)
    return number


def _ended(past: PastComplaint, clocks: list[Deadline]) -> list[Deadline]:
    """The final answer's clock, met when the complaint was closed, where the record says when that
    was. It says nothing of the others."""
    if past.closed_at is None:
        return []
    return [replace(each, met_at=past.closed_at) for each in clocks if each.clock == FINAL]


def _facts(
    runtime: Runtime, past: PastComplaint, clocks: list[Deadline], now: datetime
) -> dict[str, Any]:
    """When a closed one may be erased, which clocks an open one has missed."""
    if past.is_closed:
        ended = past.closed_at or now
        return {"retainUntil": policy.retain_until(runtime.profile, ended).isoformat()}
    missed = [each for each in clocks if each.due_at <= now and each.clock == FINAL]
    return {MISSED: [{"clock": each.clock, "dueAt": each.due_at.isoformat()} for each in missed]}
