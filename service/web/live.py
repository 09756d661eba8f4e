"""The live view: a sheet of the procedure with what stands at each element now, and how long it
took there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil
from typing import Any
from urllib.parse import urlencode

import flask
from markupsafe import Markup

from service import definitions, operations, reporting
from service.definitions import Mark, Version, list_used
from service.engine import Bundle, ElementInfo
from service.i18n.catalogue import chosen, say, say_many
from service.identity import Permission
from service.reporting import Figures, Sheet
from service.sentence import Sentence, Words
from service.web.edge import (
    PAGE_SIZE,
    actor,
    blueprint,
    check_ready,
    language,
    now,
    parts,
    signed_in,
)
from service.web.paging import page_of, place_asked
from service.web.picture import drawn, main_first
from service.web.zones import learn_zones

PERIODS = (7, 30, 90, 365)
STEPS = 5
UNITS: Words = {"s": "{n} s", "min": "{n} min", "h": "{n} h"}
FIGURES: Mapping[str, tuple[str, Callable[[Figures], float]]] = {
    "cases": (Sentence("Cases now"), lambda each: each.cases),
    "late": (Sentence("Late"), lambda each: each.late),
    "failures": (Sentence("Failures"), lambda each: each.failures),
    "done": (Sentence("Done"), lambda each: each.done),
    "mean": (Sentence("Mean time"), lambda each: each.mean or 0),
    "p90": (Sentence("90 % within"), lambda each: each.p90 or 0),
}
"""What the colours and the order of the table may go by: its name, and the figure."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A live view as it was asked for. `version` is the key of a bundle, None for all versions."""

    sheet: str
    version: int | None
    days: int
    by: str

    def query(self, **changes: Any) -> str:
        """The query string of this view, with changes."""
        asked = {
            "sheet": self.sheet,
            "version": self.version or "all",
            "days": self.days,
            "by": self.by,
            **changes,
        }
        return urlencode(asked)


@dataclass(frozen=True, slots=True)
class Line:
    """An element that has figures, as the table shows it; `below` is the sheet that it calls."""

    id: str
    name: str
    who: str
    figures: Figures
    below: str
    heat: int


@dataclass(frozen=True, slots=True)
class Known:
    """What a live view is drawn from."""

    asked: Asked
    bundle: Bundle
    sheet: Sheet
    versions: Sequence[Version]


@blueprint.get("/procedure/live")
@signed_in(may=Permission.WATCH_PROCEDURE)
def live() -> Any:
    known, at = _known(), now()
    asked = known.asked
    with parts().runtime.database.read() as connection:
        found = reporting.get_figures(
            connection,
            known.sheet,
            now=at,
            since=at - timedelta(days=asked.days),
            bundle_key=asked.version,
        )
    lines = _lines(known, found)
    return flask.render_template(
        "live.html",
        asked=asked,
        lines=lines,
        versions=known.versions,
        sheets=main_first(known.bundle),
        periods=PERIODS,
        figures={key: name for key, (name, _) in FIGURES.items()},
        picture=_picture(known, lines),
        heats=_heats(lines, asked.by),
        figure=_said,
        at=at,
    )


@blueprint.get("/procedure/live/cases")
@signed_in(may=Permission.WATCH_PROCEDURE)
def live_cases() -> Any:
    known, at = _known(), now()
    element = known.bundle.processes[known.asked.sheet].elements.get(
        flask.request.args.get("element", "")
    )
    if element is None:
        return flask.redirect(flask.url_for("web.live") + "?" + known.asked.query())
    only = flask.request.args.get("only", "")
    with parts().runtime.database.read() as connection:
        found = reporting.list_standing(
            connection,
            known.sheet,
            element.id,
            bundle_key=known.asked.version,
            late_at=at if only == "late" else None,
            failed=only == "failures",
            after=place_asked(),
            limit=PAGE_SIZE + 1,
        )
        learn_zones(connection, [row.key for row in found])
    rows, more = page_of(found, lambda row: (row.due_at, row.key))
    return flask.render_template(
        "live_cases.html",
        asked=known.asked,
        element=element.id,
        name=_name(element),
        only=only,
        rows=rows,
        more=more,
        messages=only == "failures" and actor().may(Permission.READ_INCIDENTS),
    )


