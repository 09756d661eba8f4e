"""Running cases go on in another version of their diagrams: tried first, then each in a transaction
of its own.

Ids, timers, drafts and claims stay. A case that has no place in the new version stays where it is
and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from service import definitions, tasks
from service.audit import Event
from service.builtins import host_of
from service.db import Connection
from service.definitions import ReviewPolicy, check_not_retired
from service.definitions import review as versions
from service.engine import (
    Bundle,
    EngineError,
    Migrated,
    asked_anew,
    find_obstacles,
    inspect,
    migrate,
)
from service.engine import changes as c
from service.errors import RedressError, StateConflict
from service.execution import Case, Plan, Runtime, execute, on_case, read_case
from service.identity import Actor, Permission, check_permission
from service.instances import Instance
from service.lengths import check_reason
from service.operations.rewrite import process_of, rewrite, version_name
from service.sentence import Sentence, joined


@dataclass(frozen=True, slots=True)
class Report:
    """What became, or would become, of one case. `obstacles` is empty when it could be moved;
    `warnings` say what of the new version finds the case unprepared."""

    root_key: int
    business_key: str | None
    from_bundle: int
    moved: bool
    obstacles: tuple[str, ...] = ()
    began: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A case on its way, inside the transaction that moves it: as it was, what is done, and what
    comes of it."""

    before: Instance
    done: Migrated
    report: Report


InTransaction = Callable[[Connection, Moved], None]
"""More to write in the transaction that moves a case; it may refuse by raising."""


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
    """Move one case. Raises Forbidden, InvalidInput without a reason, NotFound, and StateConflict
    that names every token without a place."""
    _check(actor, reason)
    with runtime.database.read() as connection:
        check_in_force(connection, to_bundle)
    return move_instance(
        runtime, root_key, to_bundle, places or {}, reason=reason, by=actor.name, now=now
    )


def move_instance(
    runtime: Runtime,
    root_key: int,
    to_bundle: int,
    places: Mapping[str, str],
    *,
    reason: str,
    by: str,
    now: datetime,
    in_transaction: InTransaction | None = None,
    plan_key: int | None = None,
) -> Report:
    """Move one case on somebody's behalf who was let to. Raises NotFound, StateConflict,
    EngineError."""
    move = _Move(root_key, to_bundle, places, reason, plan_key, in_transaction)
    execute(runtime, on_case(root_key, move.decide, actor=Actor(by)), now=now)
    return move.report


def check_in_force(connection: Connection, to_bundle: int) -> None:
    """Raises StateConflict for a version that was retired, and for one that somebody has to review
    and that was never released."""
    check_not_retired(connection, to_bundle)
    version = versions.get_version(connection, to_bundle)
    reviewed = definitions.policy_of(connection, to_bundle) is not ReviewPolicy.NONE
    if version.in_use == "deployed" and reviewed:
        raise StateConflict(
            "Version {version} of {version_name} was never released; cases may be tried in "
            "it, not moved.",
            version=version.version,
            version_name=version.name,
        )


def try_migration(
    runtime: Runtime,
    root_key: int,
    *,
    to_bundle: int,
    places: Mapping[str, str] | None = None,
    now: datetime,
) -> Report:
    """What would become of one case; nothing is written. Raises NotFound."""
    with runtime.database.read() as connection:
        instance, view = read_case(connection, runtime, root_key, now=now)
        try:
            done = _migrated(Case(connection, runtime, instance, view), to_bundle, places or {})
        except StateConflict as refused:
            return _report(instance, obstacles=_reasons_of(refused))
        except EngineError as refused:
            return _report(instance, obstacles=(refused.message,))
        asked = _asked(runtime, instance.bundle_key, to_bundle)
        bundle = runtime.bundles.get(connection, to_bundle)
    return _report(instance, done=done, warnings=_warnings(bundle, done, asked, now))


def _reasons_of(refused: StateConflict) -> tuple[str, ...]:
    """Each reason by itself, where there are several."""
    each: Sequence[str] = refused.message.facts.get("each", ())
    return tuple(each) or (refused.message,)


@lru_cache(maxsize=16)
def _asked(runtime: Runtime, from_bundle: int, to_bundle: int) -> frozenset[str]:
    """The variables that only the new version asks for; versions never change."""
    with runtime.database.read() as connection:
        return asked_anew(
            runtime.bundles.get(connection, from_bundle), runtime.bundles.get(connection, to_bundle)
        )


