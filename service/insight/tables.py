"""Figures as tables: what the page, the sheets and the report show, the same numbers in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from service.insight.cohorts import ClockState
from service.insight.figures import FIGURES, TITLES
from service.insight.sums import Money, Spread, Sums
from service.insight.words import FIXED, VERBATIM, label_of
from service.sentence import Sentence, Words

Say = Callable[[str], str]
"""Says a text in the reader's language."""
MOST_ROWS = 15
"""Lines of a figure that are told one by one; the rest are added up."""
SHOWN = (
    "channel",
    "product",
    "severity",
    "unit",
    "cause",
    "outcome",
    "age",
    "rounds",
    "satisfaction",
    "redress",
    "workload",
)
"""Figures that are told line by line."""
ASIDE = ("vulnerable", "repeat", "reopened", "emergency", "regulator", "escalated", "late")
"""Figures of which only the yes is told."""
CLOCKS = ("acknowledgement", "first contact", "internal target", "final response")
SPANS: Words = {
    "contact": "From receipt to the first contact",
    "final": "From receipt to the final response",
}
GOOD = ("4", "5")
MARKS = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a figure, and how many there were in the period before. `line` is None for those
    that were added up. `share` is of all lines that are known."""

    line: str | None
    label: str
    number: int
    before: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A figure, line by line. `known` is how many complaints its shares are of."""

    id: str
    title: str
    rows: Sequence[Row]
    known: int


@dataclass(frozen=True, slots=True)
class ClockRow:
    """How a clock was kept under a regime. `figure` counts it."""

    figure: str
    regime: str
    clock: str
    kept: int
    late: int
    running: int
    before: float | None

    @property
    def share(self) -> float | None:
        """Of those that are decided."""
        return ratio(self.kept, self.kept + self.late)

    def line(self, state: str) -> str:
        return f"{self.regime}|{self.clock}|{state}"


@dataclass(frozen=True, slots=True)
class SpanRow:
    """How long something took, and in the period before."""

    id: str
    title: str
    now: Spread
    before: Spread


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """Money of a kind in a currency; `kind` "" is all kinds together."""

    currency: str
    kind: str
    offered: Decimal
    paid: Decimal
    cases: int | None


NOBODY: Mapping[str, str] = MappingProxyType({})


def ratio(part: int, whole: int) -> float | None:
    """None of nothing."""
    return part / whole if whole else None


def table_of(figure: str, now: Sums, before: Sums, say: Say, people: Mapping[str, str]) -> Table:
    """One figure. Lines have the order of their scale, or the largest comes first."""
    counts = now.counts[figure]
    known = sum(number for line, number in counts.items() if line)
    lines = _ordered(figure, now)
    told, rest = lines[:MOST_ROWS], lines[MOST_ROWS:]
    rows = [
        Row(
            line,
            _said(figure, line, say, people),
            counts[line],
            before.of(figure, line),
            ratio(counts[line], known) if line else None,
        )
        for line in told
    ]
    if rest:
        number = sum(counts[line] for line in rest)
        earlier = sum(before.of(figure, line) for line in rest)
        label = say(Sentence("{n} others", n=len(rest)))
        rows.append(Row(None, label, number, earlier, ratio(number, known)))
    return Table(figure, say(TITLES[figure]), rows, known)


def _said(figure: str, line: str, say: Say, people: Mapping[str, str]) -> str:
    if figure == "workload" and line:
        return people.get(line, line)
    return line if figure in VERBATIM and line else say(label_of(figure, line))


def _ordered(figure: str, now: Sums) -> list[str]:
    counts = now.counts[figure]
    if figure in FIXED:
        return [*FIXED[figure], *(line for line in sorted(counts) if line not in FIXED[figure])]
    if figure == "severity":
        return sorted(counts, key=lambda line: (line == "", line))
    return sorted(counts, key=lambda line: (line == "", -counts[line], line))


def tables_of(
    now: Sums, before: Sums, say: Say, *, people: Mapping[str, str] = NOBODY
) -> list[Table]:
    """Every figure that is told line by line; `people` are what accounts are called."""
    return [table_of(figure, now, before, say, people) for figure in SHOWN]


def aside_of(now: Sums, before: Sums, say: Say) -> list[Row]:
    """How many complaints are of a special sort. `line` is the figure."""
    return [
        Row(
            figure,
            say(TITLES[figure]),
            now.of(figure, "yes"),
            before.of(figure, "yes"),
            ratio(now.of(figure, "yes"), now.total(figure)),
        )
        for figure in ASIDE
    ]


def clock_rows(now: Sums, before: Sums) -> list[ClockRow]:
    """Each clock of each regime that any complaint of the period had."""
    found = []
    for figure in ("first clocks", "last clocks"):
        pairs = {tuple(line.split("|")[:2]) for line in now.counts[figure] if line}
        for regime, clock in pairs:
            kept, late, running = (
                now.of(figure, f"{regime}|{clock}|{state}") for state in ClockState
            )
            earlier = _share_kept(before, figure, regime, clock)
            found.append(ClockRow(figure, regime, clock, kept, late, running, earlier))
    return sorted(found, key=lambda row: (row.regime, _place(row.clock), row.clock))


def _place(clock: str) -> int:
    return CLOCKS.index(clock) if clock in CLOCKS else len(CLOCKS)


def _share_kept(sums: Sums, figure: str, regime: str, clock: str) -> float | None:
    kept, late = (
        sums.of(figure, f"{regime}|{clock}|{state}") for state in (ClockState.KEPT, ClockState.LATE)
    )
    return ratio(kept, kept + late)


def in_time(sums: Sums, clock: str = "final response") -> tuple[int, int]:
    """How many complaints kept a clock, and how many have it decided, whatever the regime."""
    figure = "last clocks" if clock in CLOCKS[2:] else "first clocks"
    ends = {state: f"|{clock}|{state}" for state in (ClockState.KEPT, ClockState.LATE)}
    kept, late = (
        sum(number for line, number in sums.counts[figure].items() if line.endswith(end))
        for end in ends.values()
    )
    return kept, kept + late


def upheld(sums: Sums) -> tuple[int, int]:
    """How many complaints that were decided on were upheld, in part or whole."""
    counts = sums.counts["outcome"]
    found = counts["upheld"] + counts["partly upheld"]
    return found, found + counts["not upheld"]


def satisfied(sums: Sums) -> tuple[int, int, int]:
    """How many gave 4 or 5 of 5, how many gave a mark, and how many were asked."""
    counts = sums.counts["satisfaction"]
    answered = _sum(counts[mark] for mark in MARKS)
    return _sum(counts[mark] for mark in GOOD), answered, answered + counts["no answer"]


def _sum(numbers: Iterable[int]) -> int:
    return sum(numbers)


def span_rows(now: Sums, before: Sums, say: Say) -> list[SpanRow]:
    """How long it took until customers heard from the bank, and until they had an answer."""
    return [
        SpanRow("contact", say(SPANS["contact"]), now.contact, before.contact),
        SpanRow("final", say(SPANS["final"]), now.final, before.final),
    ]


def money_rows(now: Sums) -> list[MoneyRow]:
    """Each currency, and under it each kind of money."""
    found = []
    for currency, money in now.money.items():
        found.append(_whole(currency, money))
        found += [
            MoneyRow(currency, kind, offered, paid, None)
            for (of, kind), (offered, paid) in now.kinds.items()
            if of == currency
        ]
    return found


def _whole(currency: str, money: Money) -> MoneyRow:
    return MoneyRow(currency, "", money.offered, money.paid, money.cases)


assert set(SHOWN) | set(ASIDE) <= set(FIGURES)
