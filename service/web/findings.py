"""What is found in a set of definition files, for pages that ask for it again and again: the same
files are checked, proved and played once a day (a calendar is part of what is proved)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from service import operations
from service.builtins import Evidence
from service.definitions import read_files
from service.definitions.review import get_version
from service.engine import Bundle, check_bundle, load_bundle
from service.errors import DefinitionInvalid, Problem, StateConflict
from service.execution import Runtime
from service.proof import Proofs
from service.scenarios import Findings, find_all
from service.web.edge import now, parts

UNFIT = (
    "The check of today finds errors in this version that keep it from running: see redress check."
)
Files = tuple[tuple[str, bytes], ...]


def problems_of(files: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """All that the check and the proofs say of these files."""
    key = _key(files)
    return (*_checked(key), *_proofs(parts().runtime, key, _today()).problems)


def findings_of(files: Mapping[str, bytes]) -> tuple[Findings, Bundle] | None:
    """That and what their scenarios come to; None while the files have errors that keep them from
    running."""
    return _findings(parts().runtime, _key(files), _today())


def gather_evidence(runtime: Runtime, key: int, now: datetime) -> Evidence:
    """What an approval of a stored version stands on. Raises NotFound, StateConflict when it does
    not run."""
    with runtime.database.read() as connection:
        content_hash, files = get_version(connection, key).content_hash, read_files(connection, key)
    found = _findings(runtime, _key(files), _day(now))
    if found is None:
        raise StateConflict(UNFIT)
    return found[0].evidence(content_hash)


def _key(files: Mapping[str, bytes]) -> Files:
    return tuple(sorted(files.items()))


def _today() -> datetime:
    return _day(now())


def _day(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


@lru_cache(maxsize=16)
def _checked(files: Files) -> tuple[Problem, ...]:
    return tuple(check_bundle(dict(files)))


@lru_cache(maxsize=16)
def _proofs(runtime: Runtime, files: Files, day: datetime) -> Proofs:
    return operations.prove_bundle(dict(files), profile=runtime.profile, now=day, apart=True)


@lru_cache(maxsize=16)
def _findings(runtime: Runtime, files: Files, day: datetime) -> tuple[Findings, Bundle] | None:
    content = dict(files)
    try:
        bundle = load_bundle(content)
    except DefinitionInvalid:
        return None
    return find_all(
        bundle, content, checked=_checked(files), proofs=_proofs(runtime, files, day)
    ), bundle
