"""Interest is reckoned on the page of a task whose form has a place for it: what was typed stays,
the figure is filled in, and the working is shown and kept among the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import flask

from service import operations, policy
from service.currencies import DECIMALS
from service.errors import InvalidInput
from service.policy import Interest
from service.web.answers import answer_of
from service.web.calculators import calculator_of
from service.web.edge import actor, blueprint, language, now, parts, signed_in
from service.web.task import show_task
from service.web.task_view import TaskView, load_task
from service.web.zones import zone

FIELDS = ("amount", "first", "end", "basis")
PARTS, INTEREST, WHOLE = "redressParts", "interest", "compensationAmount"


@blueprint.post("/tasks/<int:key>/interest")
@signed_in()
def reckon_interest(key: int) -> Any:
    view, sent = load_task(key), flask.request.form
    values = answer_of(view.form, sent, zone=zone()) if view.form else {}
    typed = {name: sent.get(f"interest-{name}", "").strip()[:40] for name in FIELDS}
    try:
        found = _reckoned(typed)
        operations.keep_interest(
            parts().runtime,
            parts().vault,
            key,
            found,
            language=language(),
            actor=actor(),
            now=now(),
        )
    except InvalidInput as error:
        wrong = calculator_of(view.beside.complaint, typed, problem=error.message)
        return show_task(view, values=values, calculator=wrong, status=422)
    filled = _filled(values, found.rounded(DECIMALS.get(_currency(view), 2)))
    done = calculator_of(view.beside.complaint, typed, found=found)
    return show_task(view, values=filled, calculator=done)


def _reckoned(typed: Mapping[str, str]) -> Interest:
    """Raises InvalidInput naming the first field that is not what it should be."""
    basis = policy.find_basis(typed["basis"], parts().runtime.profile.folder)
    try:
        amount = Decimal(typed["amount"].replace(",", ""))
    except InvalidOperation:
        raise InvalidInput(
            "expected an amount in figures, got {given!r}", given=typed["amount"]
        ) from None
    return policy.reckon(basis, amount, _day(typed["first"]), _day(typed["end"]))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("expected a day, got {given!r}", given=text) from None


def _filled(values: Mapping[str, Any], interest: Decimal) -> dict[str, Any]:
    """The answer with the interest in its part, and in the whole where the parts made it."""
    before = dict(values.get(PARTS) or {})
    whole, sum_before = values.get(WHOLE), sum(_amounts(before), Decimal(0))
    after = {**before, INTEREST: _plain(interest)}
    filled = {**values, PARTS: after}
    if whole is None or _amounts({WHOLE: whole}) == [sum_before]:
        filled[WHOLE] = _plain(sum(_amounts(after), Decimal(0)))
    return filled


def _amounts(parts_of: Mapping[str, Any]) -> list[Decimal]:
    found = []
    for each in parts_of.values():
        try:
            found.append(Decimal(str(each)))
        except InvalidOperation:
            continue
    return found


def _plain(amount: Decimal) -> int | float:
    """As a form's number is kept: its shortest text is the amount."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _currency(view: TaskView) -> str:
    complaint = view.beside.complaint
    return parts().runtime.profile.currency if complaint is None else complaint.currency
