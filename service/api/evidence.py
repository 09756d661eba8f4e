"""Evidence and the contact log of a complaint."""

from __future__ import annotations

from typing import Annotated, Any

import flask
from pydantic import Field

from service import cases, operations
from service.api.operation import MULTIPART, Call, operation
from service.api.shapes import Given, Instant, Key, Long, Page, Sent, Text, whole_page
from service.cases import KINDS, Evidence, NewEvidence
from service.edge import parts
from service.errors import InvalidInput
from service.identity import Permission
from service.operations import NewContact
from service.sentence import Sentence

MOST_FILES = 20


class EvidenceGiven(Given):
    """A file of a complaint. `mediaType` is what its content is; a quarantined one has the
    reason."""

    evidence_key: Key
    kind: str
    source: str
    name: str
    media_type: str
    size: int
    sha256: Annotated[str, Field(alias="sha256")]
    state: str
    reason: str | None
    added_at: Instant
    added_by: str


class ContactSent(Sent):
    """Who of the bank spoke with whom, when, by what means, with which result."""

    spoke_at: Instant
    bank_person: Text
    party: Text
    means: Text
    result: Text
    note: Long = ""


class ContactGiven(Given):
    """An entry of the contact log."""

    contact_key: Key
    spoke_at: Instant
    bank_person: str
    party: str
    means: str
    result: str
    note: str
    recorded_at: Instant
    recorded_by: str


@operation(
    "GET /api/complaints/{number}/evidence",
    may=Permission.READ_COMPLAINTS,
    gives=Page[EvidenceGiven],
)
def get_evidence(call: Call, number: str) -> Any:
    """The files of a complaint, each with its hash."""
    with call.runtime.database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key
        return whole_page(_evidence(row) for row in cases.list_evidence(connection, root_key))


@operation(
    "POST /api/complaints/{number}/evidence",
    may=Permission.ADD_EVIDENCE,
    gives=Page[EvidenceGiven],
    media=MULTIPART,
    status=201,
)
def add_evidence(call: Call, number: str) -> Any:
    """Enter files, as multipart parts named `files`; what may do harm is kept, but locked away with
    a reason."""
    with call.runtime.database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key
    items = _received()
    keys = operations.add_evidence(call.runtime, root_key, items, actor=call.actor, now=call.now)
    with call.runtime.database.read() as connection:
        return whole_page(
            _evidence(cases.get_evidence(connection, root_key, key)) for key in keys
        ), 201


@operation(
    "GET /api/complaints/{number}/evidence/{evidenceKey}/content",
    may=Permission.READ_COMPLAINTS,
    gives="application/octet-stream",
)
def get_evidence_content(call: Call, number: str, key: int) -> Any:
    """A file itself: always as a download, never to be shown in place."""
    with call.runtime.database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key
        found = cases.get_evidence(connection, root_key, key)
    cases.check_may_open(found, call.actor)
    return flask.Response(
        parts().vault.read(found.sha256), headers=dict(cases.download_headers(found))
    )


@operation(
    "GET /api/complaints/{number}/contacts",
    may=Permission.READ_COMPLAINTS,
    gives=Page[ContactGiven],
)
def get_contacts(call: Call, number: str) -> Any:
    """The contact log of a complaint."""
    with call.runtime.database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key
        return whole_page(_contact(row) for row in cases.list_contacts(connection, root_key))


@operation(
    "POST /api/complaints/{number}/contacts",
    may=Permission.ADD_EVIDENCE,
    takes=ContactSent,
    gives=ContactGiven,
    status=201,
)
def log_contact(call: Call, number: str, sent: ContactSent) -> Any:
    """Enter a contact into the log."""
    with call.runtime.database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key
    new = NewContact(
        sent.spoke_at, sent.bank_person, sent.party, sent.means, sent.result, sent.note
    )
    key = operations.log_contact(call.runtime, root_key, new, actor=call.actor, now=call.now)
    with call.runtime.database.read() as connection:
        entry = next(row for row in cases.list_contacts(connection, root_key) if row.key == key)
    return _contact(entry), 201


def _received() -> list[NewEvidence]:
    """The files of the request, kept and looked at. They go to disk as they come, never whole into
    memory."""
    vault = parts().vault
    flask.request.max_content_length = MOST_FILES * vault.limit
    if flask.request.mimetype != MULTIPART:
        flask.abort(
            415,
            Sentence(
                "expected {wanted}, got {found}",
                wanted=MULTIPART,
                found=flask.request.mimetype or Sentence("nothing"),
            ),
        )
    sent, kind = (
        flask.request.files.getlist("files"),
        _kind(flask.request.form.get("kind") or "document"),
    )
    if not 0 < len(sent) <= MOST_FILES:
        raise InvalidInput(
            "expected 1 to {most} parts named files, got {count}", most=MOST_FILES, count=len(sent)
        )
    return [
        cases.take_in(vault, each.stream, name=each.filename or "file", kind=kind, source="api")  # type: ignore[arg-type]
        for each in sent
    ]


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise InvalidInput(
            "expected a kind out of {kinds}, got {kind!r}", kinds=KINDS, kind=kind[:40]
        )
    return kind


def _evidence(row: Evidence) -> dict[str, Any]:
    return {
        "evidenceKey": str(row.key),
        "kind": row.kind,
        "source": row.source,
        "name": row.name,
        "mediaType": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        "state": row.state,
        "reason": row.reason,
        "addedAt": row.added_at.isoformat(),
        "addedBy": row.added_by,
    }


def _contact(row: cases.ContactEntry) -> dict[str, Any]:
    return {
        "contactKey": str(row.key),
        "spokeAt": row.spoke_at.isoformat(),
        "bankPerson": row.bank_person,
        "party": row.party,
        "means": row.means,
        "result": row.result,
        "note": row.note,
        "recordedAt": row.recorded_at.isoformat(),
        "recordedBy": row.recorded_by,
    }
