"""One message of a mailbox is taken in: once, whatever happens meanwhile.

The raw message goes to the vault first. Then one transaction writes the message's row, where it was
seen, and what follows from it (a complaint with its process, evidence of a case, a returned
letter's mark). The row's fingerprint and place are unique: who comes second writes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from service import audit, cases, operations
from service.audit import Event
from service.cases import NewComplaint, NewEvidence
from service.db import Connection, take
from service.engine import EngineError
from service.execution import Runtime
from service.identity import MAILBOX, Actor
from service.intake.charsets import guess_language
from service.intake.mail_parts import Unreadable
from service.intake.mail_queries import MailRow, Place, find_by_fingerprint, insert_mail, mark_seen
from service.intake.mail_reading import PREVIEW, Mail, fingerprint_of, read_mail
from service.intake.mail_sorting import Sorted, sort_mail
from service.vault import Kept, Vault, Verdict

MOST_CONTENT = 20_000
log = logging.getLogger("redress.mailbox")


@dataclass(frozen=True, slots=True)
class Raw:
    """A message as it lay in the mailbox. `head` is its beginning, and all of it unless `cut`."""

    place: Place
    received_at: datetime
    head: bytes
    kept: Kept
    cut: bool = False
    size: int = 0


def take_mail(runtime: Runtime, vault: Vault, raw: Raw, *, own_address: str, now: datetime) -> str:
    """Take a message in; its verdict, or `seen` when it was taken before. Raises Unavailable when
    that cannot be done now: the message stays where it is and is taken next time."""
    message_id, content = fingerprint_of(raw.head)
    fingerprint = raw.kept.sha256 if raw.cut else content
    if _is_known(runtime, raw.place, fingerprint):
        return "seen"
    row = _row(raw, fingerprint, message_id, now)
    try:
        return _take(runtime, vault, raw, row, own_address=own_address, now=now)
    except sa.exc.IntegrityError:
        if _is_known(runtime, raw.place, fingerprint):
            return "seen"  # another reader was first
        raise


def _is_known(runtime: Runtime, place: Place, fingerprint: str) -> bool:
    with runtime.database.transaction() as connection:
        key = find_by_fingerprint(connection, fingerprint)
        if key is not None:
            mark_seen(connection, key, place)
    return key is not None


def _take(
    runtime: Runtime, vault: Vault, raw: Raw, row: MailRow, *, own_address: str, now: datetime
) -> str:
    try:
        mail = read_mail(raw.head)
    except Unreadable as error:
        return _leave(runtime, row, raw.place, error.message)
    row = _described(row, mail)
    if raw.cut:
        return _leave(
            runtime,
            row,
            raw.place,
            f"larger than can be read by itself ({raw.size or raw.kept.size:,} bytes)",
        )
    with runtime.database.read() as connection:
        found = sort_mail(connection, mail, own_address=own_address)
    items = _evidence(
        vault, raw.kept, mail, wanted=found.complaint is not None or found.verdict == "complaint"
    )
    try:
        if found.verdict == "complaint":
            register_mail(
                runtime, row, mail, items, file=_filing(row, raw.place), actor=MAILBOX, now=now
            )
        else:
            _file(runtime, row, raw.place, found, items, text=mail.text, now=now)
    except (EngineError, sa.exc.DataError, UnicodeError) as error:
        log.exception("a mail could not be taken in by itself")
        return _leave(
            runtime, row, raw.place, f"could not be registered by itself ({type(error).__name__})"
        )
    return found.verdict


def register_mail(
    runtime: Runtime,
    row: MailRow,
    mail: Mail,
    items: list[NewEvidence],
    *,
    file: Callable[[Connection, int], None],
    actor: Actor,
    now: datetime,
) -> str:
    """Register a mail as a complaint; its number. `file` writes the message's row in the same
    transaction."""

    def file_with_it(connection: Connection, registered: operations.Registered) -> None:
        file(connection, registered.root_key)
        operations.write_evidence(connection, registered.root_key, items, actor=actor.name, now=now)

    new = complaint_of(mail, row, now=now, currency=runtime.profile.currency)
    return operations.register_complaint(
        runtime, new, actor=actor, now=now, in_transaction=file_with_it
    ).number


def complaint_of(mail: Mail, row: MailRow, *, now: datetime, currency: str) -> NewComplaint:
    """The complaint that a mail is. What is missing stays missing: the procedure asks for it."""
    content = "\n\n".join(part for part in (mail.subject, mail.text.strip()) if part)
    return NewComplaint(
        customer_name=mail.sender_name or None,
        phone=None,
        email=mail.sender or None,
        address=None,
        channel="email",
        content=content[:MOST_CONTENT],
        received_at=min(row.received_at, now),
        language=guess_language(content),
        currency=currency,
        external_id=f"mail:{row.fingerprint}",
        thread=mail.message_id or None,
    )


def _filing(row: MailRow, place: Place) -> Callable[[Connection, int], None]:
    def file(connection: Connection, root_key: int) -> None:
        insert_mail(
            connection,
            _with(row, take(connection, "mail"), "complaint", "filed", "", root_key),
            place,
        )

    return file


def _file(
    runtime: Runtime,
    row: MailRow,
    place: Place,
    found: Sorted,
    items: list[NewEvidence],
    *,
    text: str,
    now: datetime,
) -> None:
    """Enter a message that registers nothing, and what it means for the case it belongs to."""
    with runtime.database.transaction() as connection:
        root_key = found.complaint.root_key if found.complaint else None
        key = take(connection, "mail")
        insert_mail(
            connection, _with(row, key, found.verdict, found.state, found.reason, root_key), place
        )
        if found.complaint is None:
            return
        if found.state == "filed" or found.verdict == "bounce":
            enter_mail(
                runtime,
                connection,
                found.complaint,
                items,
                text=text,
                verdict=found.verdict,
                actor=MAILBOX,
                now=now,
            )
        if found.verdict == "bounce":
            operations.mark_returned(
                connection, found.complaint, found.letter, reason=found.reason, now=now
            )


def enter_mail(
    runtime: Runtime,
    connection: Connection,
    complaint: cases.Complaint,
    items: Iterable[NewEvidence],
    *,
    text: str,
    verdict: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Enter a mail in the file of a case, and tell who works on it. An answer that the case waits
    for moves it. Raises EngineError when it cannot go on."""
    if verdict == "reply":
        said = operations.Said("answer", "email", text.strip()[:MOST_CONTENT], late=True)
        operations.hear_within(
            connection, runtime, complaint.root_key, said, list(items), actor=actor, now=now
        )
        return
    operations.write_evidence(
        connection, complaint.root_key, list(items), actor=actor.name, now=now
    )
    audit.append(
        connection,
        complaint.root_key,
        Event.MAIL_RECEIVED,
        actor=actor.name,
        at=now,
        details={"verdict": verdict},
    )


