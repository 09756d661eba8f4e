"""The proofs of a bundle's files, with the clocks and the calendar of a jurisdiction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service.cases import Profile, first_deadlines
from service.operations.host import CaseView
from service.proof import Clock, Proofs, limits_on, moments_on, prove_files

FINAL = "final response"


def prove_bundle(files: Mapping[str, bytes], *, profile: Profile, now: datetime, process: str = "complaint") -> Proofs:
    """Soundness, rules and deadlines; the deadlines as they are for a complaint received now."""
    clocks = first_deadlines(profile, now)
    view = CaseView(None, profile, now, lambda: clocks)
    guarded = [Clock(process, entry.clock, entry.due_at - now) for entry in clocks if entry.clock == FINAL]
    functions = view.host().functions
    return prove_files(
        files, limit_of=limits_on(now, functions), moment_of=moments_on(now, functions), clocks=tuple(guarded)
    )
