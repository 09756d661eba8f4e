"""Running cases go on in another version of their diagrams: tried first, then each in a transaction of its own.

Ids, timers, drafts and claims stay. A case that has no place in the new version stays where it is and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service import tasks
from service.audit import Event
from service.db import Connection
from service.definitions import check_not_retired, keys_of
from service.engine import EngineError, Migrated, find_obstacles, migrate
from service.engine import changes as c
from service.engine.commands import SetVariables
from service.errors import Forbidden, InvalidInput, RedressError, StateConflict
from service.identity import Actor, Role
from service.jobs.tables import job, subscription, timer
from service.operations.again import run_again
from service.operations.apply import VersionConflict, apply_step
from service.operations.execute import get_instance
from service.operations.opened import lock_opened
from service.operations.plan import Plan
from service.operations.runtime import Runtime
from service.operations.settle import settle
from service.operations.tables import process_instance
from service.operations.view import view_of
from service.operations.write import Instance

MAY_MIGRATE = (Role.ADMIN, Role.COMPLIANCE, Role.OWNER)


@dataclass(frozen=True, slots=True)
class Report:
    """What became, or would become, of one case. `obstacles` is empty when it could be moved."""

    root_key: int
    business_key: str | None
    from_bundle: int
    moved: bool
    obstacles: tuple[str, ...] = ()
    began: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()


def migrate_instance(
    runtime: Runtime,
    root_key: int,
    *,
    to_bundle: int,
    places: Mapping[str, str] | None = None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Report:
    """Move one case. Raises Forbidden, InvalidInput without a reason, NotFound, and StateConflict that names every
    token without a place."""
    _check(actor, reason)
    return run_again(
        lambda: _move(runtime, root_key, to_bundle, places or {}, reason=reason, actor=actor, now=now),
        once=False,
        conflicts=(VersionConflict, sa.exc.IntegrityError),
    )


def try_migration(
    runtime: Runtime, root_key: int, *, to_bundle: int, places: Mapping[str, str] | None = None, now: datetime
) -> Report:
    """What would become of one case; nothing is written. Raises NotFound."""
    with runtime.database.read() as connection:
        instance = get_instance(connection, root_key)
        try:
            done = _migrated(connection, runtime, instance, to_bundle, places or {}, now)
        except StateConflict as refused:
            return _report(instance, obstacles=tuple(refused.message.split("; ")))
        except EngineError as refused:
            return _report(instance, obstacles=(refused.message,))
    return _report(instance, done=done)


def migrate_instances(
    runtime: Runtime,
    root_keys: Iterable[int],
    *,
    to_bundle: int,
    places: Mapping[str, str] | None = None,
    reason: str,
    actor: Actor,
    now: datetime,
    dry_run: bool,
) -> Iterator[Report]:
    """Move many cases, one after the other, or only try. What one case cannot do does not stop the others."""
    _check(actor, reason)
    for root_key in root_keys:
        if dry_run:
            yield try_migration(runtime, root_key, to_bundle=to_bundle, places=places, now=now)
            continue
        try:
            yield migrate_instance(
                runtime, root_key, to_bundle=to_bundle, places=places, reason=reason, actor=actor, now=now
            )
        except RedressError as refused:
            yield Report(root_key, None, 0, False, (refused.message,))


def _check(actor: Actor, reason: str) -> None:
    if not actor.has(*MAY_MIGRATE):
        raise Forbidden("Only a process owner, compliance or an administrator may move cases to another version.")
    if not reason.strip():
        raise InvalidInput("expected a reason for the migration, got none")


def _migrated(
    connection: Connection,
    runtime: Runtime,
    instance: Instance,
    to_bundle: int,
    places: Mapping[str, str],
    now: datetime,
) -> Migrated:
    if instance.state != "active" or instance.engine_state is None:
        raise StateConflict(f"The case is {instance.state}; there is nothing to move")
    if instance.bundle_key == to_bundle:
        raise StateConflict("The case is in this version already")
    check_not_retired(connection, to_bundle)
    old, new = runtime.bundles.get(connection, instance.bundle_key), runtime.bundles.get(connection, to_bundle)
    obstacles = find_obstacles(old, new, instance.engine_state, places)
    if obstacles:
        raise StateConflict("; ".join(each.reason for each in obstacles))
    view = view_of(connection, runtime, instance.root_key, now)
    return migrate(old, new, instance.engine_state, places, now=now, host=view.host())


def _move(
    runtime: Runtime,
    root_key: int,
    to_bundle: int,
    places: Mapping[str, str],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Report:
    with runtime.database.read() as connection:
        instance = get_instance(connection, root_key)
        done = _migrated(connection, runtime, instance, to_bundle, places, now)
        version = _version_of(connection, instance, to_bundle)
        view = view_of(connection, runtime, root_key, now)
    details = {"from": str(instance.bundle_key), "to": str(to_bundle), "reason": reason[:500], "places": dict(places)}
    plan = Plan(SetVariables({}), Event.INSTANCE_MIGRATED, details)
    with runtime.database.transaction() as connection:
        check_not_retired(connection, to_bundle)
        lock_opened(connection, done.step)
        write = apply_step(connection, instance, done.step, view, plan, now=now, by=actor.name)
        _rewrite(connection, root_key, to_bundle, version, done)
        settle(connection, runtime, write, done.step, now=now)
    return _report(instance, done=done, moved=True)


def _version_of(connection: Connection, instance: Instance, to_bundle: int) -> int:
    """The key, in the new bundle, of the process that the case was started with."""
    old = keys_of(connection, instance.bundle_key)
    process_id = next(name for name, key in old.items() if key == instance.process_definition_key)
    found = keys_of(connection, to_bundle).get(process_id)
    if found is None:
        raise StateConflict(f"the process {process_id!r} is not in the new version")
    return found


def _rewrite(connection: Connection, root_key: int, to_bundle: int, version: int, done: Migrated) -> None:
    """Rows that speak of elements and versions; due dates, holders and drafts are left as they are."""
    connection.execute(
        sa.update(process_instance)
        .where(process_instance.c.root_key == root_key)
        .values(bundle_key=to_bundle, process_definition_key=version)
    )
    for task in done.tasks:
        tasks.reoffer_task(connection, root_key, task.id, _offer(task, to_bundle))
    for table in (timer, job, subscription):
        for engine_id, element_id in done.renamed.items():
            connection.execute(
                sa.update(table)
                .where(table.c.root_key == root_key, table.c.engine_id == engine_id)
                .values(element_id=element_id)
            )


def _offer(task: c.TaskCreated, to_bundle: int) -> dict[str, Any]:
    return {
        "bundle_key": to_bundle,
        "element_id": task.element_id,
        "process_id": task.process_id,
        "name": task.name,
        "form_id": task.form_id,
        "candidate_groups": list(task.candidate_groups),
        "candidate_users": list(task.candidate_users),
        "excluded": list(task.excluded),
        "properties": dict(task.properties),
    }


def _report(
    instance: Instance, *, done: Migrated | None = None, moved: bool = False, obstacles: tuple[str, ...] = ()
) -> Report:
    changes = () if done is None else done.step.changes
    return Report(
        instance.root_key,
        instance.business_key,
        instance.bundle_key,
        moved,
        obstacles,
        tuple(each.element_id for each in changes if isinstance(each, c.TimerSet | c.SubscriptionOpened)),
        tuple(each.element_id for each in changes if isinstance(each, c.TimerEnded | c.SubscriptionEnded)),
    )
