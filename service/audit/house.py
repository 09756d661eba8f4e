"""What people did to the house itself: drafts of the procedure, staff, absences, choices. No case
is concerned, so it is in no case's history.

Append only, and chained by hash for each subject (`draft:65536`, `account:amy`) as a case's history
is. `details` say what changed: old and new values, but nothing a customer wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from service.audit.chain import GENESIS, digest
from service.audit.tables import house_history
from service.db import Connection


class HouseEvent(StrEnum):
    """What can be written here: `house:thing:happened`."""

    DRAFT_OPENED = "house:draft:opened"
    DRAFT_DISCARDED = "house:draft:discarded"
    FILES_ADDED = "house:files:added"
    FILES_UPLOADED = "house:files:uploaded"
    FILE_REMOVED = "house:file:removed"
    FILE_RESTORED = "house:file:restored"
    POLICY_SET = "house:policy:set"
    POLICY_ASKED = "house:policy:asked"
    STAFF_CHANGED = "house:staff:changed"
    ABSENCE_SET = "house:absence:set"
    ABSENCE_DROPPED = "house:absence:dropped"
    NOTICES_CHOSEN = "house:notices:chosen"
    FILTER_SAVED = "house:filter:saved"
    FILTER_DELETED = "house:filter:deleted"
    REPLY_KEPT = "house:reply:kept"
    REPLY_DELETED = "house:reply:deleted"
    ANSWER_DROPPED = "house:answer:dropped"
    ACCOUNT_ADDED = "house:account:added"
    ACCOUNT_CHANGED = "house:account:changed"
    ACCOUNT_ENDED = "house:account:ended"
    GRANT_ASKED = "house:grant:asked"
    GRANT_MADE = "house:grant:made"
    GRANT_REFUSED = "house:grant:refused"
    GROUP_ADDED = "house:group:added"
    PASSWORD_SET = "house:password:set"  # noqa: S105 (no password)
    CODE_SENT = "house:code:sent"
    FACTOR_BEGUN = "house:factor:begun"
    FACTOR_SET = "house:factor:set"
    FACTOR_DROPPED = "house:factor:dropped"
    TOKEN_MADE = "house:token:made"  # noqa: S105
    TOKEN_REVOKED = "house:token:revoked"  # noqa: S105


@dataclass(frozen=True, slots=True)
class HouseRow:
    """One thing that somebody did."""

    subject: str
    seq: int
    at: datetime
    actor: str
    event: str
    details: Mapping[str, Any]
    previous_hash: str
    hash: str


def draft_subject(key: int) -> str:
    """A draft of the procedure."""
    return f"draft:{key}"


def account_subject(name: str) -> str:
    """An account: its staff settings, absences, choices."""
    return f"account:{name}"


def task_subject(key: int) -> str:
    """A user task, for what people type into it before they complete it."""
    return f"task:{key}"


def record(
    connection: Connection,
    subject: str,
    event: HouseEvent,
    *,
    actor: str,
    at: datetime,
    details: Mapping[str, Any],
) -> int:
    """Write the next row of a subject, in the caller's transaction; its number. Two writers cannot
    take the same number: the key is unique, and the loser's write fails."""
    last = connection.execute(
        sa.select(house_history.c.seq, house_history.c.hash)
        .where(house_history.c.subject == subject)
        .order_by(house_history.c.seq.desc())
        .limit(1)
    ).one_or_none()
    seq, previous = (0, GENESIS) if last is None else (last.seq, last.hash)
    row: dict[str, Any] = {
        "subject": subject,
        "seq": seq + 1,
        "at": at,
        "actor": actor,
        "event": event.value,
        "details": dict(details),
        "previous_hash": previous,
    }
    connection.execute(sa.insert(house_history), {**row, "hash": _digest(row)})
    return seq + 1


def list_house_events(connection: Connection, subject: str, *, limit: int = 50) -> list[HouseRow]:
    """What was done to a subject last, the newest first."""
    query = (
        sa.select(house_history)
        .where(house_history.c.subject == subject)
        .order_by(house_history.c.seq.desc())
        .limit(limit)
    )
    return [HouseRow(**row) for row in connection.execute(query).mappings()]


def list_recent_house_events(
    connection: Connection, events: Collection[HouseEvent], *, limit: int = 50
) -> list[HouseRow]:
    """The last of these events, whatever they were done to, the newest first."""
    query = (
        sa.select(house_history)
        .where(house_history.c.event.in_([event.value for event in events]))
        .order_by(house_history.c.at.desc(), house_history.c.subject, house_history.c.seq.desc())
        .limit(limit)
    )
    return [HouseRow(**row) for row in connection.execute(query).mappings()]


def verify_house(connection: Connection) -> tuple[str, int] | None:
    """The subject and number of the first row that does not fit its chain, None when all do."""
    tips: dict[str, tuple[int, str]] = {}
    query = sa.select(house_history).order_by(house_history.c.subject, house_history.c.seq)
    for row in connection.execute(query).mappings():
        seq, previous = tips.get(row["subject"], (0, GENESIS))
        digest_of_row = _digest(dict(row))
        fits = (row["seq"], row["previous_hash"], row["hash"]) == (
            seq + 1,
            previous,
            digest_of_row,
        )
        if not fits:
            return str(row["subject"]), int(row["seq"])
        tips[row["subject"]] = (row["seq"], row["hash"])
    return None


def _digest(row: Mapping[str, Any]) -> str:
    return digest({**row, "root_key": row["subject"], "subject_key": None})
