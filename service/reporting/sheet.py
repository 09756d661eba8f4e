"""What belongs to which element of a sheet: where tokens wait on it, and what lies inside the
processes it calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.engine import Bundle

CATCHING = frozenset({"intermediateCatchEvent", "receiveTask"})
"""Elements at which a token waits for a time, a message or a signal."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A process with its places. `inside` leads from a process that is called, at any depth, to the
    one element of this sheet that it can have come from; `catches` and `elements` from an element,
    here or inside, to its place."""

    process_id: str
    inside: Mapping[str, str]
    catches: Mapping[str, str]
    elements: Mapping[str, str]

    @property
    def processes(self) -> tuple[str, ...]:
        return (self.process_id, *self.inside)


def sheet_of(bundle: Bundle, process_id: str) -> Sheet:
    """The places of a sheet. A process that two elements of it lead to counts for neither: nothing
    tells them apart."""
    inside = _inside(bundle, process_id)
    catches: dict[str, str] = {}
    elements: dict[str, str] = {}
    for each in (*inside, process_id):
        for element in bundle.processes[each].elements.values():
            place = inside.get(each, element.id)
            elements[element.id] = place
            if element.kind in CATCHING:
                catches[element.id] = place
    return Sheet(process_id, inside, catches, elements)


def _inside(bundle: Bundle, process_id: str) -> dict[str, str]:
    callers: dict[str, set[str]] = {}
    for element in bundle.processes[process_id].elements.values():
        for called in _reachable(bundle, element.called_process):
            callers.setdefault(called, set()).add(element.id)
    return {
        called: next(iter(places))
        for called, places in sorted(callers.items())
        if len(places) == 1 and called != process_id
    }


def _reachable(bundle: Bundle, process_id: str | None) -> set[str]:
    """A process and all that it calls."""
    found: set[str] = set()
    ahead = [process_id]
    while ahead:
        each = ahead.pop()
        if each is None or each in found or each not in bundle.processes:
            continue
        found.add(each)
        ahead += [element.called_process for element in bundle.processes[each].elements.values()]
    return found
