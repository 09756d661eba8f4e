"""The live view of a sheet: who stands where now, what is late or has failed, how long it took.

Every figure comes from the rows of what waits or has ended (tasks, jobs, timers, subscriptions,
incidents), counted by the database; no case's state is opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.cases.tables import complaint
from service.db import Connection, PageMark, beyond, root_column, seconds_between, spread
from service.instances.tables import process_instance
from service.jobs.tables import INCIDENT_WORDS, incident, job, subscription, timer
from service.reporting.sheet import Sheet
from service.tasks import NO_DUE
from service.tasks.tables import user_task


@dataclass(frozen=True, slots=True)
class Figures:
    """An element: cases that stand there now, and of them late ones; incidents that are open; what
    ended there in the period, and how many seconds it took."""

    cases: int = 0
    late: int = 0
    failures: int = 0
    done: int = 0
    mean: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class StandingCase:
    """A token at an element, or an incident there, with its case; `due_at` is 9999-12-31 where it
    has no due date."""

    root_key: int
    key: int
    due_at: datetime
    since: datetime | None
    holder: str | None
    number: str | None
    is_complaint: bool
    customer: str | None
    severity: str | None
    message: str | None


NOTHING = Figures()
_FAR = sa.literal(NO_DUE, user_task.c.due_at.type)
_OPEN = user_task.c.state == sa.literal_column("'open'")


def get_figures(
    connection: Connection,
    sheet: Sheet,
    *,
    now: datetime,
    since: datetime,
    bundle_key: int | None = None,
) -> dict[str, Figures]:
    """The figures of a sheet's elements, those that have any; of the cases of one version or of
    all."""
    found: dict[str, Figures] = {}
    standing = _standing(sheet, bundle_key).subquery("standing")
    late = sa.case((standing.c.due_at <= sa.literal(now, _FAR.type), standing.c.root_key))
    counts = sa.select(
        standing.c.place,
        sa.func.count(standing.c.root_key.distinct()).label("cases"),
        sa.func.count(late.distinct()).label("late"),
    )
    for row in connection.execute(counts.group_by(standing.c.place)):
        found[row.place] = Figures(row.cases, row.late)
    for place, number in _failures(connection, sheet, bundle_key).items():
        found[place] = replace(found.get(place, NOTHING), failures=number)
    dialect = connection.dialect.name
    for row in connection.execute(spread(_durations(sheet, since, bundle_key, dialect), dialect)):
        measured = {"done": row.number, "mean": float(row.mean), "p90": float(row.p90)}
        found[row.place] = replace(found.get(row.place, NOTHING), **measured)
    return found


def list_standing(
    connection: Connection,
    sheet: Sheet,
    element_id: str,
    *,
    bundle_key: int | None = None,
    late_at: datetime | None = None,
    failed: bool = False,
    after: PageMark | None = None,
    limit: int = 50,
) -> list[StandingCase]:
    """What stands at an element, the nearest due date first; with `late_at` only what was due by
    then. With `failed` its open incidents."""
    rows = (_failed if failed else _standing)(sheet, bundle_key, element_id).subquery("standing")
    due = sa.func.coalesce(rows.c.due_at, _FAR, type_=_FAR.type)
    nearest = sa.select(rows.c.root_key, rows.c.key, due.label("due_at"), rows.c.since)
    if late_at is not None:
        nearest = nearest.where(rows.c.due_at <= sa.literal(late_at, _FAR.type))
    if after is not None:
        nearest = nearest.where(beyond((due, rows.c.key), after))
    page = nearest.order_by(due, rows.c.key).limit(limit).subquery("page")
    query = (
        sa.select(
            page.c.root_key,
            page.c.key,
            page.c.due_at,
            sa.func.coalesce(user_task.c.created_at, page.c.since, type_=_FAR.type).label("since"),
            user_task.c.assignee.label("holder"),
            sa.func.coalesce(complaint.c.number, process_instance.c.business_key).label("number"),
            complaint.c.number.is_not(None).label("is_complaint"),
            complaint.c.customer_name.label("customer"),
            complaint.c.severity,
            INCIDENT_WORDS.label("message"),
        )
        .join(process_instance, process_instance.c.root_key == page.c.root_key)
        .outerjoin(
            user_task, (user_task.c.root_key == page.c.root_key) & (user_task.c.key == page.c.key)
        )
        .outerjoin(
            incident, (incident.c.root_key == page.c.root_key) & (incident.c.key == page.c.key)
        )
        .outerjoin(complaint, complaint.c.root_key == page.c.root_key)
        .order_by(page.c.due_at, page.c.key)
    )
    return [StandingCase(**row) for row in connection.execute(query).mappings()]


def _standing(
    sheet: Sheet, bundle_key: int | None, element_id: str | None = None
) -> sa.CompoundSelect[Any]:
    """Every token that waits on the sheet or inside what it calls (at one element): its place, its
    keys, its due date, and since when, where the row that waits says so."""
    parts = [
        _tasks(sheet, bundle_key, element_id),
        *(_jobs(sheet, bundle_key, element_id, state) for state in ("created", "failed")),
    ]
    catches = {each: place for each, place in sheet.catches.items() if element_id in (None, place)}
    if catches:
        parts += [
            _of_version(
                _row(timer, sa.case(catches, value=timer.c.element_id), sa.null()),
                timer,
                bundle_key,
            ).where(timer.c.element_id.in_(catches)),
            _of_version(
                _row(
                    subscription,
                    sa.case(catches, value=subscription.c.element_id),
                    subscription.c.opened_at,
                ),
                subscription,
                bundle_key,
            ).where(
                subscription.c.element_id.in_(catches),
                subscription.c.process_id.in_(sheet.processes),
            ),
        ]
    return sa.union_all(*parts)


def _tasks(sheet: Sheet, bundle_key: int | None, element_id: str | None) -> sa.Select[Any]:
    """From the columns of one index; so is the root's key, which the task's begins with."""
    query = sa.select(
        _place(sheet, user_task).label("place"),
        root_column(user_task.c.key).label("root_key"),
        user_task.c.key,
        user_task.c.due_at,
        sa.cast(sa.null(), _FAR.type).label("since"),
    ).where(_OPEN, _at(sheet, user_task, element_id))
    return query if bundle_key is None else query.where(user_task.c.bundle_key == bundle_key)


def _jobs(
    sheet: Sheet, bundle_key: int | None, element_id: str | None, state: str
) -> sa.Select[Any]:
    """Jobs that wait for a worker, or that failed: those have an incident, and no index of their
    own."""
    query = _row(job, _place(sheet, job), job.c.created_at).where(
        job.c.state == sa.literal_column(f"'{state}'"), _at(sheet, job, element_id)
    )
    if state == "failed":
        query = query.join(
            incident,
            (incident.c.root_key == job.c.root_key) & (incident.c.subject_key == job.c.key),
        ).where(incident.c.state == sa.literal_column("'active'"))
    return _of_version(query, job, bundle_key)


def _row(table: sa.Table, place: Any, since: Any) -> sa.Select[Any]:
    return sa.select(
        place.label("place"),
        table.c.root_key,
        table.c.key,
        sa.cast(sa.null(), _FAR.type).label("due_at"),
        sa.cast(since, _FAR.type).label("since")
        if isinstance(since, sa.Null)
        else since.label("since"),
    )


def _place(sheet: Sheet, table: sa.Table) -> sa.Case[Any]:
    """The element of the sheet that a row stands for."""
    own = (table.c.process_id == sheet.process_id, table.c.element_id)
    return sa.case(
        own, *((table.c.process_id == called, place) for called, place in sheet.inside.items())
    )


def _at(sheet: Sheet, table: sa.Table, element_id: str | None) -> sa.ColumnElement[bool]:
    """On the sheet or inside; or only at one element of it."""
    if element_id is None:
        return table.c.process_id.in_(sheet.processes)
    called = [process for process, place in sheet.inside.items() if place == element_id]
    if called:
        return table.c.process_id.in_(called)
    return (table.c.process_id == sheet.process_id) & (table.c.element_id == element_id)


def _of_version(query: sa.Select[Any], table: sa.Table, bundle_key: int | None) -> sa.Select[Any]:
    if bundle_key is None:
        return query
    same = process_instance.c.root_key == table.c.root_key
    return query.where(sa.exists().where(same, process_instance.c.bundle_key == bundle_key))


def _failed(sheet: Sheet, bundle_key: int | None, element_id: str) -> sa.Select[Any]:
    among = [each for each, place in sheet.elements.items() if place == element_id]
    query = _row(incident, sa.literal(element_id), incident.c.created_at)
    query = query.where(
        incident.c.state == sa.literal_column("'active'"), incident.c.element_id.in_(among)
    )
    return _of_version(query, incident, bundle_key)


def _failures(connection: Connection, sheet: Sheet, bundle_key: int | None) -> Mapping[str, int]:
    query = sa.select(incident.c.element_id, sa.func.count().label("number")).where(
        incident.c.state == sa.literal_column("'active'")
    )
    counts: Counter[str] = Counter()
    for element_id, number in connection.execute(
        _of_version(query, incident, bundle_key).group_by(incident.c.element_id)
    ):
        if element_id in sheet.elements:
            counts[sheet.elements[element_id]] += number
    return counts


def _durations(
    sheet: Sheet, since: datetime, bundle_key: int | None, dialect: str
) -> sa.CompoundSelect[Any]:
    """How long each task and job of the sheet took that was completed since then."""
    parts = []
    for table in (user_task, job):
        seconds = seconds_between(table.c.created_at, table.c.ended_at, dialect)
        query = sa.select(table.c.element_id.label("place"), seconds.label("seconds")).where(
            table.c.state == sa.literal_column("'completed'"),
            table.c.process_id == sheet.process_id,
            table.c.ended_at >= since,
        )
        if table is user_task and bundle_key is not None:
            query = query.where(user_task.c.bundle_key == bundle_key)
        parts.append(query if table is user_task else _of_version(query, table, bundle_key))
    return sa.union_all(*parts)
