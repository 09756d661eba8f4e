"""The policy profiles of a case, as its row keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.cases.queries import Complaint
from service.cases.tables import complaint, follower
from service.db import Connection, touch
from service.policy import Choice, Ground

LEGAL = "legal"
"""The fact of a complaint that holds what regime and figures are chosen by."""
_KEPT_BY = "migration"


def legal_facts(of: Complaint) -> dict[str, Any]:
    """What the law's figures are chosen by (`policy.Facts`), as far as it is known."""
    return dict(of.facts.get(LEGAL) or {})


def keep_regimes(connection: Connection, profile_id: str, *, at: datetime) -> int:
    """Write the installation's profile into the complaints that have none, so that they go on under
    it whatever the installation's is later; how many there were."""
    kept = Choice((profile_id,), Ground.KEPT).as_record(by=_KEPT_BY, at=at)
    query = sa.update(complaint).where(complaint.c.regime.is_(None)).values(regime=kept)
    root_keys = connection.execute(query.returning(complaint.c.root_key)).scalars().all()
    for root_key in root_keys:
        touch(connection, root_key)
    return len(root_keys)


def find_regimes(connection: Connection, root_keys: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The profiles of these cases by root key, the one that leads first; of a process that a case
    has started, the case's. What belongs to no case, or to one without a regime, is left out."""
    wanted = list(root_keys)
    own = sa.select(complaint.c.root_key, complaint.c.regime, sa.true().label("own")).where(
        complaint.c.root_key.in_(wanted), complaint.c.regime.is_not(None)
    )
    started = (
        sa.select(follower.c.root_key, complaint.c.regime, sa.false())
        .join(complaint, complaint.c.root_key == follower.c.case_key)
        .where(follower.c.root_key.in_(wanted), complaint.c.regime.is_not(None))
    )
    rows = connection.execute(sa.union_all(own, started)).all() if wanted else []
    return {
        row.root_key: tuple(row.regime["profiles"]) for row in sorted(rows, key=lambda row: row.own)
    }


def set_regime(connection: Connection, root_key: int, record: Mapping[str, Any]) -> None:
    """Write the regime of a new complaint (`Choice.as_record`)."""
    touch(connection, root_key)
    connection.execute(
        sa.update(complaint).where(complaint.c.root_key == root_key).values(regime=dict(record))
    )
