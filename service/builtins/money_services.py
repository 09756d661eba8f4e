"""Services about money: a decided amount is offered or becomes payable, and an offer has its
answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from service import cases
from service.builtins.case_view import CaseView
from service.builtins.effects import OfferAnsweredEffect, OfferEffect, OweEffect
from service.engine.changes import JobCreated
from service.errors import InvalidInput
from service.policy import alike, of_clock, owed_of, recomputed

MOST_DAYS = 366
"""How long an offer may stay open, in calendar days."""


CORRECTION = "correction"
"""The clock of the law that an error is corrected by."""


def owe(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """What of the decided amount, the total of all rounds, the law owes: it is payable now, without
    an offer. A provisional credit that was given counts as paid, as far as so much is owed, and is
    final.

    `owed` says whether something is to be paid: `payable`, or `none`; `owedByLaw` the sum that is
    owed, `creditFinal` what of the credit is final and `creditBack` what of it is taken back, null
    where no credit was given.
    """
    parts = owed_parts(view, job.variables)
    sums, credit = _sums(view), _credit(job.variables)
    total = sum(parts.values(), Decimal(0))
    due = sums.due + cases.rise_of(sums, parts, decided_amount(job.variables))
    final = min(credit or Decimal(0), due)
    if parts:
        view.effects.append(OweEffect(parts, final, str(job.variables.get("creditedOn") or "")))
    if parts and due == final:
        met = [replace(each, met_at=view.now) for each in alike(view.deadlines, CORRECTION)]
        view.set_clocks(met, "met")
    if parts and due > final:
        _correct_again(view)
    return {
        "owed": "payable" if parts and due > final else "none",
        "owedByLaw": total,
        "creditFinal": None if credit is None else final,
        "creditBack": None if credit is None else credit - final,
    }


def _correct_again(view: CaseView) -> None:
    """A further round owes more: the time of the law runs anew from its decision, where it was met
    for what the rounds before owed."""
    again = [
        recomputed(
            of_clock(view.profile, each.clock),
            replace(each, started_at=view.now, anchor_at=view.now, met_at=None),
        )
        for each in alike(view.deadlines, CORRECTION)
        if each.met_at is not None
    ]
    view.set_clocks(again, "started")


def owed_parts(view: CaseView, known: Mapping[str, Any]) -> dict[str, Decimal]:
    """The parts of the amount decided that the law of the case owes."""
    amount = decided_amount(known)
    parts = cases.read_parts(known.get("redressParts")) or {cases.WHOLE: amount}
    return owed_of(view.profile, known.get("outcome"), parts) if amount > 0 else {}


def decided_amount(known: Mapping[str, Any]) -> Decimal:
    return Decimal(str(known.get("compensationAmount") or 0))


def _credit(known: Mapping[str, Any]) -> Decimal | None:
    return Decimal(str(known.get("creditAmount") or 0)) if known.get("credited") is True else None


def _sums(view: CaseView, before: Decimal = Decimal(0)) -> cases.Balance:
    """The ledger's; where there is none, as in a scenario, so much was paid `before`."""
    if view.connection is None or view.complaint is None:
        return cases.Balance(payable=before, paid=before)
    return cases.balance_of(view.connection, view.complaint.root_key)


def offer(view: CaseView, job: JobCreated) -> dict[str, Any]:
    """Offer the variable `compensationAmount`, the total of all rounds, to the customer. Where
    `acceptance` is `wanted` it is open for so many `days`, else payable at once.

    `offer` says what it is: `open` until the end of the day `acceptBy`, the instant `acceptUntil`;
    `payable`; or `none`, where the rounds before have offered and paid as much.
    """
    amount = decided_amount(job.variables)
    sums = _sums(view, Decimal(str(job.variables.get("owedByLaw") or 0)))
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
    "redress.owe": owe,
    "redress.offer": offer,
    "redress.answer-offer": answer_offer,
}
