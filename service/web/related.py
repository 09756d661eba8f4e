"""Complaints that have to do with a case: proposed with the reason, linked or merged by a
person."""

from __future__ import annotations

from typing import Any

import flask

from service import cases, operations
from service.errors import InvalidInput, RedressError
from service.execution import Outcome
from service.identity import Permission
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.zones import asked_case


@blueprint.get("/complaints/<number>/related")
@signed_in(may=Permission.READ_COMPLAINTS)
def related_page(number: str) -> Any:
    return _show(number, "")


@blueprint.post("/complaints/<number>/related")
@signed_in(may=Permission.LINK_COMPLAINTS)
def related_decide(number: str) -> Any:
    sent, runtime, at = flask.request.form, parts().runtime, now()
    other, kind, reason = (
        sent.get("number", "").strip()[:40],
        sent.get("kind", ""),
        sent.get("reason", "").strip(),
    )
    try:
        done: Outcome | None = None
        if kind == "duplicate of":
            done = operations.merge_cases(
                runtime, number, other, reason=reason, actor=actor(), now=at
            )
        elif kind in ("related", "not related"):
            operations.link_cases(
                runtime, number, other, kind, reason=reason, actor=actor(), now=at
            )
        else:
            raise InvalidInput(
                "expected a choice: related, not related, or the same complaint again"
            )
    except RedressError as error:
        return _show(number, error.message), 409
    if done is not None:
        return flask.redirect(flask.url_for("web.case_page", number=cases.parse_number(other)))
    return flask.redirect(flask.url_for("web.related_page", number=number))


def _show(number: str, problem: str) -> str:
    with parts().runtime.database.read() as connection:
        complaint = asked_case(connection, number)
        links = cases.list_links(connection, complaint.root_key)
        proposals = cases.propose_for(connection, complaint)
        numbers = cases.find_numbers(connection, [link.other_key for link in links])
    return flask.render_template(
        "related.html",
        complaint=complaint,
        decided=links,
        proposals=proposals,
        numbers=numbers,
        problem=problem,
        may_decide=actor().may(Permission.LINK_COMPLAINTS),
    )
