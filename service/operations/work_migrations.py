"""The worker goes through the cases of migration plans: tries, moves, or takes them back, a batch
in each round.

Each case is written in a transaction of its own together with what became of it, so that a worker
that is killed leaves every case either done or not begun, and nothing is done twice. One worker at
a time has a plan; the lease only saves work.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service import jobs, migration_plans
from service.db import Connection
from service.errors import NotFound, RedressError, StateConflict, Unavailable
from service.execution import Runtime
from service.instances.tables import process_instance
from service.migration_plans import FINISHED, UNDECIDED, CaseState, MigrationPlan, PlanState
from service.migration_plans.tables import migration_case
from service.operations.migrate_instance import Moved, Report, move_instance, try_migration
from service.operations.take_back import take_back, undo_of
from service.sentence import joined, pack

BATCH = 25
LEASE = timedelta(seconds=30)
MOST_TOLD = 10
"""Of the reasons of one case the first ones are kept."""
_ME = f"{socket.gethostname()}-{os.getpid()}"
log = logging.getLogger("redress.migrations")


def work_migrations(runtime: Runtime, *, now: datetime, owner: str = _ME) -> int:
    """One batch of every plan that is at work; how many cases were gone through."""
    with runtime.database.read() as connection:
        plans = migration_plans.list_plans_at_work(connection)
    return sum(_work(runtime, plan, now=now, owner=owner) for plan in plans)


def _work(runtime: Runtime, plan: MigrationPlan, *, now: datetime, owner: str) -> int:
    duty = f"migration:{plan.key}"
    with runtime.database.transaction() as connection:
        if not jobs.claim_duty(connection, duty, owner=owner, now=now, until=now + LEASE):
            return 0
        plan = migration_plans.get_plan(
            connection, plan.key
        )  # as it is now that nobody else has it
    if plan.state not in _STEPS:
        return 0
    roots = _next(runtime, plan)
    if roots:
        _STEPS[plan.state](runtime, plan, roots, now)
    elif plan.state is PlanState.RUNNING and plan.cursor:
        # cases may have begun on the old version behind the cursor meanwhile
        with runtime.database.transaction() as connection:
            migration_plans.move_cursor(connection, plan, 0)
        return 1
    else:
        _finish(runtime, plan, duty, now=now, owner=owner)
    return len(roots)


def _next(runtime: Runtime, plan: MigrationPlan) -> list[int]:
    """The next cases of the old version that are not decided; or that were moved, when they are to
    be taken back."""
    with runtime.database.read() as connection:
        if plan.state is PlanState.REVERTING:
            moved = migration_plans.list_cases(
                connection, plan.key, state=CaseState.MOVED, after=plan.cursor, limit=BATCH
            )
            return [each.root_key for each in moved]
        mine = (migration_case.c.root_key == process_instance.c.root_key) & (
            migration_case.c.plan_key == plan.key
        )
        undecided = migration_case.c.state.in_([state.value for state in UNDECIDED])
        query = (
            sa.select(process_instance.c.root_key)
            .outerjoin(migration_case, mine)
            .where(
                process_instance.c.bundle_key == plan.from_bundle,
                process_instance.c.state == "active",
                process_instance.c.root_key > plan.cursor,
                migration_case.c.state.is_(None) | undecided,
            )
            .order_by(process_instance.c.root_key)
            .limit(BATCH)
        )
        return list(connection.execute(query).scalars())


def _try(runtime: Runtime, plan: MigrationPlan, roots: list[int], now: datetime) -> None:
    """What would become of them is written at once: nothing of theirs changes."""
    reports = [_tried(runtime, plan, root_key, now) for root_key in roots]
    with runtime.database.transaction() as connection:
        if migration_plans.get_plan(connection, plan.key, lock=True).state is not PlanState.TRYING:
            return
        for report in reports:
            state = CaseState.STUCK if report.obstacles else CaseState.FITS
            migration_plans.write_case(
                connection, plan.key, report.root_key, _row(report, state, now)
            )
        migration_plans.move_cursor(connection, plan, roots[-1])


def _tried(runtime: Runtime, plan: MigrationPlan, root_key: int, now: datetime) -> Report:
    try:
        return try_migration(
            runtime, root_key, to_bundle=plan.to_bundle, places=plan.places, now=now
        )
    except Unavailable:
        raise
    except RedressError as refused:
        return Report(root_key, None, plan.from_bundle, False, (refused.message,))


def _row(report: Report, state: CaseState, now: datetime) -> dict[str, Any]:
    return {
        "business_key": report.business_key,
        "state": state.value,
        "note": pack(joined(report.obstacles[:MOST_TOLD])),
        "warning": pack(joined(report.warnings[:MOST_TOLD])),
        "began": list(report.began),
        "ended": list(report.ended),
        "at": now,
    }


def _run(runtime: Runtime, plan: MigrationPlan, roots: list[int], now: datetime) -> None:
    for root_key in roots:
        _move(runtime, plan, root_key, now)
    with runtime.database.transaction() as connection:
        migration_plans.move_cursor(connection, plan, roots[-1])


def _move(runtime: Runtime, plan: MigrationPlan, root_key: int, now: datetime) -> None:
    """Move one case and note it; whether the plan still runs is checked once more, in the same
    transaction."""

    def note(connection: Connection, moved: Moved) -> None:
        if migration_plans.get_plan(connection, plan.key).state is not PlanState.RUNNING:
            raise _Stopped
        undo = undo_of(connection, moved)
        kept = {"undo": undo, "before": moved.before.engine_state if undo is not None else None}
        warning = {"warning": ""} if not moved.report.warnings else {}
        row = _row(moved.report, CaseState.MOVED, now) | warning | kept
        migration_plans.write_case(connection, plan.key, root_key, row)

    try:
        move_instance(
            runtime,
            root_key,
            plan.to_bundle,
            plan.places,
            reason=plan.reason,
            by=plan.run_by or "system",
            now=now,
            in_transaction=note,
            plan_key=plan.key,
        )
    except _Stopped:
        return
    except Unavailable:
        raise
    except RedressError as refused:
        _refuse(runtime, plan, root_key, refused, now)


class _Stopped(RedressError):
    """The plan was stopped meanwhile."""


def _refuse(
    runtime: Runtime, plan: MigrationPlan, root_key: int, refused: RedressError, now: datetime
) -> None:
    """The case stays where it is, and the plan says why; one that has ended meanwhile is gone."""
    with runtime.database.transaction() as connection:
        one = sa.select(
            process_instance.c.state, process_instance.c.bundle_key, process_instance.c.business_key
        )
        row = connection.execute(one.where(process_instance.c.root_key == root_key)).one_or_none()
        stays = row is not None and row.state == "active" and row.bundle_key == plan.from_bundle
        state = CaseState.REFUSED if stays else CaseState.GONE
        number = None if row is None else row.business_key
        report = Report(
            root_key, number, plan.from_bundle, False, (refused.message,) if stays else ()
        )
        try:
            migration_plans.write_case(connection, plan.key, root_key, _row(report, state, now))
        except StateConflict:  # dealt with already
            return


def _revert(runtime: Runtime, plan: MigrationPlan, roots: list[int], now: datetime) -> None:
    for root_key in roots:
        try:
            take_back(
                runtime, plan, root_key, reason=plan.reason, by=plan.run_by or "system", now=now
            )
        except Unavailable:
            raise
        except NotFound:  # erased meanwhile
            continue
        except RedressError as refused:
            with runtime.database.transaction() as connection:
                migration_plans.settle_case(
                    connection, plan.key, root_key, CaseState.KEPT, pack(refused.message), now
                )
    with runtime.database.transaction() as connection:
        migration_plans.move_cursor(connection, plan, roots[-1])


def _finish(runtime: Runtime, plan: MigrationPlan, duty: str, *, now: datetime, owner: str) -> None:
    with runtime.database.transaction() as connection:
        plan = migration_plans.get_plan(connection, plan.key, lock=True)
        following = FINISHED.get(plan.state)
        if following is not None:
            if plan.state is PlanState.RUNNING:
                migration_plans.close_undecided(connection, plan.key, now=now)
            migration_plans.move_plan(connection, plan, following, cursor=0)
            counts = {
                state.value: number
                for state, number in migration_plans.count_cases(connection, plan.key).items()
            }
            migration_plans.add_step(
                connection,
                plan.key,
                f"migration:cases:{following.value}",
                actor=plan.run_by or "system",
                now=now,
                details=counts,
            )
        jobs.end_duty(connection, duty, owner=owner, now=now)


_STEPS: dict[PlanState, Callable[[Runtime, MigrationPlan, list[int], datetime], None]] = {
    PlanState.TRYING: _try,
    PlanState.RUNNING: _run,
    PlanState.REVERTING: _revert,
}
