"""Rehearsals of the procedure in exercise mode (S4-c): injects, scripted people, criteria, an
after-action report.

`model` reads drill files, `exercise` plays one on a scratch database under a virtual clock, `judge`
measures what the record says, `report` writes it down. `people` are the scripted people that
simulations and benchmarks use too.
"""

from service.drills.exercise import Course, hold_drill
from service.drills.judge import Measure, Verdict, judge
from service.drills.model import Drill, drills_of, parse_drill
from service.drills.report import as_json, as_page, improvements

__all__ = [
    "Course",
    "Drill",
    "Measure",
    "Verdict",
    "as_json",
    "as_page",
    "drills_of",
    "hold_drill",
    "improvements",
    "judge",
    "parse_drill",
]