def _warnings(
    bundle: Bundle, done: Migrated, asked: frozenset[str], now: datetime
) -> tuple[str, ...]:
    """New timers that are due already, and variables that the new version asks for and the case
    does not have."""
    due = [
        Sentence("{id} begins and is due at once", id=each.element_id)
        for each in done.step.changes
        if isinstance(each, c.TimerSet) and each.due_at <= now
    ]
    known = (
        {name for scope in inspect(bundle, done.step.state).variables.values() for name in scope}
        if asked
        else ()
    )
    return (
        *due,
        *(
            Sentence("{name} is asked for, and the case has no such variable", name=name)
            for name in sorted(asked.difference(known))
        ),
    )


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
    """Move many cases, one after the other, or only try. What one case cannot do does not stop the
    others."""
    _check(actor, reason)
    for root_key in root_keys:
        if dry_run:
            yield try_migration(runtime, root_key, to_bundle=to_bundle, places=places, now=now)
            continue
        try:
            yield migrate_instance(
                runtime,
                root_key,
                to_bundle=to_bundle,
                places=places,
                reason=reason,
                actor=actor,
                now=now,
            )
        except RedressError as refused:
            yield Report(root_key, None, 0, False, (refused.message,))


def _check(actor: Actor, reason: str) -> None:
    check_permission(actor, Permission.MIGRATE_INSTANCES)
    check_reason(reason)


def _migrated(case: Case, to_bundle: int, places: Mapping[str, str]) -> Migrated:
    instance, bundles = case.instance, case.runtime.bundles
    if instance.state != "active" or instance.engine_state is None:
        raise StateConflict(
            "The case is {instance_state}; there is nothing to move", instance_state=instance.state
        )
    if instance.bundle_key == to_bundle:
        raise StateConflict("The case is in this version already")
    check_not_retired(case.connection, to_bundle)
    old = bundles.get(case.connection, instance.bundle_key)
    new = bundles.get(case.connection, to_bundle)
    obstacles = find_obstacles(old, new, instance.engine_state, places)
    if obstacles:
        reasons = tuple(each.reason for each in obstacles)
        raise StateConflict("{reasons}", reasons=joined(reasons), each=reasons)
    return migrate(
        old, new, instance.engine_state, places, now=case.view.now, host=host_of(case.view)
    )


@dataclass(slots=True)
class _Move:
    """The migration of one case under way; `made` is what its last try came to."""

    root_key: int
    to_bundle: int
    places: Mapping[str, str]
    reason: str
    plan_key: int | None
    in_transaction: InTransaction | None
    made: Moved | None = None

    @property
    def report(self) -> Report:
        assert self.made is not None, "the case was moved"
        return self.made.report

    def decide(self, case: Case) -> Plan:
        connection, instance = case.connection, case.instance
        done = _migrated(case, self.to_bundle, self.places)
        process_key = process_of(connection, instance, self.to_bundle)
        made = Moved(instance, done, _report(instance, done=done, moved=True))
        self.made = made

        def rewrite_rows(write: Connection) -> None:
            rewrite(write, self.root_key, self.to_bundle, process_key, done.tasks, done.renamed)
            tasks.replace_done(write, self.root_key, self.places)

        return Plan(
            done.step,
            Event.INSTANCE_MIGRATED,
            self._details(instance, version_name(connection, self.to_bundle)),
            before_write=lambda write: self._prepare(write, made),
            after_write=rewrite_rows,
        )

    def _prepare(self, connection: Connection, made: Moved) -> None:
        check_not_retired(connection, self.to_bundle)
        if self.in_transaction is not None:
            self.in_transaction(connection, made)

    def _details(self, instance: Instance, version: str) -> Mapping[str, Any]:
        return {
            "from": str(instance.bundle_key),
            "to": str(self.to_bundle),
            "version": version,
            "reason": self.reason.strip(),
            "places": dict(self.places),
            **({} if self.plan_key is None else {"plan": str(self.plan_key)}),
        }


def _report(
    instance: Instance,
    *,
    done: Migrated | None = None,
    moved: bool = False,
    obstacles: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Report:
    changes = () if done is None else done.step.changes
    return Report(
        instance.root_key,
        instance.business_key,
        instance.bundle_key,
        moved,
        obstacles,
        tuple(
            each.element_id
            for each in changes
            if isinstance(each, c.TimerSet | c.SubscriptionOpened)
        ),
        tuple(
            each.element_id
            for each in changes
            if isinstance(each, c.TimerEnded | c.SubscriptionEnded)
        ),
        warnings,
    )
