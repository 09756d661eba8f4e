"""The people among whom the work is shared out: their unit, skills and capacity, and when they are
away."""

from __future__ import annotations

from datetime import date
from typing import Any

import flask

from service import audit, cases, identity, operations
from service.audit import HouseEvent
from service.errors import InvalidInput, RedressError
from service.identity import Permission
from service.web.edge import PAGE_SIZE, actor, blueprint, local_day, now, parts, signed_in
from service.web.house_record import told

PLANNED = (HouseEvent.STAFF_CHANGED, HouseEvent.ABSENCE_SET, HouseEvent.ABSENCE_DROPPED)
RECENT = 20
"""So many of the last changes are shown."""


@blueprint.get("/people")
@signed_in(may=Permission.PLAN_STAFF)
def people() -> Any:
    return _show("")


@blueprint.post("/people/<name>/staff")
@signed_in(may=Permission.PLAN_STAFF)
def people_staff(name: str) -> Any:
    sent = flask.request.form
    skills = [
        each.strip()[:60] for each in sent.get("skills", "")[:1_000].split(",") if each.strip()
    ]
    try:
        capacity = _whole(sent.get("capacity", ""))
        operations.set_staff(
            parts().runtime,
            name,
            unit=sent.get("unit", "").strip()[:200],
            skills=skills,
            capacity=capacity,
            actor=actor(),
            now=now(),
        )
    except RedressError as error:
        return _show(error.message), 422
    return flask.redirect(flask.url_for("web.people", after=sent.get("after", "")))


@blueprint.post("/people/<name>/absence")
@signed_in(may=Permission.PLAN_STAFF)
def people_absence(name: str) -> Any:
    sent = flask.request.form
    try:
        first = _day(sent.get("first", ""))
        runtime, who, at = parts().runtime, actor(), now()
        if sent.get("drop"):
            operations.drop_absence(runtime, name, first=first, actor=who, now=at)
        else:
            last = _day(sent.get("last", ""))
            operations.set_absence(runtime, name, first=first, last=last, actor=who, now=at)
    except RedressError as error:
        return _show(error.message), 422
    return flask.redirect(flask.url_for("web.people", after=sent.get("after", "")))


def _show(problem: str) -> str:
    today, after = local_day(), flask.request.values.get("after", "")[:100]
    with parts().runtime.database.read() as connection:
        found = identity.list_staff(connection, on=today, after=after, limit=PAGE_SIZE + 1)
        load = cases.count_open_by_investigator(connection)
        record = audit.list_recent_house_events(connection, PLANNED, limit=RECENT)
    rows = found[:PAGE_SIZE]
    return flask.render_template(
        "people.html",
        rows=rows,
        load=load,
        today=today,
        problem=problem,
        record=told(record),
        after=after,
        more=rows[-1].name if len(found) > PAGE_SIZE else "",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "expected a day such as 2026-12-24, got {text!r}", text=text[:20]
        ) from None


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise InvalidInput("expected a whole number of complaints, got {text!r}", text=text[:20])
    return int(text)
