"""Insight: the figures of a period against another, the complaints behind each of them, and all of
it as a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flask
import sqlalchemy as sa

from service import cases, insight
from service.db import Connection
from service.facts import complaint_fact
from service.i18n.catalogue import say
from service.identity import Permission
from service.insight import Sums
from service.insight.words import label_of
from service.sentence import WordList
from service.web.briefing import waits_on
from service.web.edge import blueprint, language, parts, signed_in
from service.web.insight_asked import NARROWED, Asked, read_asked
from service.web.insight_view import View
from service.web.persons import person
from service.web.zones import learn_zones

PAGE = 50
MOST_CHOICES = 200
SPANS: WordList = ("week", "month", "quarter", "year")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/insight")
@signed_in(may=Permission.SEE_INSIGHT)
def insight_page() -> Any:
    asked = read_asked()
    with parts().runtime.database.read() as connection:
        now, before = _sums(connection, asked)
        choices = {name: _choices(connection, name) for name in NARROWED}
    view = View.of(asked, now, before, language())
    return flask.render_template(
        "insight.html", view=view, asked=asked, spans=SPANS, choices=choices
    )


@blueprint.get("/insight/cases")
@signed_in(may=Permission.SEE_INSIGHT)
def insight_cases() -> Any:
    asked, given = read_asked(), flask.request.args
    figure, line = given.get("figure", ""), given.get("line", "all")[:300]
    page = min(int(page), 10**6) if (page := given.get("page", "1")).isdecimal() else 1
    first = (max(1, page) - 1) * PAGE
    with parts().runtime.database.read() as connection:
        scope = asked.scope(asked.period)
        keys = insight.list_behind(connection, scope, figure, line)
        found = cases.map_complaints(connection, keys[first : first + PAGE])
        rows = [found[key] for key in sorted(found, reverse=True)]
        learn_zones(connection, [row.root_key for row in rows])
        waits = waits_on(connection, [row.root_key for row in rows if row.status == "open"])
    return flask.render_template(
        "insight_cases.html",
        asked=asked,
        rows=rows,
        waits=waits,
        total=len(keys),
        figure=figure,
        title=insight.TITLES[figure],
        line=_line(figure, line),
        given=line,
        page=max(1, page),
        more=first + PAGE < len(keys),
    )


@blueprint.get("/insight.<ending>")
@signed_in(may=Permission.SEE_INSIGHT)
def insight_sheet(ending: str) -> Any:
    if ending not in ("csv", "xlsx"):
        flask.abort(404)
    asked, spoken = read_asked(), language()
    with parts().runtime.database.read() as connection:
        now, before = _sums(connection, asked)
    book = insight.parts_of_book(now, before, lambda text: say(text, spoken))
    content, kind = (
        (insight.write_csv(book), "text/csv; charset=utf-8")
        if ending == "csv"
        else (insight.write_xlsx(book), XLSX)
    )
    answer = flask.make_response(content)
    answer.headers["Content-Type"] = kind
    name = f"insight-{asked.period.first}-{asked.period.last}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _sums(connection: Connection, asked: Asked) -> tuple[Sums, Sums]:
    now = insight.sum_up(connection, asked.scope(asked.period))
    return now, insight.sum_up(connection, asked.scope(asked.before))


def _choices(connection: Connection, name: str) -> Sequence[str]:
    """What figures can be narrowed to."""
    column = complaint_fact.c[name]
    query = sa.select(column).where(column.is_not(None), column != "").distinct()
    return list(connection.execute(query.order_by(column).limit(MOST_CHOICES)).scalars())


def _line(figure: str, line: str) -> str:
    """What the list is of, in English; a clock's line names regime, clock and state."""
    if figure == "workload":
        return person(line) or label_of(figure, line)
    return " · ".join(line.split("|")) if "|" in line else label_of(figure, line)
