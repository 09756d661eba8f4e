"""Who may know of a case, and who has read it; and the way into a restricted one in an
emergency."""

from __future__ import annotations

from typing import Any

import flask

from service import cases, operations
from service.cases import RestrictionKind
from service.errors import RedressError
from service.identity import Permission
from service.sentence import Words
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.evidence import visible_case

SHOWN = 200
"""So many readings are shown."""
KINDS: Words = {
    RestrictionKind.MANAGEMENT: "about an executive",
    RestrictionKind.FRAUD: "fraud",
    RestrictionKind.OTHER: "another reason",
}


@blueprint.get("/complaints/<number>/access")
@signed_in(may=Permission.RESTRICT_COMPLAINTS)
def case_access(number: str) -> Any:
    return _show(number, "")


@blueprint.post("/complaints/<number>/access")
@signed_in(may=Permission.RESTRICT_COMPLAINTS)
def change_access(number: str) -> Any:
    sent, runtime, who, at = flask.request.form, parts().runtime, actor(), now()
    name, reason = sent.get("account", "").strip()[:100], sent.get("reason", "")
    try:
        match sent.get("act", ""):
            case "restrict":
                readers = sent.get("readers", "").replace(",", " ").split()
                operations.restrict_case(
                    runtime,
                    number,
                    kind=sent.get("kind", ""),
                    readers=readers[: cases.MOST_READERS],
                    reason=reason,
                    actor=who,
                    now=at,
                )
            case "lift":
                operations.lift_restriction(runtime, number, reason=reason, actor=who, now=at)
            case "admit":
                operations.admit_reader(runtime, number, name, reason=reason, actor=who, now=at)
            case _:
                operations.dismiss_reader(runtime, number, name, actor=who, now=at)
    except RedressError as error:
        return _show(number, error.message), 422
    return flask.redirect(flask.url_for("web.case_access", number=number))


@blueprint.get("/break-glass")
@signed_in(may=Permission.BREAK_GLASS)
def break_glass_page() -> Any:
    return flask.render_template("break_glass.html", problem="", number="")


@blueprint.post("/break-glass")
@signed_in(may=Permission.BREAK_GLASS)
def break_glass() -> Any:
    sent = flask.request.form
    number = sent.get("number", "").strip()[:40]
    try:
        operations.break_glass(
            parts().runtime, number, reason=sent.get("reason", ""), actor=actor(), now=now()
        )
    except RedressError as error:
        page = flask.render_template("break_glass.html", problem=error.message, number=number)
        return page, 422
    return flask.redirect(flask.url_for("web.case_page", number=cases.parse_number(number)))


def _show(number: str, problem: str) -> str:
    complaint = visible_case(number)
    with parts().runtime.database.read() as connection:
        restriction = cases.find_restriction(connection, complaint.root_key)
        readers = cases.list_readers(connection, complaint.root_key)
        reads = cases.list_reads(connection, complaint.root_key, limit=SHOWN)
    return flask.render_template(
        "access.html",
        complaint=complaint,
        restriction=restriction,
        readers=readers,
        reads=reads,
        kinds=KINDS,
        problem=problem,
        at=now(),
    )
