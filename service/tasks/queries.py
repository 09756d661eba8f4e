"""Reads and writes of user tasks. Statements are built once; every one names the root key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from service import audit
from service.audit import Event
from service.bpmn.names import PORTAL_ACCESS
from service.db import Connection, Prepared, any_of, root_of, touch
from service.errors import NotFound, StateConflict
from service.identity import Actor, Permission
from service.tasks.records import NO_DUE, TaskState, UserTask, candidates
from service.tasks.tables import task_candidate, user_task

_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key")
_KEY: sa.BindParameter[int] = sa.bindparam("b_key")
_ONE = (user_task.c.root_key == _ROOT) & (user_task.c.key == _KEY)
_ENGINE_ID: sa.BindParameter[str] = sa.bindparam("b_engine_id")
_OPEN = user_task.c.state == TaskState.OPEN.value
_OPEN_BY_ENGINE_ID = (user_task.c.root_key == _ROOT) & (user_task.c.engine_id == _ENGINE_ID) & _OPEN
_GET = Prepared(sa.select(user_task).where(_ONE))
_LATER = ("ended_at", "completed_by", "answer", "place")
_INSERT = Prepared(
    sa.insert(user_task), columns=[each.name for each in user_task.c if each.name not in _LATER]
)
_INSERT_CANDIDATE = Prepared(
    sa.insert(task_candidate), columns=[each.name for each in task_candidate.c]
)
_DROP_CANDIDATES = Prepared(
    sa.delete(task_candidate).where(
        task_candidate.c.root_key == _ROOT, task_candidate.c.task_key == _KEY
    )
)
_DROP_OF_OPEN = Prepared(
    sa.delete(task_candidate).where(
        task_candidate.c.root_key == _ROOT,
        task_candidate.c.task_key
        == sa.select(user_task.c.key).where(_OPEN_BY_ENGINE_ID).scalar_subquery(),
    )
)
_OF_CASE = sa.select(user_task).where(user_task.c.root_key == _ROOT).order_by(user_task.c.key)
_OPEN_OF_CASE = _OF_CASE.where(_OPEN)
_PERFORMERS = Prepared(
    {
        dialect: sa.select(user_task.c.completed_by).where(
            user_task.c.root_key == _ROOT, among, user_task.c.completed_by.is_not(None)
        )
        for dialect, among in any_of(
            sa.func.coalesce(user_task.c.place, user_task.c.element_id), "b_elements"
        ).items()
    }
)
_END, _END_BY_ENGINE_ID = (
    Prepared(
        sa.update(user_task)
        .where(where)
        .values(
            state=sa.bindparam("b_state"),
            ended_at=sa.bindparam("b_ended_at"),
            completed_by=sa.bindparam("b_completed_by"),
            answer=sa.bindparam("b_answer", type_=sa.JSON),
            revision=user_task.c.revision + 1,
        )
    )
    for where in (_ONE & _OPEN, _OPEN_BY_ENGINE_ID)
)
_HOLD = (
    sa.update(user_task)
    .where(
        _ONE,
        user_task.c.state == TaskState.OPEN.value,
        user_task.c.revision == sa.bindparam("b_revision"),
    )
    .values(assignee=sa.bindparam("b_assignee"), revision=user_task.c.revision + 1)
)


class Scope(StrEnum):
    """Which open tasks a list shows."""

    MINE = "mine"
    GROUPS = "groups"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a list; `limit` is at most 1,000."""

    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Ending:
    """How an open task ends, by its id in the engine: completed by somebody with an answer, or
    cancelled. The `key` of its row saves looking for it among all the tasks that the case ever
    had."""

    engine_id: str
    state: TaskState
    by: str | None = None
    answer: Mapping[str, Any] | None = None
    key: int | None = None


def get_task(connection: Connection, key: int) -> UserTask:
    """The task of that key. Raises NotFound."""
    row = _GET.first(connection, {"b_root_key": root_of(key), "b_key": key})
    if row is None:
        raise NotFound("There is no user task {key}.", key=key)
    return UserTask.of(row)


def list_case_tasks(connection: Connection, root_key: int) -> list[UserTask]:
    """Every task the case ever had, oldest first."""
    return [
        UserTask.of(dict(row))
        for row in connection.execute(_OF_CASE, {"b_root_key": root_key}).mappings()
    ]


