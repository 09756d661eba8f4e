"""Scenarios: given-when-then files played through the definitions with the engine and the product's
own services.

Pure but for reading files: no database, a clock of their own. The same files serve `redress test`,
the review of a change, drills and load. `docs/scenarios.md` says how to write one.
"""

from service.scenarios.coverage import Coverage, cover, marks_of
from service.scenarios.evidence import Findings, find_all
from service.scenarios.folder import SUFFIX, read_scenarios, scenarios_of
from service.scenarios.model import Scenario, parse_scenario
from service.scenarios.run import Result, run_scenario

__all__ = [
    "SUFFIX",
    "Coverage",
    "Findings",
    "Result",
    "Scenario",
    "cover",
    "find_all",
    "marks_of",
    "parse_scenario",
    "read_scenarios",
    "run_scenario",
    "scenarios_of",
]
