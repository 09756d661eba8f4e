"""Today: where everybody begins. What to start with and why, what needs me, what I wait for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flask

from service import cases, notifications, reporting, tasks
from service.db import Connection
from service.identity import Permission
from service.notifications import Notice
from service.reporting import InboxFilter, InboxRow
from service.reporting.today import count_week, list_waiting_cases
from service.tasks import Scope
from service.web.briefing import waits_on
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.help import first_day
from service.web.zones import house_zone, learn_zones

SHOWN = 8
MENTIONED = 5


@blueprint.get("/today")
@signed_in(may=Permission.SIGNED_IN)
def today() -> Any:
    at = now()
    with parts().runtime.database.read() as connection:
        snoozed = tasks.map_snoozes(connection, actor().name, at=at)
        aside = tuple(snoozed)
        mine = _tasks(connection, Scope.MINE, aside)
        offered = _tasks(connection, Scope.GROUPS)
        waiting = list_waiting_cases(connection, actor().name)
        mentions = _mentions(connection)
        learn_zones(connection, [each.key for each in (*mine, *offered)])
        learn_zones(connection, [each.root_key for each in waiting])
        learn_zones(connection, [each.root_key for each in mentions])
        context = {
            "mine": mine,
            "offered": offered,
            "counts": _counts(connection, aside),
            "waiting": waiting,
            "snoozed": [(each, tasks.get_task(connection, key)) for key, each in snoozed.items()],
            "waits": waits_on(connection, [each.root_key for each in waiting]),
            "week": count_week(connection, actor().name, now=at, zone=house_zone()),
            "mentions": mentions,
            "numbers": cases.find_numbers(connection, [each.root_key for each in mentions]),
            "emergencies": _emergencies(connection),
        }
    context["first_day"] = first_day(flask.request.cookies, actor())
    first = next(iter([*mine, *offered]), None)
    return flask.render_template(
        "today.html", first=first, today=at.astimezone(house_zone()), **context
    )


def _counts(connection: Connection, aside: tuple[int, ...]) -> dict[Scope, int]:
    wanted = [reporting.Count(Scope.MINE, aside=aside), reporting.Count(Scope.GROUPS)]
    counted = reporting.count_inboxes(connection, actor(), wanted)
    return dict(zip((Scope.MINE, Scope.GROUPS), counted, strict=True))


def _tasks(connection: Connection, scope: Scope, aside: tuple[int, ...] = ()) -> list[InboxRow]:
    """The first tasks of a list: urgent ones, then the nearest, the more severe first where two
    are due at the same time."""
    rows = reporting.list_inbox(
        connection, actor(), scope=scope, only=InboxFilter(aside=aside), size=SHOWN
    ).rows
    return sorted(rows, key=_by_urgency)


def _by_urgency(row: InboxRow) -> tuple[bool, bool, bool, float, str]:
    due = 0.0 if row.due_at is None else row.due_at.timestamp()
    severity = row.severity or "P9"
    return row.level is None, not row.is_urgent, row.due_at is None, due, severity


def _mentions(connection: Connection) -> Sequence[Notice]:
    """Where somebody has named me, and I have not looked yet."""
    told = notifications.list_notices(connection, actor().name)
    unread = [each for each in told if each.kind == "mention" and each.read_at is None]
    return unread[:MENTIONED]


def _emergencies(connection: Connection) -> list[cases.Emergency]:
    if not actor().may(Permission.READ_COMPLAINTS):
        return []
    return cases.list_emergencies(connection, status="open", limit=3)
