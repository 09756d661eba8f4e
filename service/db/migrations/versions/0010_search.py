"""Full-text search over cases: an FTS5 table on SQLite, a tsvector on PostgreSQL, filled from the
cases there are.

The tokens are made as `service.cases.tokens` makes them; this copy stays as it is.
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WIDE = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003134f"
)
_RUN = re.compile(rf"[{_WIDE}]+|(?:(?![{_WIDE}])[^\W_])+")
_IS_WIDE = re.compile(rf"[{_WIDE}]")
_NUMBER = re.compile(r"\d[\d\s\-()./]{4,}\d")
_TEXTS = (
    "number, customer_name, contact_phone, contact_email, contact_address, product, "
    "content, external_id"
)
_SQLITE = (
    'CREATE VIRTUAL TABLE case_text USING fts5(tokens, tokenize = "unicode61 '
    "remove_diacritics 0\", prefix = '1 2')"
)


def upgrade() -> None:
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        op.execute(_SQLITE)
        write = "INSERT INTO case_text (rowid, tokens) VALUES (:root_key, :tokens)"
    else:
        op.execute("CREATE TABLE case_text (root_key BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_case_text_tokens ON case_text USING gin (tokens)")
        write = (
            "INSERT INTO case_text (root_key, tokens) VALUES (:root_key, CAST(:tokens AS tsvector))"
        )
    for row in connection.execute(sa.text(f"SELECT root_key, {_TEXTS} FROM complaint")).all():  # noqa: S608
        tokens = _tokens("\n".join(text for text in row[1:] if text))
        made = " ".join(
            tokens if sqlite else [f"'{token}':{at}" for at, token in enumerate(tokens, 1)]
        )
        connection.execute(sa.text(write), {"root_key": row[0], "tokens": made})


def _tokens(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize(
        "NFC", "".join(each for each in plain if not unicodedata.combining(each))
    )
    found: list[str] = []
    for run in _RUN.findall(plain):
        if _IS_WIDE.match(run):
            found += [run[at : at + 2] for at in range(len(run) - 1)] + [run[-1]]
        else:
            found.append(run[:60])
    return [*found[:16_000], *(re.sub(r"\D", "", each) for each in _NUMBER.findall(text))][:16_000]
