"""What scenarios came to: elements, flows and rules of decision tables, and what they never did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from service.definitions import Mark
from service.dmn import table_rules
from service.engine import Bundle
from service.engine import changes as c
from service.scenarios.run import Result

Place = tuple[str, str]
"""A process or decision, and an element, flow or rule of it."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Everything there is, and how often scenarios came to it."""

    elements: Mapping[Place, int]
    flows: Mapping[Place, int]
    rules: Mapping[Place, int]

    @property
    def complete(self) -> bool:
        return not any(self.missed().values())

    def missed(self) -> dict[str, list[Place]]:
        """What no scenario came to, by kind."""
        return {
            "elements": [place for place, times in self.elements.items() if not times],
            "flows": [place for place, times in self.flows.items() if not times],
            "rules": [place for place, times in self.rules.items() if not times],
        }


def _no_rules_yet(bundle: Bundle) -> dict[tuple[str, str], int]:
    return {
        (decision, rule): 0
        for model in dict.fromkeys(bundle.decisions.values())
        for decision, found in table_rules(model).items()
        for rule in found
    }


def cover(bundle: Bundle, results: Iterable[Result]) -> Coverage:
    """Count over all results."""
    drawn = [(p.id, element) for p in bundle.models.values() for element in p.elements.values()]
    elements = {(process, element.id): 0 for process, element in drawn}
    flows = {(process, flow.id): 0 for process, each in drawn for flow in each.outgoing}
    rules = _no_rules_yet(bundle)
    for change in chain.from_iterable(result.done for result in results):
        _count(change, elements, flows, rules)
    return Coverage(elements, flows, rules)


def _count(
    change: c.Change, elements: dict[Place, int], flows: dict[Place, int], rules: dict[Place, int]
) -> None:
    if isinstance(change, c.ElementEntered):
        elements[change.process_id, change.element_id] += 1
    elif isinstance(change, c.FlowTaken):
        flows[change.process_id, change.flow_id] += 1
    elif isinstance(change, c.DecisionMade):
        for each in change.record["evaluated"]:
            for rule in each["rules"]:
                place = (each["decision"], rule["rule"])
                rules[place] = rules.get(place, 0) + 1


def marks_of(coverage: Coverage, process_id: str) -> dict[str, Mark]:
    """The coverage of a process, to be painted on its diagram."""
    found = {**coverage.elements, **coverage.flows}
    return {
        place: Mark(
            "done" if times else "overdue",
            str(times) if times and (process, place) in coverage.elements else "",
        )
        for (process, place), times in found.items()
        if process == process_id
    }
