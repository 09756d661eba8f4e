"""The review of a version is a process: its tasks are compliance's, and they and the page of the
review do the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from service import identity, notifications, tasks
from service.builtins import Evidence
from service.db import Database
from service.definitions import ReviewPolicy, ReviewState, deploy, find_released, shipped_files
from service.definitions.review import get_version, list_steps
from service.engine import EngineError
from service.errors import Forbidden, FormInvalid, RedressError, StateConflict
from service.execution import Runtime
from service.identity import Actor, Role
from service.instances.tables import process_instance
from service.jobs.tables import timer
from service.operations import (
    approve_bundle,
    cancel_instance,
    claim_task,
    comment_bundle,
    complete_task,
    put_in_force,
    release_bundle,
    release_due_bundles,
    return_bundle,
    start_instance,
    submit_bundle,
    tell_deadlines,
)
from service.operations.background import fire_timer
from service.tasks.tables import user_task
from tests.kit.clock import NOW
from tests.kit.installation import agree_review, release_files
from tests.kit.small import FILES, SMALL

OLGA = Actor("olga", frozenset({Role.OWNER}))
CARL = Actor("carl", frozenset({Role.COMPLIANCE}))
CORA = Actor("cora", frozenset({Role.COMPLIANCE}))
BOTH = Actor("olga", frozenset({Role.OWNER, Role.COMPLIANCE}))
ADMIN = Actor("ada", frozenset({Role.ADMIN}))
SHEET = "processes/review-change.bpmn"
YES = {"decision": "approve", "reason": "As agreed"}
NO = {"decision": "return", "reason": "Say why"}


LATE = datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)
"""The end of the fifth working day at the bank."""
FORMS = ("forms/review-change.form.json", "forms/release-version.form.json")
PROCEDURE = {
    "processes/complaint.bpmn": SMALL.replace(
        'process id="small"', 'process id="complaint"'
    ).encode(),
    **{path: content for path, content in shipped_files().items() if path in (SHEET, *FORMS)},
}
"""As little as makes a procedure that has the process of reviews."""


pytestmark = pytest.mark.released(PROCEDURE)


def submitted(runtime: Runtime, length: str = "PT2H") -> int:
    """A version by olga that waits for its review by compliance."""
    agree_review(runtime.database, ReviewPolicy.COMPLIANCE)
    fresh = [runtime.keys.root_key() for _ in range(10)]
    files = {"processes/small.bpmn": SMALL.replace("PT1H", length).encode()}
    with runtime.database.transaction() as connection:
        key = deploy(
            connection, files, name="procedure", actor="olga", now=NOW, next_key=fresh.pop
        ).bundle_key
    submit_bundle(runtime, key, summary="Two hours instead of one", actor=OLGA, now=NOW)
    return key


def evidence(runtime: Runtime, key: int, *refusals: str) -> Evidence:
    with runtime.database.read() as connection:
        return Evidence(
            get_version(connection, key).content_hash, refusals, {"rules": {"one": True}}
        )


def gathering(runtime: Runtime, *refusals: str) -> Runtime:
    """The runtime as a serving process has it: it can gather evidence."""
    return replace(runtime, gather=lambda same, key, now: evidence(same, key, *refusals))


def approve(runtime: Runtime, key: int, by: Actor = CARL) -> None:
    approve_bundle(runtime, key, evidence(runtime, key), reason="As agreed", actor=by, now=NOW)


def state(runtime: Runtime, key: int) -> ReviewState:
    with runtime.database.read() as connection:
        return get_version(connection, key).state


def waiting(runtime: Runtime, actor: Actor = CARL) -> list[tasks.UserTask]:
    """The tasks of reviews that this person finds in the list."""
    with runtime.database.read() as connection:
        return [
            each
            for each in tasks.list_tasks(connection, actor)[0]
            if each.process_id == "review-change"
        ]


def instances(runtime: Runtime) -> list[tuple[str, list[str] | None]]:
    """Every process of a review, oldest first: where it is, and where it ended."""
    reviews = process_instance.c.business_key.like("R-%")
    query = sa.select(process_instance.c.state, process_instance.c.end_elements).where(reviews)
    with runtime.database.read() as connection:
        return [
            tuple(row) for row in connection.execute(query.order_by(process_instance.c.root_key))
        ]


def one(runtime: Runtime, actor: Actor = CARL) -> tasks.UserTask:
    (task,) = waiting(runtime, actor)
    return task


def test_a_submitted_version_is_a_task_of_compliance(runtime: Runtime) -> None:
    key = submitted(runtime)
    task = one(runtime)
    assert (task.name, task.form_id, task.candidate_groups) == (
        "Review change",
        "review-change",
        ("compliance",),
    )
    assert task.business_key == "R-procedure-1"
    assert task.due_at == LATE
    assert task.variables["versionKey"] == str(key)
    assert waiting(runtime, OLGA) == []


def test_the_page_completes_the_tasks(runtime: Runtime) -> None:
    key = submitted(runtime)
    approve(runtime, key)
    assert state(runtime, key) is ReviewState.APPROVED
    task = one(runtime)
    assert (task.name, task.due_at) == ("Release version", LATE)
    assert release_bundle(runtime, key, at=None, actor=CARL, now=NOW)
    assert waiting(runtime) == []
    assert instances(runtime) == [("completed", ["change-released"])]
    with runtime.database.read() as connection:
        done = connection.execute(
            sa.select(user_task.c.completed_by, user_task.c.answer).order_by(user_task.c.key)
        )
        assert [tuple(row) for row in done] == [("carl", YES), ("carl", {"decision": "release"})]
        released = find_released(connection, "small")
        events = [(step.event, step.actor) for step in list_steps(connection, key)]
    assert released is not None
    assert released.bundle_key == key
    assert events == [
        ("bundle:review:submitted", "olga"),
        ("bundle:review:approved", "carl"),
        ("bundle:review:released", "carl"),
    ]


def test_the_tasks_do_what_the_page_does(runtime: Runtime) -> None:
    key, serving = submitted(runtime), gathering(runtime)
    complete_task(serving, one(runtime).key, YES, actor=CARL, now=NOW)
    assert state(runtime, key) is ReviewState.APPROVED
    with runtime.database.read() as connection:
        kept = list_steps(connection, key)[-1].details
    assert (kept["reason"], kept["evidence"]) == ("As agreed", {"rules": {"one": True}})
    complete_task(serving, one(runtime).key, {"decision": "release"}, actor=CORA, now=NOW)
    assert state(runtime, key) is ReviewState.RELEASED
    assert instances(runtime) == [("completed", ["change-released"])]


@pytest.mark.parametrize("by_page", [True, False])
def test_whoever_wrote_a_part_is_refused_and_the_task_stays(
    runtime: Runtime, by_page: bool
) -> None:
    key = submitted(runtime)
    task = one(runtime)
    for answer in (YES, NO):
        with pytest.raises(Forbidden, match="Four eyes: olga wrote a part"):
            if not by_page:
                complete_task(gathering(runtime), task.key, answer, actor=BOTH, now=NOW)
            elif answer is YES:
                approve(runtime, key, BOTH)
            else:
                return_bundle(runtime, key, reason="no", actor=BOTH, now=NOW)
    assert one(runtime) == task
    assert state(runtime, key) is ReviewState.IN_REVIEW


def test_a_task_has_the_checks_of_the_page(runtime: Runtime) -> None:
    key = submitted(runtime)
    task = one(runtime)
    for serving, answer, refused in (
        (runtime, YES, "approve it on the page of its review"),
        (gathering(runtime, "2 scenarios fail"), YES, "2 scenarios fail"),
        (gathering(runtime), {**YES, "reason": " "}, "the reason for approving it"),
    ):
        with pytest.raises(RedressError, match=refused):
            complete_task(serving, task.key, answer, actor=CARL, now=NOW)
    for odd in ({"decision": "approve"}, {"decision": "release", "reason": "x"}):
        with pytest.raises(FormInvalid):
            complete_task(gathering(runtime), task.key, odd, actor=CARL, now=NOW)
    comment_bundle(
        runtime,
        key,
        file="processes/small.bpmn",
        element_id="late",
        text="Why?",
        actor=CARL,
        now=NOW,
    )
    with pytest.raises(StateConflict, match="1 comments are not resolved"):
        complete_task(gathering(runtime), task.key, YES, actor=CARL, now=NOW)
    assert one(runtime) == task
    assert state(runtime, key) is ReviewState.IN_REVIEW


def test_a_task_that_somebody_holds_is_theirs(runtime: Runtime) -> None:
    key = submitted(runtime)
    claim_task(runtime, one(runtime).key, actor=CORA, now=NOW)
    with pytest.raises(Forbidden, match="held by cora"):
        approve(runtime, key)
    approve(runtime, key, CORA)
    assert state(runtime, key) is ReviewState.APPROVED


@pytest.mark.parametrize("by_page", [True, False])
def test_a_returned_version_asks_nobody_until_it_is_submitted_again(
    runtime: Runtime, by_page: bool
) -> None:
    key, over = submitted(runtime), ("completed", ["change-returned"])

    def back() -> None:
        if by_page:
            return_bundle(runtime, key, reason="Say why", actor=CARL, now=NOW)
        else:
            complete_task(runtime, one(runtime).key, NO, actor=CARL, now=NOW)
        assert state(runtime, key) is ReviewState.RETURNED
        assert waiting(runtime) == []

    back()
    assert instances(runtime) == [over]
    submit_bundle(runtime, key, summary="As the law says", actor=OLGA, now=NOW)
    assert one(runtime).name == "Review change"
    approve(runtime, key)
    back()  # approved, and not released after all
    assert instances(runtime) == [over, over]
    with runtime.database.read() as connection:
        reasons = [step.details.get("reason") for step in list_steps(connection, key)]
    assert reasons == [None, "Say why", None, "As agreed", "Say why"]


def test_a_planned_release_keeps_its_task_until_the_day(runtime: Runtime) -> None:
    key, day = submitted(runtime), NOW + timedelta(days=30)
    with runtime.database.transaction() as connection:
        identity.create_account(connection, "carl", None, [Role.COMPLIANCE], now=NOW)
    approve(runtime, key)
    assert not release_bundle(runtime, key, at=day, actor=CARL, now=NOW)
    assert one(runtime).due_at == day
    claim_task(runtime, one(runtime).key, actor=CORA, now=NOW)
    assert release_due_bundles(runtime, now=day) == 1
    assert instances(runtime) == [("completed", ["change-released"])]
    assert state(runtime, key) is ReviewState.RELEASED


def test_a_release_that_lapsed_is_still_somebodys_task(runtime: Runtime) -> None:
    key, day = submitted(runtime), NOW + timedelta(days=3)
    approve(runtime, key)
    assert not release_bundle(runtime, key, at=day, actor=CARL, now=NOW)
    assert release_due_bundles(runtime, now=day) == 0  # carl has no account any more
    assert one(runtime, CORA).name == "Release version"
    assert release_bundle(runtime, key, at=None, actor=CORA, now=day)
    assert waiting(runtime) == []


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_version_that_comes_into_force_otherwise_asks_nobody_any_more(
    runtime: Runtime, is_approved: bool
) -> None:
    key = submitted(runtime)
    if is_approved:
        approve(runtime, key)
    with runtime.database.transaction() as connection:
        reason = "" if is_approved else "It cannot wait"
        put_in_force(connection, runtime, key, actor=ADMIN, now=NOW, reason=reason)
    assert waiting(runtime) == []
    assert instances(runtime) == [("terminated", [])]
    assert state(runtime, key) is ReviewState.RELEASED


def test_of_two_at_once_one_decides(runtime: Runtime) -> None:
    serving = gathering(runtime)
    acts: list[Callable[[int, int], object]] = [
        lambda key, task: complete_task(serving, task, YES, actor=CORA, now=NOW),
        lambda key, task: approve(runtime, key, CARL),
        lambda key, task: complete_task(
            runtime, task, NO, actor=Actor("cid", CARL.groups), now=NOW
        ),
    ]
    for turn in range(3):
        key, told = submitted(runtime, f"PT{turn + 2}H"), []
        barrier, task = threading.Barrier(len(acts)), one(runtime).key

        def run(
            act: Callable[[int, int], object],
            key: int,
            task: int,
            barrier: threading.Barrier,
            told: list[str],
        ):
            barrier.wait()
            try:
                act(key, task)
                told.append("won")
            except StateConflict as refusal:
                told.append(refusal.message)

        threads = [
            threading.Thread(target=run, args=(act, key, task, barrier, told)) for act in acts
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(told) == len(acts)
        assert told.count("won") == 1
        with runtime.database.read() as connection:
            assert len(list_steps(connection, key)) == 2
        if state(runtime, key) is ReviewState.APPROVED:
            release_bundle(runtime, key, at=None, actor=CARL, now=NOW)
        assert waiting(runtime) == []


def test_compliance_is_reminded_once_of_a_late_review(runtime: Runtime) -> None:
    with runtime.database.transaction() as connection:
        identity.create_account(connection, "carl", None, [Role.COMPLIANCE], now=NOW)
    submitted(runtime)
    task = one(runtime)
    with runtime.database.read() as connection:
        due = connection.execute(
            sa.select(timer.c.key, timer.c.due_at).where(timer.c.root_key == task.root_key)
        ).one()
    assert due.due_at == LATE
    fire_timer(runtime, due.key, now=LATE)
    tell_deadlines(runtime, now=LATE)
    with runtime.database.read() as connection:
        told = notifications.list_notices(connection, "carl")
    assert [(each.kind, each.subject_key) for each in told] == [("alert", task.key)]
    assert one(runtime) == task


def test_an_administrator_may_end_the_process_and_the_review_goes_on(runtime: Runtime) -> None:
    key = submitted(runtime)
    cancel_instance(runtime, one(runtime).root_key, reason="It hangs", actor=ADMIN, now=NOW)
    approve(runtime, key)
    assert release_bundle(runtime, key, at=None, actor=CARL, now=NOW)
    assert waiting(runtime) == []


def test_without_such_a_process_a_review_is_what_it_was(database: Database) -> None:
    small = release_files(database, FILES)
    key = submitted(small)
    assert instances(small) == []
    approve(small, key)
    assert release_bundle(small, key, at=None, actor=CARL, now=NOW)


def changed(old: bytes, new: bytes) -> dict[str, bytes]:
    assert old in PROCEDURE[SHEET]
    return {**PROCEDURE, SHEET: PROCEDURE[SHEET].replace(old, new)}


def test_a_process_that_cannot_start_does_not_keep_out_the_version_that_mends_it(
    sqlite_database: Database,
) -> None:
    runtime = release_files(
        sqlite_database, changed(b">=working days after(now(), 5)<", b">=summary<")
    )
    key = submitted(runtime)
    assert instances(runtime) == []
    approve(runtime, key)
    assert state(runtime, key) is ReviewState.APPROVED


def test_a_step_that_the_bank_drew_before_the_decision_is_not_passed_by(
    sqlite_database: Database,
) -> None:
    runtime = release_files(sqlite_database, changed(b'value="approve,return"', b'value=""'))
    key = submitted(runtime)
    with pytest.raises(StateConflict, match="waits for “Review change”"):
        approve(runtime, key)
    assert state(runtime, key) is ReviewState.IN_REVIEW


def test_the_services_decide_on_nothing_but_their_own_review(sqlite_database: Database) -> None:
    """Somebody else's process that asks compliance for a trifle and approves a version with the
    answer."""
    runtime = release_files(sqlite_database, PROCEDURE)
    key = submitted(runtime)
    start = start_instance(
        runtime,
        "review-change",
        {"versionKey": str(key)},
        actor=OLGA,
        now=NOW,
        business_key="R-procedure-1",
    )
    mine = next(each for each in waiting(runtime) if each.root_key == start.root_key)
    with pytest.raises(EngineError, match="no service"):
        complete_task(gathering(runtime), mine.key, YES, actor=CARL, now=NOW)
    assert state(runtime, key) is ReviewState.IN_REVIEW
