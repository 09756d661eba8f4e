"""A rehearsal on a running server: scripted people register complaints and complete every task over
the API.

Time is what the shared clock (`REDRESS_CLOCK`) says, and the rehearsal moves it: a little while
there are tasks, in leaps while cases only wait; timers and letters are the server's and the
workers' own business. Commands carry idempotency keys made from the seed, so the same rehearsal may
be begun again after it was stopped. What the server acknowledged is written down, a line each, for
whoever wants to hold the database against it.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, Any

from service.clock import FileClock
from service.errors import RedressError
from service.identity import Permission, roles_with
from service.players.people import answer_form, customer_answer, invent_complaint
from service.players.retrying_client import Answer, Caller

FIRST_LEAP, LAST_LEAP = timedelta(hours=6), timedelta(days=8)
QUIET_SECONDS, LOOK_SECONDS = 0.8, 0.05
MAX_IDLE = timedelta(days=500)
WITHDRAWN, ANSWERS = 0.03, 0.4


@dataclass(frozen=True, slots=True)
class Person:
    """A scripted person: an account with an API token."""

    name: str
    group: str
    token: str


@dataclass(slots=True)
class Rehearsal:
    """What a rehearsal knows: whom it plays, where the server is, and what became of the cases."""

    server: str
    seed: str
    people: tuple[Person, ...]
    clock: FileClock
    acknowledged: IO[str] | None = None
    threads: int = 4
    patience: float = 120.0
    running: dict[str, str] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    asked_again: int = 0
    _local: threading.local = field(default_factory=threading.local)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def call(
        self, who: Person, method: str, path: str, body: Any = None, *, once: str | None = None
    ) -> Answer:
        """Ask the server as one of the people. Raises RedressError for anything but an answer or a
        refusal."""
        caller: Caller | None = getattr(self._local, "caller", None)
        if caller is None:
            caller = self._local.caller = Caller(self.server, patience=self.patience)
        said = caller.call(who.token, method, path, body, once=once)
        if said.status >= 500 or said.status in (400, 401, 422):
            raise RedressError(
                "expected {method} {path} to be answered or refused, got {said}",
                method=method,
                path=path,
                said=said.said(),
            )
        with self._lock:
            self.asked_again += said.asked - 1
        return said

    def note(self, kind: str, who: Person, **what: Any) -> None:
        """Write down what was acknowledged."""
        with self._lock:
            self.steps += 1
            if self.acknowledged is not None:
                self.acknowledged.write(
                    json.dumps({"kind": kind, "actor": who.name, **what}) + "\n"
                )
                self.acknowledged.flush()

    def one_who(self, may: Permission) -> Person:
        """The first person who may do this."""
        able = roles_with(may)
        return next(person for person in self.people if person.group in able)

    def chance(self, *about: object) -> random.Random:
        return random.Random(":".join(map(str, (self.seed, *about))))  # noqa: S311 - scripted people, no secret


def rehearse(plan: Rehearsal, *, register: int) -> Iterator[int]:
    """Register so many complaints and drive them, with those that run already, to their ends;
    yields how many have ended. Raises RedressError when nothing happens any more."""
    with _pool(plan) as pool:
        list(pool.map(lambda number: _register(plan, number), range(register)))
        _find_running(plan)
        leap, idle = FIRST_LEAP, timedelta(0)
        while plan.running or _find_others(plan):
            tasks = _one_task_per_case(plan)
            if tasks:
                done = sum(pool.map(lambda task: _do(plan, task), tasks))
                _drop_ended(
                    plan,
                    {
                        key
                        for key in plan.running
                        if key not in {t["processInstanceKey"] for t in tasks}
                    },
                )
                leap, idle = (FIRST_LEAP, timedelta(0)) if done else (leap, idle + leap)
                plan.clock.move_to(plan.clock.now() + timedelta(minutes=20))
            else:
                _drop_ended(plan, set(plan.running))
                leap, idle = min(leap * 2, LAST_LEAP), idle + leap
                plan.clock.move_to(plan.clock.now() + leap)
                _look(plan)
            if idle > MAX_IDLE:
                raise RedressError(
                    "expected every case to go on, {count} wait for nothing that happens",
                    count=len(plan.running),
                )
            yield sum(plan.ends.values())


@contextmanager
def _pool(plan: Rehearsal) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(plan.threads) as pool:
        yield pool


def _register(plan: Rehearsal, number: int) -> None:
    desk, chance = plan.one_who(Permission.REGISTER_COMPLAINTS), plan.chance("register", number)
    body = invent_complaint(number, chance)
    said = plan.call(desk, "POST", "/api/complaints", body, once=f"{plan.seed}-register-{number}")
    if said.status != 201:
        raise RedressError("expected a complaint to be registered, got {said}", said=said.said())
    plan.note("registered", desk, number=said.data["number"], case=said.data["processInstanceKey"])


def _find_running(plan: Rehearsal) -> None:
    overseer, offset, total = plan.one_who(Permission.SEE_ALL_TASKS), 0, 1
    while offset < total:
        said = plan.call(overseer, "GET", f"/api/complaints?limit=500&offset={offset}").data
        total, offset = said["page"]["totalItems"], offset + 500
        plan.running |= {each["processInstanceKey"]: each["number"] for each in said["items"]}
    _drop_ended(plan, set(plan.running))


def _find_others(plan: Rehearsal) -> bool:
    """What cases started beside themselves and left running: a promise, an improvement. Whether
    there is any."""
    wanted = {"filter": {"state": "ACTIVE"}, "page": {"limit": 1000}}
    said = plan.call(
        plan.one_who(Permission.SEE_ALL_TASKS), "POST", "/v2/process-instances/search", wanted
    ).data
    plan.running |= {each["processInstanceKey"]: "" for each in said["items"]}
    return bool(plan.running)


def _one_task_per_case(plan: Rehearsal) -> list[dict[str, Any]]:
    """An open task of each running case that has one."""
    wanted = {"filter": {"state": "CREATED"}, "page": {"limit": 1000}}
    said = plan.call(
        plan.one_who(Permission.SEE_ALL_TASKS), "POST", "/v2/user-tasks/search", wanted
    ).data
    return list({task["processInstanceKey"]: task for task in reversed(said["items"])}.values())


def _look(plan: Rehearsal) -> None:
    """Give the workers a moment to do what is due: until there is a task, or for so long."""
    until = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < until and not _one_task_per_case(plan):
        time.sleep(LOOK_SECONDS)


def _drop_ended(plan: Rehearsal, keys: set[str]) -> None:
    overseer = plan.one_who(Permission.SEE_ALL_TASKS)
    for key in sorted(keys):
        state = plan.call(overseer, "GET", f"/v2/process-instances/{key}").data.get("state")
        if state in ("COMPLETED", "TERMINATED"):
            number = plan.running.pop(key)
            if number:
                outcome = plan.call(overseer, "GET", f"/api/complaints/{number}").data.get(
                    "outcome"
                )
                plan.ends[outcome or state.lower()] += 1
            else:
                plan.ends["followed up"] += 1


def _complete(
    plan: Rehearsal, who: Person, task: dict[str, Any], chance: random.Random
) -> bool | None:
    """Let that person fill in the task's form and send it; whether it was acknowledged, None where
    somebody else has to (four eyes)."""
    key = task["userTaskKey"]
    form = plan.call(who, "GET", f"/v2/user-tasks/{key}/form")
    if form.status == 404:
        return None
    schema = json.loads(form.data["schema"]) if form.status == 200 else None  # travels as a text
    known = {"investigator": plan.one_who(Permission.INVESTIGATE_COMPLAINTS).name}
    filled = answer_form(
        form.data.get("formId"), schema, chance, plan.clock.now().date(), known=known
    )
    path, once = f"/v2/user-tasks/{key}/completion", f"{plan.seed}-complete-{key}"
    said = plan.call(who, "POST", path, {"variables": filled}, once=once)
    if said.status == 204:
        plan.note("completed", who, task=key, case=task["processInstanceKey"])
    return None if said.status == 403 else said.status == 204


def _do(plan: Rehearsal, task: dict[str, Any]) -> bool:
    """Let somebody complete the task, or let the customer speak instead; whether anything was
    acknowledged."""
    key, number = task["userTaskKey"], task["businessKey"] or ""
    chance = plan.chance(number, key)
    if chance.random() < WITHDRAWN / 8 and _say(
        plan, key, number, "complaint-withdrawn", {"reason": "Simulated"}
    ):
        return True
    if task["elementId"] == "ask-customer" and chance.random() < ANSWERS:
        return _say(plan, key, number, "customer-answer", customer_answer(chance))
    people = [each for each in plan.people if _may(each, task)]
    for who in chance.sample(people, len(people)):
        done = _complete(plan, who, task, chance)
        if done is not None:
            return done
    raise RedressError(
        "expected one of {people} to be allowed {name} ({key})",
        people=[each.name for each in people],
        name=task["name"],
        key=key,
    )


def _may(person: Person, task: dict[str, Any]) -> bool:
    if task["assignee"] is not None:
        return bool(person.name == task["assignee"])
    return person.group in task["candidateGroups"] or person.name in task["candidateUsers"]


def _say(plan: Rehearsal, key: str, number: str, name: str, variables: dict[str, Any]) -> bool:
    speaker = plan.one_who(Permission.SPEAK_AS_CUSTOMER)
    body = {"name": name, "correlationKey": number, "variables": variables}
    said = plan.call(
        speaker, "POST", "/v2/messages/correlation", body, once=f"{plan.seed}-{name}-{key}"
    )
    if said.status == 200:
        plan.note(
            "correlated", speaker, name=name, number=number, case=said.data["processInstanceKey"]
        )
    return said.status == 200
