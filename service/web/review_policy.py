"""Who reviews the changes of a procedure, as compliance says it on the page of the workbench."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flask

from service import definitions, operations
from service.db import Connection
from service.definitions import PolicyAsked, ReviewPolicy
from service.identity import Permission
from service.sentence import Words
from service.web.edge import actor, blueprint, now, parts, signed_in

REVIEWED: Words = {
    ReviewPolicy.NONE: "Nobody: a deployment is in force at once",
    ReviewPolicy.FOUR_EYES: "A second owner, or compliance",
    ReviewPolicy.COMPLIANCE: "Compliance",
}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A procedure, the version in force, and who reviews it; `always` where nothing else may be
    said. `asked` waits for a second person."""

    name: str
    in_force: int | None
    review: ReviewPolicy
    always: bool
    asked: PolicyAsked | None


def list_reviewed(connection: Connection, governed: str) -> list[Reviewed]:
    """Every procedure, the one of the name `governed` as the complaint's own."""
    review = definitions.policies_by_name(connection)
    asked = definitions.list_asked(connection)
    return [
        Reviewed(
            each.name,
            each.in_force,
            review[each.name],
            each.name == governed,
            asked.get(each.name),
        )
        for each in definitions.list_procedures(connection)
    ]


@blueprint.post("/workbench/review-policy")
@signed_in(may=Permission.SET_REVIEW_POLICY)
def set_review_policy() -> Any:
    sent = flask.request.form
    operations.set_review_policy(
        parts().runtime,
        sent.get("name", ""),
        sent.get("review", ""),
        reason=sent.get("reason", ""),
        actor=actor(),
        now=now(),
    )
    return flask.redirect(flask.url_for("web.workbench", _anchor="procedures"))
