"""The mailbox's triage: what waits for a person, the message itself, and the three things that can
become of it."""

from __future__ import annotations

from typing import Any

import flask

from service import cases, intake, jobs
from service.errors import NotFound
from service.identity import Permission
from service.web.edge import PAGE_SIZE, actor, blueprint, now, parts, signed_in
from service.web.paging import page_of, place_asked

STATES = ("waiting", "filed", "dismissed")


@blueprint.get("/mailbox")
@signed_in(may=Permission.READ_MAILBOX)
def mail_list() -> Any:
    state = flask.request.args.get("state", "waiting")
    state = state if state in STATES else "waiting"
    with parts().runtime.database.read() as connection:
        found, total = intake.list_mail(
            connection, state=state, after=place_asked(), limit=PAGE_SIZE + 1
        )
        rows, more = page_of(found, lambda row: (row.received_at, row.key))
        duty = jobs.find_duty(connection, intake.DUTY)
        numbers = cases.find_numbers(connection, [row.root_key for row in rows if row.root_key])
    silent = duty is not None and now() - duty.last_done > intake.SILENT_AFTER
    return flask.render_template(
        "mailbox.html",
        rows=rows,
        total=total,
        more=more,
        state=state,
        states=STATES,
        duty=duty,
        silent=silent,
        numbers=numbers,
    )


@blueprint.get("/mailbox/<int:key>")
@signed_in(may=Permission.READ_MAILBOX)
def mail_page(key: int) -> Any:
    return _show(key, ""), 200


@blueprint.post("/mailbox/<int:key>/register")
@signed_in(may=Permission.READ_MAILBOX)
def mail_register(key: int) -> Any:
    number = intake.register_from_mail(
        parts().runtime, parts().vault, key, actor=actor(), now=now()
    )
    return flask.redirect(flask.url_for("web.case_page", number=number))


@blueprint.post("/mailbox/<int:key>/attach")
@signed_in(may=Permission.READ_MAILBOX)
def mail_attach(key: int) -> Any:
    number = flask.request.form.get("number", "").strip()[:40]
    try:
        number = intake.attach_mail(
            parts().runtime, parts().vault, key, number, actor=actor(), now=now()
        )
    except NotFound as error:
        return _show(key, error.message), 404
    return flask.redirect(flask.url_for("web.evidence_page", number=number))


@blueprint.post("/mailbox/<int:key>/dismiss")
@signed_in(may=Permission.READ_MAILBOX)
def mail_dismiss(key: int) -> Any:
    intake.dismiss_mail(
        parts().runtime, key, flask.request.form.get("reason", ""), actor=actor(), now=now()
    )
    return flask.redirect(flask.url_for("web.mail_list"))


def _show(key: int, error: str) -> str:
    with parts().runtime.database.read() as connection:
        row = intake.get_mail(connection, key)
        numbers = cases.find_numbers(connection, [row.root_key] if row.root_key else [])
    return flask.render_template(
        "mail.html",
        mail=intake.show_mail(parts().vault, row),
        row=row,
        number=numbers.get(row.root_key or 0, ""),
        error=error,
    )
