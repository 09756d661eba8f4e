"""The proofs of a bundle's files, with the clocks and the calendar of a jurisdiction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from service.builtins import CaseView, host_of
from service.engine.parts import read_parts
from service.letters.check import check_letters
from service.operations.check_data import check_bundle_data
from service.operations.find_blind import find_blind
from service.operations.prove_apart import prove_apart
from service.policy import Profile, first_deadlines
from service.proof import Clock, Proofs, limits_on, moments_on, prove_files

FINAL = "final response"


def prove_bundle(
    files: Mapping[str, bytes],
    *,
    profile: Profile,
    now: datetime,
    process: str = "complaint",
    apart: bool = False,
) -> Proofs:
    """Soundness, rules and deadlines; the deadlines as they are for a complaint received now. And
    the letters and the data.

    With `apart` what is proved is proved in a process of its own, within caps: for pages.
    """
    prove = prove_apart if apart else prove_here
    proofs = prove(files, profile=profile, now=now, process=process)
    letters = check_letters(files, read_parts(files)[0].processes)
    data = check_bundle_data(files, profile=profile)
    return replace(proofs, problems=(*proofs.problems, *letters, *data))


def prove_here(
    files: Mapping[str, bytes], *, profile: Profile, now: datetime, process: str
) -> Proofs:
    """Soundness, rules, deadlines and briefings, in this very process, for as long as it takes."""
    clocks = first_deadlines(profile, now)
    view = CaseView(None, profile, now, lambda: clocks)
    guarded = [
        Clock(process, entry.clock, entry.due_at - now) for entry in clocks if entry.clock == FINAL
    ]
    functions = host_of(view).functions
    proofs = prove_files(
        files,
        limit_of=limits_on(now, functions),
        moment_of=moments_on(now, functions),
        clocks=tuple(guarded),
    )
    blind = [] if proofs.soundness is None else find_blind(files)
    return replace(proofs, problems=(*proofs.problems, *blind))
