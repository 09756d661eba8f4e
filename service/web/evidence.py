"""The evidence and the contact log of a case: what there is, adding to it, taking a file out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import flask

from service import cases, operations, tasks
from service.cases import KINDS, MEANS, RESULTS, Complaint
from service.db import Connection
from service.edge.headers import CSP
from service.errors import FieldError, FormInvalid, InvalidInput, NotFound
from service.i18n.catalogue import say
from service.identity import Permission, list_accounts
from service.operations import NewContact
from service.sentence import Words
from service.web.edge import actor, blueprint, inside, language, now, parts, signed_in
from service.web.paging import key_asked, last_of, place_asked
from service.web.zones import asked_case, zone

MOST_FILES = 20
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PDF = "application/pdf"
"""What is shown in the page; everything else is downloaded."""
FRAMED = f"{CSP}; frame-src 'self'"
IN_A_FRAME = "frame-ancestors 'self'"
"""A PDF is shown by the browser's own viewer, which a sandbox or a policy of what it may load would
stop; only pages of ours may show it."""
TYPES: Words = {
    "application/pdf": "PDF document",
    "message/rfc822": "e-mail message",
    "application/zip": "archive",
    "image": "picture",
    "audio": "sound recording",
    "video": "video",
    "text": "text",
    "sheet": "spreadsheet",
    "document": "text document",
    "": "file of another kind",
}
"""What a file is called by its media type, by the first part of it, or by a word in it."""
SHOWN = 100
"""So many files and contacts are on a page; a link leads to those before."""


def visible_case(number: str) -> Complaint:
    """A case that this person may read: by role, or because of a task in it. Raises NotFound."""
    with parts().runtime.database.read() as connection:
        complaint = asked_case(connection, number)
        check_visible(connection, complaint)
        return complaint


def check_visible(connection: Connection, complaint: Complaint) -> None:
    """A case may be read by role, or because of a task in it. Raises NotFound."""
    if actor().may(Permission.READ_COMPLAINTS):
        return
    if not any(
        tasks.can_see(task, actor())
        for task in tasks.list_case_tasks(connection, complaint.root_key)
    ):
        raise NotFound("There is no complaint {number}.", number=complaint.number)


@blueprint.app_template_filter("file_type")
def file_type(media_type: str) -> str:
    """What a media type is called, in the reader's language."""
    known = TYPES.get(media_type) or TYPES.get(media_type.partition("/")[0])
    inside = (word for part, word in TYPES.items() if part and part in media_type)
    return say(known or next(inside, TYPES[""]), language())


@blueprint.get("/complaints/<number>/evidence")
@signed_in()
def evidence_page(number: str) -> Any:
    headers = {"Content-Security-Policy": FRAMED}
    return _show(visible_case(number), {}, {}), 200, headers


@blueprint.post("/complaints/<number>/evidence")
@signed_in()
def add_evidence(number: str) -> Any:
    complaint, vault = visible_case(number), parts().vault
    flask.request.max_content_length = MOST_FILES * vault.limit
    sent = [each for each in flask.request.files.getlist("files") if each.filename]
    kind = flask.request.form.get("kind", "document")
    if not 0 < len(sent) <= MOST_FILES or kind not in KINDS:
        raise InvalidInput("expected 1 to {most} files of a known kind", most=MOST_FILES)
    items = [
        cases.take_in(vault, each.stream, name=each.filename or "", kind=kind, source="desk")  # type: ignore[arg-type]
        for each in sent
    ]
    operations.add_evidence(parts().runtime, complaint.root_key, items, actor=actor(), now=now())
    back = inside(flask.request.form.get("back", ""))
    return flask.redirect(
        back if back != "/" else flask.url_for("web.evidence_page", number=number)
    )


@blueprint.get("/complaints/<number>/evidence/<int:key>")
@signed_in()
def evidence_file(number: str, key: int) -> Any:
    complaint = visible_case(number)
    with parts().runtime.database.read() as connection:
        found = cases.get_evidence(connection, complaint.root_key, key)
    cases.check_may_open(found, actor())
    headers = dict(cases.download_headers(found))
    if "show" in flask.request.args and found.media_type == PDF:
        headers |= {"Content-Disposition": "inline", "Content-Security-Policy": IN_A_FRAME}
    return flask.Response(parts().vault.read(found.sha256), headers=headers)


@blueprint.post("/complaints/<number>/contacts")
@signed_in()
def log_contact(number: str) -> Any:
    complaint, sent = visible_case(number), flask.request.form
    try:
        new = NewContact(
            spoke_at=_instant(sent.get("spokeAt", "")),
            bank_person=sent.get("bankPerson", "").strip(),
            party=sent.get("party", "").strip(),
            means=sent.get("means", ""),
            result=sent.get("result", ""),
            note=sent.get("note", "").strip(),
        )
        operations.log_contact(parts().runtime, complaint.root_key, new, actor=actor(), now=now())
    except FormInvalid as error:
        return _show(complaint, sent, {each.pointer: each.message for each in error.errors}), 422
    return flask.redirect(flask.url_for("web.evidence_page", number=number) + "#contacts")


def _instant(text: str) -> datetime:
    """A local date and time as the browser's field gives it. Raises FormInvalid."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise FormInvalid([FieldError("/spokeAt", "expected a date and time")]) from None
    return found if found.tzinfo else found.replace(tzinfo=zone())


def _show(complaint: Complaint, values: Any, errors: dict[str, str]) -> str:
    with parts().runtime.database.read() as connection:
        found = cases.list_evidence(
            connection, complaint.root_key, before=key_asked("files"), limit=SHOWN + 1
        )
        files, earlier_files = last_of(found, lambda file: file.key, SHOWN)
        logged = cases.list_contacts(
            connection, complaint.root_key, before=place_asked("contacts"), limit=SHOWN + 1
        )
        contacts, earlier_contacts = last_of(
            logged, lambda entry: (entry.spoke_at, entry.key), SHOWN
        )
        people = [each for each in list_accounts(connection) if each.active]
    local = now().astimezone(zone())
    return flask.render_template(
        "evidence.html",
        complaint=complaint,
        files=files,
        earlier_files=earlier_files,
        contacts=contacts,
        earlier_contacts=earlier_contacts,
        kinds=KINDS,
        pictures=PICTURES,
        people=people,
        means=MEANS,
        results=RESULTS,
        values=values,
        errors=errors,
        local=f"{local:%Y-%m-%dT%H:%M}",
    )
