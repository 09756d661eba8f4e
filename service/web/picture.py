"""The diagram of a sheet with where the case stands and where it has been, as SVG, and the same as
a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from service.definitions import Mark, draw
from service.engine import Bundle, ProcessInfo, inspect
from service.i18n.catalogue import chosen
from service.operations import COMPLAINT_PROCESS


@dataclass(frozen=True, slots=True)
class Stop:
    """An element of a sheet as the table beside the diagram shows it."""

    name: str
    who: str
    clauses: tuple[str, ...]
    state: str


def marks_of(
    bundle: Bundle, process_id: str, *, steps: Sequence[Mapping[str, Any]], state: bytes | None
) -> dict[str, Mark]:
    """What is done and what is active, by element and flow: `steps` say what moved. Without a
    state, active is what began and has not ended."""
    named = [
        each for moved in steps for each in (*moved.get("entered", ()), *moved.get("flows", ()))
    ]
    marks = {name: Mark("done") for process, name in named if process == process_id}
    active = (
        _standing(steps)
        if state is None
        else [(a.process_id, a.element_id) for a in inspect(bundle, state).active]
    )
    return marks | {element: Mark("active") for process, element in active if process == process_id}


def _standing(steps: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The elements in which a token was after these steps: what had begun and not yet been left."""
    begun: dict[int, tuple[str, str]] = {}
    for moved in steps:
        for number, (process, element) in zip(
            moved.get("begun", ()), moved.get("entered", ()), strict=False
        ):
            begun[number] = (process, element)
        begun |= {
            n: (process, element) for n, process, element in moved.get("renamed", ()) if n in begun
        }
        for number in moved.get("left", ()):
            begun.pop(abs(number), None)  # below zero: it was cut off
    return list(begun.values())


def picture_of(
    bundle: Bundle,
    process_id: str,
    *,
    steps: Sequence[Mapping[str, Any]],
    state: bytes | None,
    language: str,
) -> Markup:
    """The SVG of a process; elements done and active and flows taken are marked."""
    marks = marks_of(bundle, process_id, steps=steps, state=state)
    return drawn(bundle, process_id, marks, language)


def drawn(bundle: Bundle, process_id: str, marks: Mapping[str, Mark], language: str) -> Markup:
    """The SVG of a process with these marks."""
    svg = draw(bundle.file_of(process_id), process_id=process_id, language=language, marks=marks)
    return Markup(svg)  # noqa: S704 - drawn by us, every text of the diagram escaped


def stops_of(
    bundle: Bundle, process_id: str, marks: Mapping[str, Mark], language: str
) -> list[Stop]:
    """The named elements of a sheet, for those who cannot see the diagram."""
    return [
        Stop(
            chosen(each.names, language, default=each.name),
            each.lane or "",
            each.clauses,
            marks[each.id].state if each.id in marks else "",
        )
        for each in bundle.processes[process_id].elements.values()
        if each.name
    ]


def main_first(bundle: Bundle) -> list[ProcessInfo]:
    """The sheets: the main one, then the others by their names."""
    return sorted(
        bundle.processes.values(), key=lambda sheet: (sheet.id != COMPLAINT_PROCESS, sheet.name)
    )
