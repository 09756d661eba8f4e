"""A person decides on a mail that the reader left: it is a complaint, it belongs to a case, or it
is put aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service import cases
from service.db import Connection
from service.errors import StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.intake.mail_html import safe_html
from service.intake.mail_parts import Unreadable, markup_of, parse_message
from service.intake.mail_queries import MailRow, decide_mail, get_mail
from service.intake.mail_reading import Mail, read_mail
from service.intake.take_mail import enter_mail, evidence_of, register_mail
from service.lengths import check_reason
from service.sentence import Sentence
from service.vault import Vault

MOST_READ = 64 << 20

MOST_WHY = 300
"""Characters of why a mail is put aside."""


@dataclass(frozen=True, slots=True)
class MailShown:
    """A mail for a person's eyes. `markup` is cleaned HTML, "" where there is none; `problem` why
    it is not shown."""

    row: MailRow
    text: str
    markup: str
    attachments: tuple[tuple[str, int], ...]
    problem: str = ""


def show_mail(vault: Vault, row: MailRow) -> MailShown:
    """Take a kept mail apart for showing. Raises NotFound when its file is gone."""
    try:
        raw = _raw(vault, row)
        mail = read_mail(raw)
        markup = safe_html(markup_of(parse_message(raw)))
    except Unreadable as error:
        return MailShown(row, "", "", (), error.message)
    return MailShown(
        row, mail.text, markup, tuple((each.name, len(each.content)) for each in mail.attachments)
    )


def register_from_mail(
    runtime: Runtime, vault: Vault, key: int, *, actor: Actor, now: datetime
) -> str:
    """A waiting mail is a complaint; its number. Raises NotFound, StateConflict."""
    row = _waiting(runtime, key)
    mail = _read(vault, row)

    def file(connection: Connection, root_key: int) -> None:
        decide_mail(
            connection,
            row,
            state="filed",
            reason=row.reason,
            root_key=root_key,
            by=actor.name,
            now=now,
            verdict="complaint",
        )

    return register_mail(
        runtime, row, mail, evidence_of(vault, row, mail), file=file, actor=actor, now=now
    )


def attach_mail(
    runtime: Runtime, vault: Vault, key: int, number: str, *, actor: Actor, now: datetime
) -> str:
    """A waiting mail belongs to a case; its number. Raises NotFound, StateConflict,
    InvalidInput."""
    row = _waiting(runtime, key)
    mail = _read(vault, row)
    items = evidence_of(vault, row, mail)
    with runtime.database.transaction() as connection:
        complaint = cases.get_complaint(connection, number)
        decide_mail(
            connection,
            row,
            state="filed",
            reason=row.reason,
            root_key=complaint.root_key,
            by=actor.name,
            now=now,
            verdict="bounce" if row.verdict == "bounce" else "reply",
        )
        enter_mail(
            runtime,
            connection,
            complaint,
            items,
            text=mail.text,
            verdict="reply",
            actor=actor,
            now=now,
        )
    return complaint.number


def dismiss_mail(runtime: Runtime, key: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """A waiting mail is nobody's complaint. Raises InvalidInput without a reason, NotFound,
    StateConflict."""
    why = check_reason(reason, MOST_WHY)
    row = _waiting(runtime, key)
    with runtime.database.transaction() as connection:
        decide_mail(
            connection,
            row,
            state="dismissed",
            reason=why,
            root_key=row.root_key,
            by=actor.name,
            now=now,
        )


def _waiting(runtime: Runtime, key: int) -> MailRow:
    with runtime.database.read() as connection:
        row = get_mail(connection, key)
    if row.state != "waiting":
        raise StateConflict(
            "This mail was decided on already by {decided_by}.",
            decided_by=row.decided_by or Sentence("the reader"),
        )
    return row


def _read(vault: Vault, row: MailRow) -> Mail:
    """The mail; one that cannot be taken apart counts as its file alone, under what is known of
    it."""
    try:
        return read_mail(_raw(vault, row))
    except Unreadable:
        note = f"[the message could not be taken apart: {row.reason}]"
        return Mail(row.sender, "", row.subject, note, row.message_id, (), (), "", "", ())


def _raw(vault: Vault, row: MailRow) -> bytes:
    if row.size > MOST_READ:
        raise Unreadable("too large to be shown ({size:,} bytes)", size=row.size)
    return vault.read(row.sha256)
