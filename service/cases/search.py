"""Finding cases by any text of theirs: number, name, contact, product, what the customer said, what
was written later.

The index is written in the transaction that writes the text: FTS5 on SQLite, a tsvector of our own
tokens on PostgreSQL. Neither is asked to understand Chinese; `service.cases.tokens` makes the
tokens for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from service.cases.tokens import Phrase, Words, index_text, phrases_of
from service.db import Connection, Prepared

NEWEST = 3_000
"""So many of the newest cases are looked through first: a word that many cases have is among them
often enough, and the index would have to give all of its hits before the newest could be taken."""
LARGEST = (1 << 63) - 1
MOST_LETTERS = 1_000_000
"""The index of one case grows no further: a tsvector has no more room."""
_WRITE = {
    "sqlite": sa.text("INSERT INTO case_text (rowid, tokens) VALUES (:root_key, :tokens)"),
    "postgresql": sa.text(
        "INSERT INTO case_text (root_key, tokens) VALUES (:root_key, CAST(:tokens AS tsvector))"
    ),
}
_EXTEND = Prepared(
    {
        "sqlite": sa.text(
            "UPDATE case_text SET tokens = tokens || ' ' || :tokens"
            " WHERE rowid = :root_key AND length(tokens) + length(:tokens) < :most"
        ),
        "postgresql": sa.text(
            "UPDATE case_text SET tokens = tokens || CAST(CAST(:tokens AS text) AS tsvector)"
            " WHERE root_key = :root_key"
            " AND octet_length(CAST(tokens AS text)) + octet_length(CAST(:tokens AS text)) < :most"
        ),
    }
)
_SEARCH = {
    "sqlite": sa.text(
        "SELECT rowid FROM case_text WHERE case_text MATCH :query AND rowid < :before ORDER BY "
        "rowid DESC LIMIT :limit"
    ),
    "postgresql": sa.text(
        "WITH hit AS MATERIALIZED"  # by the index of words, not by going back case by case
        " (SELECT root_key FROM case_text WHERE tokens @@ CAST(:query AS tsquery) AND root_key < "
        ":before)"
        " SELECT root_key FROM hit ORDER BY root_key DESC LIMIT :limit"
    ),
}
_TEXT = sa.table("case_text", sa.column("rowid"), sa.column("root_key"), sa.column("tokens"))


def forget_texts(connection: Connection, root_key: int) -> None:
    """Take a case out of the index."""
    key = _TEXT.c.rowid if connection.dialect.name == "sqlite" else _TEXT.c.root_key
    connection.execute(sa.delete(_TEXT).where(key == root_key))


def index_words(connection: Connection, root_key: int, words: Words) -> None:
    """Make a new case findable by these words; in the caller's transaction."""
    dialect = connection.dialect.name
    connection.execute(
        _WRITE[dialect], {"root_key": root_key, "tokens": _written(dialect, str(words))}
    )


def index_cases(connection: Connection, texts: Mapping[int, Iterable[str | None]]) -> None:
    """Make cases findable by these texts; in the caller's transaction."""
    dialect = connection.dialect.name
    rows = [
        {"root_key": root_key, "tokens": _written(dialect, index_text(*each))}
        for root_key, each in texts.items()
    ]
    if rows:
        connection.execute(_WRITE[dialect], rows)


def extend_case(connection: Connection, root_key: int, *texts: str | None) -> None:
    """Make a case findable by these texts, too; in the caller's transaction. A root that is no
    complaint has no index, and then nothing happens."""
    tokens = index_text(*texts)
    if tokens:
        values = {
            "root_key": root_key,
            "tokens": _written(connection.dialect.name, tokens),
            "most": MOST_LETTERS,
        }
        _EXTEND.run(connection, values)


def search_roots(
    connection: Connection, query: str, *, limit: int, before: int | None = None
) -> Sequence[int]:
    """The root keys of cases that have every word of the query, newest first, from just before a
    key."""
    phrases, dialect = phrases_of(query), connection.dialect.name
    if not phrases:
        return ()
    values = {"limit": limit, "before": LARGEST if before is None else before}
    if dialect != "sqlite" or any(
        begins for _, begins in phrases
    ):  # by whole words FTS5 gives the newest at once
        near: Sequence[int] = (
            connection.execute(_among_newest(dialect, phrases), values).scalars().all()
        )
        if len(near) == limit:
            return near
    return (
        connection.execute(_SEARCH[dialect], values | {"query": _query(dialect, phrases)})
        .scalars()
        .all()
    )


def has_words(
    connection: Connection, query: str, root_key: sa.ColumnElement[int]
) -> sa.ColumnElement[bool]:
    """Whether the case of that key has every word of the query: for cases that were found by
    something else."""
    phrases, dialect = phrases_of(query), connection.dialect.name
    if not phrases:
        return sa.false()
    return sa.exists().where(_key(dialect) == root_key, *_holds(dialect, phrases, _TEXT.c.tokens))


def _among_newest(dialect: str, phrases: Sequence[Phrase]) -> sa.Select[Any]:
    """The hits among the newest cases."""
    key = _key(dialect)
    newest = (
        sa.select(key.label("root_key"), _TEXT.c.tokens)
        .where(key < sa.bindparam("before", type_=sa.BigInteger))
        .order_by(key.desc())
        .limit(NEWEST)
        .subquery("newest")
    )
    return (
        sa.select(newest.c.root_key)
        .where(*_holds(dialect, phrases, newest.c.tokens))
        .order_by(newest.c.root_key.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


def _key(dialect: str) -> sa.ColumnElement[int]:
    return _TEXT.c.rowid if dialect == "sqlite" else _TEXT.c.root_key


def _holds(dialect: str, phrases: Sequence[Phrase], tokens: Any) -> list[sa.ColumnElement[bool]]:
    """That the tokens of a case, as they are kept, hold the phrases: without the index of words."""
    if dialect != "sqlite":
        return [tokens.op("@@")(sa.cast(_query(dialect, phrases), TSQUERY))]
    spaced = sa.literal(" ").op("||")(tokens).op("||")(" ")
    return [
        sa.func.instr(spaced, f" {' '.join(each)}" + ("" if begins else " ")) > 0
        for each, begins in phrases
    ]


def _query(dialect: str, phrases: Sequence[Phrase]) -> str:
    """The phrases as the index of words is asked for them."""
    return (
        " AND ".join(map(_fts5, phrases))
        if dialect == "sqlite"
        else " & ".join(map(_tsquery, phrases))
    )


def _written(dialect: str, tokens: str) -> str:
    """The tokens as the database takes them."""
    return (
        tokens
        if dialect == "sqlite"
        else " ".join(f"'{each}':{at}" for at, each in enumerate(tokens.split(), 1))
    )


def _fts5(phrase: Phrase) -> str:
    tokens, begins = phrase
    return '"' + " ".join(tokens) + '"' + (" *" if begins else "")


def _tsquery(phrase: Phrase) -> str:
    tokens, begins = phrase
    quoted = [f"'{token}'" for token in tokens]
    if begins:
        quoted[-1] += ":*"
    return "(" + " <-> ".join(quoted) + ")"
