"""A migrated case goes back to its version, as long as it has made no step since.

Its state from before is kept with the plan. Who holds a task, drafts and due dates stay as they are
now; events that the migration took away wait again until the moment they were to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from service import migration_plans, tasks
from service.audit import Event
from service.builtins.host import host_of
from service.db import Connection
from service.engine import Step, offered_tasks
from service.engine import changes as c
from service.engine.commands import SetVariables
from service.errors import StateConflict
from service.execution.apply import VersionConflict, apply_step
from service.execution.deliver_waiting import settle
from service.execution.execute import get_instance
from service.execution.load_view import view_of
from service.execution.opened_messages import lock_opened
from service.execution.plan import Plan
from service.execution.retry import run_again
from service.execution.runtime import Runtime
from service.instances import Instance
from service.jobs.tables import subscription, timer
from service.migration_plans import CaseState, MigrationPlan
from service.operations.migrate_instance import Moved
from service.operations.rewrite import process_of, rewrite, version_name

_WAITS = (c.TimerSet, c.TimerEnded, c.SubscriptionOpened, c.SubscriptionEnded, c.ElementRenamed)


def undo_of(connection: Connection, moved: Moved) -> Mapping[str, Any] | None:
    """What taking the case back will need beside its state, read before the migration is written;
    None where tokens have moved on with it."""
    changes, root_key = moved.done.step.changes, moved.before.root_key
    if not all(isinstance(change, _WAITS) for change in changes):
        return None
    begun = [change for change in changes if isinstance(change, c.TimerSet | c.SubscriptionOpened)]
    ended = [
        change.id for change in changes if isinstance(change, c.TimerEnded | c.SubscriptionEnded)
    ]
    formerly = moved.done.formerly
    tokens = [change for change in changes if isinstance(change, c.ElementRenamed)]
    return {
        "after": sha256(moved.done.step.state).hexdigest(),
        "begun": [[type(change).__name__, change.id, change.element_id] for change in begun],
        "timers": [
            [row.engine_id, row.element_id, row.due_at.isoformat()]
            for row in _rows(connection, timer, root_key, ended)
        ],
        "subscriptions": [
            [
                row.engine_id,
                row.element_id,
                row.kind,
                row.name,
                row.correlation_key,
                row.interrupting,
                row.process_id,
            ]
            for row in _rows(connection, subscription, root_key, ended)
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


def take_back(
    runtime: Runtime, plan: MigrationPlan, root_key: int, *, reason: str, by: str, now: datetime
) -> CaseState:
    """Take one case back, or say with the plan that it has gone on and stays."""
    with runtime.turns.turn(root_key):
        return run_again(
            lambda: _attempt(runtime, plan, root_key, reason=reason, by=by, now=now),
            once=False,
            conflicts=(VersionConflict, sa.exc.IntegrityError),
        )


def _attempt(
    runtime: Runtime, plan: MigrationPlan, root_key: int, *, reason: str, by: str, now: datetime
) -> CaseState:
    with runtime.database.read() as connection:
        instance = get_instance(connection, root_key)
        found = migration_plans.find_undo(connection, plan.key, root_key)
        old = runtime.bundles.get(connection, plan.from_bundle)
        if found is not None and _is_untouched(instance, plan, found[1]):
            before, undo = found
            view = view_of(connection, runtime, instance, now)
            step = Step(before, tuple(_changes(undo)), ended=False)
            offered = offered_tasks(old, before, now=now, host=host_of(view))
            process = process_of(connection, instance, plan.from_bundle)
            named = version_name(connection, plan.from_bundle)
        else:
            step = None
    if step is None:
        with runtime.database.transaction() as connection:
            migration_plans.settle_case(
                connection, plan.key, root_key, CaseState.KEPT, "It has gone on since.", now
            )
        return CaseState.KEPT
    details = {
        "from": str(plan.to_bundle),
        "to": str(plan.from_bundle),
        "version": named,
        "reason": reason[:500],
        "plan": str(plan.key),
    }
    command = Plan(SetVariables({}), Event.INSTANCE_TAKEN_BACK, details)
    with runtime.database.transaction() as connection:
        lock_opened(connection, step)
        if (
            migration_plans.settle_case(connection, plan.key, root_key, CaseState.BACK, "", now)
            != 1
        ):
            raise StateConflict("The case was taken back already.")
        write = apply_step(connection, instance, step, view, command, now=now, by=by)
        rewrite(connection, root_key, plan.from_bundle, process, offered, undo["formerly"])
        tasks.restore_places(
            connection, root_key, {int(key): place for key, place in undo["places"].items()}
        )
        settle(connection, runtime, write, step, now=now)
    return CaseState.BACK


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
