"""The figures of a period as the page shows them: tiles, charts, tables, each number with the way
to the complaints behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from markupsafe import Markup

from service.i18n.amounts import money, number, percent
from service.i18n.catalogue import say
from service.i18n.dates import day
from service.insight import WEEKLY, Sums, Volume
from service.insight.charts import Series, bar, columns, pareto
from service.insight.tables import (
    ClockRow,
    MoneyRow,
    Row,
    SpanRow,
    Table,
    aside_of,
    clock_rows,
    in_time,
    money_rows,
    ratio,
    satisfied,
    span_rows,
    tables_of,
    upheld,
)
from service.sentence import Sentence
from service.web.insight_asked import Asked
from service.web.persons import shown_names

HOUR, DAY = 3_600, 86_400
CHARTED = ("age",)
PARETO = ("cause",)


def _drawn(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - drawn by us, every text escaped


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the first figures. `figure` and `line` are what is behind it; `bad` marks what is
    late."""

    title: str
    value: str
    note: str
    figure: str
    line: str = "all"
    bad: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows of a period, in the language of its reader."""

    asked: Asked
    now: Sums
    before: Sums
    language: str
    tables: dict[str, Table] = field(default_factory=dict)

    @classmethod
    def of(cls, asked: Asked, now: Sums, before: Sums, language: str) -> View:
        found = tables_of(now, before, lambda text: say(text, language), people=shown_names())
        return cls(asked, now, before, language, {each.id: each for each in found})

    def say(self, text: str) -> str:
        return say(text, self.language)

    def path(self, figure: str, line: str = "all") -> str:
        """The complaints behind a number."""
        return f"/insight/cases?figure={quote(figure)}&line={quote(line)}&{self.asked.query()}"

    def part_path(self, volume: Volume, figure: str) -> str:
        """Those of a part of the period."""
        days = {"from": volume.part.first.isoformat(), "to": volume.part.last.isoformat()}
        query = self.asked.query(span="dates", **days)
        return f"/insight/cases?figure={figure}&line=all&{query}"

    def percent(self, share: float | None) -> str:
        return percent(share, self.language)

    def bar(self, share: float | None) -> Markup:
        return _drawn(bar(share or 0))

    def lasting(self, seconds: int | None) -> str:
        """Hours up to two days, then days, with one decimal."""
        if seconds is None:
            return "–"
        if seconds < 2 * DAY:
            return self.say(Sentence("{n} h", n=self._rounded(seconds / HOUR)))
        return self.say(Sentence("{n} d", n=self._rounded(seconds / DAY)))

    def _rounded(self, value: float) -> str:
        return number(round(value, 1), self.language)

    @property
    def period(self) -> str:
        return self._days(self.asked.period.first, self.asked.period.last)

    @property
    def compared(self) -> str:
        return self._days(self.asked.before.first, self.asked.before.last)

    def _days(self, first: object, last: object) -> str:
        return f"{day(first, self.language)} – {day(last, self.language)}"  # type: ignore[arg-type]

    @property
    def finding(self) -> str:
        """One sentence first: how many, and whether they were answered in time."""
        kept, decided = in_time(self.now)
        return self.say(
            Sentence(
                "{received} complaints received ({before} before); {share} of {decided} final "
                "responses in time ({earlier} before).",
                received=number(self.now.total("received"), self.language),
                before=number(self.before.total("received"), self.language),
                share=self.percent(ratio(kept, decided)),
                decided=number(decided, self.language),
                earlier=self.percent(ratio(*in_time(self.before))),
            )
        )

    @property
    def tiles(self) -> Sequence[Tile]:
        return [
            self._count("received", Sentence("Complaints received")),
            self._count("closed", Sentence("Complaints closed")),
            self._open(),
            self._share("last clocks", Sentence("Answered in time"), in_time),
            self._share("outcome", Sentence("Upheld, in part or whole"), upheld),
            self._satisfied(),
            *self._paid(),
        ]

    def _count(self, figure: str, title: str) -> Tile:
        number_now, earlier = self.now.total(figure), self.before.total(figure)
        note = self.say(Sentence("before: {n}", n=number(earlier, self.language)))
        return Tile(self.say(title), number(number_now, self.language), note, figure)

    def _open(self) -> Tile:
        late = self.now.of("late", "yes")
        note = self.say(Sentence("of them overdue: {n}", n=number(late, self.language)))
        value = number(self.now.total("open"), self.language)
        title = self.say(Sentence("Open at the end"))
        return Tile(title, value, note, "open", bad=late > 0)

    def _share(self, figure: str, title: str, of: object) -> Tile:
        assert callable(of)
        part, whole = of(self.now)
        note = self.say(
            Sentence(
                "{part} of {whole}; before: {share}",
                part=number(part, self.language),
                whole=number(whole, self.language),
                share=self.percent(ratio(*of(self.before))),
            )
        )
        return Tile(self.say(title), self.percent(ratio(part, whole)), note, "closed")

    def _satisfied(self) -> Tile:
        good, answered, asked = satisfied(self.now)
        note = self.say(
            Sentence(
                "{answered} of {asked} answered",
                answered=number(answered, self.language),
                asked=number(asked, self.language),
            )
        )
        title = self.say(Sentence("Satisfied (4 or 5 of 5)"))
        return Tile(title, self.percent(ratio(good, answered)), note, "closed")

    def _paid(self) -> Sequence[Tile]:
        return [
            Tile(
                self.say(Sentence("Redress paid")),
                money(each.paid, currency, self.language),
                self.say(
                    Sentence(
                        "offered: {amount}", amount=money(each.offered, currency, self.language)
                    )
                ),
                "redress",
                "paid",
            )
            for currency, each in self.now.money.items()
        ]

    @property
    def volume_chart(self) -> Markup:
        parts = self.now.volume
        form = "%Y-%m" if self.asked.period.days > WEEKLY else "%m-%d"
        labels = [each.part.first.strftime(form) for each in parts]
        received = Series("received", [each.received for each in parts], "c1")
        closed = Series("closed", [each.closed for each in parts], "c3")
        title = self.say(Sentence("Received and closed over time"))
        return _drawn(columns(title, labels, [received, closed]))

    def chart(self, table: Table) -> Markup | None:
        """A drawing beside the table, where one says more than the bars in it."""
        rows = [row for row in table.rows if row.line != ""]
        if table.id in PARETO and any(row.number for row in rows):
            return _drawn(pareto(table.title, [(row.label, row.number) for row in rows]))
        if table.id in CHARTED:
            series = Series(table.title, [row.number for row in rows], "c1")
            return _drawn(columns(table.title, [row.label for row in rows], [series]))
        return None

    @property
    def aside(self) -> Sequence[Row]:
        return aside_of(self.now, self.before, self.say)

    @property
    def clocks(self) -> Sequence[ClockRow]:
        return clock_rows(self.now, self.before)

    @property
    def spans(self) -> Sequence[SpanRow]:
        return span_rows(self.now, self.before, self.say)

    @property
    def money(self) -> Sequence[MoneyRow]:
        return money_rows(self.now)
