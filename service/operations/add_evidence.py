"""Files are entered for a case: once and for good, with their hash in the history (S3.3-e)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service import audit, cases
from service.audit import Event
from service.cases import NewEvidence
from service.db import Connection
from service.execution import Runtime, take_children
from service.identity import Actor


def add_evidence(
    runtime: Runtime, root_key: int, items: Sequence[NewEvidence], *, actor: Actor, now: datetime
) -> list[int]:
    """Enter files that lie in the vault; their keys. Raises NotFound."""
    with runtime.database.transaction() as connection:
        return write_evidence(connection, root_key, items, actor=actor.name, now=now)


def write_evidence(
    connection: Connection,
    root_key: int,
    items: Sequence[NewEvidence],
    *,
    actor: str,
    now: datetime,
) -> list[int]:
    """The same inside a transaction that is under way. The history names hashes, not names: those
    can be personal."""
    if not items:
        return []
    first = take_children(connection, root_key, len(items))
    keys = [first + place for place in range(len(items))]
    cases.insert_evidence(connection, root_key, zip(keys, items, strict=True), now=now, actor=actor)
    details = {
        "evidence": [
            {
                "key": str(key),
                "kind": item.kind,
                "source": item.source,
                "sha256": item.kept.sha256,
                "size": item.kept.size,
                "quarantined": item.verdict.reason,
            }
            for key, item in zip(keys, items, strict=True)
        ]
    }
    audit.append(
        connection,
        root_key,
        Event.EVIDENCE_ADDED,
        actor=actor,
        at=now,
        details=details,
        subject_key=keys[0],
    )
    return keys
