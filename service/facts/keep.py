"""Facts of complaints are kept in the transaction of the command that changes them, by one
statement a case, and can be written again from everything that is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.cases.tables import complaint
from service.db import Connection, Prepared
from service.facts.select import NAMES, select_facts
from service.facts.tables import complaint_fact

BATCH = 1_000
"""Cases that are written again in one statement."""
FEW = 50
"""Up to so many cases of one transaction are written one by one."""
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def _upsert(dialect: str, *where: sa.ColumnElement[bool]) -> Any:
    """A fact that is as it was is left alone; any other has its version raised."""
    rows = select_facts(dialect).add_columns(sa.literal_column("1")).where(*where)
    insert: Any = _INSERTS[dialect](complaint_fact).from_select([*NAMES, "version"], rows)
    fresh = {name: insert.excluded[name] for name in NAMES if name != "root_key"}
    changed = [complaint_fact.c[name].is_distinct_from(each) for name, each in fresh.items()]
    return insert.on_conflict_do_update(
        index_elements=["root_key"],
        set_={**fresh, "version": complaint_fact.c.version + sa.literal_column("1")},
        where=sa.or_(*changed),
    )


_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key", type_=sa.BigInteger)
_FROM: sa.BindParameter[int] = sa.bindparam("b_from", type_=sa.BigInteger)
_TO: sa.BindParameter[int] = sa.bindparam("b_to", type_=sa.BigInteger)
_KEEP = Prepared({name: _upsert(name, complaint.c.root_key == _ROOT) for name in _INSERTS})
_REBUILD = Prepared(
    {name: _upsert(name, complaint.c.root_key.between(_FROM, _TO)) for name in _INSERTS}
)
_NEXT = (
    sa.select(complaint.c.root_key)
    .where(complaint.c.root_key > sa.bindparam("b_after"))
    .order_by(complaint.c.root_key)
    .limit(BATCH)
)
_KNOWN = sa.select(complaint.c.root_key).where(complaint.c.root_key == complaint_fact.c.root_key)
_DROP = sa.delete(complaint_fact).where(~_KNOWN.exists())


def keep_facts(connection: Connection, root_keys: Sequence[int]) -> None:
    """Bring the facts of these cases up to date, in the transaction that changed them. A case that
    is no complaint has none."""
    if len(root_keys) <= FEW:
        for root_key in root_keys:
            _KEEP.run(connection, {"b_root_key": root_key})
        return
    for start in range(0, len(root_keys), BATCH):
        some = root_keys[start : start + BATCH]
        _REBUILD.run(connection, {"b_from": some[0], "b_to": some[-1]})


def rebuild_facts(
    connection: Connection, *, progress: Callable[[int], object] = bool
) -> tuple[int, int]:
    """Write every fact again, in the caller's transaction: how many complaints there are, and how
    many facts were not as they are now."""
    total = changed = 0
    for first, last, count in _batches(connection):
        cursor = _REBUILD.run(connection, {"b_from": first, "b_to": last})
        changed += max(0, cursor.rowcount)
        total += count
        progress(count)
    return total, changed + connection.execute(_DROP).rowcount


def _batches(connection: Connection) -> Iterator[tuple[int, int, int]]:
    after = 0
    while True:
        keys = list(connection.execute(_NEXT, {"b_after": after}).scalars())
        if not keys:
            return
        yield keys[0], keys[-1], len(keys)
        after = keys[-1]


def list_facts(connection: Connection) -> dict[int, dict[str, Any]]:
    """Every fact by its root key, as it is kept."""
    rows = connection.execute(sa.select(*(complaint_fact.c[name] for name in NAMES))).mappings()
    return {row["root_key"]: dict(row) for row in rows}


def derive_facts(connection: Connection) -> dict[int, dict[str, Any]]:
    """Every fact by its root key, as it follows from the other rows."""
    found = select_facts(connection.dialect.name).subquery("derived")
    typed = [sa.type_coerce(found.c[name], complaint_fact.c[name].type) for name in NAMES]
    rows = connection.execute(
        sa.select(*(each.label(name) for name, each in zip(NAMES, typed, strict=True)))
    ).mappings()
    return {row["root_key"]: dict(row) for row in rows}
