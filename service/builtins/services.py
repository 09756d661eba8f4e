"""The built-in services of diagrams (`redress.…`). Each notes effects and gives variables back;
none does anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from service.builtins.case_view import CaseView
from service.builtins.effects import (
    AlarmEffect,
    ArchiveEffect,
    CloseEffect,
    FollowEffect,
    LetterEffect,
    LinkEffect,
    RecordEffect,
)
from service.builtins.money_services import MONEY_SERVICES, owed_parts
from service.builtins.regimes import regime
from service.cases import RECORDED, get_complaint, list_of_customer
from service.engine import BpmnError
from service.engine.changes import JobCreated
from service.errors import InvalidInput, RedressError
from service.policy import (
    LEVELS,
    Deadline,
    Extension,
    extended,
    named,
    of_clock,
    other_deadline,
    paused,
    resumed,
    retain_until,
    severity_deadlines,
    step_deadlines,
)

Service = Callable[["CaseView", JobCreated], dict[str, Any]]
RECENT = timedelta(days=90)
_DECIDED = frozenset({"compensationAmount", "redressParts"})


def letter(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """A letter to the customer. Header `template`; header `meets` names the clock that it meets.

    Without a complaint the customer is whom the variables name: `customerName`, `customerEmail`
    and `language`.
    """
    headers = job.headers
    view.effects.append(
        LetterEffect(
            headers.get("template", ""),
            "customer",
            "",
            dict(job.variables),
            headers.get("meets", ""),
        )
    )
    return {}


def notify(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """A notice to a person (variable `user`) or a group (variable or header `group`): filed, and
    told to them.

    With the header `ring` = `no` it is only filed: for a group whose task list shows the work at
    the same moment.
    """
    to = str(
        job.variables.get("user") or job.headers.get("group") or job.variables.get("group") or ""
    )
    rings, template = job.headers.get("ring") != "no", job.headers.get("template", "notice")
    view.effects.append(LetterEffect(template, "staff", to, dict(job.variables), rings=rings))
    return {}


def record(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Facts of the complaint, out of those that may be recorded. A severity that is new starts its
    clocks; one that is recorded a second time does not, and what has been met stays met. With the
    header `ledger` = `offered` a decided amount is not payable yet: `redress.offer` says when.
    Without it an amount that is known already is no new decision."""
    facts = {name: job.variables[name] for name in RECORDED if job.variables.get(name) is not None}
    offered = job.headers.get("ledger") == "offered"
    known = {} if view.complaint is None else view.complaint.facts
    if not offered and facts.get("compensationAmount") == known.get("compensationAmount"):
        facts = {name: value for name, value in facts.items() if name not in _DECIDED}
    view.effects.append(RecordEffect(facts, offered))
    if facts.get("outcome") is not None:
        _start_steps(view, job.variables)
    severity = facts.get("severity")
    if (
        severity is not None
        and view.complaint is not None
        and str(severity) != view.complaint.severity
    ):
        met = {name for name, entry in view.deadlines.items() if entry.met_at is not None}
        fresh = severity_deadlines(view.profile, str(severity), view.now)
        view.set_clocks([entry for entry in fresh if entry.clock not in met], "started")
    return {}


def _start_steps(view: CaseView, known: Mapping[str, Any]) -> None:
    """The outcome is decided: the law's clocks that count from there start, once each."""
    facts = {"outcome": known.get("outcome"), "owed": bool(owed_parts(view, known))}
    fresh = [
        replace(
            entry, clock=entry.clock if regime is view.profile else named(entry.clock, regime.id)
        )
        for regime in view.profile.together
        for entry in step_deadlines(regime, view.now, facts)
    ]
    view.set_clocks([entry for entry in fresh if entry.clock not in view.deadlines], "started")


