"""What a form's answer has to be beyond its schema, where the diagram asks for it (extension
property `check`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from service import cases, identity
from service.builtins.barred import list_part
from service.currencies import CURRENCIES, DECIMALS, format_money, is_payable
from service.db import Connection
from service.errors import FieldError, FormInvalid, RedressError
from service.identity import Permission
from service.sentence import Sentence
from service.tasks import UserTask

Check = Callable[[Connection, UserTask, Mapping[str, Any], str, date], FieldError | None]


def check_answer(
    connection: Connection, task: UserTask, answer: Mapping[str, Any], *, actor: str, today: date
) -> None:
    """Raises FormInvalid when the answer is not one that the task's rule allows."""
    rule = CHECKS.get(task.properties.get("check", ""))
    problem = None if rule is None else rule(connection, task, answer, actor, today)
    if problem is not None:
        raise FormInvalid([problem])


def _investigator(
    connection: Connection, task: UserTask, answer: Mapping[str, Any], actor: str, today: date
) -> FieldError | None:
    """A handler who is there, and neither the person complained about nor of the unit complained
    about (S2-e)."""
    name = str(answer.get("investigator", "")).strip()
    person, unit = (task.variables.get(key) for key in ("complainedPerson", "complainedUnit"))
    problem = find_investigator(connection, name, person=person, unit=unit, today=today)
    return FieldError("/investigator", problem) if problem else None


def find_investigator(
    connection: Connection, name: str, *, person: Any, unit: Any, today: date
) -> str:
    """Why somebody cannot investigate a complaint about this person or unit, "" when they can."""
    people = identity.list_candidates(connection, Permission.INVESTIGATE_COMPLAINTS, on=today)
    found = next((each for each in people if each.name == name), None)
    if person is not None and name.casefold() == str(person).strip().casefold():
        return "is the person complained about"
    if not people:
        return ""  # nobody can sign in as a handler yet: there is no directory to check against
    if found is None:
        known = [each.name for each in people[:20]]
        return Sentence("expected a handler out of {known}", known=known)
    if found.absent:
        return Sentence("{name} is absent today", name=name)
    if identity.is_complained_about(found, person, unit):
        return "belongs to the unit complained about"
    return ""


def _quorum(
    connection: Connection, task: UserTask, answer: Mapping[str, Any], actor: str, today: date
) -> FieldError | None:
    """Enough members, each once, none of whom proposed the solution; a majority where it is
    approved."""
    members = [str(each).strip().casefold() for each in answer.get("members", ())]
    wanted = int(task.variables.get("quorum") or 3)
    if len(set(members)) < wanted:
        return FieldError(
            "/members",
            Sentence(
                "expected a quorum of {wanted} different members, got {count}",
                wanted=wanted,
                count=len(set(members)),
            ),
        )
    if str(task.variables.get("investigator") or "").casefold() in members:
        return FieldError("/members", "the investigator may not vote on a solution of their own")
    person = str(task.variables.get("complainedPerson") or "").strip().casefold()
    if person and person in {*members, actor.casefold()}:
        return FieldError("/members", "the complaint is about this person")
    return _votes(answer, members)


def _votes(answer: Mapping[str, Any], members: list[str]) -> FieldError | None:
    votes = int(answer.get("votesFor", 0))
    if votes > len(members):
        return FieldError(
            "/votesFor",
            Sentence(
                "expected at most {count} votes, got {votes}", count=len(members), votes=votes
            ),
        )
    if answer.get("approved") is True and votes * 2 <= len(members):
        return FieldError(
            "/votesFor",
            Sentence(
                "expected more than half of {count} votes for an approval, got {votes}",
                count=len(members),
                votes=votes,
            ),
        )
    return None


def _approval(
    connection: Connection, task: UserTask, answer: Mapping[str, Any], actor: str, today: date
) -> FieldError | None:
    """Nobody decides on a complaint about themselves."""
    person = str(task.variables.get("complainedPerson") or "").strip().casefold()
    names = {actor.casefold(), str(answer.get("approvedBy", "")).strip().casefold()}
    return (
        FieldError("/approvedBy", "the complaint is about this person")
        if person and person in names
        else None
    )


