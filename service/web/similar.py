"""A hint at the intake desk: complaints that are like the one that is being typed."""

from __future__ import annotations

from typing import Any

import flask

from service import cases
from service.cases import Likable
from service.identity import Permission
from service.web.edge import blueprint, parts, signed_in

MOST_TYPED = 10_000


@blueprint.post("/register/similar")
@signed_in(may=Permission.REGISTER_COMPLAINTS)
def similar() -> Any:
    """A part of the page: nothing where nothing is alike. What is typed is sent in the body, so no
    log has it."""
    sent = flask.request.form

    def typed(name: str) -> str:
        return sent.get(name, "").strip()[:MOST_TYPED].replace("\x00", "")

    one = Likable(
        typed("customerName"),
        typed("contact.phone"),
        typed("contact.email"),
        typed("content"),
        None,
    )
    with parts().runtime.database.read() as connection:
        proposals = cases.propose(connection, one)
    return flask.render_template("similar.html", proposals=proposals)
