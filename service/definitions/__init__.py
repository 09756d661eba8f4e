"""Versioned bundles of definitions: what `redress check`, deploy and release work on.

A bundle pins its diagrams, decision tables and forms by content hash and is immutable. Everything that is deployed was
checked first, whole: a bundle with an error is refused with every problem named.
"""

from service.definitions.picture import Mark, draw
from service.definitions.shipped import read_folder, shipped_files
from service.definitions.store import (
    BundleCache,
    Deployed,
    ProcessVersion,
    deploy,
    find_released,
    get_process,
    list_processes,
    read_files,
    release,
)

__all__ = [
    "BundleCache",
    "Deployed",
    "Mark",
    "ProcessVersion",
    "deploy",
    "draw",
    "find_released",
    "get_process",
    "list_processes",
    "read_files",
    "read_folder",
    "release",
    "shipped_files",
]
