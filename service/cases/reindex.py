"""The index of the search made again from what is in the database: after a restore, or after a bulk
copy.

For each case it says what its writers said one by one. What lies in files, the caller adds
(`more`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from service.cases.search import index_cases
from service.cases.tables import case_comment, complaint, contact_entry, customer_word, evidence
from service.db import Connection

BATCH = 1_000
INDEXED = (
    "number",
    "customer_name",
    "contact_phone",
    "contact_email",
    "contact_address",
    "product",
    "content",
    "external_id",
)
WRITTEN = (
    "complainedPerson",
    "complainedUnit",
    "decisionText",
    "improvement",
    "lesson",
    "proxyName",
    "remedy",
    "representatives",
    "rootCause",
)
"""The facts that people write; the others are words of the procedure."""
More = Callable[[Sequence[int]], Mapping[int, Iterable[str]]]
_LATER = (
    (case_comment, ("body",)),
    (contact_entry, ("bank_person", "party", "note")),
    (customer_word, ("body",)),
    (evidence, ("name",)),
)
_DROP, _CREATE = (
    "DROP INDEX ix_case_text_tokens",
    "CREATE INDEX ix_case_text_tokens ON case_text USING gin (tokens)",
)


def rebuild_search(connection: Connection, more: More = lambda roots: {}) -> int:
    """Write the whole index again; how many cases it has. On PostgreSQL the search waits
    meanwhile."""
    postgresql = connection.dialect.name == "postgresql"
    if postgresql:
        connection.execute(sa.text(_DROP))  # written row by row it would take many times as long
    connection.execute(sa.text("DELETE FROM case_text"))
    count, last = 0, -1
    while roots := _index_some(connection, last, more):
        count, last = count + len(roots), roots[-1]
    if postgresql:
        connection.execute(sa.text(_CREATE))
    return count


def written_in(facts: Mapping[str, Any]) -> list[str]:
    """The texts that people wrote into facts."""
    return [text for name in WRITTEN for text in _texts(facts.get(name))]


def newly_written(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The texts that people wrote into facts and that were not there before."""
    moved = {
        name: after[name] for name in WRITTEN if name in after and after[name] != before.get(name)
    }
    if not moved:
        return []
    known = written_in(before)
    return [text for text in written_in(moved) if text not in known]


def _index_some(connection: Connection, after: int, more: More) -> list[int]:
    columns = [complaint.c.root_key, complaint.c.facts, *(complaint.c[name] for name in INDEXED)]
    query = (
        sa.select(*columns)
        .where(complaint.c.root_key > after)
        .order_by(complaint.c.root_key)
        .limit(BATCH)
    )
    texts: dict[int, list[str | None]] = {
        row[0]: [*row[2:], *written_in(row[1] or {})] for row in connection.execute(query)
    }
    roots = list(texts)
    for table, names in _LATER:
        later = sa.select(table.c.root_key, *(table.c[name] for name in names)).where(
            table.c.root_key.in_(roots)
        )
        for row in connection.execute(later.order_by(table.c.root_key, table.c.key)):
            texts[row[0]] += row[1:]
    for root_key, each in more(roots).items():
        texts[root_key] += each
    index_cases(connection, texts)
    return roots


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _texts(each)]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []
