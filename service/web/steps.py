"""Beginning an optional step of a complaint, or of another case."""

from __future__ import annotations

from typing import Any

import flask

from service import operations
from service.errors import NotFound
from service.identity import Permission
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.evidence import visible_case
from service.web.plain_case import visible_plain_case


@blueprint.post("/complaints/<number>/begin")
@signed_in(may=Permission.BEGIN_STEPS)
def begin_in_complaint(number: str) -> Any:
    _begin(visible_case(number).root_key)
    return flask.redirect(flask.url_for("web.case_page", number=number))


@blueprint.post("/cases/<int:key>/begin")
@signed_in(may=Permission.BEGIN_STEPS)
def begin_in_case(key: int) -> Any:
    with parts().runtime.database.read() as connection:
        visible_plain_case(connection, key)
    _begin(key)
    return flask.redirect(flask.url_for("web.plain_case", key=key))


def _begin(root_key: int) -> None:
    """Begin the step that the button names. Raises NotFound where it stands there no more."""
    within, _, element_id = flask.request.form.get("step", "").partition(":")
    if not within or not element_id:
        raise NotFound("This step can no longer begin: the case has gone on.")
    operations.begin_steps(
        parts().runtime, root_key, within[:20], [(element_id[:200], {})], actor=actor(), now=now()
    )
