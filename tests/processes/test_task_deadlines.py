"""No task of a complaint may take longer than its severity allows, and a severity that changes
takes the open tasks with it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service import identity, notifications, tasks
from service.db import Database
from service.execution import Runtime
from service.identity import Actor
from service.operations import tell_deadlines, update_task
from service.policy import load_profile
from service.reporting import list_inbox
from service.tasks import Scope, UserTask
from tests.kit.clock import NOW
from tests.kit.drawing import draw
from tests.kit.installation import release_files
from tests.kit.walker import CLERK, Walk, complain

ROOT = Path(__file__).parents[2]
PROFILE_TW = load_profile("TW-FCPA")
TARGETS = PROFILE_TW.severity["targets"]
SEVERITIES: dict[str, dict[str, Any]] = {
    "P1": {"moneyMoving": True},
    "P2": {"legalThreat": True},
    "P3": {"vulnerable": True},
    "P4": {"attitudeOnly": True},
}
FULL: dict[str, dict[str, Any]] = {
    "plan_investigation": {"departments": ["cards"]},
    "review_complaint": {"improvementWanted": True},
}
INQUIRY = {"nature": "inquiry", "natureReason": "They only ask when the branch opens on Saturday."}
DELAYS = {"unblock-case", "take-charge-of-delay"}
"""The tasks of a case that is late; which of them a severity comes to is the owner's table."""
AMY = Actor("amy", frozenset({"clerk"}))
ADMIN = Actor("root", frozenset({"admin"}))


@pytest.fixture
def runtime(sqlite_database: Database) -> Runtime:
    return Runtime.open(sqlite_database)


def open_tasks(walk: Walk) -> list[UserTask]:
    with walk.runtime.database.read() as connection:
        return tasks.list_open_tasks(connection, walk.root)


def nearest_clock(walk: Walk) -> datetime | None:
    """When the clock of the severity is over that runs out next."""
    severity = walk.complaint.severity
    names = TARGETS[severity] if severity else ()
    running = [
        clock.due_at
        for name, clock in walk.clocks.items()
        if name in names and clock.met_at is clock.paused_at is None and clock.due_at > walk.now
    ]
    return min(running, default=None)


@dataclass
class Watched(Walk):
    """A walk in which every task is looked at when it opens: by severity, which were."""

    seen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def look(self) -> None:
        limit, severity = nearest_clock(self), self.complaint.severity or ""
        for task in open_tasks(self):
            if task.created_at == self.now:
                assert task.due_at is not None, task.element_id
                late = f"{severity} {task.element_id}: {task.due_at} after {limit}"
                assert limit is None or task.due_at <= limit, late
                self.seen[severity].add(task.element_id)

    def answer(self, element: str, **answer: Any) -> None:
        super().answer(element, **answer)
        self.look()

    def wait(self) -> None:
        super().wait()
        self.look()

    def say(self, message: str, **variables: Any) -> None:
        super().say(message, **variables)
        self.look()


def watched(seen: dict[str, set[str]], runtime: Runtime, **given: Any) -> Watched:
    made = complain(runtime, **given)
    walk = Watched(runtime, made.root, made.now, pace=timedelta(minutes=1), seen=seen)
    walk.look()
    return walk


def tasks_of_complaints() -> set[str]:
    """Every user task that a complaint can come to, by the diagrams that it calls."""
    found: set[str] = set()
    todo, known = ["complaint"], {"complaint"}
    while todo:
        text = (ROOT / "processes" / f"{todo.pop()}.bpmn").read_text("utf-8")
        found |= set(re.findall(r'<bpmn:userTask id="([^"]+)"', text))
        called = set(re.findall(r'calledElement processId="([^"]+)"', text)) - known
        known |= called
        todo += called
    return found


