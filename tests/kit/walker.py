"""A complaint walked through the released procedure on a database: scripted people, a virtual
clock, the outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from service import audit, cases, letters, policy, tasks
from service.cases import NewComplaint
from service.execution import Runtime
from service.identity import CUSTOMER, Actor
from service.operations import complete_task, correlate_message, fire_timer, register_complaint
from service.reporting import Standing, get_standing
from tests.kit.clock import NOW

CLERK = Actor("clerk-1", frozenset({"clerk"}))
ANSWERS: dict[str, dict[str, Any]] = {
    "clarify-facts": {"clarified": "known"},
    "compare-complaints": {"relation": "new"},
    "check-proxy": {"proxyName": "Chen", "authority": "shown"},
    "record-representatives": {"representatives": ["Lin", "Wang"]},
    "assess-facts": {},
    "confirm-not-for-us": {
        "nature": "inquiry",
        "confirmReason": "They only ask when the branch opens.",
    },
    "assign-investigator": {
        "investigator": "wu",
        "responsibleUnit": "head office",
        "independent": True,
    },
    "first-contact": {
        "reached": True,
        "concernExpressed": True,
        "processExplained": True,
        "expectedDate": "2026-03-20",
    },
    "plan-investigation": {"issues": "Charged twice", "departments": []},
    "consult-department": {"opinion": "True", "agreed": True},
    "collect-evidence": {"evidence": "Statement", "complete": True},
    "write-report": {"facts": "Charged twice", "findings": "True", "recommendation": "Refund"},
    "propose-solution": {"outcome": "upheld", "remedies": ["apology"], "reason": "Our error"},
    "approve-solution": {"approved": True},
    "approve-by-committee": {
        "members": ["a", "b", "c"],
        "votesFor": 3,
        "approved": True,
        "minutes": "All agreed",
    },
    "record-offer-answer": {
        "offerAnswer": "accepted",
        "offerChannel": "phone",
        "offerAnsweredBy": "Lin",
    },
    "pay-what-is-owed": {"paidOn": "2026-03-10", "reference": "P-0"},
    "pay-compensation": {"paidOn": "2026-03-10", "reference": "P-1"},
    "correct-error": {"corrected": "Booked back", "correctedOn": "2026-03-10"},
    "write-apology": {"apology": "We are sorry."},
    "promise-tracking": {"promise": "Call every month", "promisedBy": "2026-06-01"},
    "write-reply": {"decisionText": "We were wrong.", "rightsExplained": True},
    "ask-customer": {"reached": True, "satisfaction": 5, "disputed": False},
    "review-complaint": {
        "rootCause": "human error",
        "lesson": "Check twice",
        "improvementWanted": False,
    },
    "plan-improvement": {
        "improvement": "Second check",
        "actionOwner": "owner-1",
        "dueOn": "2026-04-01",
    },
    "confirm-withdrawal": {"freely": True},
    "unblock-case": {"cause": "Busy", "measure": "Help"},
    "draft-holding-letter": {
        "reason": "The card scheme has not answered our question.",
        "newDate": "2026-05-15",
    },
    "give-provisional-credit": {
        "credited": True,
        "creditAmount": 250,
        "creditedOn": "2026-03-02",
    },
    "take-charge-of-delay": {"cause": "Busy", "measure": "Help", "newDate": "2026-05-01"},
    "check-quality": {
        "heard": "yes",
        "issues": "yes",
        "evidence": "yes",
        "redress": "does not apply",
        "vulnerability": "yes",
        "letter": "yes",
        "result": "good",
        "feedback": "The finding is well borne out by the evidence.",
    },
    "take-feedback": {"response": "I will answer each issue in the letter."},
    "keep-promise-task": {"kept": True, "done": "Called"},
    "answer-for-promise": {
        "cause": "Forgotten",
        "measure": "Called",
        "newDate": "2026-07-01",
        "customerTold": True,
    },
    "carry-out-action": {"done": "Done", "effectSeenOn": "2026-05-01"},
    "verify-effect": {"effective": True, "evidence": "No more complaints"},
    "declare-emergency": {"confirmed": True, "level": "IV", "reason": "Many alike"},
    "direct-response": {"action": "Hotline opened", "next": "stand down"},
    "send-report": {
        "what": "Fees",
        "measures": "Hotline",
        "sentTo": "Head office",
        "contact": "Amy",
    },
    "send-situation-report": {"change": "Less", "actions": "Hotline"},
    "write-after-action": {
        "timeline": "-",
        "cause": "Batch",
        "loss": "None",
        "lessons": "Test",
        "actions": ["Test: Amy, 1 June"],
    },
}


PAST = frozenset({"paidOn", "correctedOn", "creditedOn"})
FUTURE = frozenset({"expectedDate", "promisedBy", "newDate", "dueOn"})


def _dated(known: dict[str, Any], today: date) -> dict[str, Any]:
    """What is done is done today; what is promised comes, if not on the day that was noted, in two
    weeks."""
    later = (today + timedelta(days=14)).isoformat()
    return {
        name: today.isoformat() if name in PAST else max(value, later) if name in FUTURE else value
        for name, value in known.items()
    }


@dataclass
class Walk:
    """One root instance under a clock of its own."""

    runtime: Runtime
    root: int
    now: datetime = NOW
    done: list[str] = field(default_factory=list)
    by: dict[str, str] = field(default_factory=dict)
    pace: timedelta = timedelta(minutes=10)
    renamed: dict[str, str] = field(default_factory=dict)
    """Element id in the version that the case is in → the one by which its answer is known."""

    def standing(self) -> Standing:
        with self.runtime.database.read() as connection:
            return get_standing(connection, self.root)

    def open(self) -> list[str]:
        return sorted(task.element_id for task in self.standing().tasks)

    def answer(self, element: str, **answer: Any) -> None:
        """Complete the open task of an element, as its holder or somebody of its group."""
        task = next(task for task in self.standing().tasks if task.element_id == element)
        with self.runtime.database.read() as connection:
            taken = tasks.list_performers(connection, self.root, task.excluded)
        group = task.candidate_groups[0] if task.candidate_groups else "nobody"
        name = task.assignee or next(
            n for n in (f"{group}-{i}" for i in range(1, 9)) if n not in taken
        )
        actor = Actor(self.by.get(element, name), frozenset(task.candidate_groups))
        self.now += self.pace
        known = ANSWERS.get(self.renamed.get(element, element), {})
        known = _dated(known, self.runtime.profile.calendar.local_day(self.now))
        complete_task(self.runtime, task.key, {**known, **answer}, actor=actor, now=self.now)
        self.done.append(element)

    def work(self, *, until: str = "", most: int = 80, **answers: dict[str, Any]) -> Walk:
        """Complete open tasks until the end, or until one of that element is open; timers fire when
        nothing is open."""
        given = {name.replace("_", "-"): answer for name, answer in answers.items()}
        for _ in range(most):
            standing = self.standing()
            names = [task.element_id for task in standing.tasks]
            if standing.state != "active" or until in names:
                return self
            if names:
                self.answer(names[0], **given.get(names[0], {}))
            else:
                self.wait()
        raise AssertionError(f"still running after {most} steps: {self.done}")

    def wait(self) -> None:
        """Let the nearest timer fire."""
        due, key = self.standing().timers[0]
        self.now = max(self.now, due)
        fire_timer(self.runtime, key, now=self.now)

    def say(self, message: str, **variables: Any) -> None:
        key = self.standing().business_key or ""
        correlate_message(self.runtime, message, key, variables, actor=CUSTOMER, now=self.now)

    @property
    def ends(self) -> tuple[str, ...]:
        return self.standing().ends

    @property
    def complaint(self) -> cases.Complaint:
        with self.runtime.database.read() as connection:
            found = cases.find_complaint(connection, self.root)
        assert found is not None
        return found

    @property
    def letters(self) -> list[str]:
        with self.runtime.database.read() as connection:
            return [
                each["template"]
                for each in letters.list_letters(connection, self.root)
                if each["audience"] == "customer"
            ]

    @property
    def clocks(self) -> dict[str, policy.Deadline]:
        with self.runtime.database.read() as connection:
            return {entry.clock: entry for entry in cases.list_deadlines(connection, self.root)}

    @property
    def events(self) -> list[str]:
        with self.runtime.database.read() as connection:
            assert audit.verify(connection, self.root) is None
            return [row.event for row in audit.list_history(connection, self.root)]

    @property
    def followers(self) -> list[Walk]:
        with self.runtime.database.read() as connection:
            return [
                Walk(self.runtime, row["root_key"], self.now)
                for row in cases.list_followers(connection, self.root)
            ]


def complain(
    runtime: Runtime,
    content: str = "Charged twice for one purchase",
    *,
    now: datetime = NOW,
    **facts: Any,
) -> Walk:
    """Register a complaint and walk it. `facts` are fields of NewComplaint; `triage` the facts of
    severity."""
    given: dict[str, Any] = {
        "customer_name": "Lin",
        "phone": None,
        "email": "lin@customer.invalid",
        "address": None,
        "channel": "phone",
    }
    new = NewComplaint(
        **{**given, "content": content, "received_at": now, "language": "en", **facts}
    )
    return Walk(runtime, register_complaint(runtime, new, actor=CLERK, now=now).root_key, now)
