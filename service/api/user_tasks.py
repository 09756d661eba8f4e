"""User tasks, with the fields and paths of Camunda 8. What an account may not see is not there for
it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import Field

from service import definitions, identity, operations, reporting, tasks
from service.api.edge import idempotency_key
from service.api.operation import Call, operation
from service.api.searching import page_given, query_of, search_model
from service.api.shapes import (
    TENANT,
    Flag,
    Given,
    Instant,
    Key,
    Number,
    Page,
    Sent,
    Text,
    Variables,
    time_of,
)
from service.api.variables import VariableFound, VariableSearch, cut_variable, variable_json
from service.db import element_key, search
from service.errors import NotFound
from service.identity import Permission
from service.reporting import Variable
from service.reporting.words import TASK_STATES
from service.tasks import UserTask

Name = Annotated[str, Field(min_length=1, max_length=100)]
Names = Annotated[list[Name], Field(max_length=100)]
TaskSearch = search_model("UserTaskSearch", reporting.TASKS)


class UserTaskFound(Given):
    """A user task. `revision` guards against a stale view; `businessKey` and `formId` are this
    service's own."""

    user_task_key: Key
    element_instance_key: Key
    element_id: str
    name: str | None
    state: str
    assignee: str | None
    candidate_groups: list[str]
    candidate_users: list[str]
    process_name: str | None
    process_definition_id: str
    process_definition_key: Key
    process_definition_version: int
    process_instance_key: Key
    root_process_instance_key: Key | None
    business_id: str | None
    business_key: str | None
    creation_date: Instant
    completion_date: Instant | None
    due_date: Instant | None
    follow_up_date: Instant | None
    priority: int
    revision: int
    form_id: str | None
    form_key: Key | None
    external_form_reference: str | None
    custom_headers: dict[str, str]
    tags: list[str]
    tenant_id: str


class FormFound(Given):
    """A form: `schema` is JSON Schema 2020-12 with its uiSchema, as JSON text."""

    form_id: str
    form_key: Key
    version: int
    schema_: Annotated[str, Field(alias="schema")]
    tenant_id: str


class Assignment(Sent):
    """Who is to hold the task."""

    assignee: Name
    allow_override: Flag | None = None
    action: Text | None = None


class Completion(Sent):
    """The answer of the task's form; `revision` says what the person looked at."""

    variables: Variables | None = None
    action: Text | None = None
    revision: Number | None = None


class TaskChanges(Sent):
    """What to change; null takes a date away, an empty list the candidates."""

    candidate_groups: Names | None = None
    candidate_users: Names | None = None
    due_date: Instant | Annotated[str, Field(max_length=0)] | None = None
    follow_up_date: Instant | Annotated[str, Field(max_length=0)] | None = None
    priority: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None


class TaskUpdate(Sent):
    """A change of a task."""

    changeset: TaskChanges | None = None
    action: Text | None = None


@operation(
    "POST /v2/user-tasks/search",
    may=Permission.SIGNED_IN,
    takes=TaskSearch,
    gives=Page[UserTaskFound],
    optional=True,
)
def search_tasks(call: Call, sent: Any) -> Any:
    """User tasks that the account may see, open and ended; by due date where nothing else is
    asked."""
    query, _ = query_of(sent)
    with call.runtime.database.read() as connection:
        return page_given(search(connection, reporting.tasks_of(call.actor), query), _found)


@operation("GET /v2/user-tasks/{userTaskKey}", may=Permission.SIGNED_IN, gives=UserTaskFound)
def get_task(call: Call, key: int) -> Any:
    """One user task."""
    with call.runtime.database.read() as connection:
        visible(connection, call, key)
        query = reporting.by_key(key, "userTaskKey")
        return _found(search(connection, reporting.TASKS, query).rows[0])


@operation("GET /v2/user-tasks/{userTaskKey}/form", may=Permission.SIGNED_IN, gives=FormFound)
def get_form(call: Call, key: int) -> Any:
    """The form of a task; 204 when it has none."""
    with call.runtime.database.read() as connection:
        task = visible(connection, call, key)
        form = call.runtime.bundles.get(connection, task.bundle_key).forms.get(task.form_id or "")
        if form is None:
            return None
        listed = {
            each.form_id: each for each in definitions.list_forms(connection, task.bundle_key)
        }
    entry = listed.get(task.form_id or "")
    return {
        "formId": task.form_id,
        "formKey": str(entry.key if entry else task.bundle_key),
        "version": entry.version if entry else 1,
        "schema": orjson.dumps(form).decode(),
        "tenantId": TENANT,
    }


@operation(
    "POST /v2/user-tasks/{userTaskKey}/variables/search",
    may=Permission.SIGNED_IN,
    takes=VariableSearch,
    gives=Page[VariableFound],
    optional=True,
)
def search_task_variables(call: Call, key: int, sent: Any) -> Any:
    """What the task's form shows: the variables that it saw when it was opened."""
    return _variables_seen(call, key, sent)


@operation(
    "POST /v2/user-tasks/{userTaskKey}/effective-variables/search",
    may=Permission.SIGNED_IN,
    takes=VariableSearch,
    gives=Page[VariableFound],
    optional=True,
)
def search_effective_variables(call: Call, key: int, sent: Any) -> Any:
    """The same: each name once, the innermost of those that the task saw."""
    return _variables_seen(call, key, sent)


