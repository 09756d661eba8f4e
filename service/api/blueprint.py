"""REST: JSON in, one operation, JSON out. Errors are RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import flask

from service import audit, cases, identity, operations, tasks
from service.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from service.identity import Role
from service.intake import parse_complaint

blueprint = flask.Blueprint("api", __name__)
READERS = (Role.CLERK, Role.HANDLER, Role.APPROVER, Role.EXECUTIVE, Role.OWNER, Role.COMPLIANCE, Role.ADMIN)
MAX_LIMIT = 1_000


def problem(status: int, code: str, detail: str, fields: list[dict[str, str]]) -> Any:
    """A problem document of that status."""
    body: dict[str, Any] = {
        "type": f"urn:redress:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if fields:
        body["errors"] = fields
    response = flask.jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="redress"'
    return response


def _parts() -> Any:
    return flask.current_app.extensions["redress"]


def _account(*roles: str) -> identity.Account:
    found: identity.Account | None = flask.g.account
    if found is None:
        raise Unauthenticated
    if roles and not found.actor.has(*roles):
        raise Forbidden(f"This needs one of the roles {', '.join(roles)}.")
    return found


def _body() -> dict[str, Any]:
    if not flask.request.is_json:
        flask.abort(415, f"expected application/json, got {flask.request.mimetype or 'nothing'}")
    data = flask.request.get_json(silent=True)
    if not isinstance(data, dict):
        raise InvalidInput("expected a JSON object as the body")
    return data


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


@blueprint.post("/api/complaints")
def register() -> Any:
    parts, who = _parts(), _account(Role.CLERK, Role.HANDLER, Role.ADMIN)
    now = parts.clock.now()
    new = parse_complaint(_body(), now=now, currency=parts.runtime.profile.currency)
    done = operations.register_complaint(
        parts.runtime, new, actor=who.actor, now=now, idempotency_key=flask.request.headers.get("Idempotency-Key")
    )
    answer = {
        "number": done.number,
        "processInstanceKey": str(done.root_key),
        "receivedAt": _time(done.received_at),
        "deadlines": [{"clock": each.clock, "dueAt": _time(each.due_at)} for each in done.deadlines],
    }
    return answer, 201, {"Location": f"/api/complaints/{done.number}"}


@blueprint.get("/api/complaints")
def list_complaints() -> Any:
    _account(*READERS)
    offset, limit = _number("offset", 0, 10_000_000), _number("limit", 50, MAX_LIMIT)
    with _parts().runtime.database.read() as connection:
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
    _account(*READERS)
    with _parts().runtime.database.read() as connection:
        found = cases.get_complaint(connection, number)
        clocks = cases.list_deadlines(connection, found.root_key)
    deadlines = [
        {"clock": c.clock, "dueAt": _time(c.due_at), "metAt": _time(c.met_at), "statutory": c.statutory} for c in clocks
    ]
    return {**_complaint(found), "content": found.content, "facts": found.facts, "deadlines": deadlines}


@blueprint.get("/api/complaints/<number>/history")
def get_history(number: str) -> Any:
    _account(*READERS)
    with _parts().runtime.database.read() as connection:
        found = cases.get_complaint(connection, number)
        rows = audit.list_history(connection, found.root_key)
    items = [
        {"seq": r.seq, "at": _time(r.at), "actor": r.actor, "event": r.event, "details": r.details, "hash": r.hash}
        for r in rows
    ]
    return {"items": items, "page": {"totalItems": len(items)}}


@blueprint.post("/v2/user-tasks/search")
def search_tasks() -> Any:
    who = _account()
    body = _body() if flask.request.data else {}
    page = body.get("page") or {}
    offset, limit = page.get("from", 0), page.get("limit", 50)
    if not (isinstance(offset, int) and isinstance(limit, int) and offset >= 0 and 1 <= limit <= MAX_LIMIT):
        raise InvalidInput(f"expected page.from from 0 and page.limit from 1 to {MAX_LIMIT}")
    with _parts().runtime.database.read() as connection:
        found, total = tasks.list_tasks(connection, who.actor, scope=tasks.Scope.ALL, page=tasks.Page(offset, limit))
    return {"items": [_task(task) for task in found], "page": {"totalItems": total}}


@blueprint.get("/v2/user-tasks/<int:key>")
def get_task(key: int) -> Any:
    return _task(_visible(key))


@blueprint.get("/v2/user-tasks/<int:key>/form")
def get_form(key: int) -> Any:
    task = _visible(key)
    with _parts().runtime.database.read() as connection:
        bundle = _parts().runtime.bundles.get(connection, task.bundle_key)
    form = bundle.forms.get(task.form_id or "")
    return ("", 204) if form is None else {"formId": task.form_id, "schema": form}


@blueprint.post("/v2/user-tasks/<int:key>/assignment")
def assign(key: int) -> Any:
    parts, who, body = _parts(), _account(), _body()
    _visible(key)
    name, now = body.get("assignee"), parts.clock.now()
    if not isinstance(name, str) or not name:
        raise InvalidInput("expected assignee, the name of an account")
    if name == who.name:
        operations.claim_task(parts.runtime, key, actor=who.actor, now=now)
        return "", 204
    with parts.runtime.database.read() as connection:
        to = identity.find_account(connection, name)
    if to is None or not to.active:
        raise NotFound(f"There is no account {name!r}.")
    operations.assign_task(parts.runtime, key, to.actor, actor=who.actor, now=now)
    return "", 204


@blueprint.delete("/v2/user-tasks/<int:key>/assignee")
def unassign(key: int) -> Any:
    parts, who = _parts(), _account()
    _visible(key)
    operations.release_task(parts.runtime, key, actor=who.actor, now=parts.clock.now())
    return "", 204


@blueprint.post("/v2/user-tasks/<int:key>/completion")
def complete(key: int) -> Any:
    parts, who, body = _parts(), _account(), _body()
    _visible(key)
    revision, variables = body.get("revision"), body.get("variables") or {}
    if revision is not None and not isinstance(revision, int):
        raise InvalidInput("expected revision to be a whole number")
    operations.complete_task(parts.runtime, key, variables, actor=who.actor, now=parts.clock.now(), revision=revision)
    return "", 204


@blueprint.post("/v2/messages/correlation")
def correlate() -> Any:
    parts, who = _parts(), _account(Role.CLERK, Role.HANDLER, Role.ADMIN)
    body = _body()
    name, key, variables = body.get("name"), body.get("correlationKey", ""), body.get("variables") or {}
    if not isinstance(name, str) or not isinstance(key, str) or not isinstance(variables, dict):
        raise InvalidInput("expected name and correlationKey as texts and variables as an object")
    done = operations.correlate_message(parts.runtime, name, key, variables, actor=who.actor, now=parts.clock.now())
    return {"processInstanceKey": str(done.root_key)}


@blueprint.post("/v2/process-instances/<int:key>/cancellation")
def cancel(key: int) -> Any:
    parts, who = _parts(), _account(Role.ADMIN)
    reason = str((_body() if flask.request.data else {}).get("reason") or "cancelled through the API")
    operations.cancel_instance(parts.runtime, key, reason=reason, actor=who.actor, now=parts.clock.now())
    return "", 204


@blueprint.route("/v2/<path:rest>", methods=["GET", "POST", "PATCH", "PUT", "DELETE"])
def not_served(rest: str) -> Any:
    return problem(501, "not-served", f"{flask.request.method} /v2/{rest} is not served by this version.", [])


@blueprint.get("/v2/topology")
def topology() -> Any:
    _account()
    return {"brokers": [], "clusterSize": 1, "partitionsCount": 1, "replicationFactor": 1, "gatewayVersion": "8.8.0"}


def _visible(key: int) -> tasks.UserTask:
    """A task the account may read. What it may not read is not there."""
    who = _account()
    with _parts().runtime.database.read() as connection:
        task = tasks.get_task(connection, key)
    if not tasks.can_see(task, who.actor):
        raise NotFound(f"There is no user task {key}.")
    return task


def _number(name: str, default: int, most: int) -> int:
    text = flask.request.args.get(name, str(default))
    if not text.isdecimal() or int(text) > most:
        raise InvalidInput(f"expected {name} to be a whole number up to {most}, got {text[:20]!r}")
    return int(text)


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
        "receivedAt": _time(row.received_at),
        "dueAt": _time(row.due_at),
        "closedAt": _time(row.closed_at),
        "outcome": row.outcome,
    }


_STATES = {"open": "CREATED", "completed": "COMPLETED", "cancelled": "CANCELED"}


def _task(task: tasks.UserTask) -> Mapping[str, Any]:
    return {
        "userTaskKey": str(task.key),
        "elementId": task.element_id,
        "name": task.name,
        "state": _STATES[task.state.value],
        "assignee": task.assignee,
        "candidateGroups": list(task.candidate_groups),
        "candidateUsers": list(task.candidate_users),
        "processDefinitionId": task.process_id,
        "processInstanceKey": str(task.root_key),
        "businessKey": task.business_key,
        "creationDate": _time(task.created_at),
        "completionDate": _time(task.ended_at),
        "dueDate": _time(task.due_at),
        "followUpDate": _time(task.follow_up_at),
        "priority": task.priority,
        "revision": task.revision,
        "formId": task.form_id,
    }
