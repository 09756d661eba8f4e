"""Running cases in every state that the shipped procedure knows, and one process with jobs;
scripted, always the same.

A case is brought along one of the routes until the first task of that name is open, and then left
as it is: with a holder, a draft, a job at work or failed, timers and messages waited for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service import tasks
from service.cases import NewComplaint
from service.cases.tables import deadline
from service.db import UtcDateTime
from service.definitions import shipped_files
from service.engine import inspect
from service.execution import Runtime, get_instance
from service.identity import Actor
from service.jobs.tables import incident, job, outbox, subscription, timer
from service.operations import (
    activate_jobs,
    claim_task,
    fail_job,
    register_complaint,
    start_instance,
    suspend_instance,
)
from service.tasks.tables import user_task
from tests.kit.clock import NOW
from tests.kit.walker import CLERK, Walk

ROOT = Actor("root", frozenset({"admin"}))
LARGE = {"remedies": ["compensation"], "compensationAmount": 300_000}
MIDDLE = {"remedies": ["compensation"], "compensationAmount": 40_000}
ROUTES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("assess-facts", {}),
    ("assign-investigator", {}),
    ("first-contact", {}),
    ("plan-investigation", {}),
    ("consult-department", {"plan_investigation": {"departments": ["cards", "loans"]}}),
    ("collect-evidence", {}),
    ("a question to the customer", {}),
    ("write-report", {}),
    ("propose-solution", {}),
    ("approve-solution", {"propose_solution": MIDDLE}),
    ("approve-by-committee", {"propose_solution": LARGE}),
    ("pay-compensation", {"propose_solution": LARGE}),
    ("write-reply", {}),
    ("ask-customer", {}),
    ("a second round", {"ask_customer": {"satisfaction": 1}}),
    ("review-complaint", {}),
    ("plan-improvement", {"review_complaint": {"improvementWanted": True}}),
    ("confirm-withdrawal", {}),
    ("an hour before the first deadline", {}),
    ("unblock-case", {}),
    ("take-charge-of-delay", {}),
    ("a promise to keep", {"propose_solution": {"remedies": ["tracking"]}}),
    ("carry-out-action", {"review_complaint": {"improvementWanted": True}}),
    ("a suspended case", {}),
    ("a job that waits", {}),
    ("a job at work", {}),
    ("a job that failed once", {}),
    ("a job that failed for good", {}),
)
_JOBS = [state for state, _ in ROUTES if state.startswith("a job")]
JOBS = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
<bpmn:process id="fetch" name="Fetch" isExecutable="true">
 <bpmn:startEvent id="fetch-start"><bpmn:outgoing>j1</bpmn:outgoing></bpmn:startEvent>
 <bpmn:serviceTask id="fetch-account" name="Fetch the account"><bpmn:extensionElements>
   <zeebe:taskDefinition type="=kind" retries="2"/></bpmn:extensionElements>
   <bpmn:incoming>j1</bpmn:incoming><bpmn:outgoing>j2</bpmn:outgoing></bpmn:serviceTask>
 <bpmn:endEvent id="fetched"><bpmn:incoming>j2</bpmn:incoming></bpmn:endEvent>
 <bpmn:sequenceFlow id="j1" sourceRef="fetch-start" targetRef="fetch-account"/>
 <bpmn:sequenceFlow id="j2" sourceRef="fetch-account" targetRef="fetched"/>
</bpmn:process></bpmn:definitions>"""
RENAMED = {
    "assess-facts": "weigh-facts",
    "collect-evidence": "gather-evidence",
    "propose-solution": "draft-solution",
    "approve-solution": "sign-solution",
    "ask-customer": "call-customer",
    "resolve-in-rounds-call": "resolve-call",
    "fetch-account": "fetch-balance",
}
"""What has another id in the other version."""


def files() -> dict[str, bytes]:
    return {**shipped_files(), "processes/fetch.bpmn": JOBS}


def renamed_files() -> dict[str, bytes]:
    """The same procedure with other ids; forms and messages keep theirs."""
    marks = (
        ' id="{}"',
        ' sourceRef="{}"',
        'targetRef="{}"',
        'attachedToRef="{}"',
        'bpmnElement="{}"',
        ">{}<",
    )
    found = files()
    for path in (path for path in found if path.endswith(".bpmn")):
        text = found[path].decode()
        for old, new in RENAMED.items():
            for mark in marks:
                text = text.replace(mark.format(old), mark.format(new))
            text = text.replace(f'name="fourEyes" value="{old}', f'name="fourEyes" value="{new}')
            text = text.replace(f",{old}", f",{new}")
        found[path] = text.encode()
    return found


def bring(runtime: Runtime, number: int) -> list[Walk]:
    """One case in the state whose turn it is; with the cases that follow from it."""
    state, answers = ROUTES[number % len(ROUTES)]
    if state in _JOBS:
        return [_job(runtime, number, _JOBS.index(state))]
    new = NewComplaint(
        customer_name=f"Customer {number}",
        phone=None,
        email=f"c{number}@customer.invalid",
        address=None,
        channel="phone",
        content=_words(number),
        received_at=NOW,
        language="en",
    )
    walk = Walk(runtime, register_complaint(runtime, new, actor=CLERK, now=NOW).root_key)
    _go(walk, state, answers)
    for task in walk.standing().tasks if number % 3 == 0 else ():
        _hold(runtime, task, walk, number)
    return [walk, *walk.followers]


