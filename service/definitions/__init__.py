"""Versioned bundles of definitions: what `redress check`, deploy and release work on.

A bundle pins its diagrams, decision tables and forms by content hash and is immutable. Everything that is deployed was
checked first, whole: a bundle with an error is refused with every problem named.
"""

from service.definitions.parts import (
    DecisionVersion,
    FormVersion,
    find_released_decision,
    get_decision,
    get_form,
    get_requirements,
    list_decisions,
    list_forms,
)
from service.definitions.picture import Mark, draw
from service.definitions.shipped import read_folder, shipped_files
from service.definitions.starts import (
    StartEvent,
    claim_start_timers,
    has_due_start,
    list_message_starts,
    list_starts,
    move_start,
    put_back_start,
)
from service.definitions.store import (
    BundleCache,
    Deployed,
    ProcessVersion,
    deploy,
    find_released,
    get_process,
    get_startable,
    keys_of,
    list_processes,
    list_released,
    read_files,
    release,
    stands_with,
)

__all__ = [
    "BundleCache",
    "DecisionVersion",
    "Deployed",
    "FormVersion",
    "Mark",
    "ProcessVersion",
    "StartEvent",
    "claim_start_timers",
    "deploy",
    "draw",
    "find_released",
    "find_released_decision",
    "get_decision",
    "get_form",
    "get_process",
    "get_requirements",
    "get_startable",
    "has_due_start",
    "keys_of",
    "list_decisions",
    "list_forms",
    "list_message_starts",
    "list_processes",
    "list_released",
    "list_starts",
    "move_start",
    "put_back_start",
    "read_files",
    "read_folder",
    "release",
    "shipped_files",
    "stands_with",
]
