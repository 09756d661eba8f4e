"""What is counted. A figure tells the complaints of a cohort apart by one thing; how many are of
each is its lines, and which they are is the list behind each line. Both come from the same column,
so that they cannot differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa

from service.cases.tables import case_link, emergency_complaint
from service.db import Connection
from service.insight.cohorts import ClockState, Cohort, Columns, Scope
from service.policy.clock_names import base_of, regime_of
from service.sentence import Words

REOPENED = "reopened"
"""The reason of a link between a complaint and the one that takes it up again."""
ALL = "all"
YES, NO = "yes", "no"
FIRST, LAST = ("acknowledgement", "first contact"), ("internal target", "final response")
"""The clocks that run from receipt, and those that end with the answer."""
Values = Sequence[Any]
"""For each complaint of the cohort its line; None without one, a tuple of several."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """What is known of complaints outside their facts: those of an emergency, those that were
    taken up again."""

    emergencies: frozenset[int] = frozenset()
    reopened: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that is counted. `tell` gives the line of each complaint."""

    id: str
    cohort: Cohort
    tell: Callable[[Columns, Beyond], Values]


def _column(name: str) -> Callable[[Columns, Beyond], Values]:
    return lambda columns, beyond: columns[name]


def _yes(name: str) -> Callable[[Columns, Beyond], Values]:
    return lambda columns, beyond: [YES if each else NO for each in columns[name]]


def _all(columns: Columns, beyond: Beyond) -> Values:
    return [ALL] * len(columns["root_key"])


def _repeat(columns: Columns, beyond: Beyond) -> Values:
    """Whether the same customer complained more than once in the period; nothing is known of one
    without a way to be reached."""
    times = Counter(columns["customer_key"])
    return [
        None if key is None else YES if times[key] > 1 else NO for key in columns["customer_key"]
    ]


def _emergency(columns: Columns, beyond: Beyond) -> Values:
    return [YES if key in beyond.emergencies else NO for key in columns["root_key"]]


def _reopened(columns: Columns, beyond: Beyond) -> Values:
    return [YES if key in beyond.reopened else NO for key in columns["root_key"]]


def _rounds(columns: Columns, beyond: Beyond) -> Values:
    return [str(min(each, 3)) for each in columns["rounds"]]


def _satisfaction(columns: Columns, beyond: Beyond) -> Values:
    """The mark; asked and silent; not asked."""
    pairs = zip(columns["asked"], columns["satisfaction"], strict=True)
    return [
        str(mark) if mark is not None else "no answer" if asked else "not asked"
        for asked, mark in pairs
    ]


def _redress(columns: Columns, beyond: Beyond) -> Values:
    pairs = zip(columns["offered"], columns["paid"], strict=True)
    return ["paid" if paid else "offered" if offered else "none" for offered, paid in pairs]


def _late(columns: Columns, beyond: Beyond) -> Values:
    return [YES if each == ClockState.LATE else NO for each in columns["final"]]


def _age(columns: Columns, beyond: Beyond) -> Values:
    return [str(each) for each in columns["age"]]


def _first_clocks(columns: Columns, beyond: Beyond) -> Values:
    """`regime|clock|state` of the clocks that run from receipt."""
    each = zip(columns["regime"], columns["acknowledgement"], columns["contact"], strict=True)
    return [_kept(FIRST, *states) for states in each]


def _last_clocks(columns: Columns, beyond: Beyond) -> Values:
    """The same of the clocks that end with the answer, and of those of other regimes."""
    each = zip(
        columns["regime"], columns["target"], columns["final"], columns["other_clocks"], strict=True
    )
    return [
        _kept(LAST, regime, target, final) + _others(others)
        for regime, target, final, others in each
    ]


@lru_cache(maxsize=1_000)
def _kept(clocks: tuple[str, str], regime: str, *states: str | None) -> tuple[str, ...]:
    """There are few different ones, and many complaints."""
    pairs = zip(clocks, states, strict=True)
    return tuple(f"{regime}|{clock}|{state}" for clock, state in pairs if state)


def _others(text: str | None) -> tuple[str, ...]:
    """A complaint that is closed has no running clock."""
    if text is None:
        return ()
    return tuple(
        f"{regime_of(name)}|{base_of(name)}|{_told(due, met)}"
        for name, due, met in orjson.loads(text)
    )


