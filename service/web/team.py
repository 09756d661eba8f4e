"""My team, for those who give out the work: who has how much, what is about to be late, and giving
it to another."""

from __future__ import annotations

from typing import Any

import flask

from service import reporting
from service.identity import Actor, Permission, roles_with
from service.reporting import InboxFilter
from service.tasks import Scope
from service.web.briefing import people_with
from service.web.edge import SOON, blueprint, now, parts, signed_in
from service.web.zones import learn_zones

EVERYTHING = Actor("", frozenset(roles_with(Permission.SEE_ALL_TASKS)))
"""A lead sees the lines of all open tasks here, as an overseer does; opening one asks what the lead
may see."""


@blueprint.get("/team")
@signed_in(may=Permission.SEE_TEAM)
def team() -> Any:
    at = now()
    holder = flask.request.args.get("holder", "")[:100]
    only = InboxFilter(assignee=holder, due_until=None if holder else at + SOON)
    with parts().runtime.database.read() as connection:
        load = reporting.list_load(connection, now=at, soon=at + SOON)
        page = reporting.list_inbox(connection, EVERYTHING, scope=Scope.ALL, only=only)
        learn_zones(connection, [row.key for row in page.rows])
        people = people_with(connection)
    return flask.render_template(
        "team.html", load=load, rows=page.rows, holder=holder, people=people
    )
