"""Complaints: register, list, read, and what belongs to one: history, clocks, letters, open tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask

from service import audit, cases, notifications, operations, tasks
from service.api.blueprint import blueprint
from service.api.edge import (
    MAX_LIMIT,
    MAX_OFFSET,
    READERS,
    account_with,
    body,
    idempotency_key,
    number_of,
    parts,
    time_of,
)
from service.api.user_tasks import task_json
from service.identity import Role
from service.intake import parse_complaint


@blueprint.post("/api/complaints")
def register() -> Any:
    """Register a complaint: it gets its number and clocks, and its process starts."""
    edge, who = parts(), account_with(Role.CLERK, Role.HANDLER, Role.ADMIN)
    now = edge.clock.now()
    new = parse_complaint(body(), now=now, currency=edge.runtime.profile.currency)
    done = operations.register_complaint(edge.runtime, new, actor=who.actor, now=now, idempotency_key=idempotency_key())
    answer = {
        "number": done.number,
        "processInstanceKey": str(done.root_key),
        "receivedAt": time_of(done.received_at),
        "deadlines": [{"clock": each.clock, "dueAt": time_of(each.due_at)} for each in done.deadlines],
    }
    return answer, 201, {"Location": f"/api/complaints/{done.number}"}


@blueprint.get("/api/complaints")
def list_complaints() -> Any:
    """Complaints by text and status."""
    account_with(*READERS)
    offset, limit = number_of("offset", 0, MAX_OFFSET), number_of("limit", 50, MAX_LIMIT)
    with parts().runtime.database.read() as connection:
        rows, total = cases.list_complaints(
            connection,
            text=flask.request.args.get("q", ""),
            status=flask.request.args.get("status", ""),
            offset=offset,
            limit=limit,
        )
    return {"items": [_complaint(row) for row in rows], "page": {"totalItems": total}}


@blueprint.get("/api/complaints/<number>")
def get_complaint(number: str) -> Any:
    """One complaint with its facts and clocks."""
    account_with(*READERS)
    with parts().runtime.database.read() as connection:
        found = cases.get_complaint(connection, number)
        clocks = cases.list_deadlines(connection, found.root_key)
    deadlines = [_deadline(each) for each in clocks]
    return {**_complaint(found), "content": found.content, "facts": found.facts, "deadlines": deadlines}


@blueprint.get("/api/complaints/<number>/history")
def get_history(number: str) -> Any:
    """What happened to a complaint, chained by hash."""
    account_with(*READERS)
    with parts().runtime.database.read() as connection:
        found = cases.get_complaint(connection, number)
        rows = audit.list_history(connection, found.root_key)
    items = [
        {"seq": r.seq, "at": time_of(r.at), "actor": r.actor, "event": r.event, "details": r.details, "hash": r.hash}
        for r in rows
    ]
    return {"items": items, "page": {"totalItems": len(items)}}


@blueprint.get("/api/complaints/<number>/deadlines")
def get_deadlines(number: str) -> Any:
    """The clocks of a complaint."""
    account_with(*READERS)
    with parts().runtime.database.read() as connection:
        clocks = cases.list_deadlines(connection, cases.get_complaint(connection, number).root_key)
    return _list([_deadline(each) for each in clocks])


@blueprint.get("/api/complaints/<number>/letters")
def get_letters(number: str) -> Any:
    """The letters written in a complaint."""
    account_with(*READERS)
    with parts().runtime.database.read() as connection:
        rows = notifications.list_letters(connection, cases.get_complaint(connection, number).root_key)
    names = ("template", "language", "audience", "recipient", "subject", "body")
    return _list([{**{n: row[n] for n in names}, "writtenAt": time_of(row["written_at"])} for row in rows])


@blueprint.get("/api/complaints/<number>/tasks")
def get_tasks(number: str) -> Any:
    """Every user task of a complaint, open or done."""
    account_with(*READERS)
    with parts().runtime.database.read() as connection:
        found = tasks.list_case_tasks(connection, cases.get_complaint(connection, number).root_key)
    return _list([task_json(task) for task in found])


def _list(items: list[Any]) -> dict[str, Any]:
    return {"items": items, "page": {"totalItems": len(items)}}


def _deadline(entry: cases.Deadline) -> dict[str, Any]:
    return {
        "clock": entry.clock,
        "dueAt": time_of(entry.due_at),
        "metAt": time_of(entry.met_at),
        "statutory": entry.statutory,
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
