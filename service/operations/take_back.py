"""A migrated case goes back to its version, as long as it has made no step since.

Its state from before is kept with the plan. Who holds a task, drafts and due dates stay as they are
now; events that the migration took away are waited for until the moment they were to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from service import migration_plans, tasks
from service.audit import Event
from service.builtins import host_of
from service.db import Connection
from service.engine import Step, offered_tasks
from service.engine import changes as c
from service.errors import StateConflict
from service.execution import Case, Plan, Runtime, execute, on_case
from service.identity import Actor
from service.instances import Instance
from service.jobs.tables import subscription, timer
from service.migration_plans import CaseState, MigrationPlan
from service.operations.migrate_instance import Moved
from service.operations.rewrite import process_of, rewrite, version_name
from service.sentence import Sentence

_WAITS = (c.TimerSet, c.TimerEnded, c.SubscriptionOpened, c.SubscriptionEnded, c.ElementRenamed)


def _of_kind(changes: Iterable[c.Change], kind: Any) -> list[Any]:
    return [change for change in changes if isinstance(change, kind)]


def _timer_row(row: Any) -> list[Any]:
    return [row.engine_id, row.element_id, row.due_at.isoformat()]


def _subscription_row(row: Any) -> list[Any]:
    return [
        row.engine_id,
        row.element_id,
        row.kind,
        row.name,
        row.correlation_key,
        row.interrupting,
        row.process_id,
    ]


def undo_of(connection: Connection, moved: Moved) -> Mapping[str, Any] | None:
    """What taking the case back will need beside its state, read before the migration is written;
    None where tokens have moved on with it."""
    changes, root_key = moved.done.step.changes, moved.before.root_key
    if not all(isinstance(change, _WAITS) for change in changes):
        return None
    begun = _of_kind(changes, c.TimerSet | c.SubscriptionOpened)
    ended = [change.id for change in _of_kind(changes, c.TimerEnded | c.SubscriptionEnded)]
    formerly = moved.done.formerly
    tokens = _of_kind(changes, c.ElementRenamed)
    return {
        "after": sha256(moved.done.step.state).hexdigest(),
        "begun": [[type(change).__name__, change.id, change.element_id] for change in begun],
        "timers": [_timer_row(row) for row in _rows(connection, timer, root_key, ended)],
        "subscriptions": [
            _subscription_row(row) for row in _rows(connection, subscription, root_key, ended)
        ],
        "formerly": dict(formerly),
        "places": {
            str(key): place for key, place in tasks.get_places(connection, root_key).items()
        },
        "tokens": [[change.id, change.process_id, formerly[change.id]] for change in tokens],
    }


def _rows(
    connection: Connection, table: sa.Table, root_key: int, engine_ids: Iterable[str]
) -> Iterable[Any]:
    return connection.execute(
        sa.select(table).where(
            table.c.root_key == root_key, table.c.engine_id.in_(list(engine_ids))
        )
    )


GONE_ON = Sentence("It has gone on since.")


class _GoneOn(Exception):
    """The case has made a step since it was migrated."""


def take_back(
    runtime: Runtime, plan: MigrationPlan, root_key: int, *, reason: str, by: str, now: datetime
) -> CaseState:
    """Take one case back, or say with the plan that it has gone on and stays."""

    def decide(case: Case) -> Plan:
        return _plan(case, plan, root_key, reason=reason)

    try:
        execute(runtime, on_case(root_key, decide, actor=Actor(by)), now=now)
    except _GoneOn:
        with runtime.database.transaction() as connection:
            migration_plans.settle_case(
                connection, plan.key, root_key, CaseState.KEPT, GONE_ON, now
            )
        return CaseState.KEPT
    return CaseState.BACK


def _plan(case: Case, plan: MigrationPlan, root_key: int, *, reason: str) -> Plan:
    connection, now = case.connection, case.view.now
    found = migration_plans.find_undo(connection, plan.key, root_key)
    if found is None or not _is_untouched(case.instance, plan, found[1]):
        raise _GoneOn
    before, undo = found
    old = case.runtime.bundles.get(connection, plan.from_bundle)
    offered = offered_tasks(old, before, now=now, host=host_of(case.view))
    process_key = process_of(connection, case.instance, plan.from_bundle)

    def settle(write: Connection) -> None:
        done = migration_plans.settle_case(write, plan.key, root_key, CaseState.BACK, "", now)
        if done != 1:
            raise StateConflict("The case was taken back already.")

    def restore(write: Connection) -> None:
        rewrite(write, root_key, plan.from_bundle, process_key, offered, undo["formerly"])
        tasks.restore_places(
            write, root_key, {int(key): place for key, place in undo["places"].items()}
        )

    return Plan(
        Step(before, tuple(_changes(undo)), ended=False),
        Event.INSTANCE_TAKEN_BACK,
        {
            "from": str(plan.to_bundle),
            "to": str(plan.from_bundle),
            "version": version_name(connection, plan.from_bundle),
            "reason": reason[:500],
            "plan": str(plan.key),
        },
        before_write=settle,
        after_write=restore,
    )


def _is_untouched(instance: Instance, plan: MigrationPlan, undo: Mapping[str, Any]) -> bool:
    """Whether the case has made no step of the engine since: claims and comments do not matter."""
    return (
        instance.state == "active"
        and instance.bundle_key == plan.to_bundle
        and instance.engine_state is not None
        and sha256(instance.engine_state).hexdigest() == undo["after"]
    )


def _changes(undo: Mapping[str, Any]) -> Iterable[c.Change]:
    """The migration's changes the other way round."""
    for engine_id, process_id, element_id in undo["tokens"]:
        yield c.ElementRenamed(engine_id, process_id, element_id)
    for kind, engine_id, element_id in undo["begun"]:
        end = c.TimerEnded if kind == "TimerSet" else c.SubscriptionEnded
        yield end(engine_id, element_id, "cancelled")
    for engine_id, element_id, due in undo["timers"]:
        yield c.TimerSet(engine_id, element_id, datetime.fromisoformat(due))
    for engine_id, element_id, kind, name, key, interrupting, process_id in undo["subscriptions"]:
        yield c.SubscriptionOpened(engine_id, element_id, kind, name, key, interrupting, process_id)
