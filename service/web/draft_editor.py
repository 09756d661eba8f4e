"""One file of a draft in its editor: the page, the file as the editor reads and saves it, and what
the check finds.

The revision travels as the ETag. A save names the revision it was made from; where another is
there, nothing is written and the answer says whose it is.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import flask
import orjson

from service import definitions, operations
from service.definitions import DraftFile
from service.errors import InvalidInput, Problem, RedressError
from service.i18n.catalogue import say
from service.identity import Permission
from service.letters import write_letter
from service.letters.check import EXAMPLE
from service.sentence import Sentence, WordList
from service.web import forms
from service.web.edge import actor, blueprint, language, now, parts, signed_in
from service.web.file_titles import title_file
from service.web.findings import problems_of
from service.web.returned import find_returned, said_of
from service.web.workbench import base_of, may_edit
from service.web.zones import zone

KINDS = {".bpmn": "bpmn", ".dmn": "dmn", ".form.json": "form", "": "text"}
"""Which editor is for which ending."""
SAID: WordList = (
    "saved",
    "changed",
    "not saved",
    "conflict",
    "theirs",
    "read only",
    "opened with warnings",
    "nothing found",
    "Add field",
    "Remove",
    "requirements",
    "checking…",
    "in other files",
    "This file cannot be shown as a drawing",
    "In short",
    "Form",
    "Who does it",
    "Form to start with",
    "Who may start it",
    "Decision table",
    "Process",
    "What it does",
    "Send a letter to the customer",
    "Tell somebody of the bank",
    "Letter",
    "Who is told",
    "After how long",
    "Taken if",
    "Name",
    "Title",
    "Fields",
    "Preview",
    "Move",
    "Drag, or press the arrow keys",
    "Kind",
    "Choice",
    "Choices",
    "Add a choice",
    "At least",
    "At most",
    "Characters at most",
    "Lines at most",
    "Only asked for if",
    "set by a rule that is kept as it is",
    'Write a comparison of another field, such as amount > 1000 and kind = "other"',
    "has to be filled in",
    "only shown",
    "Help",
    "Help and name",
    "Name in expressions",
    "text",
    "long text",
    "number",
    "whole number",
    "money",
    "date",
    "date and time",
    "e-mail",
    "yes or no",
    "tick",
    "one of",
    "several of",
    "lines",
    "of its own kind",
)
"""What the editors say by themselves."""
FILE = "/workbench/drafts/<int:key>/files/<path:path>"
MAX_PREVIEW_BYTES = 200_000
MAX_ELSEWHERE = 50
"""Findings of other files that an editor lists; the draft's page has all of them."""


@blueprint.get("/workbench/drafts/<int:key>/edit/<path:path>")
@signed_in(may=Permission.READ_DRAFTS)
def edit(key: int, path: str) -> Any:
    with parts().runtime.database.read() as connection:
        draft = definitions.get_draft(connection, key)
        file, content = definitions.read_draft_file(connection, key, path)
        files = [
            each for each in definitions.list_draft_files(connection, key) if each.size is not None
        ]
        revisions = definitions.list_revisions(connection, key, path)
    spoken = language()
    return flask.render_template(
        "edit.html",
        draft=draft,
        file=file,
        title=title_file(path, content, language=spoken) or path,
        files=files,
        revisions=revisions[:20],
        letter=path.endswith(".letter.txt"),
        kind=next(kind for ending, kind in KINDS.items() if path.endswith(ending)),
        writable=may_edit(draft),
        words={word: say(word, spoken) for word in SAID},
    )


@blueprint.get(FILE)
@signed_in(may=Permission.READ_DRAFTS)
def draft_file(key: int, path: str) -> Any:
    revision = flask.request.args.get("revision", "")
    with parts().runtime.database.read() as connection:
        file, content = definitions.read_draft_file(
            connection,
            key,
            path,
            revision=int(revision) if revision.isdecimal() and len(revision) < 9 else None,
        )
    if path.endswith(".bpmn"):
        content = definitions.with_picture(content)  # what a program wrote has often none
    response = flask.Response(content, content_type="text/plain; charset=utf-8")
    if "download" in flask.request.args:
        response.headers["Content-Disposition"] = (
            f"attachment; filename*=UTF-8''{quote(path.rsplit('/', 1)[-1])}"
        )
    return _marked(response, file)