def start_clock(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Start a clock of the bank's own, named by the header `clock`."""
    view.set_clocks(
        [other_deadline(view.profile, job.headers.get("clock", ""), view.now)], "started"
    )
    return {}


def pause(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Stop the clocks that may be stopped: the bank's own, and a statutory one where the law says
    so."""
    view.set_clocks([paused(entry, view.now) for entry in view.deadlines.values()], "paused")
    return {}


def resume(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Let the stopped clocks go on with what was left."""
    stopped = [entry for entry in view.deadlines.values() if entry.paused_at is not None]
    view.set_clocks(
        [resumed(of_clock(view.profile, entry.clock), entry, view.now) for entry in stopped],
        "resumed",
    )
    return {}


def extend(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Move the clock of the header `clock` as far as the law lets it for the reason of variable
    `extensionReason`, a code of the regime's list; for the first that it allows where no reason is
    named, as older versions of the procedure have it. `extended` says whether, `reason` why in the
    customer's language."""
    wanted = job.variables.get("extensionReason")
    for entry, extension in view.extensions(job.headers.get("clock", "final response")):
        if wanted in (None, extension.code):
            return _extend(view, entry, extension)
    return {"extended": False}


def _extend(view: CaseView, entry: Deadline, extension: Extension) -> dict[str, Any]:
    moved = extended(of_clock(view.profile, entry.clock), entry, extension)
    view.set_clocks([moved], "extended")
    day = view.profile.calendar.local_day(moved.due_at).isoformat()
    told = {"clock": entry.clock, "reason": extension.code, "until": day}
    earlier = view.complaint.facts.get("extensions", []) if view.complaint else []
    view.effects.append(RecordEffect({"extensions": [*earlier, told]}))
    language = view.complaint.language if view.complaint else "en"
    words = extension.words.get(language) or extension.words.get("en") or extension.reason
    return {"extended": True, "newDate": day, "reason": words}


def similar(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """The other complaints of the same customer that are open or were closed in the last ninety
    days: `similar`."""
    case = view.complaint
    if view.connection is None or case is None:
        return {"similar": list(view.similar)}
    since = view.now - RECENT
    return {
        "similar": list_of_customer(view.connection, case.root_key, case.customer_key, since=since)
    }


def link(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Link the complaint to the one of variable `otherNumber` as `relation` says; `reopened` counts
    a settled matter that comes back."""
    relation, number = job.variables.get("relation"), job.variables.get("otherNumber")
    reopened = job.variables.get("reopened")
    if relation in (None, "new") or not number:
        return {"reopened": reopened}
    if view.connection is not None:
        try:
            other = get_complaint(view.connection, str(number))
        except RedressError as error:
            raise BpmnError("unknown-complaint", error.message) from error
        view.effects.append(LinkEffect(other.root_key, str(relation)))
    return {"reopened": (reopened or 0) + 1 if relation == "reopened" else reopened}


def follow(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Start the process of the header `process`, with the variables of the task; it outlives the
    case."""
    process_id = job.headers.get("process", "")
    view.effects.append(FollowEffect(process_id, dict(job.variables)))
    return {}


def alarm(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Open an emergency of the variable `level`, or raise the one that the complaint belongs to."""
    level = job.variables.get("level")
    if level not in LEVELS:
        raise InvalidInput(
            "expected an emergency level out of {levels}, got {level!r}", levels=LEVELS, level=level
        )
    view.effects.append(AlarmEffect(str(level), str(job.variables.get("cause") or "")))
    return {}


def close(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Close the complaint with the variable `outcome`."""
    outcome = job.variables.get("outcome")
    view.effects.append(CloseEffect(None if outcome is None else str(outcome)))
    return {}


def archive(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Archive the complaint for the years of the policy."""
    until = retain_until(view.profile, view.now)
    view.effects.append(ArchiveEffect(until))
    return {"archivedAt": view.now.isoformat(), "retainUntil": until.isoformat()}


def end_by_hand(view: CaseView) -> None:
    """The case was ended before its end: its complaint is closed and kept as long as any, or it
    would stay open, late, and on somebody's desk."""
    if view.complaint is None or view.complaint.status == "archived":
        return
    if view.complaint.status == "open":
        view.effects.append(CloseEffect(CANCELLED))
    view.effects.append(ArchiveEffect(retain_until(view.profile, view.now)))


CANCELLED = "cancelled"
"""The outcome of a complaint whose case was ended by hand."""
SERVICES: Mapping[str, Service] = {
    "redress.letter": letter,
    "redress.notify": notify,
    "redress.record": record,
    "redress.clock": start_clock,
    "redress.pause": pause,
    "redress.resume": resume,
    "redress.extend": extend,
    "redress.similar": similar,
    "redress.link": link,
    "redress.follow": follow,
    "redress.emergency": alarm,
    "redress.regime": regime,
    "redress.close": close,
    "redress.archive": archive,
    **MONEY_SERVICES,
}
PLAIN_SERVICES: Mapping[str, Service] = {"redress.letter": letter, "redress.notify": notify}
"""What a process can ask for that has to do with no complaint."""
