"""The ledger of a case, entry by entry: the product itself only asks for its sums."""

from __future__ import annotations

import sqlalchemy as sa

from service.cases.ledger import ledger_entry
from service.db import Connection


def list_ledger(connection: Connection, root_key: int) -> list[dict[str, object]]:
    """The entries, oldest first."""
    query = (
        sa.select(ledger_entry)
        .where(ledger_entry.c.root_key == root_key)
        .order_by(ledger_entry.c.seq)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
