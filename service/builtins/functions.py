"""What diagrams may ask of the case in FEEL: its clocks and the working calendar of its
jurisdiction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from typing import Any

from service import cases, identity, policy
from service.builtins.case_view import CaseView
from service.builtins.lazy_table import Bound
from service.feel import FeelFunction, Run, from_json
from service.identity import Permission

Call = Callable[..., Any]
TODAY = "today"


def functions_of(view: CaseView) -> Mapping[str, FeelFunction]:
    """The functions bound to a case."""
    return Bound(
        _BOUND,
        lambda name, entry: FeelFunction(
            name, entry[0], partial(entry[1], view), inner=name == TODAY
        ),
    )


def _today(view: CaseView, run: Run) -> date | None:
    """The day of `now()` in the zone of the case's law, where FEEL's own goes by UTC."""
    return None if run.now is None else view.profile.calendar.local_day(run.now)


def _due(view: CaseView, clock: Any) -> Any:
    found = view.nearest(clock) if isinstance(clock, str) else None
    return None if found is None else from_json(found.due_at)


def _part(view: CaseView, clock: Any, share: Any) -> Any:
    """The instant when that share (0 to 1) of a clock's time is used."""
    found = view.nearest(clock) if isinstance(clock, str) else None
    if found is None or share is None or isinstance(share, bool):
        return None
    return from_json(found.started_at + (found.due_at - found.started_at) * float(share))


def _used(view: CaseView, clock: Any) -> Any:
    """The share of a clock's time that is used: 0 at its start, 1 at its end and more beyond."""
    found = view.nearest(clock) if isinstance(clock, str) else None
    if found is None or found.due_at <= found.started_at:
        return None
    whole = (found.due_at - found.started_at).total_seconds()
    return from_json(round((view.now - found.started_at).total_seconds() / whole, 6))


def _can_extend(view: CaseView, clock: Any) -> bool:
    return view.next_extension(str(clock)) is not None


def _days_after(view: CaseView, start: Any, amount: Any) -> Any:
    return _moved(view.profile.calendar.working_days_after, start, amount)


def _hours_after(view: CaseView, start: Any, amount: Any) -> Any:
    return _moved(view.profile.calendar.working_hours_after, start, amount)


def _moved(move: Callable[[datetime, Any], datetime], start: Any, amount: Any) -> Any:
    """Apply a calendar function to FEEL values; null for anything that is not a date and time and a
    number."""
    instant = getattr(start, "instant", None)
    if instant is None or isinstance(amount, bool) or amount is None:
        return None
    moment = datetime.fromtimestamp(int(instant) / 1_000_000_000, tz=UTC)
    return from_json(move(moment, int(amount)))


def best_investigator(view: CaseView, skill: Any, person: Any, unit: Any) -> str | None:
    """The handler to propose: free, skilled, present, and neither the person nor of the unit
    complained about."""
    if view.connection is None:
        return None
    people = identity.list_candidates(
        view.connection,
        Permission.INVESTIGATE_COMPLAINTS,
        on=view.profile.calendar.local_day(view.now),
    )
    load = cases.count_open_by_investigator(view.connection)
    texts = (None if each is None else str(each) for each in (skill, person, unit))
    skill_text, person_text, unit_text = texts
    found = identity.best_candidate(
        people, load, skill=skill_text, person=person_text, unit=unit_text
    )
    return None if found is None else found.name


def _earlier_compensation(view: CaseView) -> Any:
    if view.connection is None or view.complaint is None:
        return from_json(0)
    return from_json(cases.earlier_compensation(view.connection, view.complaint, now=view.now))


def _people_of_unit(view: CaseView, role: Any, unit: Any) -> Any:
    """Whom work for a unit is offered to; empty where nobody of that role is known to belong to
    it."""
    if view.connection is None or not isinstance(role, str) or not isinstance(unit, str):
        return []
    return from_json(identity.list_of_unit(view.connection, role, unit)) if unit.strip() else []


def _amount_paid(view: CaseView) -> Any:
    """What the customer has had in this case, less what came back, in its currency."""
    if view.connection is None or view.complaint is None:
        return from_json(0)
    sums = cases.balance_of(view.connection, view.complaint.root_key)
    return from_json(sums.paid - sums.recovered)


def _emergency_compensation(view: CaseView) -> Any:
    if view.connection is None or view.complaint is None:
        return from_json(0)
    return from_json(cases.emergency_compensation(view.connection, view.complaint))


def _sample_number(view: CaseView) -> Any:
    """0 to 99, from the number of the complaint alone: whoever audits a draw can repeat it."""
    return None if view.complaint is None else from_json(sample_number(view.complaint.number))


def sample_number(number: str) -> int:
    """The first eight bytes of a SHA-256, as 0 to 99."""
    found = sha256(f"quality check of {number}".encode()).digest()
    return int.from_bytes(found[:8]) % 100


def _reports(view: CaseView, level: Any, moment: Any) -> Any:
    return from_json(policy.reports_of(view.profile, str(level), str(moment), view.now))


def _report_due(view: CaseView, level: Any) -> Any:
    return from_json(policy.next_situation_report(view.profile, str(level), view.now))


def _home(view: CaseView) -> Any:
    """The country of the installation's own profile (ISO 3166-1), which `enabled` begins with."""
    return (view.enabled[0] if view.enabled else view.profile).document.get("country")


def _is_running(view: CaseView, clock: Any) -> bool:
    """Whether a clock of that name, of whatever regime, has not been met yet."""
    found = view.nearest(str(clock))
    return found is not None and found.met_at is None


FUNCTIONS: Mapping[str, tuple[tuple[str, ...], Call]] = {
    "amount paid": ((), _amount_paid),
    "deadline": (("clock",), _due),
    "part of deadline": (("clock", "share"), _part),
    "time used": (("clock",), _used),
    "can extend": (("clock",), _can_extend),
    "working days after": (("from", "n"), _days_after),
    "people of unit": (("role", "unit"), _people_of_unit),
    "best investigator": (("skill", "person", "unit"), best_investigator),
    "earlier compensation": ((), _earlier_compensation),
    "emergency compensation": ((), _emergency_compensation),
    "emergency reports": (("level", "moment"), _reports),
    "sample number": ((), _sample_number),
    "situation report due": (("level",), _report_due),
    "home country": ((), _home),
    "is running": (("clock",), _is_running),
    "working hours after": (("from", "n"), _hours_after),
}
"""Parameters and function by name; each gets the view of the case first."""
_BOUND: Mapping[str, tuple[tuple[str, ...], Call]] = {**FUNCTIONS, TODAY: ((), _today)}
"""With what FEEL has too, and the case knows better."""
