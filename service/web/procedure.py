"""The released procedure, sheet by sheet, and the incidents that wait for somebody."""

from __future__ import annotations

from typing import Any

import flask

from service import definitions, jobs, operations
from service.identity import Permission
from service.web.edge import (
    PAGE_SIZE,
    actor,
    blueprint,
    check_ready,
    language,
    parts,
    signed_in,
)
from service.web.paging import page_of, place_asked
from service.web.picture import main_first, picture_of
from service.web.zones import learn_zones


@blueprint.get("/procedure")
@signed_in(may=Permission.READ_DIAGRAMS)
def procedure() -> Any:
    runtime = parts().runtime
    with runtime.database.read() as connection:
        check_ready(connection)
        released = definitions.find_released(connection, operations.COMPLAINT_PROCESS)
        bundle = runtime.bundles.get(connection, released.bundle_key if released else 0)
    wanted = flask.request.args.get("sheet", operations.COMPLAINT_PROCESS)
    sheet = wanted if wanted in bundle.processes else operations.COMPLAINT_PROCESS
    return flask.render_template(
        "procedure.html",
        released=released,
        sheets=main_first(bundle),
        sheet=sheet,
        may_live=actor().may(Permission.WATCH_PROCEDURE),
        elements=[e for e in bundle.processes[sheet].elements.values() if e.name],
        picture=picture_of(bundle, sheet, steps=(), state=None, language=language()),
    )


@blueprint.get("/incidents")
@signed_in(may=Permission.READ_INCIDENTS)
def incidents() -> Any:
    with parts().runtime.database.read() as connection:
        found = jobs.list_incidents(connection, after=place_asked(), limit=PAGE_SIZE + 1)
        learn_zones(connection, [row["root_key"] for row in found])
    rows, more = page_of(found, lambda row: (row["created_at"], row["key"]))
    return flask.render_template("incidents.html", rows=rows, more=more)
