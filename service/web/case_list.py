"""The complaints: newest first, or those a search found by number, name, contact or any text."""

from __future__ import annotations

from typing import Any

import flask

from service import cases
from service.errors import InvalidInput
from service.web.edge import PAGE_SIZE, READERS, blueprint, page_number, parts, signed_in

STATUSES = ("open", "closed", "archived")


@blueprint.get("/complaints")
@signed_in(*READERS)
def complaint_list() -> Any:
    page, text = page_number(), flask.request.args.get("q", "").strip()[:200]
    status = flask.request.args.get("status", "")
    status = status if status in STATUSES else ""
    number = _number(text)
    if number is not None:
        return flask.redirect(flask.url_for("web.case_page", number=number))
    with parts().runtime.database.read() as connection:
        rows, total = (
            cases.search_complaints(connection, text, status=status, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
            if text
            else cases.list_complaints(connection, status=status, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
        )
    return flask.render_template(
        "complaints.html", rows=rows, total=total, page=page, size=PAGE_SIZE, q=text, status=status
    )


def _number(text: str) -> str | None:
    """The number of a complaint there is, when the text is one."""
    try:
        wanted = cases.parse_number(text.upper())
    except InvalidInput:
        return None
    with parts().runtime.database.read() as connection:
        found = cases.search_roots(connection, wanted, limit=2)
        return wanted if cases.find_numbers(connection, found).values() else None
