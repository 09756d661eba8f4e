"""Emergencies: those that are open, one with its tasks, complaints and action log; declare one,
link a complaint."""

from __future__ import annotations

import re
from typing import Any

import flask

from service import cases, definitions, operations, policy, tasks
from service.errors import RedressError
from service.i18n.catalogue import say
from service.identity import Permission
from service.reporting.urgency import in_language, words_of_rule
from service.sentence import Sentence
from service.web.edge import PAGE_SIZE, actor, blueprint, language, now, parts, signed_in
from service.web.paging import key_asked, page_of

SHOWN_ACTIONS = 100
_RULE = re.compile(r"(?:^|(?<=: ))[A-Z]\d\d\S*$")
"""A cause, or the end of a line of the log, that is the id of a rule of the severity table."""


@blueprint.app_template_filter("rule_words")
def rule_words(text: str) -> str:
    """What a rule says in the reader's language, where the text ends with a rule's id."""
    found = _RULE.search(text)
    if found is None:
        return say(text, language())
    with parts().runtime.database.read() as connection:
        released = definitions.find_released(connection, operations.COMPLAINT_PROCESS)
        if released is None:
            return text
        bundle = parts().runtime.bundles.get(connection, released.bundle_key)
    words = in_language(words_of_rule(bundle, found.group()), language())
    return text[: found.start()] + words


@blueprint.get("/emergencies")
@signed_in(may=Permission.READ_COMPLAINTS)
def emergency_list() -> Any:
    return _list("")


@blueprint.post("/emergencies")
@signed_in(may=Permission.DECLARE_EMERGENCIES)
def emergency_declare() -> Any:
    sent = flask.request.form
    numbers = sent.get("numbers", "").replace(",", " ").split()
    try:
        found = operations.declare_emergency(
            parts().runtime,
            numbers,
            level=sent.get("level", ""),
            cause=sent.get("cause", ""),
            actor=actor(),
            now=now(),
        )
    except RedressError as error:
        return _list(error.message), 409
    return flask.redirect(flask.url_for("web.emergency_page", number=found.number))


@blueprint.get("/emergencies/<number>")
@signed_in(may=Permission.READ_COMPLAINTS)
def emergency_page(number: str) -> Any:
    return _show(number, "")


@blueprint.post("/emergencies/<number>/link")
@signed_in(may=Permission.DECLARE_EMERGENCIES)
def emergency_link(number: str) -> Any:
    other = flask.request.form.get("number", "").strip()[:40]
    try:
        linked = operations.link_emergency(parts().runtime, other, number, actor=actor(), now=now())
    except RedressError as error:
        return _show(number, error.message), 409
    if not linked:
        return _show(number, Sentence("{other} belongs to an emergency already.", other=other)), 409
    return flask.redirect(flask.url_for("web.emergency_page", number=number))


def _list(problem: str) -> str:
    with parts().runtime.database.read() as connection:
        found = cases.list_emergencies(connection, before=key_asked(), limit=PAGE_SIZE + 1)
    rows, more = page_of(found, lambda row: row.root_key)
    return flask.render_template(
        "emergencies.html",
        rows=rows,
        more=more,
        problem=problem,
        levels=policy.LEVELS,
        may_declare=actor().may(Permission.DECLARE_EMERGENCIES),
        sent=flask.request.form,
    )


def _show(number: str, problem: str) -> str:
    with parts().runtime.database.read() as connection:
        found = cases.get_emergency(connection, number)
        linked = cases.list_complaints_of(
            connection, found.root_key, after=key_asked(), limit=PAGE_SIZE + 1
        )
        actions = cases.list_actions(connection, found.root_key)
        open_tasks = tasks.list_open_tasks(connection, found.root_key)
    rows, more = page_of(linked, lambda row: row["root_key"])
    return flask.render_template(
        "emergency.html",
        emergency=found,
        rows=rows,
        more=more,
        actions=actions[-SHOWN_ACTIONS:],
        earlier=max(0, len(actions) - SHOWN_ACTIONS),
        open_tasks=open_tasks,
        problem=problem,
        may_keep=actor().may(Permission.SEE_COURSE),
        may_link=found.status == "open" and actor().may(Permission.DECLARE_EMERGENCIES),
    )