def list_answers(
    connection: Connection, root_key: int, *, elements: Iterable[str], forms: Iterable[str]
) -> list[UserTask]:
    """The completed tasks of the case of these elements or forms, in the order of completion."""
    which = user_task.c.element_id.in_(sorted(elements)) | user_task.c.form_id.in_(sorted(forms))
    query = (
        sa.select(user_task)
        .where(
            user_task.c.root_key == root_key,
            user_task.c.state == TaskState.COMPLETED.value,
            which,
        )
        .order_by(user_task.c.ended_at, user_task.c.key)
    )
    return [UserTask.of(dict(row)) for row in connection.execute(query).mappings()]


def list_open_tasks(connection: Connection, root_key: int) -> list[UserTask]:
    """The open tasks of the case, oldest first."""
    return [
        UserTask.of(dict(row))
        for row in connection.execute(_OPEN_OF_CASE, {"b_root_key": root_key}).mappings()
    ]


_FOR_THEM = (
    Event.PORTAL_OPENED,
    Event.PORTAL_LINK_SENT,
    Event.PORTAL_CODE_GIVEN,
    Event.WITHDRAWAL_RECORDED,
)


def list_performers(
    connection: Connection, root_key: int, elements: Iterable[str]
) -> frozenset[str]:
    """Who completed any of these elements in this case, in whatever round; for `portal-access`,
    who let somebody into the case's portal or recorded for them that they withdraw."""
    wanted = list(elements)
    if not wanted:
        return frozenset()
    found = _PERFORMERS.all(connection, {"b_root_key": root_key, "b_elements": wanted})
    done = frozenset(row["completed_by"] for row in found)
    if PORTAL_ACCESS in wanted:
        return done | audit.list_actors(connection, root_key, *_FOR_THEM)
    return done


def list_all_performers(connection: Connection, root_key: int) -> frozenset[str]:
    """Who completed anything at all in this case."""
    query = (
        sa.select(user_task.c.completed_by)
        .where(user_task.c.root_key == root_key, user_task.c.completed_by.is_not(None))
        .distinct()
    )
    return frozenset(connection.execute(query).scalars())


def insert_tasks(connection: Connection, tasks: Iterable[Mapping[str, Any]]) -> None:
    """Write new open tasks (columns of `user_task`) and their candidates."""
    rows = list(tasks)
    if not rows:
        return
    _INSERT.run_many(connection, rows)
    offers = [
        {
            "root_key": row["root_key"],
            "task_key": row["key"],
            "candidate": candidate,
            "due_at": row["due_at"] or NO_DUE,
            "assigned": row["assignee"] is not None,
        }
        for row in rows
        for candidate in candidates(
            tuple(row["candidate_groups"]), tuple(row["candidate_users"]), row["assignee"]
        )
    ]
    _INSERT_CANDIDATE.run_many(connection, offers)


COUNTED_ANSWERS = {"vulnerable": "vulnerable", "regulatorReferral": "regulator"}
"""Questions whose answer is counted of a case, and what the count is called."""


def end_tasks(
    connection: Connection, root_key: int, endings: Iterable[Ending], *, at: datetime
) -> None:
    """Close open tasks of a case, and take them out of every list. The caller's write is guarded by
    the case's version: a task that it found open is."""
    known: list[dict[str, Any]] = []
    sought: list[dict[str, Any]] = []
    for each in endings:
        row = {
            "b_root_key": root_key,
            "b_key": each.key,
            "b_engine_id": each.engine_id,
            "b_state": each.state.value,
            "b_ended_at": at,
            "b_completed_by": each.by,
            "b_answer": each.answer,
        }
        if each.answer and not COUNTED_ANSWERS.keys().isdisjoint(each.answer):
            touch(connection, root_key)
        (sought if each.key is None else known).append(row)
    _DROP_CANDIDATES.run_many(connection, known)
    _DROP_OF_OPEN.run_many(connection, sought)
    _END.run_many(connection, known)
    _END_BY_ENGINE_ID.run_many(connection, sought)


