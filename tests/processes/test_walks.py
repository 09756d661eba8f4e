"""The procedure walked with the engine alone: the main paths reach the end that their name
promises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.engine import Host, advance, load_bundle
from service.engine import changes as c
from service.engine import commands as k
from service.feel import FeelFunction, from_json
from tests.kit.clock import NOW

ROOT = Path(__file__).parents[2]
DUE = {
    "acknowledgement": 1,
    "first contact": 1,
    "plan": 3,
    "internal target": 15,
    "final response": 30,
}
ANSWERS: dict[str, dict[str, Any]] = {
    "assign-investigator": {"investigator": "lin", "responsibleUnit": "head office"},
    "first-contact": {"reached": True},
    "plan-investigation": {"departments": ["cards", "it"]},
    "consult-department": {"agreed": True},
    "propose-solution": {
        "outcome": "upheld",
        "remedies": ["compensation", "apology"],
        "compensationAmount": 5_000,
    },
    "approve-solution": {"approved": True, "approvedBy": "chen"},
    "approve-by-committee": {"approved": True, "approvedBy": "committee"},
    "record-offer-answer": {"offerAnswer": "accepted"},
    "write-reply": {"decisionText": "We are sorry."},
    "ask-customer": {"reached": True, "satisfaction": 5, "disputed": False},
    "review-complaint": {"rootCause": "other", "lesson": "none", "improvementWanted": True},
    "plan-improvement": {"improvement": "Better words"},
}


def _later(_start: Any, days: Any) -> Any:
    return from_json(NOW + timedelta(days=int(days)))


def _deadline(clock: Any) -> Any:
    return from_json(NOW + timedelta(days=DUE[clock])) if clock in DUE else None


class Case:
    """One complaint in memory: its open tasks, timers and subscriptions, and what it did."""

    def __init__(self, **facts: Any) -> None:
        files = {
            path.name: path.read_bytes()
            for name in ("processes", "forms")
            for path in (ROOT / name).glob("*.*")
        }
        self.bundle = load_bundle(files)
        self.tasks: dict[str, str] = {}
        self.timers: dict[str, str] = {}
        self.messages: dict[str, str] = {}
        self.done: list[str] = []
        self.letters: list[str] = []
        self.end: tuple[str, ...] = ()
        self.state: bytes | None = None
        self.time_used: Any = None
        self.offered = 0
        functions = {
            "deadline": FeelFunction("deadline", ("clock",), _deadline),
            "working days after": FeelFunction("working days after", ("from", "n"), _later),
            "working hours after": FeelFunction("working hours after", ("from", "n"), _later),
            "part of deadline": FeelFunction(
                "part of deadline", ("clock", "share"), lambda clock, share: _deadline(clock)
            ),
            "time used": FeelFunction("time used", ("clock",), lambda clock: self.time_used),
            "can extend": FeelFunction("can extend", ("clock",), lambda clock: True),
            "best investigator": FeelFunction(
                "best investigator", ("a", "b", "c"), lambda a, b, c: None
            ),
            "is running": FeelFunction(
                "is running", ("clock",), lambda clock: clock == "final response"
            ),
            "home country": FeelFunction("home country", (), lambda: "TW"),
            "amount paid": FeelFunction("amount paid", (), lambda: from_json(0)),
            "people of unit": FeelFunction("people of unit", ("a", "b"), lambda a, b: []),
            "earlier compensation": FeelFunction("earlier compensation", (), lambda: from_json(0)),
            "emergency compensation": FeelFunction(
                "emergency compensation", (), lambda: from_json(0)
            ),
        }
        names = (
            "letter notify record close archive similar link follow emergency clock pause "
            "resume extend regime offer answer-offer owe"
        )
        self.host = Host(functions, {f"redress.{name}": self._service for name in names.split()})
        given = {"name": True, "contact": True}
        start = {
            "complaintNumber": "C-1",
            "receivedAt": "2026-03-02T09:00:00+08:00",
            "round": 0,
            "customerGiven": given,
        }
        self.run(k.Start("complaint", start | facts))

    def _service(self, job: c.JobCreated) -> dict[str, Any]:
        if job.type in ("redress.letter", "redress.archive"):
            self.letters.append(job.headers.get("template", "archive"))
        match job.type:
            case "redress.extend":
                return {"extended": True, "newDate": "2026-05-01"}
            case "redress.offer":
                return self._offer(job.variables)
            case "redress.owe":
                return {"owed": "none", "owedByLaw": 0, "creditFinal": None, "creditBack": None}
            case "redress.answer-offer":
                return {"offerAnswer": job.variables.get("offerAnswer") or "lapsed"}
        return {}

    def _offer(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What no round before has offered is open, or payable at once."""
        amount = int(variables.get("compensationAmount") or 0)
        if amount <= self.offered:
            return {"offer": "none", "acceptBy": None, "acceptUntil": None}
        self.offered = amount
        if variables["acceptance"] != "wanted":
            return {"offer": "payable", "acceptBy": None, "acceptUntil": None}
        until = NOW + timedelta(days=int(variables["days"]))
        return {
            "offer": "open",
            "acceptBy": until.date().isoformat(),
            "acceptUntil": until.isoformat(),
        }

    def run(self, command: k.Command) -> None:
        step = advance(self.bundle, self.state, command, now=NOW, host=self.host)
        self.state = step.state
        for change in step.changes:
            if isinstance(change, c.TaskCreated):
                self.tasks[change.id] = change.element_id
            elif isinstance(change, c.TaskEnded):
                self.tasks.pop(change.id, None)
            elif isinstance(change, c.TimerSet):
                self.timers[change.element_id] = change.id
            elif isinstance(change, c.SubscriptionOpened):
                self.messages[change.name] = change.id
            elif isinstance(change, c.InstanceEnded):
                self.end = change.end_elements

    def work(self, *, until: str = "", **answers: dict[str, Any]) -> None:
        """Complete open tasks, oldest first, until the end or until the named one is open."""
        given = ANSWERS | {name.replace("_", "-"): answer for name, answer in answers.items()}
        while self.tasks and until not in self.tasks.values():
            task, element = next(iter(self.tasks.items()))
            self.done.append(element)
            assert len(self.done) < 200
            self.run(k.CompleteTask(task, given.get(element, {})))