@blueprint.put(FILE)
@signed_in(may=Permission.EDIT_DRAFTS)
def save_draft_file(key: int, path: str) -> Any:
    try:
        revision = int(flask.request.headers.get("If-Match", "").strip('"'))
    except ValueError:
        raise InvalidInput("expected the revision that was changed as If-Match, got none") from None
    try:
        file = operations.save_draft_file(
            parts().runtime,
            key,
            path,
            flask.request.get_data(),
            revision=revision,
            actor=actor(),
            now=now(),
        )
    except RedressError as error:
        return {"code": error.code, "detail": say(error.message, language())}, 400 if isinstance(
            error, InvalidInput
        ) else 409
    return _marked(flask.Response(status=204), file)


@blueprint.post(f"{FILE}/removal")
@signed_in(may=Permission.EDIT_DRAFTS)
def remove_draft_file(key: int, path: str) -> Any:
    operations.remove_draft_file(parts().runtime, key, path, actor=actor(), now=now())
    return flask.redirect(flask.url_for("web.draft_page", key=key))


@blueprint.post(f"{FILE}/restoration")
@signed_in(may=Permission.EDIT_DRAFTS)
def restore_draft_file(key: int, path: str) -> Any:
    """Let an earlier revision be the newest; what lies between stays."""
    wanted = flask.request.form.get("revision", "")
    operations.restore_draft_file(
        parts().runtime,
        key,
        path,
        revision=int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 0,
        actor=actor(),
        now=now(),
    )
    return flask.redirect(flask.url_for("web.edit", key=key, path=path))


@blueprint.get("/workbench/drafts/<int:key>/findings/<path:path>")
@signed_in(may=Permission.READ_DRAFTS)
def findings(key: int, path: str) -> Any:
    """What the check of the whole draft finds, this file's first; before it, what compliance said
    of the file when it returned the change."""
    with parts().runtime.database.read() as connection:
        draft = definitions.get_draft(connection, key)
        returned, base = find_returned(connection, draft), base_of(connection, draft)
        content = definitions.read_draft(connection, key)
    found = (*problems_of(content), *definitions.find_stale(base, content))
    here = [_told(each) for each in found if each.file == path]
    elsewhere = [
        {**_told(each), "href": flask.url_for("web.edit", key=key, path=each.file)}
        for each in found
        if each.file != path
    ]
    return {
        "findings": [*said_of(returned, path), *here],
        "elsewhere": elsewhere[:MAX_ELSEWHERE],
        "more": max(0, len(elsewhere) - MAX_ELSEWHERE),
    }


def _told(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "file": problem.file,
        "line": problem.line,
        "element": problem.element,
        "message": say(problem.message, language()),
        "fix": say(problem.fix, language()),
        "severity": str(problem.severity),
        "path": list(problem.path),
    }


@blueprint.post("/workbench/form-preview")
@signed_in(may=Permission.READ_DRAFTS)
def form_preview() -> Any:
    """A form as those who fill it in will see it."""
    try:
        form = orjson.loads(flask.request.get_data()[:MAX_PREVIEW_BYTES])
        look = forms.Look({}, {}, language(), zone())
        fields = forms.fields_of(form, look)
        title = forms.title_of(form, language())
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        return {
            "code": "invalid-input",
            "detail": say(
                Sentence("expected a form, got something else: {error}", error=str(error)),
                language(),
            ),
        }, 400
    return flask.render_template("form_preview.html", title=title, fields=fields)


@blueprint.post("/workbench/letter-preview")
@signed_in(may=Permission.READ_DRAFTS)
def letter_preview() -> Any:
    """A letter as a customer of an example would read it."""
    text = flask.request.get_data()[:MAX_PREVIEW_BYTES].decode("utf-8", "replace")
    try:
        letter = write_letter("preview", language="en", recipient="", facts=EXAMPLE, text=text)
    except InvalidInput as error:
        return {"code": error.code, "detail": say(error.message, language())}, 400
    return {"subject": letter.subject, "body": letter.body}


def _marked(response: flask.Response, file: DraftFile) -> flask.Response:
    response.set_etag(str(file.revision))
    response.headers["X-Changed-By"] = quote(file.saved_by)
    return response