def _compensation(
    connection: Connection, task: UserTask, answer: Mapping[str, Any], actor: str, today: date
) -> FieldError | None:
    """An amount in a currency that has limits, in no smaller part than it is paid in."""
    amount = answer.get("compensationAmount")
    if amount is None:
        return None
    if "compensation" not in answer.get("remedies", ()):
        return FieldError("/remedies", "an amount is given; expected the remedy compensation")
    complaint = cases.find_complaint(connection, task.root_key)
    currency = "TWD" if complaint is None else complaint.currency
    if currency not in CURRENCIES:
        return FieldError(
            "/compensationAmount",
            Sentence(
                "there are no limits of authority for {currency}, so nobody can decide on a "
                "compensation in it; expected one of {currencies}",
                currency=currency,
                currencies=CURRENCIES,
            ),
        )
    if not is_payable(Decimal(str(amount)), currency):
        return FieldError(
            "/compensationAmount",
            Sentence(
                "expected an amount with at most {places} decimals in {currency}, got {amount}",
                places=DECIMALS[currency],
                currency=currency,
                amount=amount,
            ),
        )
    return _parts(answer, Decimal(str(amount)), currency)


def _solution(
    connection: Connection, task: UserTask, answer: Mapping[str, Any], actor: str, today: date
) -> FieldError | None:
    """The findings on the issues make the finding as a whole, and the compensation can be decided
    and paid."""
    problem = _findings(answer)
    return problem or _compensation(connection, task, answer, actor, today)


def _findings(answer: Mapping[str, Any]) -> FieldError | None:
    """All upheld make `upheld`, none `not upheld`, anything else `partly upheld`."""
    each = {str(finding.get("outcome")) for finding in answer.get("issueFindings") or ()}
    if not each:
        return None
    whole = each.pop() if len(each) == 1 else "partly upheld"
    if answer.get("outcome") == whole:
        return None
    return FieldError(
        "/outcome", Sentence("expected {whole}, which the findings on the issues make", whole=whole)
    )


def _parts(answer: Mapping[str, Any], amount: Decimal, currency: str) -> FieldError | None:
    """What the compensation is made of adds up to it."""
    parts = cases.read_parts(answer.get("redressParts"))
    total = sum(parts.values(), Decimal(0))
    if not parts or total == amount:
        return None
    return FieldError(
        "/redressParts",
        Sentence(
            "expected parts that add up to {amount}, got {total}",
            amount=format_money(amount, currency),
            total=format_money(total, currency),
        ),
    )


def _payment(
    connection: Connection, task: UserTask, answer: Mapping[str, Any], actor: str, today: date
) -> FieldError | None:
    """What is due, no more and no less."""
    complaint = cases.find_complaint(connection, task.root_key)
    sums = cases.balance_of(connection, task.root_key)
    given = answer.get("amountPaid")
    if complaint is None or given is None or Decimal(str(given)) == sums.due:
        return None
    return FieldError(
        "/amountPaid",
        Sentence(
            "expected {due}, which is what was decided less what was paid before, got {given}",
            due=format_money(sums.due, complaint.currency),
            given=format_money(given, complaint.currency),
        ),
    )


def _quality(
    connection: Connection, task: UserTask, answer: Mapping[str, Any], actor: str, today: date
) -> FieldError | None:
    """Whoever checks a case had no part in it."""
    if actor.casefold() not in {each.casefold() for each in list_part(connection, task)}:
        return None
    return FieldError("/result", "whoever had a part in a case does not check its quality")


def _other_complaint(
    connection: Connection, task: UserTask, answer: Mapping[str, Any], actor: str, today: date
) -> FieldError | None:
    """The other complaint is there, and is another one."""
    number = answer.get("otherNumber")
    if answer.get("relation") == "new" or not number:
        return None
    try:
        other = cases.get_complaint(connection, str(number))
    except RedressError as error:
        return FieldError("/otherNumber", error.message)
    return (
        FieldError("/otherNumber", "is this complaint itself")
        if other.root_key == task.root_key
        else None
    )


CHECKS: dict[str, Check] = {
    "approval": _approval,
    "compensation": _compensation,
    "investigator": _investigator,
    "other-complaint": _other_complaint,
    "payment": _payment,
    "quality": _quality,
    "quorum": _quorum,
    "solution": _solution,
}
