"""User tasks, with the fields and paths of Camunda 8."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service import identity, operations, tasks
from service.api.blueprint import blueprint
from service.api.edge import (
    account_with,
    body,
    check_key,
    idempotency_key,
    object_of,
    optional_body,
    page_of,
    parts,
    text_of,
    time_of,
    visible_task,
)
from service.errors import InvalidInput, NotFound


@blueprint.post("/v2/user-tasks/search")
def search_tasks() -> Any:
    """Open tasks that the account may see, nearest due first."""
    who = account_with()
    data = optional_body("filter", "sort", "page")
    page, wanted = page_of(data), object_of(data, "filter")
    scope = _scope(wanted, who.name)
    with parts().runtime.database.read() as connection:
        found, total = tasks.list_tasks(connection, who.actor, scope=scope, page=page)
    return {"items": [task_json(task) for task in found], "page": {"totalItems": total}}


def _scope(wanted: dict[str, Any], name: str) -> tasks.Scope:
    """What a filter asks for. A filter that is not served is refused, never ignored."""
    rest = {key: value for key, value in wanted.items() if (key, value) != ("state", "CREATED")}
    if rest == {}:
        return tasks.Scope.ALL
    if rest == {"assignee": name}:
        return tasks.Scope.MINE
    raise InvalidInput(f'expected a filter of state "CREATED" and assignee {name!r}, got {sorted(rest)}'[:300])


@blueprint.get("/v2/user-tasks/<int:key>")
def get_task(key: int) -> Any:
    """One user task."""
    return task_json(visible_task(key))


@blueprint.get("/v2/user-tasks/<int:key>/form")
def get_form(key: int) -> Any:
    """The form of a task; 204 when it has none."""
    task, runtime = visible_task(key), parts().runtime
    with runtime.database.read() as connection:
        bundle = runtime.bundles.get(connection, task.bundle_key)
    form = bundle.forms.get(task.form_id or "")
    return ("", 204) if form is None else {"formId": task.form_id, "schema": form}


@blueprint.post("/v2/user-tasks/<int:key>/assignment")
def assign_task(key: int) -> Any:
    """Claim a task, or give it to somebody."""
    edge, who = parts(), account_with()
    data = body("assignee", "allowOverride", "action")
    visible_task(key)
    name, now = text_of(data, "assignee", most=100), edge.clock.now()
    if name == who.name:
        operations.claim_task(edge.runtime, key, actor=who.actor, now=now)
        return "", 204
    with edge.runtime.database.read() as connection:
        to = identity.find_account(connection, name)
    if to is None or not to.active:
        raise NotFound(f"There is no account {name!r}.")
    operations.assign_task(edge.runtime, key, to.actor, actor=who.actor, now=now)
    return "", 204


@blueprint.delete("/v2/user-tasks/<int:key>/assignee")
def unassign_task(key: int) -> Any:
    """Release a task."""
    edge, who = parts(), account_with()
    visible_task(key)
    operations.release_task(edge.runtime, key, actor=who.actor, now=edge.clock.now())
    return "", 204


@blueprint.post("/v2/user-tasks/<int:key>/completion")
def complete_task(key: int) -> Any:
    """Complete a task with the answer of its form in `variables`; `revision` guards against a stale view."""
    edge, who = parts(), account_with()
    data = optional_body("variables", "revision", "action")
    check_key(key)
    revision, answer = data.get("revision"), object_of(data, "variables")
    if revision is not None and (isinstance(revision, bool) or not isinstance(revision, int)):
        raise InvalidInput("expected revision to be a whole number")
    once, now = idempotency_key(), edge.clock.now()
    operations.complete_task(
        edge.runtime, key, answer, actor=who.actor, now=now, revision=revision, idempotency_key=once,
        among_visible=True,
    )  # fmt: skip
    return "", 204


_STATES = {"open": "CREATED", "completed": "COMPLETED", "cancelled": "CANCELED"}


def task_json(task: tasks.UserTask) -> Mapping[str, Any]:
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
        "creationDate": time_of(task.created_at),
        "completionDate": time_of(task.ended_at),
        "dueDate": time_of(task.due_at),
        "followUpDate": time_of(task.follow_up_at),
        "priority": task.priority,
        "revision": task.revision,
        "formId": task.form_id,
    }
