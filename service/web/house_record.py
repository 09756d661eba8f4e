"""What people did where no case is concerned, as a page tells it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.audit import HouseEvent, HouseRow
from service.i18n.dates import day
from service.sentence import Words
from service.web.edge import language

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SAID: Words = {
    HouseEvent.DRAFT_OPENED: "opened the draft",
    HouseEvent.DRAFT_DISCARDED: "discarded the draft",
    HouseEvent.FILES_ADDED: "added new files",
    HouseEvent.FILES_UPLOADED: "uploaded files",
    HouseEvent.FILE_REMOVED: "removed a file",
    HouseEvent.FILE_RESTORED: "brought back an earlier revision of a file",
    HouseEvent.POLICY_SET: "said who reviews the changes of the procedure",
    HouseEvent.POLICY_ASKED: "asked for a less strict review of the procedure",
    HouseEvent.STAFF_CHANGED: "changed unit, skills or capacity",
    HouseEvent.ABSENCE_SET: "set days away",
    HouseEvent.ABSENCE_DROPPED: "removed days away",
    HouseEvent.NOTICES_CHOSEN: "chose what to be told",
    HouseEvent.FILTER_SAVED: "kept a view of the task list",
    HouseEvent.FILTER_DELETED: "deleted a view of the task list",
    HouseEvent.REPLY_KEPT: "kept a reply",
    HouseEvent.REPLY_DELETED: "deleted a reply",
    HouseEvent.ANSWER_DROPPED: "threw away what was typed into a form",
    HouseEvent.ACCOUNT_ADDED: "added the account",
    HouseEvent.ACCOUNT_CHANGED: "changed the account",
    HouseEvent.ACCOUNT_ENDED: "ended the account",
    HouseEvent.GRANT_ASKED: "asked for more for the account",
    HouseEvent.GRANT_MADE: "granted more to the account",
    HouseEvent.GRANT_REFUSED: "refused more to the account",
    HouseEvent.GROUP_ADDED: "made a task group known",
    HouseEvent.PASSWORD_SET: "set a password",
    HouseEvent.CODE_SENT: "sent a code for a password",
    HouseEvent.FACTOR_BEGUN: "began to set up a second factor",
    HouseEvent.FACTOR_SET: "turned a second factor on",
    HouseEvent.FACTOR_DROPPED: "turned the second factor off",
    HouseEvent.TOKEN_MADE: "made a token",
    HouseEvent.TOKEN_REVOKED: "revoked a token",
}
FIELDS: Words = {
    "title": "title of the draft",
    "base": "key of the version it began with",
    "openedBy": "opened by",
    "state": "state of the draft",
    "revisions": "revisions of files",
    "path": "path of the file",
    "paths": "paths of the files",
    "files": "files it began with",
    "release": "key of the release that it brings in",
    "taken": "files as the release has them",
    "joined": "files put together from both",
    "toSettle": "changed by the bank and by the release: the bank's stand",
    "revision": "revision of the file",
    "bytes": "size in bytes",
    "unit": "Unit",
    "skills": "skills",
    "capacity": "Complaints at a time, at most",
    "first": "First day",
    "last": "Last day",
    "roles": "Roles",
    "level": "Own limit of authority",
    "email": "E-mail",
    "active": "in use",
    "superior": "Answers to",
    "askedBy": "Asked by",
    "displayName": "Full name",
    "language": "Language",
    "sessionsEnded": "sessions ended",
    "tokensRevoked": "tokens revoked",
    "token": "Token",
    "label": "What it is for",
    "scope": "For",
    "until": "Until",
    "by": "by",
    "review": "Reviewed by",
    "reason": "Reason",
}
"""What the details of those rows are called that a page shows."""
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One value: what it is of, what it was, what it is. "" where there was or is none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that somebody did, for the template. `about` is whom or what it was done to."""

    at: datetime
    actor: str
    said: str
    about: str
    changes: tuple[Change, ...]


def told(rows: Iterable[HouseRow], *, values: Mapping[str, str] | None = None) -> list[Told]:
    """The rows as a page shows them, in their order; `values` are the words for what is kept as a
    code."""
    return [
        Told(
            row.at,
            row.actor,
            SAID.get(row.event, row.event),
            row.subject.partition(":")[2],
            tuple(
                _change(FIELDS.get(name, name), value, values or {})
                for name, value in sorted(row.details.items())
            ),
        )
        for row in rows
    ]


def _change(name: str, value: Any, words: Mapping[str, str]) -> Change:
    between = isinstance(value, Mapping) and set(value) <= {"from", "to"}
    before, after = (value.get("from"), value.get("to")) if between else (None, value)
    return Change(name, *(words.get(text, text) for text in (_text(before), _text(after))))


def _text(value: Any) -> str:
    """A value as it is read: days as the language writes them."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_text(each)}" for name, each in value.items())[:LONGEST]
    if isinstance(value, list):
        return ", ".join(map(_text, value))[:LONGEST]
    text = str(value)[:LONGEST]
    try:
        return day(date.fromisoformat(text), language()) if _DAY.fullmatch(text) else text
    except ValueError:
        return text
