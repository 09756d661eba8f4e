"""Versioned bundles of definitions: what `redress check`, deploy and release work on.

A bundle pins its diagrams, decision tables and forms by content hash and is immutable. Everything
that is deployed was checked first, whole: a bundle with an error is refused with every problem
named.
"""

from service.definitions.blank import (
    TEMPLATES,
    NewKind,
    check_titles,
    id_of,
    new_files,
)
from service.definitions.compare import Change, Difference, Kind, compare
from service.definitions.compare_picture import draw_after, draw_before, draw_over
from service.definitions.compare_words import say, say_all, say_value
from service.definitions.drafts import (
    Draft,
    DraftChanged,
    DraftFile,
    changed_paths,
    check_path,
    close_draft,
    end_draft,
    get_draft,
    list_draft_files,
    list_drafts,
    list_revisions,
    open_draft,
    read_draft,
    read_draft_file,
    reopen_draft,
    save_draft_file,
)
from service.definitions.governed import is_governed, was_released
from service.definitions.merge import Clash, Merged, merge_files, merge_values
from service.definitions.offered import offer_of
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
from service.definitions.picture import Mark, draw, names_in
from service.definitions.procedures import Procedure, find_in_force, list_in_force
from service.definitions.releases import (
    find_same,
    find_shipped_before,
    is_shipped,
    shipped_hash,
)
from service.definitions.retire import list_only_here, retire
from service.definitions.review import BundleStep, Comment, Version, list_used
from service.definitions.review_states import ReviewState
from service.definitions.shipped import read_folder, shipped_files
from service.definitions.startable import Startable, find_startable, list_startable
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
    check_not_retired,
    deploy,
    find_released,
    get_bundle_name,
    get_process,
    get_startable,
    keys_of,
    list_processes,
    list_released,
    read_files,
    release,
    stands_with,
)
from service.definitions.taken import list_taken, names_taken

__all__ = [
    "TEMPLATES",
    "BundleCache",
    "BundleStep",
    "Change",
    "Clash",
    "Comment",
    "DecisionVersion",
    "Deployed",
    "Difference",
    "Draft",
    "DraftChanged",
    "DraftFile",
    "FormVersion",
    "Kind",
    "Mark",
    "Merged",
    "NewKind",
    "Procedure",
    "ProcessVersion",
    "ReviewState",
    "StartEvent",
    "Startable",
    "Version",
    "changed_paths",
    "check_not_retired",
    "check_path",
    "check_titles",
    "claim_start_timers",
    "close_draft",
    "compare",
    "deploy",
    "draw",
    "draw_after",
    "draw_before",
    "draw_over",
    "end_draft",
    "find_in_force",
    "find_released",
    "find_released_decision",
    "find_same",
    "find_shipped_before",
    "find_startable",
    "get_bundle_name",
    "get_decision",
    "get_draft",
    "get_form",
    "get_process",
    "get_requirements",
    "get_startable",
    "has_due_start",
    "id_of",
    "is_governed",
    "is_shipped",
    "keys_of",
    "list_decisions",
    "list_draft_files",
    "list_drafts",
    "list_forms",
    "list_in_force",
    "list_message_starts",
    "list_only_here",
    "list_processes",
    "list_released",
    "list_revisions",
    "list_startable",
    "list_starts",
    "list_taken",
    "list_used",
    "merge_files",
    "merge_values",
    "move_start",
    "names_in",
    "names_taken",
    "new_files",
    "offer_of",
    "open_draft",
    "put_back_start",
    "read_draft",
    "read_draft_file",
    "read_files",
    "read_folder",
    "release",
    "reopen_draft",
    "retire",
    "save_draft_file",
    "say",
    "say_all",
    "say_value",
    "shipped_files",
    "shipped_hash",
    "stands_with",
    "was_released",
]