def _known() -> Known:
    """What the address asks for; what it cannot mean is as it is without."""
    args, runtime = flask.request.args, parts().runtime
    with runtime.database.read() as connection:
        check_ready(connection)
        released = definitions.find_released(connection, operations.COMPLAINT_PROCESS)
        current = released.bundle_key if released else 0
        versions = list_used(connection, definitions.get_bundle_name(connection, current))
        wanted = args.get("version", "")
        version = next((each.key for each in versions if str(each.key) == wanted), current)
        bundle = runtime.bundles.get(connection, version)
    sheet, days, by = args.get("sheet", ""), args.get("days", ""), args.get("by", "")
    asked = Asked(
        sheet if sheet in bundle.processes else operations.COMPLAINT_PROCESS,
        None if wanted == "all" else version,
        int(days) if days in map(str, PERIODS) else 30,
        by if by in FIGURES else "cases",
    )
    if asked.sheet not in bundle.processes:
        asked = replace(asked, sheet=main_first(bundle)[0].id)
    return Known(asked, bundle, reporting.sheet_of(bundle, asked.sheet), versions)


def _lines(known: Known, found: Mapping[str, Figures]) -> list[Line]:
    """The elements that have figures, the worst first."""
    figure = FIGURES[known.asked.by][1]
    most = max(map(figure, found.values()), default=0)
    elements = known.bundle.processes[known.asked.sheet].elements
    lanes = {
        lane["name"]: chosen(lane, language(), prefix="name:", default=lane["name"])
        for lane in known.bundle.models[known.asked.sheet].lanes.values()
    }
    lines = [
        Line(
            each.id,
            _name(each),
            lanes.get(each.lane or "", each.lane or ""),
            found[each.id],
            each.called_process
            if each.called_process and each.called_process in known.bundle.processes
            else "",
            heat_of(figure(found[each.id]), most),
        )
        for each in elements.values()
        if each.id in found
    ]
    return sorted(lines, key=lambda line: -figure(line.figures))


def heat_of(value: float, most: float) -> int:
    """The step of a figure: 0 for none, 5 for the largest and what is near it."""
    return 0 if value <= 0 else ceil(STEPS * value / most)


def _heats(lines: Sequence[Line], by: str) -> list[tuple[int, str, str]]:
    """The key to the colours: each step that is there, from which figure to which."""
    figure = FIGURES[by][1]
    found = []
    for step in range(1, STEPS + 1):
        some = sorted((line.figures for line in lines if line.heat == step), key=figure)
        if some:
            found.append((step, _said(some[0], by), _said(some[-1], by)))
    return found


def _picture(known: Known, lines: Sequence[Line]) -> Markup:
    """The sheet, each element in the colour of its step with its figure beside it; a called sheet
    is one click away."""
    marks = {}
    for line in lines:
        said = "; ".join(
            f"{say(name, language())}: {_said(line.figures, key)}"
            for key, (name, figure) in FIGURES.items()
            if figure(line.figures)
        )
        href = f"/procedure/live/cases?{known.asked.query(element=line.id)}"
        if line.below:
            href = f"/procedure/live?{known.asked.query(sheet=line.below)}"
        shown = bool(line.heat)
        marks[line.id] = Mark(
            f"heat-{line.heat}" if shown else "",
            _said(line.figures, known.asked.by) if shown else "",
            said,
            href,
        )
    return drawn(known.bundle, known.asked.sheet, marks, language())


def _said(figures: Figures, by: str) -> str:
    """A figure in words: a number, or a time in its largest unit; "" where there is none."""
    if by not in ("mean", "p90"):
        return str(getattr(figures, by))
    seconds = getattr(figures, by)
    if seconds is None:
        return ""
    for unit, size, until in (("s", 1, 120), ("min", 60, 120), ("h", 3_600, 48)):
        if seconds < size * until:
            return say(UNITS[unit], language()).format(n=round(seconds / size))
    days = round(seconds / 86_400, None if seconds >= 864_000 else 1)
    return say_many("{n} day", "{n} days", days, language())


def _name(element: ElementInfo) -> str:
    return str(chosen(element.names, language(), default=element.name or element.id))
