"""The complaints: newest first, or those a search found by number, name, contact or any text."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import flask

from service import cases
from service.errors import InvalidInput, NotFound
from service.identity import Permission
from service.sentence import WordList
from service.web.briefing import waits_on
from service.web.edge import blueprint, parts, signed_in
from service.web.paging import key_asked
from service.web.zones import learn_zones

STATUSES: WordList = ("open", "closed", "archived")


@blueprint.get("/complaints")
@signed_in(may=Permission.READ_COMPLAINTS)
def complaint_list() -> Any:
    text, status = (
        flask.request.args.get("q", "").strip()[:200],
        flask.request.args.get("status", ""),
    )
    status = status if status in STATUSES else ""
    number = _number(text)
    if number is not None:
        return flask.redirect(flask.url_for("web.case_page", number=number))
    with parts().runtime.database.read() as connection:
        page = cases.page_complaints(connection, text, status=status, before=key_asked())
        learn_zones(connection, [row.root_key for row in page.rows])
        running = [row.root_key for row in page.rows if row.status == "open"]
        waits = waits_on(connection, running)
    return flask.render_template("complaints.html", page=page, q=text, status=status, waits=waits)


def _number(text: str) -> str | None:
    """The number of a complaint there is, when the text is one."""
    try:
        wanted = cases.parse_number(text.upper())
    except InvalidInput:
        return None
    with parts().runtime.database.read() as connection, suppress(NotFound):
        return cases.get_complaint(connection, wanted).number
    return None
