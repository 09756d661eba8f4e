"""A case: facts, clocks, story, diagram with the way taken, letters, comments, open tasks; also as
it stood earlier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flask

from service import audit, cases, identity, letters, operations, tasks
from service.audit import HistoryRow
from service.cases import Complaint
from service.db import Connection
from service.engine import Bundle
from service.execution import get_instance
from service.identity import Permission
from service.instances import Instance
from service.reporting.briefing_values import Reader
from service.reporting.clock_states import view_clocks
from service.reporting.outcomes import outcome_of
from service.reporting.urgency import urgency_of
from service.web.briefing import waits_of
from service.web.edge import (
    actor,
    blueprint,
    language,
    local_day,
    now,
    parts,
    signed_in,
    times,
)
from service.web.evidence import check_visible, visible_case
from service.web.headline import nearest_first, subject_of
from service.web.money import money_book
from service.web.optional_steps import optional_steps
from service.web.paging import key_asked, last_of
from service.web.persons import shown_names
from service.web.picture import drawn, main_first, marks_of, stops_of
from service.web.regime import regime_of
from service.web.story import story_of
from service.web.zones import asked_case

SHOWN = 100
"""So many steps and comments are on a page; a link leads to those before."""
MOST_LETTERS = 100


@blueprint.get("/complaints/<number>")
@signed_in()
def case_page(number: str) -> Any:
    return flask.render_template("case.html", **_context(number))


@blueprint.get("/complaints/<number>/file.pdf")
@signed_in()
def case_pdf(number: str) -> Any:
    """The case as it is printed. Raises Unavailable where WeasyPrint's system libraries are
    missing."""
    page = flask.render_template("case_print.html", **_context(number, whole=True))
    headers = {"Content-Disposition": f'attachment; filename="{cases.parse_number(number)}.pdf"'}
    return flask.Response(letters.make_pdf(page), mimetype="application/pdf", headers=headers)


@blueprint.post("/complaints/<number>/comment")
@signed_in()
def comment_case(number: str) -> Any:
    complaint = visible_case(number)
    operations.comment_case(
        parts().runtime,
        complaint.root_key,
        flask.request.form.get("comment", ""),
        actor=actor(),
        now=now(),
    )
    return flask.redirect(flask.url_for("web.case_page", number=number) + "#comments")


@blueprint.post("/complaints/<number>/hold")
@signed_in(may=Permission.HOLD_COMPLAINTS)
def set_legal_hold(number: str) -> Any:
    sent = flask.request.form
    operations.set_legal_hold(
        parts().runtime,
        number,
        held=bool(sent.get("held")),
        reason=sent.get("reason", ""),
        actor=actor(),
        now=now(),
    )
    return flask.redirect(flask.url_for("web.case_page", number=number))


@blueprint.post("/complaints/<number>/escalate")
@signed_in(may=Permission.ESCALATE_COMPLAINTS)
def escalate_case(number: str) -> Any:
    sent = flask.request.form
    operations.escalate(
        parts().runtime,
        number,
        reason=sent.get("reason", ""),
        level=sent.get("level") or None,
        actor=actor(),
        now=now(),
    )
    return flask.redirect(flask.url_for("web.case_page", number=number))


@blueprint.post("/complaints/<number>/reassign")
@signed_in(may=Permission.REASSIGN_COMPLAINTS)
def reassign_case(number: str) -> Any:
    sent = flask.request.form
    operations.reassign_case(
        parts().runtime,
        number,
        sent.get("to", "")[:100],
        reason=sent.get("reason", ""),
        actor=actor(),
        now=now(),
    )
    return flask.redirect(flask.url_for("web.case_page", number=number))


@blueprint.post("/complaints/<number>/regime")
@signed_in(may=Permission.CHOOSE_REGIMES)
def set_regime(number: str) -> Any:
    sent = flask.request.form
    chosen = [sent.get("lead", ""), *sent.getlist("beside")]
    operations.set_regime(
        parts().runtime,
        number,
        list(dict.fromkeys(each[:100] for each in chosen if each)),
        reason=sent.get("reason", ""),
        actor=actor(),
        now=now(),
    )
    return flask.redirect(flask.url_for("web.case_page", number=number))


def _receivers(connection: Connection, complaint: Complaint) -> list[str]:
    """The handlers who are there and could take the case, for who may hand it over."""
    if (
        complaint.status != "open"
        or complaint.investigator is None
        or not actor().may(Permission.REASSIGN_COMPLAINTS)
    ):
        return []
    people = identity.list_candidates(connection, Permission.INVESTIGATE_COMPLAINTS, on=local_day())
    return [each.name for each in people if not each.absent and each.name != complaint.investigator]


def _context(number: str, *, whole: bool = False) -> dict[str, Any]:
    """What the page shows: the last steps and comments and those before a place; on paper all of
    them."""
    with parts().runtime.database.read() as connection:
        complaint = asked_case(connection, number)
        root_key = complaint.root_key
        check_visible(connection, complaint)
        tip, bundle, instance = _standing(connection, root_key)
        at = _asked_step(tip)
        moves = audit.list_moves(connection, root_key, until=at)
        filed = letters.list_letters(connection, root_key)
        shown = {
            "open_tasks": tasks.list_open_tasks(connection, root_key),
            "letters": filed[-MOST_LETTERS:],
            "deadlines": view_clocks(
                cases.list_deadlines(connection, root_key), filed, bundle, now=now()
            ),
            "money_book": money_book(connection, complaint),
            "waits": waits_of(connection, instance, bundle),
            "choices": optional_steps(instance, bundle),
            "ended": outcome_of(
                complaint, bundle, Reader(times(), complaint.currency, shown_names())
            ),
            "emergency": cases.find_emergency_of(connection, root_key),
            "handlers": _receivers(connection, complaint),
            "customers": cases.list_related(connection, complaint),
            **_comments(connection, root_key, whole=whole),
        }
        told, earlier = _told(connection, root_key, whole=whole)
        words = cases.list_words(connection, root_key)
        step = _step(connection, root_key, at, told)
    wanted = flask.request.args.get("sheet", operations.COMPLAINT_PROCESS)
    sheet = wanted if wanted in bundle.processes else operations.COMPLAINT_PROCESS
    marks = marks_of(bundle, sheet, steps=moves, state=instance.engine_state if at == tip else None)
    return shown | {
        "complaint": complaint,
        "story": story_of(told, bundle, language(), words),
        "earlier_steps": earlier,
        "subject": subject_of(complaint),
        "urgency": urgency_of(complaint, bundle, language()),
        "nearest": nearest_first(shown["deadlines"])[:3],
        "sheets": main_first(bundle),
        "sheet": sheet,
        "picture": drawn(bundle, sheet, marks, language()),
        "stops": stops_of(bundle, sheet, marks, language()),
        "at": at,
        "steps": tip,
        "step": step,
        "suspended_at": instance.suspended_at if instance.state == "active" else None,
        "may_keep": actor().may(Permission.SEE_COURSE),
        "regime": regime_of(complaint, parts().runtime, language()),
        "may_hold": actor().may(Permission.HOLD_COMPLAINTS),
        "may_export": actor().may(Permission.EXPORT_COMPLAINTS),
    }


def _standing(connection: Connection, root_key: int) -> tuple[int, Bundle, Instance]:
    """How many steps the case has made, in which version, and where it stands."""
    instance = get_instance(connection, root_key)
    tip = audit.find_tip(connection, root_key).seq
    return tip, parts().runtime.bundles.get(connection, instance.bundle_key), instance


def _comments(connection: Connection, root_key: int, *, whole: bool) -> dict[str, Any]:
    if whole:
        return {"comments": cases.list_comments(connection, root_key)}
    found = cases.list_comments(connection, root_key, before=key_asked("comments"), limit=SHOWN + 1)
    comments, more = last_of(found, lambda comment: comment.key, SHOWN)
    return {"comments": comments, "earlier_comments": more}


def _told(
    connection: Connection, root_key: int, *, whole: bool
) -> tuple[Sequence[HistoryRow], str]:
    """The steps that the story tells, oldest first, and before which place there are more."""
    if whole:
        return audit.list_history(connection, root_key), ""
    found = audit.list_steps(connection, root_key, before=key_asked("steps"), limit=SHOWN + 1)
    return last_of(found, lambda row: row.seq, SHOWN)


def _step(
    connection: Connection, root_key: int, at: int, told: Sequence[HistoryRow]
) -> HistoryRow | None:
    """The step that the diagram shows, mostly one of those told."""
    for row in told:
        if row.seq == at:
            return row
    return next(iter(audit.list_steps(connection, root_key, before=at + 1, limit=1)), None)


def _asked_step(tip: int) -> int:
    """Up to which step of the history the diagram shows; all of it unless the address says
    otherwise."""
    asked = flask.request.args.get("at", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 7 else tip
    return max(1, min(number, tip))
