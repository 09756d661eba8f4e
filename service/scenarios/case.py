"""One case in memory: the engine with the product's own services, a clock of its own, and
everything it did.

It is a complaint, an emergency, the review of a version, or what a case began beside itself (a
promise, an improvement), which has no services.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from service.builtins import (
    LEGAL_FACTS,
    ArchiveEffect,
    CaseView,
    CloseEffect,
    DeadlinesEffect,
    EndEmergencyEffect,
    LetterEffect,
    LevelEffect,
    RecordEffect,
    RegimeEffect,
    Reviewed,
    host_of,
)
from service.cases import LEGAL, Complaint, Emergency, NewComplaint, legal_of, nearest
from service.engine import Bundle, advance
from service.engine import changes as c
from service.engine import commands as q
from service.operations import COMPLAINT_PROCESS, REVIEW_PROCESS, start_variables
from service.policy import Deadline, Profile, alike, first_deadlines
from service.scenarios.model import Scenario

NUMBER = "C-2026-0000001-0"
EMERGENCY_NUMBER = "E-2026-0001"
REVIEWED = {
    "versionKey": "1",
    "versionName": "procedure",
    "version": 2,
    "summary": "A scenario",
    "submittedBy": "olga",
}
"""What the review of a version starts with."""
_OPENS = (c.TaskCreated, c.JobCreated, c.TimerSet, c.SubscriptionOpened)
_ENDS = (c.TaskEnded, c.JobEnded, c.TimerEnded, c.SubscriptionEnded)
MOST_TIMERS = 1_000


@dataclass(slots=True)
class VirtualCase:
    """A case under way. `open` is what waits, by the engine's id; `done` everything that
    happened."""

    bundle: Bundle
    profile: Profile
    complaint: Complaint | None
    now: datetime
    emergency: Emergency | None = None
    similar: tuple[str, ...] = ()
    review: Reviewed | None = None
    clocks: dict[str, Deadline] = field(default_factory=dict)
    state: bytes | None = None
    open: dict[str, Any] = field(default_factory=dict)
    done: list[c.Change] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    ended: bool = False
    performers: dict[str, set[str]] = field(default_factory=dict)

    def send(self, command: q.Command) -> None:
        """Carry out one command. Raises EngineError."""
        view = CaseView(
            self.complaint,
            self.profile,
            self.now,
            self.clocks.values,
            emergency=self.emergency,
            similar=self.similar,
            review=self.review,
        )
        step = advance(self.bundle, self.state, command, now=self.now, host=host_of(view))
        self.state, self.ended = step.state, step.ended
        for change in step.changes:
            if isinstance(change, _OPENS):
                self.open[change.id] = change
            elif isinstance(change, _ENDS):
                self.open.pop(change.id, None)
        self.done += step.changes
        for effect in view.effects:
            self._take(effect)

    def _write(self, effect: LetterEffect) -> None:
        to_customer = effect.audience == "customer"
        self.letters.append(effect.template if to_customer else f"notice to {effect.to}")
        if effect.meets:
            self.meet(effect.meets)

    def _record(self, facts: Mapping[str, Any]) -> None:
        columns = {name: facts.get(name) for name in ("severity", "outcome")}
        known = self.complaint.facts if self.complaint else {}
        kept = {name: value for name, value in columns.items() if value is not None}
        self.change(facts={**known, **facts}, **kept)

    def _take(self, effect: Any) -> None:
        match effect:
            case LetterEffect():
                self._write(effect)
            case DeadlinesEffect(deadlines):
                self.clocks |= {entry.clock: entry for entry in deadlines}
                self.change(due_at=nearest(self.clocks.values()))
            case RecordEffect(facts):
                self._record(facts)
            case RegimeEffect(record, dropped):
                self.change(regime=dict(record))
                self.clocks = {
                    name: entry for name, entry in self.clocks.items() if name not in dropped
                }
            case CloseEffect(outcome):
                self.change(status="closed", closed_at=self.now, outcome=outcome)
            case ArchiveEffect():
                self.change(status="archived", archived_at=self.now)
            case LevelEffect(level) if self.emergency is not None:
                self.emergency = replace(self.emergency, level=level)
            case EndEmergencyEffect(status) if self.emergency is not None:
                self.emergency = replace(self.emergency, status=status, closed_at=self.now)

    def change(self, **values: Any) -> None:
        if self.complaint is not None:
            self.complaint = replace(self.complaint, **values)

    def meet(self, clock: str) -> None:
        """What a clock waited for has happened."""
        for name in (part.strip() for part in clock.split(",")):
            for entry in alike(self.clocks, name):
                self.clocks[entry.clock] = replace(entry, met_at=self.now)

    def wait(self, length: timedelta) -> None:
        """Let time pass; every timer that comes due on the way fires at its time."""
        until = self.now + length
        for _ in range(MOST_TIMERS):
            timers = [
                each
                for each in self.open.values()
                if isinstance(each, c.TimerSet) and each.due_at <= until
            ]
            if not timers:
                break
            first = min(timers, key=lambda timer: timer.due_at)
            self.now = max(self.now, first.due_at)
            self.send(q.FireTimer(first.id))
        self.now = max(self.now, until)

    def waiting(self, kind: Any, element: str = "") -> list[Any]:
        """What is open of a kind, oldest first."""
        found: list[Any] = [each for each in self.open.values() if isinstance(each, kind)]
        return [each for each in found if not element or each.element_id == element]


def new_complaint(facts: Mapping[str, Any], at: datetime) -> NewComplaint:
    """A complaint as it would be registered; facts of triage go by their own names."""
    own = {
        "customer_name",
        "phone",
        "email",
        "address",
        "channel",
        "content",
        "language",
        "product",
        "amount",
        "currency",
    }
    legal = {key: facts[key] for key in LEGAL_FACTS if key in facts and key != "hardship"}
    names = {"customerName": "customer_name"}
    given = {names.get(key, key): value for key, value in facts.items()}
    fields = {"customer_name": "Chen Mei", "phone": "0900 000 000", "email": None, "address": None}
    fields |= {"channel": "phone", "content": "A complaint of a scenario."}
    fields |= {key: value for key, value in given.items() if key in own}
    triage = {key: value for key, value in given.items() if key not in own and key not in legal}
    return NewComplaint(**fields, received_at=at, triage=triage, legal=legal)  # type: ignore[arg-type]


def open_case(
    bundle: Bundle, profile: Profile, scenario: Scenario
) -> tuple[VirtualCase, dict[str, Any]]:
    """A case with its first clocks, not started yet, and the variables it starts with."""
    at = scenario.at
    if scenario.emergency is not None:
        level, cause = (
            str(scenario.emergency.get("level", "IV")),
            str(scenario.emergency.get("cause", "A scenario")),
        )
        emergency = Emergency(1, EMERGENCY_NUMBER, level, "open", cause, at, None, at, 0)
        start = {
            "emergencyNumber": EMERGENCY_NUMBER,
            "level": level,
            "cause": cause,
            "openedAt": at.isoformat(),
        }
        return VirtualCase(bundle, profile, None, at, emergency), start
    if scenario.process == REVIEW_PROCESS:
        return VirtualCase(bundle, profile, None, at, review=Reviewed(1)), dict(REVIEWED)
    if scenario.process != COMPLAINT_PROCESS:
        return VirtualCase(bundle, profile, None, at), {"complaintNumber": NUMBER}
    new = new_complaint(scenario.complaint, at)
    number = scenario.number or NUMBER
    case = VirtualCase(bundle, profile, _registered(new, number), at, similar=scenario.similar)
    case.clocks = {entry.clock: entry for entry in first_deadlines(profile, at, legal_of(new))}
    return case, start_variables(new, number)


def _registered(new: NewComplaint, number: str) -> Complaint:
    at = new.received_at
    return Complaint(
        root_key=1,
        number=number,
        status="open",
        customer_name=new.customer_name,
        contact_phone=new.phone,
        contact_email=new.email,
        contact_address=new.address,
        withheld=list(new.withheld),
        channel=new.channel,
        content=new.content,
        language=new.language,
        product=new.product,
        amount=new.amount,
        currency=new.currency,
        received_at=at,
        registered_at=at,
        registered_by="scenario",
        external_id=None,
        severity=None,
        due_at=None,
        closed_at=None,
        archived_at=None,
        outcome=None,
        facts={LEGAL: legal} if (legal := legal_of(new)) else {},
    )
