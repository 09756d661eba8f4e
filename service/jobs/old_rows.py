"""Background work that is done with, after a while."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service.db import Connection, drop_some
from service.jobs.tables import incident, outbox


def drop_delivered(connection: Connection, before: datetime, limit: int) -> int:
    """Forget what left the house before then, or never will and nobody is asked about any more.
    Letters themselves stay with their case."""
    asked = sa.select(incident.c.key).where(
        incident.c.root_key == outbox.c.root_key,
        incident.c.subject_key == outbox.c.key,
        incident.c.state == "active",
    )
    gone = sa.and_(outbox.c.state == "delivered", outbox.c.delivered_at < before)
    dead = sa.and_(outbox.c.state == "dead", outbox.c.run_at < before, ~asked.exists())
    return drop_some(connection, outbox, sa.or_(gone, dead), limit=limit)


def drop_resolved(connection: Connection, before: datetime, limit: int) -> int:
    """Forget incidents that were resolved before then; that they were is in the history."""
    old = sa.and_(incident.c.state == "resolved", incident.c.resolved_at < before)
    return drop_some(connection, incident, old, limit=limit)
