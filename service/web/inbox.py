"""The task list: mine, my groups', all that I may see; narrowed, counted, and kept current without
reloading."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import flask

from service import definitions, operations, reporting, tasks
from service.db import Connection
from service.errors import Forbidden, StateConflict
from service.i18n.catalogue import chosen
from service.identity import Permission, Role
from service.intake import CHANNELS
from service.reporting import InboxFilter
from service.tasks import Scope
from service.web.briefing import people_with
from service.web.edge import SOON, actor, blueprint, language, now, parts, signed_in
from service.web.inbox_view import DUE, filter_of, time_left, view_of
from service.web.paging import cursor_of
from service.web.zones import house_zone, learn_zones

MOST_TRIED = 20
"""Claiming the next one tries so many before it says that others were quicker."""


@blueprint.get("/tasks")
@signed_in()
def task_list() -> Any:
    return flask.render_template("tasks.html", **inbox_context())


@blueprint.get("/tasks/list")
@signed_in()
def task_list_part() -> Any:
    """The list alone, for the page that asks again; nothing at all when it is as that page has
    it."""
    selected = flask.request.args.get("selected", "")
    context = _list_context(
        selected=int(selected) if selected.isdecimal() and len(selected) < 19 else None
    )
    if flask.request.args.get("seen") == context["seen"]:
        return "", 204
    return flask.render_template("inbox.html", **context, people=_people())


@blueprint.post("/tasks/next")
@signed_in()
def claim_next() -> Any:
    """Claim the nearest task that nobody holds and that this person may do."""
    view = view_of({"show": Scope.GROUPS.value})
    with parts().runtime.database.read() as connection:
        rows = reporting.list_inbox(connection, actor(), scope=Scope.GROUPS, size=MOST_TRIED).rows
    for row in rows:
        try:
            operations.claim_task(parts().runtime, row.key, actor=actor(), now=now())
        except (StateConflict, Forbidden):
            continue
        return flask.redirect(flask.url_for("web.task_page", key=row.key, show="mine"))
    return flask.redirect(flask.url_for("web.task_list") + "?" + view.query(nothing="1"))


def inbox_context(selected: int | None = None) -> dict[str, Any]:
    """Everything the list shows."""
    return {**_list_context(selected), "people": _people()}


def _people() -> tuple[tuple[str, str], ...]:
    """Whom tasks can be given to, with what each holds; nobody where this person gives none."""
    if not actor().may(Permission.ASSIGN_TASKS):
        return ()
    with parts().runtime.database.read() as connection:
        return people_with(connection)


def _list_context(selected: int | None) -> dict[str, Any]:
    """The list without the people, who are counted only where the list is shown."""
    view, at = view_of(flask.request.args), now()
    with parts().runtime.database.read() as connection:
        only = filter_of(view, connection, now=at, zone=house_zone())
        snoozed = tuple(tasks.map_snoozes(connection, actor().name, at=at))
        aside = {Scope.MINE: snoozed}
        here = aside.get(view.scope, ())
        page = reporting.list_inbox(
            connection,
            actor(),
            scope=view.scope,
            only=replace(only, aside=here),
            after=view.after,
        )
        learn_zones(connection, [row.key for row in page.rows])
        *scoped, late, soon = reporting.count_inboxes(
            connection,
            actor(),
            [
                *(reporting.Count(scope, aside=aside.get(scope, ())) for scope in Scope),
                reporting.Count(view.scope, at, here),
                reporting.Count(view.scope, at + SOON, here),
            ],
        )
        counts = dict(zip(Scope, scoped, strict=True))
        kept = tasks.list_filters(connection, actor().name)
        steps = _steps(connection)
    marks = [(row.key, row.revision, row.severity, row.due_at) for row in page.rows]
    seen = sha256(repr((marks, counts, late, soon, at.strftime("%H:%M"))).encode()).hexdigest()[:16]
    return {
        "inbox": page,
        "inbox_view": view,
        "more": cursor_of(page.more) if page.more else None,
        "counts": counts,
        "late": late,
        "soon": max(soon - late, 0),
        "seen": seen,
        "selected": selected,
        "aside": len(snoozed),
        "kept": kept,
        "steps": steps,
        "options": _options(),
        "gives": actor().may(Permission.ASSIGN_TASKS),
        "left": _left(),
    }


def next_open() -> int | None:
    """The nearest task of this person's own list, else of their groups'."""
    with parts().runtime.database.read() as connection:
        snoozed = tasks.map_snoozes(connection, actor().name, at=now())
        only = InboxFilter(aside=tuple(snoozed))
        for scope in (Scope.MINE, Scope.GROUPS):
            rows = reporting.list_inbox(connection, actor(), scope=scope, only=only, size=1).rows
            if rows:
                return rows[0].key
    return None


def _left() -> Any:
    """The time by the calendar until a due date, or since it."""
    at = now()
    return lambda due: time_left(due, at)


def _options() -> dict[str, tuple[str, ...]]:
    return {
        "role": tuple(role.value for role in Role),
        "severity": ("P1", "P2", "P3", "P4"),
        "channel": CHANNELS,
        "due": DUE,
    }


def _steps(connection: Connection) -> list[tuple[str, str]]:
    """The steps a person can be asked to do, by name."""
    released = definitions.find_released(connection, operations.COMPLAINT_PROCESS)
    if released is None:
        return []
    bundle = parts().runtime.bundles.get(connection, released.bundle_key)
    steps = {
        element.id: chosen(element.properties, language(), prefix="name:", default=element.name)
        for process in bundle.processes.values()
        for element in process.elements.values()
        if element.kind == "userTask"
    }
    return sorted(steps.items(), key=lambda step: step[1])
