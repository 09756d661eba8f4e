"""What diagrams may ask of the product: built-in services, and functions in FEEL.

A service is carried out inside the engine's step and is pure: it only notes an effect. The write transaction turns
effects into rows; if the step fails, nothing has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from service.cases import RECORDED, Complaint, Deadline, Profile, severity_deadlines
from service.engine import Host
from service.engine.changes import JobCreated
from service.feel import FeelFunction, from_json


@dataclass(frozen=True, slots=True)
class LetterEffect:
    """Write a letter from a template to the customer, or a notice to staff."""

    template: str
    audience: str
    to: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordEffect:
    """Record facts of the complaint."""

    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeadlinesEffect:
    """Set clocks."""

    deadlines: tuple[Deadline, ...]


@dataclass(frozen=True, slots=True)
class CloseEffect:
    """Close the complaint."""

    outcome: str | None


@dataclass(frozen=True, slots=True)
class ArchiveEffect:
    """Archive the complaint."""

    retain_until: datetime


Effect = LetterEffect | RecordEffect | DeadlinesEffect | CloseEffect | ArchiveEffect


@dataclass(slots=True)
class CaseView:
    """The case as services and functions see it during one step; clocks set earlier in the step are seen later."""

    complaint: Complaint | None
    profile: Profile
    now: datetime
    deadlines: dict[str, Deadline] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)

    def host(self) -> Host:
        """The functions and services bound to this case."""
        calendar = self.profile.calendar
        functions = {
            "deadline": _function("deadline", ("clock",), self._deadline),
            "working days after": _function(
                "working days after", ("from", "n"), lambda start, n: _moved(calendar.working_days_after, start, n)
            ),
            "working hours after": _function(
                "working hours after", ("from", "n"), lambda start, n: _moved(calendar.working_hours_after, start, n)
            ),
        }
        services = {
            "redress.letter": self._letter,
            "redress.notify": self._notify,
            "redress.record": self._record,
            "redress.close": self._close,
            "redress.archive": self._archive,
        }
        return Host(functions, services if self.complaint is not None else {})

    def _deadline(self, clock: Any) -> Any:
        found = self.deadlines.get(clock) if isinstance(clock, str) else None
        return None if found is None else from_json(found.due_at)

    def _letter(self, job: JobCreated) -> dict[str, Any]:
        self.effects.append(LetterEffect(job.headers.get("template", ""), "customer", "", dict(job.variables)))
        return {}

    def _notify(self, job: JobCreated) -> dict[str, Any]:
        to = str(job.variables.get("user") or job.headers.get("group", ""))
        self.effects.append(LetterEffect(job.headers.get("template", "notice"), "staff", to, dict(job.variables)))
        return {}

    def _record(self, job: JobCreated) -> dict[str, Any]:
        facts = {name: job.variables[name] for name in RECORDED if job.variables.get(name) is not None}
        self.effects.append(RecordEffect(facts))
        severity = facts.get("severity")
        if severity is not None and self.complaint is not None:
            clocks = tuple(severity_deadlines(self.profile, str(severity), self.now))
            self.deadlines |= {entry.clock: entry for entry in clocks}
            self.effects.append(DeadlinesEffect(clocks))
        return {}

    def _close(self, job: JobCreated) -> dict[str, Any]:
        outcome = job.variables.get("outcome")
        self.effects.append(CloseEffect(None if outcome is None else str(outcome)))
        return {}

    def _archive(self, job: JobCreated) -> dict[str, Any]:
        years = self.profile.retention_years
        try:
            until = self.now.replace(year=self.now.year + years)
        except ValueError:  # 29 February
            until = self.now.replace(year=self.now.year + years, day=28)
        self.effects.append(ArchiveEffect(until))
        return {"archivedAt": self.now.isoformat(), "retainUntil": until.date().isoformat()}


def _function(name: str, parameters: tuple[str, ...], call: Callable[..., Any]) -> FeelFunction:
    return FeelFunction(name, parameters, call)


def _moved(move: Callable[[datetime, Any], datetime], start: Any, amount: Any) -> Any:
    """Apply a calendar function to FEEL values; null for anything that is not a date and time and a number."""
    instant = getattr(start, "instant", None)
    if instant is None or isinstance(amount, bool) or amount is None:
        return None
    moment = datetime.fromtimestamp(int(instant) / 1_000_000_000, tz=UTC)
    return from_json(move(moment, int(amount)))


__all__ = [
    "ArchiveEffect",
    "CaseView",
    "CloseEffect",
    "DeadlinesEffect",
    "Effect",
    "LetterEffect",
    "RecordEffect",
]
