"""Figures of complaints over a period: what is counted, the complaints behind each number, charts
and sheets of them.

Everything is read from `complaint_fact` (service.facts), one row a complaint. A figure and the list
behind it come from the same column of the same rows, as of one moment.
"""

from service.insight.cohorts import ClockState, Cohort, Narrowed, Scope
from service.insight.figures import FIGURES, TITLES
from service.insight.periods import (
    WEEKLY,
    Against,
    Period,
    Span,
    between,
    compared,
    parts_of,
    period_of,
)
from service.insight.sheets import parts_of_book, write_csv, write_xlsx
from service.insight.sums import Money, Spread, Sums, Volume, list_behind, sum_up

__all__ = [
    "FIGURES",
    "TITLES",
    "WEEKLY",
    "Against",
    "ClockState",
    "Cohort",
    "Money",
    "Narrowed",
    "Period",
    "Scope",
    "Span",
    "Spread",
    "Sums",
    "Volume",
    "between",
    "compared",
    "list_behind",
    "parts_of",
    "parts_of_book",
    "period_of",
    "sum_up",
    "write_csv",
    "write_xlsx",
]
