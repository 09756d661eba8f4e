"""The execution plan (S4-a, S4-b): who does what by when, drawn from the released diagrams and
policy files."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from service.engine import Bundle
from service.policy import UNCONFIRMED, Profile
from service.policy.time_limits import Unit, parse_limit
from service.sentence import Counted, Plurals, Sentence


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One task of a person: on which sheet, whose it is, and by when."""

    sheet: str
    task: str
    names: Mapping[str, str]
    sheets: Mapping[str, str]
    who: str
    due: str
    form: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """One figure that the due dates stand on."""

    clock: str
    applies: str
    limit: str
    source: str
    confirmed: bool


def execution_plan(bundle: Bundle) -> list[PlanLine]:
    """Every task of a person in the released diagrams, sheet by sheet."""
    lines = []
    for process_id, process in bundle.processes.items():
        model = bundle.models[process_id]
        for element in process.elements.values():
            if element.kind != "userTask":
                continue
            drawn = model.elements[element.id]
            due = "" if drawn.due is None else drawn.due.source.strip().removeprefix("=")
            who = element.lane or ""
            lines.append(
                PlanLine(
                    process.name,
                    element.name,
                    element.names,
                    process.names,
                    who,
                    due,
                    element.form_id or "",
                    element.clauses,
                )
            )
    return sorted(lines, key=lambda line: (line.sheet, line.task))


UNITS: Plurals = {
    Unit.SECONDS: ("{n} second", "{n} seconds"),
    Unit.MINUTES: ("{n} minute", "{n} minutes"),
    Unit.HOURS: ("{n} hour", "{n} hours"),
    Unit.BUSINESS_SECONDS: ("{n} working second", "{n} working seconds"),
    Unit.BUSINESS_HOURS: ("{n} working hour", "{n} working hours"),
    Unit.BUSINESS_DAYS: ("{n} business day", "{n} business days"),
    Unit.CALENDAR_DAYS: ("{n} day", "{n} days"),
    Unit.WEEKS: ("{n} week", "{n} weeks"),
    Unit.MONTHS: ("{n} month", "{n} months"),
    Unit.YEARS: ("{n} year", "{n} years"),
    Unit.BILLING_CYCLES: ("{n} complete billing cycle", "{n} complete billing cycles"),
}


def limit_in_words(text: str) -> Sentence:
    """A limit of a policy in words."""
    limit = parse_limit(text)
    return Counted(*UNITS[limit.unit], limit.value)


def limits_of(profile: Profile) -> list[Limit]:
    """The figures by law and by severity, each with its source."""
    found = [
        Limit(
            entry["clock"],
            Sentence("by law") if entry["statutory"] else Sentence("the bank's own"),
            limit_in_words(entry["limit"]),
            entry["source"],
            entry["confidence"] not in UNCONFIRMED,
        )
        for entry in profile.clocks
    ]
    severity = profile.severity
    confirmed = severity["confidence"] not in UNCONFIRMED
    for level, targets in severity["targets"].items():
        found += [
            Limit(clock, level, limit_in_words(limit), severity["source"], confirmed)
            for clock, limit in targets.items()
        ]
    return found


def plan_csv(lines: list[PlanLine]) -> str:
    """The plan as a table for a spreadsheet. A cell that a spreadsheet would take for a formula is
    quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["sheet", "task", "task (zh-Hant)", "who", "due", "form", "clauses"])
    for line in lines:
        cells = (
            line.sheet,
            line.task,
            line.names.get("zh-Hant", line.task),
            line.who,
            line.due,
            line.form,
            " ".join(line.clauses),
        )
        writer.writerow(
            [f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in cells]
        )
    return out.getvalue()
