"""Random people do random things with a case's tasks, on a real database, beside a model that knows
what may happen.

Held after every step: one history row for each accepted command, never two completions of a task,
never one person for two tasks that want two, and a chain that fits.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from service.audit import list_history, verify
from service.db import Database
from service.errors import Forbidden, FormInvalid, NotFound, StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.operations import (
    assign_task,
    cancel_instance,
    claim_task,
    complete_task,
    fire_timer,
    release_task,
    start_instance,
)
from service.reporting import get_standing
from service.tasks import list_open_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import SMALL

EXAMPLES = int(os.environ.get("REDRESS_TEST_MACHINES", "12"))
AMY = Actor("amy", frozenset({"handler", "approver"}))
BEN = Actor("ben", frozenset({"handler", "approver"}))
EVE = Actor("eve", frozenset({"clerk"}))
ROOT = Actor("root", frozenset({"admin"}))
PEOPLE = st.sampled_from((AMY, BEN, EVE, ROOT))
CANDIDATES = (AMY, BEN)
FORM = {
    "id": "f",
    "title": {"en": "F"},
    "uiSchema": {},
    "schema": {
        "type": "object",
        "additionalProperties": False,
        "required": ["ok"],
        "properties": {"ok": {"type": "boolean"}},
    },
}
WITH_FORM = SMALL.replace(
    '<zeebe:userTask/>\n   <zeebe:assignmentDefinition candidateGroups="handler"/>',
    (
        '<zeebe:userTask/><zeebe:formDefinition formId="f"/>\n   <zeebe:assignmentDefinition '
        'candidateGroups="handler"/>'
    ),
)
assert WITH_FORM != SMALL
FILES = {"processes/small.bpmn": WITH_FORM.encode(), "forms/f.form.json": json.dumps(FORM).encode()}
REFUSALS = (Forbidden, FormInvalid, NotFound, StateConflict)


class CaseMachine(RuleBasedStateMachine):
    """One case of the small process. `first` and `second` are its tasks; `second` wants another
    person."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self.runtime = runtime

    @initialize()
    def begin(self) -> None:
        self.root = start_instance(self.runtime, "small", {}, actor=AMY, now=NOW).root_key
        self.accepted, self.now = 1, NOW
        self.keys: list[int] = []
        self.done: list[str] = []
        self.active, self.timer = True, self.standing().timers[0][1]
        self.timer_waits = True
        self.opened()

    def standing(self) -> Any:
        with self.runtime.database.read() as connection:
            return get_standing(connection, self.root)

    def opened(self) -> None:
        """Another task is open, held by nobody."""
        with self.runtime.database.read() as connection:
            [task] = list_open_tasks(connection, self.root)
        self.keys.append(task.key)
        self.holder: str | None = None
        self.revision = task.revision

    def attempt(self, allowed: bool, act: Callable[[], object]) -> None:
        """It is accepted exactly when the model allows it."""
        self.now += timedelta(seconds=1)
        try:
            act()
        except REFUSALS:
            assert not allowed
        else:
            assert allowed

    def fits(self, person: Actor) -> bool:
        return person in CANDIDATES and not (len(self.keys) == 2 and person.name == self.done[0])

    def given(self, to: str | None) -> None:
        self.holder, self.revision, self.accepted = to, self.revision + 1, self.accepted + 1

    @rule(person=PEOPLE)
    def claim(self, person: Actor) -> None:
        allowed = self.active and self.holder in (None, person.name) and self.fits(person)
        self.attempt(
            allowed, lambda: claim_task(self.runtime, self.keys[-1], actor=person, now=self.now)
        )
        if allowed and self.holder is None:
            self.given(person.name)

    @rule(person=PEOPLE)
    def release(self, person: Actor) -> None:
        allowed = (
            self.active
            and self.holder is not None
            and (person is ROOT or person.name == self.holder)
        )
        self.attempt(
            allowed, lambda: release_task(self.runtime, self.keys[-1], actor=person, now=self.now)
        )
        if allowed:
            self.given(None)

    @rule(person=PEOPLE, to=PEOPLE)
    def assign(self, person: Actor, to: Actor) -> None:
        allowed = self.active and person is not EVE and self.fits(to)
        self.attempt(
            allowed,
            lambda: assign_task(self.runtime, self.keys[-1], to, actor=person, now=self.now),
        )
        if allowed:
            self.given(to.name)

    @rule(
        person=PEOPLE,
        behind=st.sampled_from((None, 0, 0, 1)),
        good=st.sampled_from((True, True, False)),
    )
    def complete(self, person: Actor, behind: int | None, good: bool) -> None:
        first = len(self.keys) == 1
        revision = None if behind is None else self.revision - behind
        turn = self.holder == person.name or self.holder is None
        allowed = self.active and turn and self.fits(person) and behind != 1 and (good or not first)
        answer = {"ok": True} if good else {"ok": "perhaps"}
        key, once = (
            self.keys[-1],
            f"{self.root}-{len(self.keys)}-{self.accepted}-{person.name}-{behind}-{good}",
        )

        def act() -> object:
            return complete_task(
                self.runtime,
                key,
                answer,
                actor=person,
                now=self.now,
                revision=revision,
                idempotency_key=once,
            )

        self.attempt(allowed, act)
        if allowed:
            act()  # its answer was lost: sent again, it changes nothing
            self.accepted += 1
            self.done.append(person.name)
            self.timer_waits = self.active = first
            if first:
                self.timer_waits = False
                self.opened()

    @rule(person=PEOPLE)
    def complete_again(self, person: Actor) -> None:
        """A task that has ended stays as it ended."""
        if len(self.keys) == 2:
            gone = self.keys[0]
            self.attempt(
                False,
                lambda: complete_task(self.runtime, gone, {"ok": True}, actor=person, now=self.now),
            )

    @rule()
    def let_the_timer_fire(self) -> None:
        fired = fire_timer(self.runtime, self.timer, now=NOW + timedelta(hours=2))
        assert (fired is not None) == (self.active and self.timer_waits)
        if fired is not None:
            self.timer_waits, self.accepted = False, self.accepted + 1

    @rule(person=PEOPLE, sure=st.integers(0, 3))
    def cancel(self, person: Actor, sure: int) -> None:
        if sure == 0:
            allowed = self.active and person is ROOT
            self.attempt(
                allowed,
                lambda: cancel_instance(
                    self.runtime, self.root, reason="r", actor=person, now=self.now
                ),
            )
            if allowed:
                self.active, self.accepted = False, self.accepted + 1

    @invariant()
    def history_is_what_was_accepted(self) -> None:
        if not hasattr(self, "root"):
            return
        with self.runtime.database.read() as connection:
            rows = list_history(connection, self.root)
            assert verify(connection, self.root) is None
        assert len(rows) == self.accepted
        completed = [
            (row.subject_key, row.actor) for row in rows if row.event == "case:task:completed"
        ]
        assert completed == list(zip(self.keys, self.done, strict=False))[: len(self.done)]
        assert len({actor for _, actor in completed}) == len(completed)


def test_tasks_of_a_case(database: Database) -> None:
    """REDRESS_TEST_MACHINES raises the number of random walks."""
    runtime = release_files(database, FILES)
    run_state_machine_as_test(
        lambda: CaseMachine(runtime),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
