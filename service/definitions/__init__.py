"""Versioned bundles of definitions: what `redress check`, deploy and release work on.

A bundle pins its diagrams, decision tables and forms by content hash and is immutable. Everything that is deployed was
checked first, whole: a bundle with an error is refused with every problem named.
"""

from service.definitions.compare import Change, Difference, Kind, compare
from service.definitions.compare_picture import draw_after, draw_before, draw_over
from service.definitions.compare_words import say, say_all
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
from service.definitions.review import BundleStep, Comment, Version
from service.definitions.review_states import ReviewState
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
    "BundleStep",
    "Change",
    "Comment",
    "DecisionVersion",
    "Deployed",
    "Difference",
    "FormVersion",
    "Kind",
    "Mark",
    "ProcessVersion",
    "ReviewState",
    "StartEvent",
    "Version",
    "claim_start_timers",
    "compare",
    "deploy",
    "draw",
    "draw_after",
    "draw_before",
    "draw_over",
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
    "say",
    "say_all",
    "shipped_files",
    "stands_with",
]
