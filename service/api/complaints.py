"""Complaints: register, list, read, and what belongs to one: history, clocks, letters, open
tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service import audit, cases, execution, letters, operations, tasks
from service.api.complaint_shapes import (
    ComplaintGiven,
    ComplaintsAsked,
    DeadlineGiven,
    EventGiven,
    LetterGiven,
    NewComplaintSent,
    RegimeGiven,
    RegimeSent,
    RegisteredGiven,
    TaskGiven,
    WholeComplaint,
)
from service.api.edge import idempotency_key
from service.api.operation import Call, operation
from service.api.shapes import Page, time_of, whole_page
from service.api.user_tasks import task_json
from service.cases import Complaint
from service.db import Connection
from service.identity import Permission
from service.intake import parse_complaint
from service.policy import Ground
from service.reporting.clock_states import ClockState, ClockView, view_clocks
from service.reporting.waits import Wait, list_waits


@operation(
    "POST /api/complaints",
    may=Permission.REGISTER_COMPLAINTS,
    takes=NewComplaintSent,
    gives=RegisteredGiven,
    status=201,
    raw=True,
)
def register(call: Call, sent: dict[str, Any]) -> Any:
    """Register a complaint: it gets its number and clocks, and its process starts."""
    new = parse_complaint(sent, now=call.now, currency=call.runtime.profile.currency)
    once = idempotency_key()
    done = operations.register_complaint(
        call.runtime, new, actor=call.actor, now=call.now, idempotency_key=once, request=sent
    )
    answer = {
        "number": done.number,
        "processInstanceKey": str(done.root_key),
        "receivedAt": time_of(done.received_at),
        "deadlines": [
            {"clock": each.clock, "dueAt": time_of(each.due_at)} for each in done.deadlines
        ],
    }
    return answer, 201, {"Location": f"/api/complaints/{done.number}"}


@operation(
    "GET /api/complaints",
    may=Permission.READ_COMPLAINTS,
    asks=ComplaintsAsked,
    gives=Page[ComplaintGiven],
)
def list_complaints(call: Call, asked: ComplaintsAsked) -> Any:
    """Complaints by text and status."""
    with call.runtime.database.read() as connection:
        rows, total = cases.list_complaints(
            connection, text=asked.q, status=asked.status, offset=asked.offset, limit=asked.limit
        )
    page = whole_page([_complaint(row) for row in rows])
    return {**page, "page": {**page["page"], "totalItems": total}}


@operation("GET /api/complaints/{number}", may=Permission.READ_COMPLAINTS, gives=WholeComplaint)
def get_complaint(call: Call, number: str) -> Any:
    """One complaint with its facts and clocks."""
    with call.runtime.database.read() as connection:
        found = cases.get_complaint(connection, number)
        deadlines = _clocks(call, connection, found.root_key)
        bundles = call.runtime.bundles
        waits = list_waits(connection, [found.root_key], lambda key: bundles.get(connection, key))
    return {
        **_complaint(found),
        "content": found.content,
        "facts": found.facts,
        "regime": _regime(call, found),
        "deadlines": deadlines,
        "waitsFor": [_wait(each) for each in waits.get(found.root_key, ())],
    }


@operation(
    "POST /api/complaints/{number}/regime",
    may=Permission.CHOOSE_REGIMES,
    takes=RegimeSent,
    gives=RegimeGiven,
)
def choose_regime(call: Call, number: str, sent: RegimeSent) -> Any:
    """Put a complaint under other regimes: its clocks follow, counted from receipt."""
    operations.set_regime(
        call.runtime, number, sent.profiles, reason=sent.reason, actor=call.actor, now=call.now
    )
    with call.runtime.database.read() as connection:
        return _regime(call, cases.get_complaint(connection, number))


def _regime(call: Call, complaint: Complaint) -> dict[str, Any]:
    chosen = complaint.regime or {}
    profile = call.runtime.profile_of(complaint)
    return {
        "profiles": [each.id for each in profile.together],
        "ground": chosen.get("ground", Ground.KEPT.value),
        "rules": chosen.get("rules", []),
        "reason": chosen.get("reason", ""),
        "by": chosen.get("by"),
        "at": chosen.get("at"),
    }


@operation(
    "GET /api/complaints/{number}/history", may=Permission.READ_COMPLAINTS, gives=Page[EventGiven]
)
def get_history(call: Call, number: str) -> Any:
    """What happened to a complaint, chained by hash."""
    with call.runtime.database.read() as connection:
        rows = audit.list_history(connection, cases.get_complaint(connection, number).root_key)
    names = ("seq", "actor", "event", "details", "hash")
    return whole_page(
        [{**{name: getattr(row, name) for name in names}, "at": time_of(row.at)} for row in rows]
    )


@operation(
    "GET /api/complaints/{number}/deadlines",
    may=Permission.READ_COMPLAINTS,
    gives=Page[DeadlineGiven],
)
def get_deadlines(call: Call, number: str) -> Any:
    """The clocks of a complaint."""
    with call.runtime.database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key
        return whole_page(_clocks(call, connection, root_key))


@operation(
    "GET /api/complaints/{number}/letters", may=Permission.READ_COMPLAINTS, gives=Page[LetterGiven]
)
def get_letters(call: Call, number: str) -> Any:
    """The letters written in a complaint."""
    with call.runtime.database.read() as connection:
        rows = letters.list_letters(connection, cases.get_complaint(connection, number).root_key)
    names = ("template", "language", "audience", "recipient", "subject", "body")
    return whole_page(
        [{**{n: row[n] for n in names}, "writtenAt": time_of(row["written_at"])} for row in rows]
    )


@operation(
    "GET /api/complaints/{number}/tasks", may=Permission.READ_COMPLAINTS, gives=Page[TaskGiven]
)
def get_tasks(call: Call, number: str) -> Any:
    """Every user task of a complaint, open or done."""
    with call.runtime.database.read() as connection:
        found = tasks.list_case_tasks(connection, cases.get_complaint(connection, number).root_key)
    return whole_page([task_json(task) for task in found])


def _clocks(call: Call, connection: Connection, root_key: int) -> list[dict[str, Any]]:
    bundle_key = execution.get_instance(connection, root_key).bundle_key
    views = view_clocks(
        cases.list_deadlines(connection, root_key),
        letters.list_letters(connection, root_key),
        call.runtime.bundles.get(connection, bundle_key),
        now=call.now,
    )
    return [_deadline(each) for each in views]


def _deadline(view: ClockView) -> dict[str, Any]:
    return {
        "clock": view.entry.clock,
        "dueAt": time_of(view.entry.due_at),
        "metAt": time_of(view.entry.met_at) if view.state is ClockState.MET else None,
        "statutory": view.entry.statutory,
        "state": view.state.value,
    }


def _wait(wait: Wait) -> dict[str, Any]:
    return {
        "kind": wait.kind.value,
        "elementId": wait.element,
        "name": wait.names.get("en") or next(iter(wait.names.values()), ""),
        "until": time_of(wait.until),
    }


def _complaint(row: cases.Complaint) -> Mapping[str, Any]:
    return {
        "number": row.number,
        "processInstanceKey": str(row.root_key),
        "status": row.status,
        "customerName": row.customer_name,
        "channel": row.channel,
        "product": row.product,
        "amount": None if row.amount is None else str(row.amount),
        "currency": row.currency,
        "severity": row.severity,
        "receivedAt": time_of(row.received_at),
        "dueAt": time_of(row.due_at),
        "closedAt": time_of(row.closed_at),
        "outcome": row.outcome,
    }