def test_a_satisfied_customer() -> None:
    case = Case()
    case.work()
    assert case.end == ("archived-satisfied",)
    assert case.done.count("consult-department") == 2
    assert case.letters == ["acknowledgement", "outcome", "satisfaction", "archive"]


def test_two_more_rounds_each_decided_higher_then_deadlock() -> None:
    case = Case()
    case.work(ask_customer={"reached": True, "satisfaction": 1, "disputed": False})
    assert case.end == ("archived-deadlock",)
    assert [name for name in case.done if name.startswith("approve")] == [
        "approve-solution",
        "approve-solution",
        "approve-by-committee",
    ]
    assert case.done.count("collect-evidence") == 1
    assert case.letters[-2:] == ["deadlock", "archive"]
    assert case.letters.count("outcome") == 3


def test_silence_is_not_satisfaction() -> None:
    case = Case()
    case.work(until="ask-customer")
    case.run(k.FireTimer(case.timers["no-answer"]))
    case.work()
    assert case.end == ("archived-no-answer",)


def test_a_missing_fact_is_asked_for() -> None:
    case = Case(customerGiven={"name": False, "contact": True})
    assert list(case.tasks.values()) == ["clarify-facts"]


def test_a_late_answer_calls_the_approver_and_goes_on() -> None:
    case = Case()
    case.work(until="collect-evidence")
    case.time_used = from_json(0.8)
    case.run(k.FireTimer(case.timers["answer-nearly-due"]))
    assert sorted(case.tasks.values()) == ["collect-evidence", "unblock-case"]
    case.work()
    assert case.end == ("archived-satisfied",)


@pytest.mark.parametrize("amount", [None, 2_000])
def test_small_sums_are_the_handlers_own(amount: int | None) -> None:
    case = Case()
    remedies = ["compensation"] if amount else []
    case.work(
        propose_solution={"outcome": "upheld", "remedies": remedies, "compensationAmount": amount}
    )
    assert not [name for name in case.done if name.startswith("approve")]
    assert ("pay-compensation" in case.done) is (amount is not None)


def test_a_withdrawal_stops_the_work_and_is_confirmed() -> None:
    case = Case()
    case.work(until="collect-evidence")
    case.run(k.DeliverMessage(case.messages["complaint-withdrawn"], {"reason": "settled"}))
    assert list(case.tasks.values()) == ["confirm-withdrawal"]
    case.work()
    assert case.letters[-2:] == ["withdrawn", "archive"]
    assert not case.tasks


def test_the_customers_own_answer_counts() -> None:
    case = Case()
    case.work(until="ask-customer")
    case.run(
        k.DeliverMessage(case.messages["customer-answer"], {"satisfaction": 4, "disputed": False})
    )
    case.work()
    assert case.end == ("archived-satisfied",)


def test_a_customer_who_cannot_be_reached_is_written_to() -> None:
    case = Case()
    case.work(until="first-contact")
    for turn in range(3):
        task = next(key for key, name in case.tasks.items() if name == "first-contact")
        case.run(k.CompleteTask(task, {"reached": False}))
        if turn < 2:
            case.run(k.FireTimer(case.timers["next-working-hours"]))
    assert case.letters[-1] == "call-back"
    assert list(case.tasks.values()) == ["plan-investigation"]


def test_a_refused_solution_is_proposed_again() -> None:
    case = Case()
    case.work(until="approve-solution")
    case.run(k.CompleteTask(next(iter(case.tasks)), {"approved": False, "reason": "too much"}))
    assert list(case.tasks.values()) == ["propose-solution"]
