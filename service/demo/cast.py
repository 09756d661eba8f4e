"""Who does a task, and how long people take for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from random import Random

from service import identity
from service.db import Connection
from service.errors import NotFound
from service.identity import Actor
from service.players.people import CHECK
from service.policy import Calendar
from service.tasks import UserTask

HOURS = {
    "clarify-facts": 2,
    "assess-facts": 1.5,
    "compare-complaints": 1,
    "check-proxy": 5,
    "record-representatives": 4,
    "assign-investigator": 2,
    "first-contact": 2,
    "plan-investigation": 3,
    "consult-department": 10,
    "collect-evidence": 8,
    "write-report": 6,
    "propose-solution": 3,
    "approve-solution": 6,
    "approve-by-committee": 14,
    "confirm-not-for-us": 3,
    "draft-holding-letter": 4,
    "give-provisional-credit": 4,
    "record-offer-answer": 16,
    "pay-compensation": 5,
    "pay-what-is-owed": 5,
    "correct-error": 7,
    "write-apology": 2,
    "promise-tracking": 2,
    "write-reply": 3,
    "ask-customer": 22,
    "review-complaint": 7,
    "plan-improvement": 12,
    "unblock-case": 3,
    "take-charge-of-delay": 2,
    "confirm-withdrawal": 4,
    "carry-out-action": 100,
    "verify-effect": 120,
    "keep-promise-task": 9,
    "check-quality": 30,
    "take-feedback": 12,
    "reopen-complaint": 6,
}
"""Working hours that people take for a task, more or less; a few for any other."""
OTHER_HOURS = 4.0
AT_ONCE = {
    "declare-emergency": 9,
    "send-report": 25,
    "direct-response": 70,
    "send-situation-report": 15,
    "write-after-action": 900,
}
"""Minutes, at any hour of the day: tasks of an emergency."""

DIRECTS, QUIET = "direct-response", 1_300
"""The task that ends an emergency, and after how many minutes without news it is tried."""
QUICK = 0.1
CHECKER = "ho.jiaqi"
"""Checks the quality of cases, and has no part in them while there is anybody else."""


def time_of(
    task: UserTask, calendar: Calendar, chance: Random, *, pace: float, turn: int
) -> datetime:
    """When somebody has done it. One who is quick is so at any hour of the day."""
    spread = chance.uniform(0.7, 1.5)
    if task.element_id in AT_ONCE:
        minutes = QUIET if task.element_id == DIRECTS and turn > 1 else AT_ONCE[task.element_id]
        return task.created_at + timedelta(minutes=minutes * spread)
    hours = HOURS.get(task.element_id, OTHER_HOURS) * spread * pace
    if pace <= QUICK:
        return task.created_at + timedelta(hours=hours)
    return calendar.working_hours_after(task.created_at, hours)


def choose(
    connection: Connection,
    task: UserTask,
    performers: Collection[str],
    chance: Random,
    *,
    first: str,
) -> Actor:
    """Who does it: its holder, or one of those it is offered to whom four eyes allow, `first` who
    investigates the case. Raises NotFound when there is none."""
    offered = [task.assignee] if task.assignee else list(task.candidate_users)
    for group in () if offered else task.candidate_groups:
        offered += identity.list_members(connection, group)
    free = sorted(set(offered) - set(performers))
    if not free:
        raise NotFound("There is nobody who may do {name}.", name=task.name)
    others = [each for each in free if each != CHECKER]
    if task.form_id == CHECK and CHECKER in free:
        free = [CHECKER]
    elif others:
        free = others
    name = first if first in free else chance.choice(free)
    return identity.get_account(connection, name).actor
