"""The mapping of a migration plan as its page shows it: each element at which a case may stand, and
what may follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.engine import Bundle, ElementInfo, ProcessInfo, propose_places
from service.i18n.catalogue import chosen
from service.operations import COMPLAINT_PROCESS

FIELD = "to:"
"""Before the element's id in the name of a form's field."""


@dataclass(frozen=True, slots=True)
class Row:
    """An element of the old version and what takes its place: "" where nothing does. `differs` says
    that a person has to look at it: the id is another one, or there is none."""

    sheet: str
    element_id: str
    kind: str
    name: str
    target: str
    target_name: str
    why: str
    differs: bool
    options: tuple[tuple[str, str], ...]


def _of_kind(process: ProcessInfo | None, kind: str) -> dict[str, ElementInfo]:
    elements = () if process is None else process.elements.values()
    return {each.id: each for each in elements if each.kind == kind}


def mapping_of(old: Bundle, new: Bundle, places: Mapping[str, str], language: str) -> list[Row]:
    """The rows, the main sheet first; those to be looked at before the others of their sheet."""
    rows = []
    for place in propose_places(old, new):
        sheet, after = old.processes[place.process_id], new.processes.get(place.process_id)
        alike = _of_kind(after, place.kind)
        wanted = places.get(place.element_id, place.element_id)
        target = alike.get(wanted)
        row = Row(
            sheet=chosen(sheet.names, language, default=sheet.name or sheet.id),
            element_id=place.element_id,
            kind=place.kind,
            name=_named(sheet.elements[place.element_id], language),
            target=target.id if target else "",
            target_name=_named(target, language) if target else "",
            why=place.why if target and target.id == place.target else "",
            differs=target is None or target.id != place.element_id,
            options=tuple((each.id, _named(each, language)) for each in alike.values()),
        )
        rows.append((place.process_id != COMPLAINT_PROCESS, row.sheet, not row.differs, row))
    return [row for *_, row in sorted(rows, key=lambda each: each[:3])]


def places_of(form: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """The mapping that a form says; what it does not speak of stays as it was."""
    said = {
        name.removeprefix(FIELD): value for name, value in form.items() if name.startswith(FIELD)
    }
    kept = {source: target for source, target in before.items() if source not in said}
    return kept | {source: target for source, target in said.items() if target and target != source}


def names_of(bundles: tuple[Bundle, ...], language: str) -> dict[str, str]:
    """What elements of these versions are called, by id; the first that has a name."""
    found: dict[str, str] = {}
    for bundle in bundles:
        for process in bundle.processes.values():
            for element in process.elements.values():
                name = _named(element, language)
                if name != element.id:
                    found.setdefault(element.id, name)
    return found


def _named(element: ElementInfo, language: str) -> str:
    return str(chosen(element.names, language, default=element.name) or element.id)
