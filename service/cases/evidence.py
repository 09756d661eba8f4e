"""Reads and writes of evidence and of the contact log. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.cases.search import extend_case
from service.cases.tables import contact_entry, evidence
from service.db import Connection, PageMark, beyond, touch
from service.errors import NotFound
from service.sentence import WordList
from service.vault.inspection import Verdict, inspect
from service.vault.store import Kept, Vault

KINDS: WordList = (
    "document",
    "photo",
    "recording",
    "statement",
    "mail",
    "letter",
    "report",
    "other",
)
SOURCES: WordList = ("mail", "portal", "desk", "api", "system")
MEANS: WordList = ("phone", "email", "visit", "letter", "video", "message", "other")
RESULTS: WordList = ("reached", "not reached", "message left", "will call back", "refused")


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """A file that is in the vault and was looked at, to be entered for a case. `text` is what
    somebody wrote in it, where that is known: the case is found by it."""

    kind: str
    source: str
    name: str
    kept: Kept
    verdict: Verdict
    text: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row of `evidence`."""

    root_key: int
    key: int
    kind: str
    source: str
    name: str
    media_type: str
    size: int
    sha256: str
    state: str
    reason: str | None
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """One row of the contact log."""

    root_key: int
    key: int
    spoke_at: datetime
    bank_person: str
    party: str
    means: str
    result: str
    note: str
    recorded_at: datetime
    recorded_by: str


def examine(vault: Vault, kept: Kept, *, name: str, kind: str, source: str) -> NewEvidence:
    """Look at a file in the vault, so that it can be entered for a case."""
    plain = clean_name(name)
    verdict = inspect(vault.path(kept.sha256), plain, size=kept.size, limit=vault.limit)
    return NewEvidence(kind, source, plain, kept, verdict)


def clean_name(name: str) -> str:
    """A file's name without its folders, control characters and marks that turn the reading
    direction."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(
        mark for mark in last if mark.isprintable() and not 0x202A <= ord(mark) <= 0x2069
    )
    return plain.strip()[-200:] or "file"


def insert_evidence(
    connection: Connection,
    root_key: int,
    rows: Iterable[tuple[int, NewEvidence]],
    *,
    now: datetime,
    actor: str,
) -> None:
    """Enter files for a case, under child keys of it; it is then found by their names and texts."""
    given = list(rows)
    values = [
        {
            "root_key": root_key,
            "key": key,
            "kind": new.kind,
            "source": new.source,
            "name": new.name,
            "media_type": new.verdict.media_type,
            "size": new.kept.size,
            "sha256": new.kept.sha256,
            "state": "quarantined" if new.verdict.reason else "kept",
            "reason": new.verdict.reason,
            "added_at": now,
            "added_by": actor,
        }
        for key, new in given
    ]
    if values:
        connection.execute(sa.insert(evidence), values)
        extend_case(
            connection, root_key, *(each for _, new in given for each in (new.name, new.text))
        )


def list_evidence(
    connection: Connection, root_key: int, *, before: int | None = None, limit: int | None = None
) -> list[Evidence]:
    """The files of a case, or the last ones of them before a key; oldest first."""
    query = sa.select(evidence).where(evidence.c.root_key == root_key)
    if before is not None:
        query = query.where(evidence.c.key < before)
    rows = connection.execute(query.order_by(evidence.c.key.desc()).limit(limit)).mappings()
    return [Evidence(**row) for row in rows][::-1]


def get_evidence(connection: Connection, root_key: int, key: int) -> Evidence:
    """One file of a case. Raises NotFound."""
    query = sa.select(evidence).where(evidence.c.root_key == root_key, evidence.c.key == key)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no evidence {key} in this case.", key=key)
    return Evidence(**row)


def list_kept(connection: Connection) -> list[tuple[Kept, int]]:
    """Every file that a case names, once, with the first of the cases that do."""
    columns = (evidence.c.sha256, evidence.c.size)
    query = sa.select(*columns, sa.func.min(evidence.c.root_key)).group_by(*columns)
    return [(Kept(sha256, size), root_key) for sha256, size, root_key in connection.execute(query)]


def insert_contact(connection: Connection, entry: ContactEntry) -> None:
    """Enter a contact into the log, and let the case be found by it."""
    touch(connection, entry.root_key)
    connection.execute(sa.insert(contact_entry), asdict(entry))
    extend_case(connection, entry.root_key, entry.bank_person, entry.party, entry.note)


def list_contacts(
    connection: Connection,
    root_key: int,
    *,
    before: PageMark | None = None,
    limit: int | None = None,
) -> list[ContactEntry]:
    """The contact log of a case, or the last ones in it before a place; oldest first."""
    order = (contact_entry.c.spoke_at, contact_entry.c.key)
    query: sa.Select[Any] = sa.select(contact_entry).where(contact_entry.c.root_key == root_key)
    if before is not None:
        query = query.where(beyond(order, before, down=True))
    rows = connection.execute(
        query.order_by(*(column.desc() for column in order)).limit(limit)
    ).mappings()
    return [ContactEntry(**row) for row in rows][::-1]