def _told(due: str, met: str | None) -> str:
    return ClockState.KEPT if met is not None and met <= due else ClockState.LATE


FIGURES: Mapping[str, Figure] = {
    each.id: each
    for each in (
        Figure("received", Cohort.RECEIVED, _all),
        Figure("channel", Cohort.RECEIVED, _column("channel")),
        Figure("product", Cohort.RECEIVED, _column("product")),
        Figure("severity", Cohort.RECEIVED, _column("severity")),
        Figure("regime", Cohort.RECEIVED, _column("regime")),
        Figure("unit", Cohort.RECEIVED, _column("unit")),
        Figure("vulnerable", Cohort.RECEIVED, _yes("vulnerable")),
        Figure("regulator", Cohort.RECEIVED, _yes("regulator")),
        Figure("escalated", Cohort.RECEIVED, _yes("escalated")),
        Figure("repeat", Cohort.RECEIVED, _repeat),
        Figure("emergency", Cohort.RECEIVED, _emergency),
        Figure("first clocks", Cohort.RECEIVED, _first_clocks),
        Figure("closed", Cohort.CLOSED, _all),
        Figure("outcome", Cohort.CLOSED, _column("outcome")),
        Figure("cause", Cohort.CLOSED, _column("cause")),
        Figure("rounds", Cohort.CLOSED, _rounds),
        Figure("satisfaction", Cohort.CLOSED, _satisfaction),
        Figure("redress", Cohort.CLOSED, _redress),
        Figure("reopened", Cohort.CLOSED, _reopened),
        Figure("last clocks", Cohort.CLOSED, _last_clocks),
        Figure("open", Cohort.OPEN, _all),
        Figure("late", Cohort.OPEN, _late),
        Figure("age", Cohort.OPEN, _age),
        Figure("workload", Cohort.OPEN, _column("investigator")),
    )
}
TITLES: Words = {
    "received": "Complaints received",
    "channel": "Received by channel",
    "product": "Received by product",
    "severity": "Received by severity",
    "regime": "Received by regime",
    "unit": "Received by unit",
    "vulnerable": "Vulnerable customers",
    "regulator": "Referred by an authority",
    "escalated": "Escalated",
    "repeat": "Customers who complained more than once in the period",
    "emergency": "Part of an emergency",
    "first clocks": "Acknowledgement and first contact in time",
    "closed": "Complaints closed",
    "outcome": "Closed by outcome",
    "cause": "Closed by root cause",
    "rounds": "Closed by number of answers",
    "satisfaction": "Satisfaction",
    "redress": "Closed by redress",
    "reopened": "Taken up again after closing",
    "last clocks": "Target and final response in time",
    "open": "Open at the end of the period",
    "late": "Open and overdue",
    "age": "Open by age",
    "workload": "Open by investigator",
}
"""What figures are called, in English."""


def count(values: Values) -> Counter[str]:
    """How many complaints are on each line; "" is those of which it is not known."""
    found: Counter[str] = Counter()
    for value, number in Counter(values).items():
        for line in value if isinstance(value, tuple) else (value,):
            found["" if line is None else str(line)] += number
    return found


def behind(columns: Columns, values: Values, line: str) -> list[int]:
    """The complaints on a line, newest first."""
    pairs = zip(columns["root_key"], values, strict=True)
    return sorted((key for key, value in pairs if _is_on(value, line)), reverse=True)


def _is_on(value: Any, line: str) -> bool:
    if isinstance(value, tuple):
        return line in value
    return ("" if value is None else str(value)) == line


def look_beyond(connection: Connection, scope: Scope) -> Beyond:
    """What the facts do not say. A complaint is taken up again by a later one; emergencies are told
    of complaints that were linked since the period began."""
    emergencies = sa.select(emergency_complaint.c.complaint_key).where(
        emergency_complaint.c.linked_at >= scope.period.begin
    )
    again = sa.select(case_link.c.root_key).where(
        case_link.c.reason == REOPENED, case_link.c.other_key > case_link.c.root_key
    )
    return Beyond(
        frozenset(connection.execute(emergencies).scalars()),
        frozenset(connection.execute(again).scalars()),
    )
