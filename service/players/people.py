"""Scripted people: they fill every form with a valid answer, deterministically by seed and case.

Forms that decide the way through a case have a rule here; any other is filled from its JSON Schema.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any

from service.builtins import list_barred
from service.db import Connection
from service.identity import Actor, Permission, roles_with
from service.tasks import UserTask, person_fields

Rule = Callable[[random.Random, date], dict[str, Any]]
PEOPLE_PER_ROLE = 4
CHECK = "check-quality"
"""The form of a check, which nobody fills who had a part in the case."""
UNOFFERED = roles_with(Permission.TAKE_UNOFFERED_TASKS)[0]
"""Who sees to a task that is offered to nobody."""


def barred(connection: Connection, task: UserTask) -> Collection[str]:
    """Who may not do the task: whom four eyes keep from it, and from the check of a case everybody
    who had a part in it."""
    return list_barred(connection, task)


def performer(task: UserTask, performers: Collection[str], chance: random.Random) -> Actor:
    """Somebody who may do the task: its holder, or one of its group whom four eyes allow."""
    if task.assignee is not None:
        return Actor(task.assignee, frozenset(task.candidate_groups))
    if task.candidate_users and not task.candidate_groups:
        return Actor(task.candidate_users[0])
    group = task.candidate_groups[0] if task.candidate_groups else UNOFFERED
    names = [f"{group}-{number}" for number in range(1, PEOPLE_PER_ROLE + len(performers) + 1)]
    free = [name for name in names if name not in performers]
    return Actor(chance.choice(free[:PEOPLE_PER_ROLE]), frozenset({group}))


def answer(
    task: UserTask, form: Mapping[str, Any] | None, chance: random.Random, today: date
) -> dict[str, Any]:
    """A valid answer of the task's form."""
    return answer_form(task.form_id, form, chance, today, known=task.variables)


