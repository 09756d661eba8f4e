"""The database: engines, transactions, column types, the one `metadata` and its migrations.

SQLite (WAL) and PostgreSQL behind one surface. Tables are declared beside their owners
(`<package>/tables.py`) on `metadata`; every table that belongs to a case carries the root
instance's key first. Nothing here knows a business word. Writes go through
`Database.transaction()`, and there is one of them per command.
"""

from service.db.after_commit import after_commit, savepoint
from service.db.backup import read_backup, write_backup
from service.db.bell import wake_after_commit
from service.db.engine import Connection, Database, is_conflict
from service.db.keys import (
    CHILD_BITS,
    MAX_CHILD,
    KeyAllocator,
    element_key,
    element_of,
    list_counters,
    root_column,
    root_of,
    take,
    was_taken,
)
from service.db.migrate import migrate
from service.db.old_rows import drop_some, pick_some
from service.db.pages import MOST_COUNTED, PageMark, beyond, count_up_to
from service.db.partition import partition, partitioned_tables
from service.db.prepared import Prepared, Sent, any_of, gathered, keys_given, send_again, watchers
from service.db.search import Field, Found, Kind, Query, Source, matching, search
from service.db.spread import seconds_between, spread
from service.db.touched import keep_before_commit, touch
from service.db.types import Json, Said, UtcDateTime, metadata

__all__ = [
    "CHILD_BITS",
    "MAX_CHILD",
    "MOST_COUNTED",
    "Connection",
    "Database",
    "Field",
    "Found",
    "Json",
    "KeyAllocator",
    "Kind",
    "PageMark",
    "Prepared",
    "Query",
    "Said",
    "Sent",
    "Source",
    "UtcDateTime",
    "after_commit",
    "any_of",
    "beyond",
    "count_up_to",
    "drop_some",
    "element_key",
    "element_of",
    "gathered",
    "is_conflict",
    "keep_before_commit",
    "keys_given",
    "list_counters",
    "matching",
    "metadata",
    "migrate",
    "partition",
    "partitioned_tables",
    "pick_some",
    "read_backup",
    "root_column",
    "root_of",
    "savepoint",
    "search",
    "seconds_between",
    "send_again",
    "spread",
    "take",
    "touch",
    "wake_after_commit",
    "was_taken",
    "watchers",
    "write_backup",
]
