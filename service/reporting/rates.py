"""The rates by which amounts in other currencies are decided on: which table is in force, until
when, and whether the bank has confirmed it. They stand in the bundle's tables of limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from service.dmn import result_to_json
from service.engine import Bundle
from service.errors import RedressError
from service.sentence import Sentence, WordList, Words

TABLES = ("authority-rates", "severity-rates")
"""The decisions that hold them, in `authority.dmn` and `severity.dmn`."""
TITLES: Words = {
    "authority-rates": "Rates for limits of authority",
    "severity-rates": "Rates for severity",
}
STATES: WordList = ("in force", "not confirmed by the bank", "out of date", "no table in force")


@dataclass(frozen=True, slots=True)
class RateTable:
    """The table that is in force on a day; `begins` is None where none is yet. `state` is one of
    `STATES`."""

    name: str
    begins: date | None
    until: date | None
    state: str
    rates: Mapping[str, Decimal]

    @property
    def title(self) -> str:
        """What people call it, in English."""
        return TITLES[self.name]


def rates_of(bundle: Bundle, *, now: datetime, today: date) -> list[RateTable]:
    """Every table of rates that the bundle has."""
    found = (rates_in(bundle, each, now=now, today=today) for each in TABLES)
    return [each for each in found if each is not None]


def rates_in(bundle: Bundle, decision: str, *, now: datetime, today: date) -> RateTable | None:
    """One of them; None where the bundle has no such decision, or another kind of one."""
    for model in bundle.decisions.values():
        for each in model.definitions.decisions:
            if each.place.id == decision:
                return _read(model, decision, now, today)
    return None


def _read(model: Any, decision: str, now: datetime, today: date) -> RateTable | None:
    try:
        tables = result_to_json(model.evaluate(decision, {}, now=now))["value"]
        past = [each for each in tables if date.fromisoformat(each["from"]) <= today]
        if not past:
            return RateTable(decision, None, None, STATES[3], {})
        last = past[-1]
        rates = {str(name): Decimal(str(rate)) for name, rate in last["rates"].items()}
        until = date.fromisoformat(last["until"]) if last.get("until") else None
    except (RedressError, KeyError, TypeError, ValueError, ArithmeticError):
        return None
    late = until is not None and today > until
    state = STATES[2] if late else STATES[0] if last.get("confirmed") is True else STATES[1]
    return RateTable(decision, date.fromisoformat(last["from"]), until, state, rates)


def told(table: RateTable | None, currency: str) -> Sentence | None:
    """What an approver is told of the rate of a currency; nothing for the limits' own."""
    rate = table.rates.get(currency) if table is not None else None
    if table is None or rate == 1:
        return None
    if rate is None:
        return Sentence("no rate for {currency}: the board decides", currency=currency)
    return Sentence(
        "1 {currency} counts {rate}, since {begins}: {state}",
        currency=currency,
        rate=rate,
        begins=table.begins,
        state=Sentence(table.state),
    )
