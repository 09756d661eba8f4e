"""Services about money: a decided amount is offered or becomes payable, and an offer has its
answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from service import cases
from service.builtins.case_view import CaseView
from service.builtins.effects import OfferAnsweredEffect, OfferEffect
from service.engine.changes import JobCreated
from service.errors import InvalidInput

MOST_DAYS = 366
"""How long an offer may stay open, in calendar days."""


def offer(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Offer the variable `compensationAmount`, the total of all rounds, to the customer. Where
    `acceptance` is `wanted` it is open for so many `days`, else payable at once.

    `offer` says what it is: `open` until the end of the day `acceptBy`, the instant `acceptUntil`;
    `payable`; or `none`, where the rounds before have offered and paid as much.
    """
    found = job.variables.get("compensationAmount")
    amount = Decimal(str(found or 0))
    sums = cases.Balance()
    if view.connection is not None and view.complaint is not None:
        sums = cases.balance_of(view.connection, view.complaint.root_key)
    if amount <= sums.payable:
        return _made("payable" if sums.due > 0 else "none")
    if job.variables.get("acceptance") != "wanted":
        view.effects.append(OfferEffect(amount, None))
        return _made("payable")
    days = job.variables.get("days")
    if isinstance(days, bool) or not isinstance(days, int | float) or not 1 <= days <= MOST_DAYS:
        raise InvalidInput(
            "expected the days that an offer is open, 1 to {most}, got {days!r}",
            most=MOST_DAYS,
            days=days,
        )
    calendar = view.profile.calendar
    until = calendar.calendar_days_after(view.now, int(days))
    view.effects.append(OfferEffect(amount, until))
    return _made("open", calendar.local_day(until).isoformat(), until.isoformat())


def _made(what: str, by: str | None = None, until: str | None = None) -> dict[str, Any]:
    return {"offer": what, "acceptBy": by, "acceptUntil": until}


def answer_offer(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Record the variable `offerAnswer`: `accepted`, `declined`, or without one that the offer has
    lapsed; with `offerAnsweredBy`, `offerChannel` and `offerWords`."""
    answer = str(job.variables.get("offerAnswer") or cases.OfferState.LAPSED.value)
    if answer not in cases.ANSWERS:
        raise InvalidInput(
            "expected an answer to the offer out of {known}, got {answer!r}",
            known=[each.value for each in cases.ANSWERS],
            answer=answer,
        )
    said = (
        str(job.variables.get(name) or "")
        for name in ("offerAnsweredBy", "offerChannel", "offerWords")
    )
    view.effects.append(OfferAnsweredEffect(answer, *said))
    return {"offerAnswer": answer}


MONEY_SERVICES: Mapping[str, Callable[[CaseView, JobCreated], dict[str, Any]]] = {
    "redress.offer": offer,
    "redress.answer-offer": answer_offer,
}
