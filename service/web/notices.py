"""What a person was told, and what they want to be told."""

from __future__ import annotations

from typing import Any

import flask

from service import cases, notifications, operations
from service.sentence import Words
from service.web.edge import PAGE_SIZE, actor, blueprint, now, parts, signed_in
from service.web.paging import page_of, place_asked
from service.web.zones import learn_zones

TOLD: Words = {
    "assignment": "{by} gave you a task",
    "mention": "{by} mentioned you in a comment",
    "near": "A task is nearly due",
    "breach": "A task you hold is late",
    "alert": "A case needs your attention",
    "emergency": "An emergency calls your team",
    "reply": "The customer of a case has answered",
    "glass": "A restricted case was opened in an emergency",
}
WANTED: Words = {
    "assignment": "tasks given to me",
    "mention": "comments that mention me",
    "near": "tasks that are nearly due",
    "breach": "tasks that are late",
    "alert": "cases of my group that need attention",
    "emergency": "emergencies that call my team",
    "reply": "answers of the customers of my cases",
    "glass": "restricted cases that are opened in an emergency",
}


@blueprint.get("/notices")
@signed_in()
def notice_list() -> Any:
    """The notices; having seen them is having read them."""
    name = actor().name
    with parts().runtime.database.read() as connection:
        found = notifications.list_notices(
            connection, name, after=place_asked(), limit=PAGE_SIZE + 1
        )
        rows, more = page_of(found, lambda row: (row.at, row.subject_key))
        keys = [row.root_key for row in rows]
        learn_zones(connection, keys)
        numbers, emergencies = (
            cases.find_numbers(connection, keys),
            cases.find_emergency_numbers(connection, keys),
        )
        wanted = notifications.wants(connection, name)
    if any(row.read_at is None for row in rows):
        operations.read_notices(parts().runtime, actor=actor(), now=now())
    return flask.render_template(
        "notices.html",
        rows=rows,
        more=more,
        numbers=numbers,
        emergencies=emergencies,
        wanted=wanted,
        told=TOLD,
        kinds=WANTED,
    )


@blueprint.post("/notices/choice")
@signed_in()
def choose_notices() -> Any:
    sent = flask.request.form
    operations.choose_notices(
        parts().runtime,
        page=frozenset(sent.getlist("page")),
        mail=frozenset(sent.getlist("mail")),
        actor=actor(),
        now=now(),
    )
    return flask.redirect(flask.url_for("web.notice_list"))


@blueprint.app_context_processor
def _unread() -> dict[str, Any]:
    """How many notices wait, asked only by pages that show it."""

    def unread() -> int:
        with parts().runtime.database.read() as connection:
            return notifications.count_unread(connection, actor().name)

    return {"unread": unread}