def test_no_task_is_due_later_than_the_clock_of_its_severity(runtime: Runtime) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    law = load_profile("US-REGE")
    credits_first = replace(runtime, profile=law, enabled=(law,))
    large = {
        "outcome": "upheld",
        "remedies": ["compensation", "correction", "apology", "tracking"],
        "compensationAmount": 90_000_000,
    }
    owed = {"redressParts": {"refund": 80_000_000, "goodwill": 10_000_000}}
    for at, facts in enumerate(SEVERITIES.values()):
        address = {"email": f"{at}@customer.invalid"}
        many = {**facts, "byProxy": True, "groupSize": 2}
        watched(
            seen,
            runtime,
            content="The machine kept my card",
            **(address | {"email": None}),
            triage=many,
        ).work(propose_solution=large | owed, **FULL)
        first = watched(seen, runtime, **address, triage=facts)
        again = watched(seen, runtime, **address, triage=facts)
        again.work(propose_solution={**large, "compensationAmount": 60_000})
        first.work(until="collect-evidence")
        first.say("complaint-withdrawn")
        first.work()
        slow = watched(seen, runtime, content="Queue", **address, triage=facts)
        slow.work(until="collect-evidence", compare_complaints={"relation": "new"})
        while slow.standing().timers and "draft-holding-letter" not in slow.open():
            late = DELAYS & set(slow.open())
            slow.answer(late.pop()) if late else slow.wait()
        asking = watched(seen, runtime, content="Opening hours", **address, triage=facts)
        asking.work(until="confirm-not-for-us", assess_facts=INQUIRY)
        asking.work()
        american = watched(
            seen, credits_first, content="Lost abroad", **address, currency="USD", triage=facts
        )
        american.work(until="give-provisional-credit", first_contact={"expectedDate": "2026-03-10"})
        american.answer("give-provisional-credit", creditedOn="2026-03-01")
    assert set(seen) == set(SEVERITIES)
    for severity, found in seen.items():
        assert found | DELAYS == tasks_of_complaints() | DELAYS, severity
    assert set.union(*seen.values()) >= DELAYS


PARALLEL = draw(
    """
    process complaint {
      startEvent start
      serviceTask begin job=redress.record in.severity='="P3"'
      parallelGateway fork
      userTask look groups=clerk due='=deadline("assign")'
      userTask count groups=clerk due='=now() + duration("PT250M")'
      userTask roomy groups=clerk due='=now() + duration("P60D")'
      userTask moved groups=clerk due='=now() + duration("P60D")'
      userTask find groups=clerk
      serviceTask record job=redress.record in.severity==severity
      userTask again groups=clerk
      serviceTask lower job=redress.record in.severity==severity
      endEvent done
      start -> begin -> fork
      fork -> look -> done
      fork -> count -> done
      fork -> roomy -> done
      fork -> moved -> done
      fork -> find -> record -> again -> lower -> done
    }
    """
)


def dues(walk: Walk) -> dict[str, datetime | None]:
    return {task.element_id: task.due_at for task in open_tasks(walk)}


def test_a_severity_that_changes_dates_the_open_tasks_anew(database: Database) -> None:
    """What proves urgent is due sooner, what proves slight has its own time again."""
    runtime = release_files(database, {"processes/complaint.bpmn": PARALLEL})
    walk = complain(runtime)
    first = walk.clocks["assign"].due_at
    own = NOW + timedelta(minutes=250)
    assert first < own
    assert set(dues(walk).values()) == {first}
    given = NOW + timedelta(hours=3)
    by_hand = next(task for task in open_tasks(walk) if task.element_id == "moved")
    update_task(runtime, by_hand.key, {"due_at": given}, actor=ADMIN, now=NOW)

    walk.answer("find", severity="P1")
    urgent = walk.clocks["assign"].due_at
    assert urgent < given
    assert set(dues(walk).values()) == {urgent}

    walk.answer("again", severity="P3")
    slight = walk.clocks["assign"].due_at
    assert slight > own
    assert dues(walk) == {"look": slight, "count": own, "roomy": slight, "moved": slight}
    with runtime.database.read() as connection:
        offered = list_inbox(connection, CLERK, scope=Scope.GROUPS)
    assert {row.element_id: row.due_at for row in offered.rows} == dues(walk)


def test_a_most_urgent_complaint_is_due_first_stands_first_and_rings(runtime: Runtime) -> None:
    with runtime.database.transaction() as connection:
        identity.create_account(connection, "amy", None, ["clerk"], now=NOW)
    late = complain(runtime, "Queue", email="q@customer.invalid", triage=SEVERITIES["P4"])
    now = NOW + timedelta(days=60)
    facts = {"moneyMoving": True, "groupSize": 2}
    walk = complain(runtime, now=now, triage=facts)
    task = open_tasks(walk)[0]
    assert task.element_id == "record-representatives"
    assert task.due_at == now + timedelta(minutes=15) == walk.clocks["assign"].due_at
    with runtime.database.read() as connection:
        rows = list_inbox(connection, AMY, scope=Scope.GROUPS).rows
    assert [row.number for row in rows] == [walk.complaint.number, late.complaint.number]
    assert tell_deadlines(runtime, now=now) == 1
    assert tell_deadlines(runtime, now=now + timedelta(minutes=1)) == 0
    with runtime.database.read() as connection:
        told = [
            each for each in notifications.list_notices(connection, "amy") if each.kind == "near"
        ]
    assert [each.subject_key for each in told] == [task.key]