def hold_task(connection: Connection, task: UserTask, assignee: str | None) -> None:
    """Give the task to somebody, or to nobody. Raises StateConflict when it changed since `task`
    was read."""
    where = {"b_root_key": task.root_key, "b_key": task.key}
    held = connection.execute(_HOLD, {**where, "b_revision": task.revision, "b_assignee": assignee})
    if held.rowcount != 1:
        raise StateConflict(
            "The task “{task_name}” was changed by somebody else at this moment. Open it again.",
            task_name=task.name,
        )
    _DROP_CANDIDATES.run(connection, where)
    offers = [
        {
            "root_key": task.root_key,
            "task_key": task.key,
            "candidate": candidate,
            "due_at": task.due_at or NO_DUE,
            "assigned": assignee is not None,
        }
        for candidate in candidates(task.candidate_groups, task.candidate_users, assignee)
    ]
    _INSERT_CANDIDATE.run_many(connection, offers)


def date_task(connection: Connection, task: UserTask, due_at: datetime | None) -> None:
    """Move the due date of an open task. Its revision stays: whoever is typing into it may go
    on."""
    connection.execute(
        sa.update(user_task)
        .where(user_task.c.root_key == task.root_key, user_task.c.key == task.key, _OPEN)
        .values(due_at=due_at)
    )
    connection.execute(
        sa.update(task_candidate)
        .where(task_candidate.c.root_key == task.root_key, task_candidate.c.task_key == task.key)
        .values(due_at=due_at or NO_DUE)
    )


def list_tasks(
    connection: Connection, actor: Actor, *, scope: Scope = Scope.GROUPS, page: Page = Page()
) -> tuple[list[UserTask], int]:
    """Open tasks that the actor may see, nearest due first, and how many there are in all."""
    wanted = _wanted(actor, scope)
    total = connection.execute(
        sa.select(sa.func.count()).select_from(wanted.subquery())
    ).scalar_one()
    keys = (
        wanted.order_by(sa.text("due_at"), sa.text("task_key"))
        .offset(page.offset)
        .limit(page.limit)
        .subquery()
    )
    query = (
        sa.select(user_task)
        .join(
            keys, (user_task.c.root_key == keys.c.root_key) & (user_task.c.key == keys.c.task_key)
        )
        .order_by(keys.c.due_at, keys.c.task_key)
    )
    return [UserTask.of(dict(row)) for row in connection.execute(query).mappings()], int(total)


def list_tied_to(connection: Connection, name: str, *, after: int, limit: int) -> list[UserTask]:
    """Open tasks that a person holds or is offered by name, by key from just after one."""
    tied = sa.select(task_candidate.c.root_key, task_candidate.c.task_key).where(
        task_candidate.c.candidate == f"user:{name}", task_candidate.c.task_key > after
    )
    keys = tied.order_by(task_candidate.c.task_key).limit(limit).subquery()
    query = (
        sa.select(user_task)
        .join(
            keys, (user_task.c.root_key == keys.c.root_key) & (user_task.c.key == keys.c.task_key)
        )
        .order_by(user_task.c.key)
    )
    return [UserTask.of(dict(row)) for row in connection.execute(query).mappings()]


def count_tasks(connection: Connection, actor: Actor) -> dict[Scope, int]:
    """How many open tasks each list has for the actor."""
    counts = {}
    for scope in Scope:
        wanted = _wanted(actor, scope).subquery()
        counts[scope] = int(
            connection.execute(sa.select(sa.func.count()).select_from(wanted)).scalar_one()
        )
    return counts


def _wanted(actor: Actor, scope: Scope) -> sa.Select[Any]:
    """Root key, task key and due of each open task in the list, once."""
    columns = (task_candidate.c.root_key, task_candidate.c.task_key, task_candidate.c.due_at)
    mine = f"user:{actor.name}"
    groups = [f"group:{group}" for group in sorted(actor.groups)]
    if scope is Scope.MINE:
        return sa.select(*columns).where(
            task_candidate.c.candidate == mine, task_candidate.c.assigned
        )
    if scope is Scope.GROUPS:
        return (
            sa.select(*columns)
            .where(
                task_candidate.c.candidate.in_([mine, *groups]), sa.not_(task_candidate.c.assigned)
            )
            .distinct()
        )
    if actor.may(Permission.SEE_ALL_TASKS):
        return sa.select(*columns).distinct()
    return sa.select(*columns).where(task_candidate.c.candidate.in_([mine, *groups])).distinct()
