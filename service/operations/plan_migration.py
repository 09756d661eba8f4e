"""People draw up a migration plan, change its mapping, have it tried, start, stop and take it back;
and drop it.

What the worker then does with the cases is in `work_migrations`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service import migration_plans
from service.db import Connection, wake_after_commit
from service.definitions import review as versions
from service.engine import check_places, propose_places
from service.errors import FieldError, FormInvalid, InvalidInput, StateConflict
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission
from service.lengths import check_reason
from service.migration_plans import (
    AT_WORK,
    UNDECIDED,
    WITH_REASON,
    CaseState,
    MigrationPlan,
    PlanState,
    Verb,
)
from service.operations.migrate_instance import check_in_force

LONGEST_TITLE, MOST_PLACES = 200, 5_000


def draw_up_migration(
    runtime: Runtime, *, title: str, from_bundle: int, to_bundle: int, actor: Actor, now: datetime
) -> int:
    """A new plan with the mapping that is proposed; its key. Raises Forbidden, NotFound,
    InvalidInput."""
    check_permission(actor, Permission.MIGRATE_INSTANCES)
    name = title.strip()
    if not name or len(name) > LONGEST_TITLE:
        raise InvalidInput(
            "expected a title of 1 to {most} characters, got {count}",
            most=LONGEST_TITLE,
            count=len(name),
        )
    key = runtime.keys.root_key()
    with runtime.database.read() as connection:
        before, after = (
            versions.get_version(connection, each) for each in (from_bundle, to_bundle)
        )
        old, new = (runtime.bundles.get(connection, each.key) for each in (before, after))
    if before.key == after.key or not set(old.models) & set(new.models):
        raise InvalidInput(
            "expected two versions that have a process in common, got the same one or two strangers"
        )
    places = {
        place.element_id: place.target
        for place in propose_places(old, new)
        if place.target and place.target != place.element_id
    }
    values = {
        "key": key,
        "title": name,
        "from_bundle": from_bundle,
        "to_bundle": to_bundle,
        "places": places,
        "created_at": now,
        "created_by": actor.name,
    }
    with runtime.database.transaction() as connection:
        migration_plans.insert_plan(connection, values)
        migration_plans.add_step(
            connection,
            key,
            migration_plans.DRAWN_UP,
            actor=actor.name,
            now=now,
            details={"places": places},
        )
    return key


def edit_migration(
    runtime: Runtime,
    key: int,
    places: Mapping[str, str],
    *,
    revision: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Another mapping; cases that were tried have to be retried. Raises Forbidden, NotFound,
    StateConflict when the plan is at work or was changed since `revision`, FormInvalid for places
    that cannot be."""
    if len(places) > MOST_PLACES:
        raise InvalidInput(
            "expected at most {most} places, got {count}", most=MOST_PLACES, count=len(places)
        )
    with runtime.database.read() as connection:
        plan = migration_plans.get_plan(connection, key)
        old, new = (
            runtime.bundles.get(connection, each) for each in (plan.from_bundle, plan.to_bundle)
        )
    wanted = {source: target for source, target in places.items() if target != source}
    wrong = check_places(old, new, wanted)
    if wrong:
        raise FormInvalid([FieldError(f"/{source}", why) for source, why in wrong.items()])
    with runtime.database.transaction() as connection:
        plan = migration_plans.get_plan(connection, key, lock=True)
        following = _check(connection, plan, Verb.EDIT, actor)
        if plan.revision != revision:
            raise StateConflict("Somebody else has changed the plan meanwhile; look at it again.")
        migration_plans.move_plan(
            connection, plan, following, places=wanted, revision=plan.revision + 1
        )
        migration_plans.forget_cases(connection, key, UNDECIDED)
        migration_plans.add_step(
            connection,
            key,
            migration_plans.EDITED,
            actor=actor.name,
            now=now,
            details={"places": wanted},
        )


def carry_on_migration(
    runtime: Runtime, key: int, verb: Verb, *, reason: str = "", actor: Actor, now: datetime
) -> MigrationPlan:
    """Try, start, stop, go on with, take back or drop a plan; as it is then.

    Raises Forbidden, NotFound, StateConflict, InvalidInput without a reason where one is needed.
    """
    why = check_reason(reason) if verb in WITH_REASON else reason.strip()
    with runtime.database.transaction() as connection:
        plan = migration_plans.get_plan(connection, key, lock=True)
        following = _check(connection, plan, verb, actor)
        if verb is Verb.START:
            check_in_force(connection, plan.to_bundle)
        _prepare(connection, plan, verb)
        values = {"reason": why} if verb in WITH_REASON else {}
        begins = {"cursor": 0, "run_by": actor.name} if following in AT_WORK else {}
        migration_plans.move_plan(connection, plan, following, **values, **begins)
        details = {"reason": why} if why else {}
        migration_plans.add_step(
            connection,
            key,
            f"migration:plan:{verb.value}",
            actor=actor.name,
            now=now,
            details=details,
        )
        wake_after_commit(connection)
        return migration_plans.get_plan(connection, key)


def _prepare(connection: Connection, plan: MigrationPlan, verb: Verb) -> None:
    if verb is Verb.TRY:
        migration_plans.forget_cases(connection, plan.key, UNDECIDED)
    elif verb is Verb.GO_ON and plan.state is PlanState.DONE:
        migration_plans.reopen_refused(connection, plan.key)
    elif verb is Verb.DROP:
        migration_plans.forget_cases(
            connection, plan.key, (*UNDECIDED, CaseState.REFUSED, CaseState.GONE)
        )


def _check(connection: Connection, plan: MigrationPlan, verb: Verb, actor: Actor) -> PlanState:
    return migration_plans.check_may(
        verb, plan.state, actor, migration_plans.list_authors(connection, plan.key)
    )
