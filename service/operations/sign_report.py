"""Somebody signs the investigation report off: the document is kept as evidence, its hash in the
history (S3.3-f)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service import audit
from service.audit import Event
from service.cases import NewEvidence
from service.errors import InvalidInput
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission
from service.operations.add_evidence import write_evidence


def sign_report(
    runtime: Runtime,
    root_key: int,
    documents: Sequence[NewEvidence],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep the documents of a report that the actor signs. Raises Forbidden, InvalidInput,
    NotFound."""
    check_permission(actor, Permission.SIGN_REPORTS)
    if not documents:
        raise InvalidInput("expected the document that is signed, got none")
    with runtime.database.transaction() as connection:
        write_evidence(connection, root_key, documents, actor=actor.name, now=now)
        details = {
            "documents": [{"name": each.name, "sha256": each.kept.sha256} for each in documents]
        }
        audit.append(
            connection, root_key, Event.REPORT_SIGNED, actor=actor.name, at=now, details=details
        )
