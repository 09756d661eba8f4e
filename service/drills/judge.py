"""What the record of a drill says, criterion by criterion, and the findings that follow.

The figures are the bank's plan for drills: detection within 15 minutes, the level, the reports in
time and whole, contact, registration, linking, authority, the vulnerable, the wording, the
stand-down, and the plan itself. What only an evaluator in the room can see is said to be theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from service import audit, cases, jobs, letters, policy
from service.cases import Complaint, Emergency
from service.drills.exercise import FACTS, Course, emergencies_of
from service.sentence import Counted, Sentence
from service.tasks.tables import user_task

PAYMENTS = ("pay-compensation", "pay-what-is-owed")
DETECT_WITHIN = timedelta(minutes=15)
LINKED_AT_LEAST = 0.95
_FIELDS = ("customer_name", "channel", "content", "received_at")
_RATINGS = ((0, "P"), (1, "S"), (3, "M"))


@dataclass(frozen=True, slots=True)
class Measure:
    """One criterion: what was wanted, what was measured; `met` is None for what the record cannot
    tell."""

    id: str
    name: str
    wanted: str
    measured: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The measures, the findings, and the rating: P performed without challenges, S some, M major,
    U unable."""

    measures: tuple[Measure, ...]
    findings: tuple[str, ...]
    rating: str
    timeline: tuple[tuple[datetime, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Record:
    course: Course
    emergency: Emergency | None
    complaints: tuple[Complaint, ...]
    tasks: tuple[sa.RowMapping, ...]
    log: tuple[dict[str, Any], ...]
    letters: tuple[dict[str, Any], ...]
    incidents: tuple[dict[str, Any], ...]

    def of(self, *elements: str) -> list[sa.RowMapping]:
        return [row for row in self.tasks if row["element_id"] in elements]


def judge(course: Course) -> Verdict:
    """What the drill showed."""
    record = _read(course)
    measures = tuple(each for look in _LOOKS if (each := look(record)) is not None)
    findings = tuple(_findings(record, measures))
    plan = Measure(
        "plan", "Steps of the plan found wrong or missing", "0", str(len(findings)), not findings
    )
    failed = sum(each.met is False for each in (*measures, plan))
    rating = next((letter for most, letter in _RATINGS if failed <= most), "U")
    return Verdict((*measures, plan), findings, rating, tuple(_timeline(record)))


def _read(course: Course) -> _Record:
    found = emergencies_of(course)
    numbers = [number for each in course.happened for number in each.numbers]
    with course.runtime.database.read() as connection:
        complaints = tuple(cases.get_complaint(connection, number) for number in numbers)
        rows = connection.execute(
            sa.select(user_task).order_by(user_task.c.created_at, user_task.c.key)
        ).mappings()
        return _Record(
            course=course,
            emergency=found[0] if found else None,
            complaints=complaints,
            tasks=tuple(rows),
            log=tuple(
                entry for each in found for entry in cases.list_actions(connection, each.root_key)
            ),
            letters=tuple(
                letter
                for each in complaints
                for letter in letters.list_letters(connection, each.root_key)
            ),
            incidents=tuple(dict(row) for row in jobs.list_incidents(connection)),
        )


def _detect(record: _Record) -> Measure | None:
    if record.course.drill.level is None:
        return None
    first = record.course.happened[0].at
    took = record.emergency.opened_at - first if record.emergency else None
    return Measure(
        "detect",
        "From the first signal to the call",
        Sentence("at most {time}", time=_minutes(DETECT_WITHIN)),
        Sentence("nobody called it an emergency") if took is None else _minutes(took),
        took is not None and took <= DETECT_WITHIN,
    )


def _level(record: _Record) -> Measure | None:
    wanted = record.course.drill.level
    if wanted is None:
        return None
    levels = [entry["text"] for entry in record.log if entry["kind"] == "level"]
    highest = max(levels, key=policy.LEVELS.index, default="none")
    return Measure("level", "Level that was declared", wanted, highest, highest == wanted)


def _reports(record: _Record) -> Measure | None:
    wanted = record.of("send-report", "send-situation-report")
    late = [row for row in wanted if _is_late(row, record)]
    return _share("report", "Reports sent in time", len(wanted) - len(late), len(wanted))


def _contact(record: _Record) -> Measure | None:
    wanted = record.of("contact-customer", "first-contact")
    late = [row for row in wanted if _is_late(row, record)]
    return _share(
        "contact", "Customers reached first in time", len(wanted) - len(late), len(wanted)
    )


def _register(record: _Record) -> Measure | None:
    whole = [
        each
        for each in record.complaints
        if all(getattr(each, name) for name in _FIELDS) and _can_reach(each)
    ]
    numbers = {each.number for each in record.complaints}
    right = len(whole) if len(numbers) == len(record.complaints) else 0
    return _share(
        "register",
        "Complaints with their own number and five fields",
        right,
        len(record.complaints),
    )


def _link(record: _Record) -> Measure | None:
    wanted = [
        number
        for each in record.course.happened
        if each.inject.complaints and each.inject.complaints.belongs != "no"
        for number in each.numbers
    ]
    if record.course.drill.level is None or not wanted:
        return None
    linked = record.emergency.complaints if record.emergency else 0
    share = linked / len(wanted)
    return Measure(
        "link",
        "Complaints linked to the emergency",
        Sentence("at least {share}", share=f"{LINKED_AT_LEAST:.0%}"),
        Sentence("{part} of {whole}", part=linked, whole=len(wanted)),
        share >= LINKED_AT_LEAST,
    )


def _authority(record: _Record) -> Measure | None:
    """Who proposed, who approved where somebody had to, who paid: nobody twice."""
    paid = [row for row in record.of(*PAYMENTS) if row["state"] == "completed"]
    proposed, approved = (
        _people(record, "propose-solution"),
        _people(record, "approve-solution", "approve-by-committee"),
    )
    beyond = 0
    for row in paid:
        who, by = proposed.get(row["root_key"], set()), approved.get(row["root_key"], set())
        beyond += row["completed_by"] in who | by or bool(who & by)
    return (
        Measure(
            "authority",
            "Payments by somebody who proposed or approved them",
            "0",
            str(beyond),
            not beyond,
        )
        if paid
        else None
    )


def _vulnerable(record: _Record) -> Measure | None:
    wanted = [
        number
        for each in record.course.happened
        if each.inject.complaints and each.inject.complaints.facts.get("vulnerable")
        for number in each.numbers
    ]
    keys = {each.root_key for each in record.complaints if each.number in wanted}
    seen = {
        row["root_key"]
        for row in record.of(FACTS)
        if (row["answer"] or {}).get("vulnerable") is True
    }
    return _share(
        "vulnerable", "Vulnerable customers recognized as such", len(keys & seen), len(keys)
    )


def _wording(record: _Record) -> Measure | None:
    profile = record.course.runtime.profile
    wanted = [each for each in record.letters if each["template"] in ("outcome", "deadlock")]
    right = [
        each for each in wanted if letters.tells_rights(profile, each["language"], each["body"])
    ]
    return _share(
        "wording", "Letters of outcome that say whom else to turn to", len(right), len(wanted)
    )


def _log(record: _Record) -> Measure | None:
    if record.emergency is None:
        return None
    moments = sorted(entry["at"] for entry in record.log)
    gap = max((later - earlier for earlier, later in pairwise(moments)), default=timedelta(0))
    return Measure(
        "log", "Longest gap in the action log", "for the evaluators", _minutes(gap), None
    )


def _voice(record: _Record) -> Measure | None:
    return Measure(
        "voice", "Statements by people who may not speak", "0", "for the evaluators", None
    )


def _stand_down(record: _Record) -> Measure | None:
    if record.course.drill.level is None:
        return None
    tested = [entry for entry in record.log if entry["kind"] == "stand-down"]
    over = record.emergency is not None and record.emergency.status == "stood down"
    said = str(tested[-1]["text"]) if tested else "never tested"
    return Measure(
        "stand_down", "Stood down after its test", "quiet long enough", said, over and bool(tested)
    )


_LOOKS: tuple[Callable[[_Record], Measure | None], ...] = (
    _detect,
    _level,
    _reports,
    _contact,
    _register,
    _link,
    _authority,
    _voice,
    _vulnerable,
    _wording,
    _log,
    _stand_down,
)


def _findings(record: _Record, measures: Iterable[Measure]) -> Iterable[str]:
    for measure in measures:
        if measure.met is False:
            yield Sentence(
                "{name}: wanted {wanted}, was {measured}",
                name=Sentence(measure.name),
                wanted=Sentence(measure.wanted),
                measured=Sentence(measure.measured),
            )
    yield from record.course.stuck.values()
    for each in record.incidents:
        yield Sentence(
            "An incident ({kind}) at {place}: {problem}",
            kind=Sentence(each["kind"]),
            place=each["element_id"] or Sentence("the case"),
            problem=each["message"],
        )
    late = Counter(row["name"] for row in record.tasks if _is_late(row, record))
    for name, count in sorted(late.items()):
        yield Sentence("{name}: {count} late", name=name, count=count)
    broken = _broken(record)
    if broken:
        yield Sentence("The history does not verify: {broken}", broken=broken)


def _broken(record: _Record) -> list[str]:
    """The complaints whose history has been changed."""
    with record.course.runtime.database.read() as connection:
        return [
            each.number
            for each in record.complaints
            if audit.verify(connection, each.root_key) is not None
        ]


def _timeline(record: _Record) -> Iterable[tuple[datetime, str, str]]:
    told: list[tuple[datetime, str, str]] = []
    seen: set[int] = set()
    for each in record.course.happened:
        if id(each.inject) not in seen:
            seen.add(id(each.inject))
            told.append(
                (
                    each.at,
                    "inject",
                    Sentence(
                        "{says} — expected: {expected}",
                        says=each.inject.says,
                        expected=each.inject.expected,
                    ),
                )
            )
    told += [
        (
            entry["at"],
            entry["actor"],
            Sentence("{label}: {text}", label=_logged(entry["kind"]), text=entry["text"]),
        )
        for entry in record.log
    ]
    return sorted(told, key=lambda line: line[0])


def _logged(kind: str) -> str:
    """The kind of an entry as pages call it; `service.i18n.vocabulary` has the words."""
    said = f"log {kind}"
    return Sentence(said)


def _is_late(row: sa.RowMapping, record: _Record) -> bool:
    end = row["ended_at"] or record.course.ended_at
    return (
        row["due_at"] is not None
        and row["state"] != "cancelled"
        and end is not None
        and end > row["due_at"]
    )


def _can_reach(complaint: Complaint) -> bool:
    return bool(complaint.contact_phone or complaint.contact_email or complaint.contact_address)


def _people(record: _Record, *elements: str) -> dict[int, set[str]]:
    """Who completed tasks of these elements, by case."""
    found: dict[int, set[str]] = {}
    for row in record.of(*elements):
        if row["state"] == "completed":
            found.setdefault(row["root_key"], set()).add(row["completed_by"])
    return found


def _share(name: str, what: str, right: int, wanted: int) -> Measure | None:
    return (
        Measure(
            name,
            what,
            "100%",
            Sentence("{part} of {whole}", part=right, whole=wanted),
            right == wanted,
        )
        if wanted
        else None
    )


def _minutes(length: timedelta) -> str:
    return Counted("{n} minute", "{n} minutes", round(length.total_seconds() / 60))