def _go(walk: Walk, state: str, answers: dict[str, Any]) -> None:
    match state:
        case "a question to the customer":
            walk.work(until="collect-evidence")
            walk.answer("collect-evidence", askCustomer=True, question="the receipt")
        case "a second round":
            walk.work(until="ask-customer")
            walk.answer("ask-customer", satisfaction=1)
            walk.answer("propose-solution")
        case "confirm-withdrawal":
            walk.work(until="collect-evidence")
            walk.say("complaint-withdrawn", reason="settled")
        case "an hour before the first deadline":
            walk.work(until="plan-investigation")
            walk.now = walk.standing().timers[0][0] - timedelta(hours=1)
        case "unblock-case" | "take-charge-of-delay":
            walk.work(until="collect-evidence")
            while state not in walk.open():
                walk.wait()
        case "a promise to keep":
            walk.work(**answers)
        case "a suspended case":
            walk.work(until="write-report")
            suspend_instance(
                walk.runtime, walk.root, reason="An injunction", actor=ROOT, now=walk.now
            )
        case "carry-out-action":
            walk.work(**answers)
            for each in walk.followers:
                each.work(until=state)
        case _:
            walk.work(until=state, **answers)


def _hold(runtime: Runtime, task: tasks.UserTask, walk: Walk, number: int) -> None:
    """Somebody holds it, and has begun to write."""
    if task.assignee is None and task.candidate_groups:
        name = f"{task.candidate_groups[0]}-holder"
        claim_task(
            runtime, task.key, actor=Actor(name, frozenset(task.candidate_groups)), now=walk.now
        )
        with runtime.database.transaction() as connection:
            tasks.save_draft(connection, task.key, name, {"note": f"half {number}"}, now=walk.now)


def _job(runtime: Runtime, number: int, turn: int) -> Walk:
    """A job that waits, is at work, failed once, or has failed for good."""
    kind = f"fetch-{number}"
    root = start_instance(runtime, "fetch", {"kind": kind}, actor=CLERK, now=NOW).root_key
    if turn:
        [taken] = activate_jobs(runtime, kind, worker="w", lease=timedelta(hours=1), now=NOW)
        if turn > 1:
            fail_job(
                runtime, taken["key"], retries=3 - turn, message="no line", actor=CLERK, now=NOW
            )
    return Walk(runtime, root)


def _words(number: int) -> str:
    """Complaints that are not alike."""
    letters = "bcdfghjklmnpqrstvwxz"
    return " ".join(
        "".join(
            letters[(number * prime + each * each * 7) % len(letters)]
            for each in range(start, start + 6)
        )
        + str(number * prime)
        for start, prime in enumerate((7, 11, 13, 17, 19, 23), start=1)
    )


@dataclass(frozen=True)
class Kept:
    """All that has to be the same before and after, and the elements, which have other ids."""

    rows: dict[str, list[tuple[Any, ...]]]
    variables: Any
    elements: list[str]


_SAME = {
    "tasks": (
        user_task,
        "key engine_id process_id name form_id state assignee priority created_at due_at "
        "follow_up_at ended_at "
        "completed_by variables answer",
    ),
    "timers": (timer, "key engine_id due_at run_at"),
    "subscriptions": (
        subscription,
        "key engine_id kind name correlation_key interrupting opened_at",
    ),
    "jobs": (job, "key engine_id type state retries worker run_at error_message"),
    "incidents": (incident, "key kind state message retries subject_key"),
    "letters": (outbox, "key kind state payload run_at"),
    "deadlines": (deadline, "clock due_at met_at paused_at started_at"),
}


def kept(runtime: Runtime, root: int) -> Kept:
    with runtime.database.read() as connection:
        rows = {}
        for name, (table, columns) in _SAME.items():
            chosen = [table.c[column] for column in columns.split()]
            query = sa.select(*chosen).where(table.c.root_key == root).order_by(chosen[0])
            rows[name] = [tuple(map(str, row)) for row in connection.execute(query)]
        for task in tasks.list_open_tasks(connection, root):
            draft = tasks.find_draft(connection, task.key, task.assignee) if task.assignee else None
            rows.setdefault("drafts", []).append((task.key, draft.answer if draft else None))
        instance = get_instance(connection, root)
        bundle = runtime.bundles.get(connection, instance.bundle_key)
        assert instance.engine_state is not None
        seen = inspect(bundle, instance.engine_state)
    return Kept(rows, seen.variables, sorted(each.element_id for each in seen.active))


def has_late(runtime: Runtime, now: datetime) -> int:
    """How many clocks of all cases were missed, or are overdue by then."""
    with runtime.database.read() as connection:
        late = (
            sa.func.coalesce(deadline.c.met_at, sa.bindparam("now", now, type_=UtcDateTime))
            > deadline.c.due_at
        )
        return connection.execute(
            sa.select(sa.func.count()).select_from(deadline).where(late)
        ).scalar_one()