def answer_form(
    form_id: str | None,
    form: Mapping[str, Any] | None,
    chance: random.Random,
    today: date,
    *,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A valid answer of a form. The case goes to the investigator who is proposed in what is
    `known`."""
    if form is None:
        return {}
    filled = fill(form["schema"], chance, today)
    proposed = (known or {}).get("investigator")
    for name, _ in person_fields(form):
        if proposed and isinstance(filled.get(name), str):
            filled[name] = proposed
    rule = RULES.get(form_id or "")
    return filled | rule(chance, today) if rule else filled


def fill(schema: Mapping[str, Any], chance: random.Random, today: date) -> dict[str, Any]:
    """The required properties of an object schema, each with a value that fits it."""
    properties = schema.get("properties", {})
    return {
        name: _value(properties.get(name, {}), chance, today) for name in schema.get("required", ())
    }


def customer_answer(chance: random.Random) -> dict[str, Any]:
    """What a customer says when asked: 1 to 5, and whether they dispute the outcome."""
    satisfaction = chance.choices((1, 2, 3, 4, 5), (8, 10, 22, 35, 25))[0]
    disputed = chance.random() < (0.5 if satisfaction <= 2 else 0.02)
    return {"satisfaction": satisfaction, "disputed": disputed, "comment": "Simulated answer"}


def invent_complaint(number: int, chance: random.Random) -> dict[str, Any]:
    """The `number`-th complaint of a rehearsal, as the API takes it."""
    language = chance.choice(("zh-Hant", "zh-Hans", "en"))
    return {
        "customerName": f"Customer {number}",
        "contact": {"email": f"customer-{number}@customer.invalid"},
        "channel": chance.choice(("phone", "email", "online", "branch", "letter")),
        "content": f"Rehearsal complaint {number}: the fee was charged twice.",
        "product": chance.choice(("Card", "Mortgage", "Deposit", "Transfer")),
        "amount": str(round(10 ** chance.uniform(2, 5.5))),
        "language": language,
    }


def _value(schema: Mapping[str, Any], chance: random.Random, today: date) -> Any:
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return chance.choice(schema["enum"])
    match schema.get("type"):
        case "boolean":
            return True
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "array":
            count = max(schema.get("minItems", 0), 1)
            choices = schema.get("items", {}).get("enum")
            if choices:
                return chance.sample(choices, min(count, len(choices)))
            return [_value(schema.get("items", {}), chance, today)] * schema.get("minItems", 0)
        case "object":
            return fill(schema, chance, today)
        case _ if schema.get("format") == "date":
            future = schema.get("formatMaximum") != "today"
            return (today + timedelta(days=7 if future else 0)).isoformat()
        case _:
            return "Simulated"[: schema.get("maxLength", 9)].ljust(schema.get("minLength", 0), ".")


def _first_contact(chance: random.Random, today: date) -> dict[str, Any]:
    if chance.random() < 0.2:
        return {"reached": False}
    promised = (today + timedelta(days=5)).isoformat()
    return {
        "reached": True,
        "concernExpressed": True,
        "processExplained": True,
        "expectedDate": promised,
    }


def _payment(chance: random.Random, today: date) -> dict[str, Any]:
    """What is due, paid today."""
    return {"paidOn": today.isoformat(), "reference": f"SIM-{chance.randrange(10**6):06}"}


def _offer_answer(chance: random.Random, today: date) -> dict[str, Any]:
    """Nine of ten accept."""
    if chance.random() < 0.9:
        return {"offerAnswer": "accepted"}
    return {"offerAnswer": "declined", "offerWords": "Simulated: it is too little."}


def _plan(chance: random.Random, today: date) -> dict[str, Any]:
    departments = ("cards", "deposits", "loans", "wealth", "it", "fraud", "legal", "branch")
    return {
        "departments": chance.sample(departments, chance.choices((0, 1, 2, 3), (30, 40, 20, 10))[0])
    }


def _solution(chance: random.Random, today: date) -> dict[str, Any]:
    outcome = chance.choices(("upheld", "partly upheld", "not upheld"), (35, 25, 40))[0]
    if outcome == "not upheld":
        return {
            "outcome": outcome,
            "remedies": [],
            "reason": "Simulated: the records were looked at, and the bank acted rightly.",
        }
    remedies = chance.sample(
        ("apology", "compensation", "correction", "tracking"), chance.randint(1, 3)
    )
    found: dict[str, Any] = {"outcome": outcome, "remedies": remedies}
    if "compensation" in remedies:
        found["compensationAmount"] = round(10 ** chance.uniform(2.3, 5.8))
    return found


def _approval(chance: random.Random, today: date) -> dict[str, Any]:
    return (
        {"approved": True}
        if chance.random() < 0.9
        else {"approved": False, "reason": "Simulated objection"}
    )


def _asked(chance: random.Random, today: date) -> dict[str, Any]:
    return (
        {"reached": True, **customer_answer(chance)}
        if chance.random() < 0.6
        else {"reached": False}
    )


def _clarified(chance: random.Random, today: date) -> dict[str, Any]:
    return {
        "clarified": chance.choice(("known", "withheld", "unreachable")),
        "note": "Simulated note",
    }


def _review(chance: random.Random, today: date) -> dict[str, Any]:
    return {"improvementWanted": chance.random() < 0.25}


def _assessed(chance: random.Random, today: date) -> dict[str, Any]:
    return {
        "groupSize": 1 if chance.random() < 0.97 else chance.randint(2, 60),
        "vulnerable": chance.random() < 0.06,
        "legalThreat": chance.random() < 0.04,
        "regulatorReferral": chance.random() < 0.05,
        "attitudeOnly": chance.random() < 0.15,
        "hardship": chance.random() < 0.03,
    }


def _committee(chance: random.Random, today: date) -> dict[str, Any]:
    decided = _approval(chance, today)
    members = [f"executive-{number}" for number in chance.sample(range(1, 9), 5)]
    return {**decided, "members": members, "votesFor": 4 if decided["approved"] else 1}


def _directed(chance: random.Random, today: date) -> dict[str, Any]:
    return {"next": "stand down" if chance.random() < 0.5 else "continue"}


def _checked(chance: random.Random, today: date) -> dict[str, Any]:
    return {"result": "good", "feedback": "Simulated: the finding is borne out by the evidence."}


RULES: dict[str, Rule] = {
    CHECK: _checked,
    "take-feedback": lambda chance, today: {
        "response": "Simulated: I will answer each issue in the letter."
    },
    "confirm-not-for-us": lambda chance, today: {
        "nature": "inquiry",
        "confirmReason": "Simulated: they only ask when the branch opens.",
    },
    "answer-for-promise": lambda chance, today: {
        "newDate": (today + timedelta(days=14)).isoformat()
    },
    "approve-by-committee": _committee,
    "carry-out-action": lambda chance, today: {
        "effectSeenOn": (today + timedelta(days=30)).isoformat()
    },
    "compare-complaints": lambda chance, today: {"relation": "new"},
    "declare-emergency": lambda chance, today: {"confirmed": True, "level": "IV"},
    "direct-response": _directed,
    "keep-promise": lambda chance, today: {"kept": chance.random() < 0.9},
    "verify-effect": lambda chance, today: {"effective": True},
    "approve-solution": _approval,
    "ask-customer": _asked,
    "assess-facts": _assessed,
    "clarify-facts": _clarified,
    "collect-evidence": lambda chance, today: {"complete": True},
    "first-contact": _first_contact,
    "plan-investigation": _plan,
    "pay-compensation": _payment,
    "propose-solution": _solution,
    "record-offer-answer": _offer_answer,
    "review-complaint": _review,
}
"""By form id: the answers that decide the way. They go over what the schema wants anyway."""
