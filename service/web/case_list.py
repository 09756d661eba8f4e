"""The complaints, newest first, by number, customer and status."""

from __future__ import annotations

from typing import Any

import flask

from service import cases
from service.web.edge import PAGE_SIZE, READERS, blueprint, page_number, parts, signed_in


@blueprint.get("/complaints")
@signed_in(*READERS)
def complaint_list() -> Any:
    page, text = page_number(), flask.request.args.get("q", "")[:200]
    status = flask.request.args.get("status", "")
    with parts().runtime.database.read() as connection:
        rows, total = cases.list_complaints(
            connection, text=text, status=status, offset=page * PAGE_SIZE, limit=PAGE_SIZE
        )
    return flask.render_template(
        "complaints.html", rows=rows, total=total, page=page, size=PAGE_SIZE, q=text, status=status
    )
