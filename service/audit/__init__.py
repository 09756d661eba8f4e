"""The history of every case: append only, one row per step, chained by hash.

A row is part of the write it records: same transaction, actor required, event from a closed list.
Nothing here changes or deletes a row.
"""

from service.audit.chain import (
    GENESIS,
    START,
    Entry,
    HistoryRow,
    Tip,
    append,
    append_all,
    find_tip,
    list_cases,
    list_history,
    list_moves,
    list_steps,
    verify,
)
from service.audit.events import Event

__all__ = [
    "GENESIS",
    "START",
    "Entry",
    "Event",
    "HistoryRow",
    "Tip",
    "append",
    "append_all",
    "find_tip",
    "list_cases",
    "list_history",
    "list_moves",
    "list_steps",
    "verify",
]