def _leave(runtime: Runtime, row: MailRow, place: Place, reason: str) -> str:
    """A person has to look at it."""
    with runtime.database.transaction() as connection:
        insert_mail(
            connection,
            _with(row, take(connection, "mail"), "unclear", "waiting", reason, None),
            place,
        )
    return "unclear"


def _evidence(vault: Vault, kept: Kept, mail: Mail, *, wanted: bool) -> list[NewEvidence]:
    """The whole message and each file in it, in the vault and looked at."""
    if not wanted:
        return []
    message = NewEvidence(
        "mail", "mail", "message.eml", kept, Verdict("message/rfc822"), said_in(mail)
    )
    items = [message]
    for attachment in mail.attachments:
        stored = vault.keep_bytes(attachment.content)
        items.append(
            cases.examine(vault, stored, name=attachment.name, kind="document", source="mail")
        )
    return items


def said_in(mail: Mail) -> str:
    """The text that a case is found by."""
    return "\n".join((mail.sender_name, mail.sender, mail.subject, mail.text[:MOST_CONTENT]))


def evidence_of(vault: Vault, row: MailRow, mail: Mail) -> list[NewEvidence]:
    """The same for a message that a person decides on."""
    return _evidence(vault, Kept(row.sha256, row.size), mail, wanted=True)


def _row(raw: Raw, fingerprint: str, message_id: str, now: datetime) -> MailRow:
    received_at = raw.received_at if raw.received_at <= now + timedelta(minutes=5) else now
    return MailRow(
        key=0,
        fingerprint=fingerprint,
        message_id=message_id,
        sha256=raw.kept.sha256,
        size=raw.kept.size,
        sender="",
        subject="",
        preview="",
        received_at=received_at,
        read_at=now,
        verdict="unclear",
        state="waiting",
        reason="",
        root_key=None,
        decided_by=None,
        decided_at=None,
    )


def _described(row: MailRow, mail: Mail) -> MailRow:
    preview = " ".join(mail.text[: PREVIEW * 2].split())[:PREVIEW]
    return replace(row, sender=mail.sender, subject=mail.subject, preview=preview)


def _with(
    row: MailRow, key: int, verdict: str, state: str, reason: str, root_key: int | None
) -> MailRow:
    return replace(
        row, key=key, verdict=verdict, state=state, reason=reason[:300], root_key=root_key
    )
