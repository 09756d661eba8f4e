"""A case: facts, clocks, story, diagram with the way taken, letters, comments, open tasks; also as it stood earlier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flask

from service import audit, cases, notifications, operations, tasks
from service.audit import HistoryRow
from service.errors import NotFound
from service.web.case_export import EXPORTERS
from service.web.edge import READERS, actor, blueprint, language, now, parts, signed_in
from service.web.evidence import visible_case
from service.web.picture import drawn, main_first, marks_of, stops_of
from service.web.story import story_of


@blueprint.get("/complaints/<number>")
@signed_in()
def case_page(number: str) -> Any:
    return flask.render_template("case.html", **_context(number))


@blueprint.get("/complaints/<number>/file.pdf")
@signed_in()
def case_pdf(number: str) -> Any:
    """The case as it is printed. Raises Unavailable where WeasyPrint's system libraries are missing."""
    page = flask.render_template("case_print.html", **_context(number))
    headers = {"Content-Disposition": f'attachment; filename="{cases.parse_number(number)}.pdf"'}
    return flask.Response(notifications.make_pdf(page), mimetype="application/pdf", headers=headers)


@blueprint.post("/complaints/<number>/comment")
@signed_in()
def comment_case(number: str) -> Any:
    complaint = visible_case(number)
    operations.comment_case(
        parts().runtime, complaint.root_key, flask.request.form.get("comment", ""), actor=actor(), now=now()
    )
    return flask.redirect(flask.url_for("web.case_page", number=number) + "#comments")


def _context(number: str) -> dict[str, Any]:
    with parts().runtime.database.read() as connection:
        complaint = cases.get_complaint(connection, number)
        all_tasks = tasks.list_case_tasks(connection, complaint.root_key)
        if not actor().has(*READERS) and not any(tasks.can_see(task, actor()) for task in all_tasks):
            raise NotFound(f"There is no complaint {number}.")
        history = audit.list_history(connection, complaint.root_key)
        instance = operations.get_instance(connection, complaint.root_key)
        bundle = parts().runtime.bundles.get(connection, instance.bundle_key)
        shared = {
            "letters": notifications.list_letters(connection, complaint.root_key),
            "deadlines": cases.list_deadlines(connection, complaint.root_key),
            "comments": cases.list_comments(connection, complaint.root_key),
            "customers": cases.list_related(connection, complaint),
        }
    wanted = flask.request.args.get("sheet", operations.COMPLAINT_PROCESS)
    sheet = wanted if wanted in bundle.processes else operations.COMPLAINT_PROCESS
    at = _step(history)
    seen, state = history[:at], instance.engine_state if at == len(history) else None
    marks = marks_of(bundle, sheet, history=seen, state=state)
    return shared | {
        "complaint": complaint,
        "open_tasks": [task for task in all_tasks if task.state is tasks.TaskState.OPEN],
        "story": story_of(history, bundle, language()),
        "sheets": main_first(bundle),
        "sheet": sheet,
        "picture": drawn(bundle, sheet, marks, language()),
        "stops": stops_of(bundle, sheet, marks, language()),
        "at": at,
        "steps": len(history),
        "step": seen[-1] if seen else None,
        "may_export": actor().has(*EXPORTERS),
    }


def _step(history: Sequence[HistoryRow]) -> int:
    """Up to which step of the history the diagram shows; all of it unless the address says otherwise."""
    asked = flask.request.args.get("at", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 7 else len(history)
    return max(1, min(number, len(history)))
