"""What a view of the figures asks for, as its address has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import flask

from service.errors import InvalidInput
from service.insight import Against, Narrowed, Period, Scope, Span, between, compared, period_of
from service.web.edge import local_day, now, parts
from service.web.zones import house_zone

NARROWED = ("product", "channel", "unit", "regime")
MOST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, what it is compared with, and what it is narrowed to."""

    span: Span
    period: Period
    against: Against
    narrowed: Narrowed

    @property
    def before(self) -> Period:
        return compared(self.period, self.span, self.against)

    def query(self, **changes: Any) -> str:
        """The query string of this view, with changes."""
        asked: dict[str, Any] = {
            "span": self.span.value,
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "against": self.against.value,
            **{name: getattr(self.narrowed, name) for name in NARROWED},
            **changes,
        }
        return urlencode({name: value for name, value in asked.items() if value is not None})

    def moved(self, period: Period) -> str:
        return self.query(**{"from": period.first.isoformat(), "to": period.last.isoformat()})

    @property
    def earlier(self) -> str:
        """The query string of the period just before."""
        return self.moved(compared(self.period, self.span, Against.BEFORE))

    @property
    def later(self) -> str | None:
        """The same of the one just after; None where that has not begun."""
        first = self.period.last + timedelta(days=1)
        if first > local_day():
            return None
        if self.span is not Span.DATES:
            return self.moved(period_of(self.span, first, self.period.zone))
        last = first + timedelta(days=self.period.days - 1)
        return self.moved(Period(first, last, self.period.zone))

    def as_span(self, name: str) -> str:
        """The query string of the week, month … that the end of this period is in."""
        span, day = Span(name), min(self.period.last, local_day())
        return self.query(span=span.value, **_days(period_of(span, day, self.period.zone)))

    def scope(self, period: Period) -> Scope:
        return Scope(period, self.narrowed, now(), parts().runtime.profile.id)


def _days(period: Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def read_asked() -> Asked:
    """What the address of this request says; this month where it says nothing. Raises
    InvalidInput."""
    given = flask.request.args
    span = _one_of(Span, given.get("span", ""), Span.MONTH)
    against = _one_of(Against, given.get("against", ""), Against.BEFORE)
    first, last = _day(given.get("from", "")), _day(given.get("to", ""))
    if span is Span.DATES and first is not None and last is not None:
        period = between(first, last, house_zone())
    else:
        span = Span.MONTH if span is Span.DATES else span
        period = period_of(span, first or local_day(), house_zone())
    texts = {name: given.get(name) for name in NARROWED}
    narrowed = {name: text[:MOST_TEXT] for name, text in texts.items() if text}
    return Asked(span, period, against, Narrowed(**narrowed))


def _one_of(kind: Any, text: str, default: Any) -> Any:
    return kind(text) if text in set(kind) else default


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not 1970 < found.year < 9000:
        raise InvalidInput("expected a day such as 2026-11-30, got {text}", text=text[:40])
    return found
