"""The diagram of a sheet with where the case stands and where it has been, as SVG."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from service.audit import HistoryRow
from service.definitions import Mark, draw
from service.engine import Bundle, ProcessInfo, inspect
from service.operations import COMPLAINT_PROCESS


def picture_of(
    bundle: Bundle, process_id: str, *, history: Iterable[HistoryRow], state: bytes | None, language: str
) -> Markup:
    """The SVG of a process; elements done and active and flows taken are marked."""
    marks: dict[str, Mark] = {}
    for row in history:
        moved = row.details.get("moved", {})
        for process, element in moved.get("entered", ()):
            if process == process_id:
                marks[element] = Mark("done")
        for process, flow in moved.get("flows", ()):
            if process == process_id:
                marks[flow] = Mark("done")
    if state is not None:
        for active in inspect(bundle, state).active:
            if active.process_id == process_id:
                marks[active.element_id] = Mark("active")
    names = "zh-Hant" if language.startswith("zh") else language
    svg = draw(bundle.file_of(process_id), process_id=process_id, language=names, marks=marks)
    return Markup(svg)  # noqa: S704 - drawn by us, every text of the diagram escaped


def main_first(bundle: Bundle) -> list[ProcessInfo]:
    """The sheets: the main one, then the others by their names."""
    return sorted(bundle.processes.values(), key=lambda sheet: (sheet.id != COMPLAINT_PROCESS, sheet.name))
