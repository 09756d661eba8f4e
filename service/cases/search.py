"""Finding cases by any text of theirs: number, name, contact, product, what the customer said.

The index is written in the transaction that writes the case: FTS5 on SQLite, a tsvector of our own tokens on
PostgreSQL. Neither is asked to understand Chinese; `service.cases.words` makes the tokens for both.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from service.cases.tables import complaint
from service.cases.words import index_text, phrases_of
from service.db import Connection

DEEPEST = 5_000
"""On PostgreSQL so many hits are looked at before the newest of them are taken."""
INDEXED = (
    "number", "customer_name", "contact_phone", "contact_email", "contact_address", "product", "content", "external_id",
)  # fmt: skip
_WRITE = {
    "sqlite": sa.text("INSERT INTO case_text (rowid, tokens) VALUES (:root_key, :tokens)"),
    "postgresql": sa.text("INSERT INTO case_text (root_key, tokens) VALUES (:root_key, CAST(:tokens AS tsvector))"),
}
_SEARCH = {
    "sqlite": sa.text("SELECT rowid FROM case_text WHERE case_text MATCH :query ORDER BY rowid DESC LIMIT :limit"),
    "postgresql": sa.text(
        "SELECT root_key FROM"
        " (SELECT root_key FROM case_text WHERE tokens @@ CAST(:query AS tsquery) LIMIT :deepest) hit"
        " ORDER BY root_key DESC LIMIT :limit"
    ),
}


def index_case(connection: Connection, root_key: int, *texts: str | None) -> None:
    """Make a new case findable by these texts; in the caller's transaction."""
    dialect = connection.dialect.name
    tokens = index_text(*texts)
    connection.execute(
        _WRITE[dialect], {"root_key": root_key, "tokens": tokens if dialect == "sqlite" else _vector(tokens)}
    )


def search_roots(connection: Connection, query: str, *, limit: int) -> Sequence[int]:
    """The root keys of cases that have every word of the query, newest first."""
    phrases = phrases_of(query)
    if not phrases:
        return ()
    dialect = connection.dialect.name
    asked = " AND ".join(map(_fts5, phrases)) if dialect == "sqlite" else " & ".join(map(_tsquery, phrases))
    values = {"query": asked, "limit": limit}
    if dialect != "sqlite":
        values["deepest"] = DEEPEST
    return connection.execute(_SEARCH[dialect], values).scalars().all()


def rebuild_search(connection: Connection) -> int:
    """Write the whole index again (after a restore); how many cases it has."""
    connection.execute(sa.text("DELETE FROM case_text"))
    columns = [complaint.c[name] for name in INDEXED]
    count = 0
    for row in connection.execute(sa.select(complaint.c.root_key, *columns)).all():
        index_case(connection, row[0], *row[1:])
        count += 1
    return count


def _vector(tokens: str) -> str:
    return " ".join(f"'{token}':{at}" for at, token in enumerate(tokens.split(), 1))


def _fts5(phrase: tuple[list[str], bool]) -> str:
    tokens, begins = phrase
    return '"' + " ".join(tokens) + '"' + (" *" if begins else "")


def _tsquery(phrase: tuple[list[str], bool]) -> str:
    tokens, begins = phrase
    quoted = [f"'{token}'" for token in tokens]
    if begins:
        quoted[-1] += ":*"
    return "(" + " <-> ".join(quoted) + ")"