def _variables_seen(call: Call, key: int, sent: Any) -> dict[str, Any]:
    with call.runtime.database.read() as connection:
        task = visible(connection, call, key)
    scope = element_key(task.root_key, task.engine_id)
    rows = [
        variable_json(
            Variable(task.root_key, task.engine_id, name, orjson.dumps(value, default=str).decode())
        )
        | {"scopeKey": str(scope)}
        for name, value in sorted(task.variables.items())
    ]
    return page_given(reporting.sift(rows, query_of(sent)[0]), cut_variable)


@operation(
    "POST /v2/user-tasks/{userTaskKey}/assignment", may=Permission.SIGNED_IN, takes=Assignment
)
def assign_task(call: Call, key: int, sent: Assignment) -> None:
    """Claim a task, or give it to somebody."""
    with call.runtime.database.read() as connection:
        visible(connection, call, key)
        to = identity.find_account(connection, sent.assignee)
    if sent.assignee == call.account.name:
        operations.claim_task(call.runtime, key, actor=call.actor, now=call.now)
        return
    if to is None or not to.active:
        raise NotFound("There is no account {assignee!r}.", assignee=sent.assignee)
    operations.assign_task(call.runtime, key, to.actor, actor=call.actor, now=call.now)


@operation("DELETE /v2/user-tasks/{userTaskKey}/assignee", may=Permission.SIGNED_IN)
def unassign_task(call: Call, key: int) -> None:
    """Release a task."""
    with call.runtime.database.read() as connection:
        visible(connection, call, key)
    operations.release_task(call.runtime, key, actor=call.actor, now=call.now)


@operation(
    "POST /v2/user-tasks/{userTaskKey}/completion",
    may=Permission.SIGNED_IN,
    takes=Completion,
    optional=True,
)
def complete_task(call: Call, key: int, sent: Completion) -> None:
    """Complete a task with the answer of its form in `variables`; `revision` guards against a stale
    view."""
    operations.complete_task(
        call.runtime,
        key,
        sent.variables or {},
        revision=sent.revision,
        actor=call.actor,
        now=call.now,
        idempotency_key=idempotency_key(),
    )


@operation(
    "PATCH /v2/user-tasks/{userTaskKey}", may=Permission.SIGNED_IN, takes=TaskUpdate, optional=True
)
def update_task(call: Call, key: int, sent: TaskUpdate) -> None:
    """Change who a task is offered to, its dates or its priority; an approver's or an
    administrator's business."""
    with call.runtime.database.read() as connection:
        visible(connection, call, key)
    operations.update_task(
        call.runtime, key, _changes(sent.changeset), actor=call.actor, now=call.now
    )


_MAY_BE_EMPTIED = frozenset({"due_date", "follow_up_date", "candidate_groups", "candidate_users"})
"""What a null clears; a null of anything else is as if it had not been sent."""


def _changes(sent: TaskChanges | None) -> dict[str, Any]:
    given = {} if sent is None else {name: getattr(sent, name) for name in sent.model_fields_set}
    return dict(
        _change(name, value)
        for name, value in given.items()
        if value is not None or name in _MAY_BE_EMPTIED
    )


def _change(name: str, value: Any) -> tuple[str, Any]:
    match name:
        case "due_date" | "follow_up_date":
            return name.replace("_date", "_at"), value or None
        case "candidate_groups":
            return name, [each.casefold() for each in value or ()]
        case "candidate_users":
            return name, list(value or ())
        case _:
            return name, value


def visible(connection: Any, call: Call, key: int) -> UserTask:
    """A task the account may read. What it may not read is not there. Raises NotFound."""
    task = tasks.get_task(connection, key)
    if not tasks.can_see(task, call.actor):
        raise NotFound("There is no user task {key}.", key=key)
    return task


def task_json(task: UserTask) -> dict[str, Any]:
    """What a task says by itself."""
    return _task(
        {column: getattr(task, column) for column in UserTask.__slots__}
        | {"state": task.state.value}
    )


def _task(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "userTaskKey": str(row["key"]),
        "elementInstanceKey": str(element_key(row["root_key"], row["engine_id"])),
        "elementId": row["element_id"],
        "name": row["name"],
        "state": TASK_STATES[row["state"]],
        "assignee": row["assignee"],
        "candidateGroups": list(row["candidate_groups"]),
        "candidateUsers": list(row["candidate_users"]),
        "processDefinitionId": row["process_id"],
        "processInstanceKey": str(row["root_key"]),
        "rootProcessInstanceKey": str(row["root_key"]),
        "businessId": row["business_key"],
        "businessKey": row["business_key"],
        "creationDate": time_of(row["created_at"]),
        "completionDate": time_of(row["ended_at"]),
        "dueDate": time_of(row["due_at"]),
        "followUpDate": time_of(row["follow_up_at"]),
        "priority": row["priority"],
        "revision": row["revision"],
        "formId": row["form_id"],
        "tenantId": TENANT,
    }


def _found(row: Mapping[str, Any]) -> dict[str, Any]:
    return _task(row) | {
        "processName": row["definition_name"],
        "processDefinitionKey": str(row["definition_key"]),
        "processDefinitionVersion": row["definition_version"],
        "formKey": None,
        "externalFormReference": None,
        "customHeaders": {},
        "tags": [],
    }
