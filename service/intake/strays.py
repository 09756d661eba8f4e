"""Mail that was put aside and belongs to no case is not kept for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from service import operations
from service.execution import Runtime
from service.intake.mail_queries import blank_strays
from service.vault import Vault

KEPT = timedelta(days=400)
BATCH = 200


def forget_strays(runtime: Runtime, vault: Vault, *, now: datetime) -> int:
    """Empty some that are old, and remove their files; how many. For the reader of the mailbox."""
    with runtime.database.transaction() as connection:
        hashes = blank_strays(connection, before=now - KEPT, limit=BATCH)
    operations.remove_files(runtime, vault, sorted(set(hashes)))
    return len(hashes)
