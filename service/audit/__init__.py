"""The history of every case: append only, one row per step, chained by hash.

A row is part of the write it records: same transaction, actor required, event from a closed list.
Nothing here changes or deletes a row. Where no case is concerned, `record` keeps
who did what to the house.
"""

from service.audit.chain import (
    GENESIS,
    START,
    Entry,
    HistoryRow,
    Tip,
    append,
    append_all,
    find_last,
    find_last_at,
    find_tip,
    list_actors,
    list_cases,
    list_details,
    list_history,
    list_moves,
    list_steps,
    verify,
)
from service.audit.events import Event
from service.audit.house import (
    HouseEvent,
    HouseRow,
    account_subject,
    draft_subject,
    list_house_events,
    list_recent_house_events,
    record,
    task_subject,
    verify_house,
)
from service.audit.merkle import climb, leaf_hash, proof_of, root_hash
from service.audit.seals import (
    Leaf,
    Sealed,
    canonical,
    list_seals,
    make_key,
    read_private,
    read_public,
    read_seal,
    write_seal,
)

__all__ = [
    "GENESIS",
    "START",
    "Entry",
    "Event",
    "HistoryRow",
    "HouseEvent",
    "HouseRow",
    "Leaf",
    "Sealed",
    "Tip",
    "account_subject",
    "append",
    "append_all",
    "canonical",
    "climb",
    "draft_subject",
    "find_last",
    "find_last_at",
    "find_tip",
    "leaf_hash",
    "list_actors",
    "list_cases",
    "list_details",
    "list_history",
    "list_house_events",
    "list_moves",
    "list_recent_house_events",
    "list_seals",
    "list_steps",
    "make_key",
    "proof_of",
    "read_private",
    "read_public",
    "read_seal",
    "record",
    "root_hash",
    "task_subject",
    "verify",
    "verify_house",
    "write_seal",
]
