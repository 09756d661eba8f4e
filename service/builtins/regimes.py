"""A case comes under the regimes that were chosen for it: at registration, at triage, or later by a
person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.builtins.case_view import CaseView
from service.builtins.effects import RecordEffect, RegimeEffect
from service.cases import LEGAL, legal_facts
from service.engine.changes import JobCreated
from service.policy import Choice, Deadline, Ground, Profile, choose, clocks_of_case, wanted_of

LEGAL_FACTS = (
    "entity",
    "customerType",
    "hardship",
    "newAccount",
    "pointOfSaleOrForeign",
    "sentToCompanyAt",
    "cycleEndsOn",
)
"""What regime and figures are chosen by, beside product, channel and currency."""
TABLE = "procedure"
"""Who chose, where the table did."""


def regime(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Choose the regimes again, by the rows of a decision (variable `wanted`) and by what is known
    by now. What a person chose stays, and so does what an older version of the product had."""
    case = view.complaint
    if case is None:
        return {}
    told = {
        name: job.variables[name] for name in LEGAL_FACTS if job.variables.get(name) is not None
    }
    facts = {**legal_facts(case), **told}
    if facts != legal_facts(case):
        view.effects.append(RecordEffect({LEGAL: facts}))
    kept = case.regime is not None and case.regime["ground"] in (Ground.PERSON, Ground.KEPT)
    if not kept:
        choice = choose(wanted_of(job.variables.get("wanted")), view.enabled or (view.profile,))
    else:
        choice = Choice(tuple(each.id for each in view.profile.together), Ground.PERSON)
    govern(view, choice, facts, by=TABLE, record=not kept)
    return {}


def govern(
    view: CaseView,
    choice: Choice,
    facts: Mapping[str, Any],
    *,
    by: str,
    record: bool = True,
) -> None:
    """Put the case under the choice: its clocks as the law of those regimes has them, counted from
    receipt. What has been met stays met, and what was extended under the same regime stays
    extended; a clock of a regime that governs no more is dropped."""
    case = view.complaint
    if case is None:
        return
    before = view.profile
    lead = _together(view, choice)
    fresh = clocks_of_case(lead, case.received_at, facts, today=view.now)
    names = {entry.clock for entry in fresh}
    old = {entry.clock for entry in clocks_of_case(before, case.received_at, legal_facts(case))}
    dropped = tuple(sorted((old - names) & set(view.deadlines)))
    changed = [each.id for each in lead.together] != [each.id for each in before.together]
    if record and (changed or case.regime is None):
        view.effects.append(RegimeEffect(choice.as_record(by=by, at=view.now), dropped))
        for name in dropped:
            view.deadlines.pop(name, None)
    view.profile = lead
    moved = [entry for entry in fresh if changed or _is_other(view, before, entry)]
    view.set_clocks(moved, "started")


def _together(view: CaseView, choice: Choice) -> Profile:
    known = {each.id: each for each in (*view.profile.together, *view.enabled)}
    lead, *beside = (known[name] for name in choice.profiles)
    return lead.leading(beside)


def _is_other(view: CaseView, profile: Profile, entry: Deadline) -> bool:
    """Whether the law has another figure for the clock than the case; one that was extended or
    stopped is as the law allows."""
    known = view.deadlines.get(entry.clock)
    if known is None:
        return True
    extended = {str(each.limit) for each in profile.extensions}
    if known.limit in extended or known.paused_at is not None or known.anchor_at is None:
        return False
    return (known.limit, known.anchor_at) != (entry.limit, entry.anchor_at)
