"""Files from somebody's machine come into a draft: those of a modeler as they are, those that were
made for another engine converted, with a report of what became of them."""

from __future__ import annotations

from typing import Any

import flask

from service import definitions, operations
from service.conversion import Converted, Fate, convert_file, is_foreign
from service.errors import InvalidInput
from service.identity import Permission
from service.sentence import Words
from service.web.edge import actor, blueprint, now, parts, signed_in

MAX_UPLOADS = 100
FATES: Words = {
    Fate.TO_DO: "to be done by you",
    Fate.NO_EFFECT: "has no effect here and was left out",
    Fate.DONE: "converted",
}
_FOLDERS = {
    ".form.json": "forms",
    "schema.json": "forms",
    ".letter.txt": "processes/letters",
    ".rule.json": "processes/rules",
    ".scenario.json": "processes/scenarios",
    ".answers.json": "processes/scenarios",
    ".drill.json": "processes/drills",
}


@blueprint.post("/workbench/drafts/<int:key>/upload")
@signed_in(may=Permission.EDIT_DRAFTS)
def upload(key: int) -> Any:
    """Take files from a modeler on somebody's machine: each replaces the one of its name, or is
    new."""
    sent = [each for each in flask.request.files.getlist("files") if each.filename]
    if not 0 < len(sent) <= MAX_UPLOADS:
        raise InvalidInput(
            "expected 1 to {most} files, got {count}", most=MAX_UPLOADS, count=len(sent)
        )
    files: dict[str, bytes] = {}
    converted: list[Converted] = []
    for each in sent:
        name, content = _plain(each.filename or ""), each.read()
        made = convert_file(name, content) if is_foreign(name, content) else None
        if made is not None:
            converted.append(made)
        become = made.files if made is not None else {name: content}
        files |= {_place(new): text for new, text in become.items()}
    if files:
        operations.upload_draft_files(parts().runtime, key, files, actor=actor(), now=now())
    if not converted:
        return flask.redirect(flask.url_for("web.draft_page", key=key))
    return flask.render_template("converted.html", key=key, converted=converted, fates=FATES)


def _plain(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _place(name: str) -> str:
    """Where an uploaded file belongs, by the ending of its name."""
    folder = next(
        (folder for ending, folder in _FOLDERS.items() if name.endswith(ending)), "processes"
    )
    path = f"{folder}/{name}"
    definitions.check_path(path)
    return path
