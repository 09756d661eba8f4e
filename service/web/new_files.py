"""Something new in the workbench: a procedure from nothing or from a template, and in a draft a
process, a decision table, a form or a letter. A title in one language is enough."""

from __future__ import annotations

from typing import Any

import flask

from service import definitions, operations
from service.definitions import TEMPLATES, NewKind
from service.errors import InvalidInput, NotFound
from service.identity import Permission
from service.sentence import Words
from service.web.edge import actor, blueprint, now, parts, signed_in
from service.web.workbench import may_edit

HEADS: Words = {
    NewKind.PROCESS: "New process",
    NewKind.DECISION: "New decision table",
    NewKind.FORM: "New form",
    NewKind.LETTER: "New letter",
}
TEMPLATE_NAMES: Words = {
    "empty": "Empty: only where it begins",
    "approval": "A request that one person approves",
    "deadline": "A request with a deadline",
}
TEMPLATE_HINTS: Words = {
    "empty": "You draw the rest.",
    "approval": "A form to ask with, a form to decide with, and two ends.",
    "deadline": "A handler does it; after five days an approver looks into the delay.",
}
LANGUAGES = {"en": "English", "zh-Hant": "繁體中文", "zh-Hans": "简体中文"}


@blueprint.get("/workbench/new")
@signed_in(may=Permission.EDIT_DRAFTS)
def new_procedure() -> Any:
    return _page("New procedure", where=None, kind=NewKind.PROCESS)


@blueprint.post("/workbench/new")
@signed_in(may=Permission.EDIT_DRAFTS)
def draw_procedure() -> Any:
    try:
        key = operations.draw_procedure(
            parts().runtime, _titles(), template=_template(), actor=actor(), now=now()
        )
    except InvalidInput as error:
        return _page("New procedure", where=None, kind=NewKind.PROCESS, problem=error.message), 422
    return flask.redirect(flask.url_for("web.draft_page", key=key))


@blueprint.get("/workbench/drafts/<int:key>/new/<kind>")
@signed_in(may=Permission.EDIT_DRAFTS)
def new_file(key: int, kind: str) -> Any:
    return _page(HEADS[_kind(kind)], where=_draft(key), kind=_kind(kind))


@blueprint.post("/workbench/drafts/<int:key>/new/<kind>")
@signed_in(may=Permission.EDIT_DRAFTS)
def add_file(key: int, kind: str) -> Any:
    wanted = _kind(kind)
    try:
        path = operations.add_draft_files(
            parts().runtime,
            key,
            wanted,
            _titles(),
            template=_template(),
            actor=actor(),
            now=now(),
        )
    except InvalidInput as error:
        return _page(HEADS[wanted], where=_draft(key), kind=wanted, problem=error.message), 422
    return flask.redirect(flask.url_for("web.edit", key=key, path=path))


def _page(head: str, *, where: Any, kind: NewKind, problem: str = "") -> str:
    return flask.render_template(
        "new_file.html",
        head=head,
        draft=where,
        kind=kind,
        problem=problem,
        titles=_titles(),
        languages=LANGUAGES,
        templates=TEMPLATES if kind is NewKind.PROCESS else {},
        begun_with=_template(),
        template_names=TEMPLATE_NAMES,
        template_hints=TEMPLATE_HINTS,
    )


def _draft(key: int) -> Any:
    """An open draft. Raises NotFound."""
    with parts().runtime.database.read() as connection:
        found = definitions.get_draft(connection, key)
    if not may_edit(found):
        raise NotFound("The draft {key} is no longer open.", key=key)
    return found


def _kind(name: str) -> NewKind:
    found = next((kind for kind in NewKind if kind.value == name), None)
    if found is None:
        raise NotFound("There is nothing new of the kind {name!r}.", name=name[:50])
    return found


def _titles() -> dict[str, str]:
    return {tag: flask.request.form.get(f"title-{tag}", "") for tag in LANGUAGES}


def _template() -> str:
    return flask.request.form.get("template", "empty")
