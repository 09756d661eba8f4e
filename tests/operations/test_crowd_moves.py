"""Running cases in all states go on in another version: tried first, none lost, none late because
of it."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from service import audit, migration_plans
from service.db import Database
from service.definitions import deploy, release
from service.execution import Runtime, get_instance
from service.identity import Actor
from service.instances.tables import process_instance
from service.jobs.tables import job
from service.migration_plans import PlanState, Verb
from service.operations import (
    carry_on_migration,
    draw_up_migration,
    edit_migration,
    resume_instance,
    work_migrations,
)
from tests.kit.clock import NOW
from tests.kit.crowd import (
    RENAMED,
    ROOT,
    ROUTES,
    Kept,
    bring,
    files,
    has_late,
    kept,
    renamed_files,
)
from tests.kit.installation import release_files
from tests.kit.walker import Walk

CROWD = int(os.environ.get("REDRESS_TEST_CROWD", str(len(ROUTES))))
OWNER, CORA = Actor("olga", frozenset({"owner"})), Actor("cora", frozenset({"compliance"}))
AT = NOW + timedelta(days=40)


def another_version(runtime: Runtime) -> int:
    fresh = [runtime.keys.root_key() for _ in range(60)]
    with runtime.database.transaction() as connection:
        key = deploy(
            connection, renamed_files(), name="test", actor="olga", now=NOW, next_key=fresh.pop
        ).bundle_key
        release(connection, key, actor="cora", now=NOW)
    return key


def running(database: Database) -> list[int]:
    """All of them: also the emergencies that many complaints open, and what follows from a case."""
    active = process_instance.c.state == "active"
    with database.read() as connection:
        query = (
            sa.select(process_instance.c.root_key)
            .where(active)
            .order_by(process_instance.c.root_key)
        )
        return list(connection.execute(query).scalars())


def carried(runtime: Runtime, key: int, verb: Verb) -> migration_plans.MigrationPlan:
    carry_on_migration(runtime, key, verb, reason="New names", actor=CORA, now=AT)
    while work_migrations(runtime, now=AT):
        pass
    with runtime.database.read() as connection:
        return migration_plans.get_plan(connection, key)


def counted(runtime: Runtime, key: int) -> dict[str, int]:
    with runtime.database.read() as connection:
        return {
            state.value: number
            for state, number in migration_plans.count_cases(connection, key).items()
        }


def in_new_names(before: Kept) -> Kept:
    return replace(before, elements=sorted(RENAMED.get(each, each) for each in before.elements))


def test_none_is_lost_and_none_is_late(database: Database) -> None:
    runtime = release_files(database, files())
    began = time.monotonic()
    brought = {walk.root: walk for number in range(CROWD) for walk in bring(runtime, number)}
    walks = [brought.get(root, Walk(runtime, root, NOW)) for root in running(database)]
    before = {walk.root: kept(runtime, walk.root) for walk in walks}
    states = Counter(element for each in before.values() for element in each.elements)
    late, ready = has_late(runtime, AT), time.monotonic()
    with database.read() as connection:
        old = get_instance(connection, walks[0].root).bundle_key
    to = another_version(runtime)
    key = draw_up_migration(
        runtime, title="Names", from_bundle=old, to_bundle=to, actor=OWNER, now=AT
    )
    with database.read() as connection:
        plan = migration_plans.get_plan(connection, key)
    assert plan.places == RENAMED

    edit_migration(
        runtime,
        key,
        {**RENAMED, "collect-evidence": "collect-evidence"},
        revision=1,
        actor=OWNER,
        now=AT,
    )  # no place for a token
    carried(runtime, key, Verb.TRY)
    stuck = sum("collect-evidence" in each.elements for each in before.values())
    assert counted(runtime, key) == {"fits": len(walks) - stuck, "stuck": stuck}
    assert {walk.root: kept(runtime, walk.root) for walk in walks} == before
    edit_migration(runtime, key, RENAMED, revision=2, actor=OWNER, now=AT)
    carried(runtime, key, Verb.TRY)
    assert counted(runtime, key) == {"fits": len(walks)}

    tried = time.monotonic()
    assert carried(runtime, key, Verb.START).state is PlanState.DONE
    moved = time.monotonic()
    assert counted(runtime, key) == {"moved": len(walks)}
    for walk in walks:
        assert kept(runtime, walk.root) == in_new_names(before[walk.root])
        with database.read() as connection:
            assert get_instance(connection, walk.root).bundle_key == to
            assert audit.verify(connection, walk.root) is None
    assert has_late(runtime, AT) == late

    back = carried(runtime, key, Verb.REVERT)
    taken = time.monotonic()
    assert (back.state, counted(runtime, key)) == (PlanState.REVERTED, {"back": len(walks)})
    assert {walk.root: kept(runtime, walk.root) for walk in walks} == before
    again = draw_up_migration(
        runtime, title="Names again", from_bundle=old, to_bundle=to, actor=OWNER, now=AT
    )
    carried(runtime, again, Verb.TRY)
    carried(runtime, again, Verb.START)
    assert counted(runtime, again) == {"moved": len(walks)}
    print(
        f"\n{database.url.get_backend_name()}: {len(walks)} running cases, {len(states)} "
        "elements occupied, "
        f"{dict(states)}; brought in {ready - began:.1f} s, tried twice in {tried - ready:.1f} s, "
        f"moved in {moved - tried:.1f} s, taken back in {taken - moved:.1f} s; "
        f"clocks missed before {late}, after {has_late(runtime, AT)}"
    )
    goes_on(walks[: 2 * len(ROUTES)])


def goes_on(walks: list[Walk]) -> None:
    """To their ends, in the version that they are in now."""
    for walk in walks:
        with walk.runtime.database.read() as connection:
            jobs = sa.select(sa.func.count()).select_from(job).where(job.c.root_key == walk.root)
            by_hand = connection.execute(jobs).scalar_one() == 0
            suspended = get_instance(connection, walk.root).suspended_at is not None
        if suspended:
            resume_instance(walk.runtime, walk.root, reason="Lifted", actor=ROOT, now=walk.now)
        if by_hand:
            walk.renamed = {new: old for old, new in RENAMED.items()}
            assert walk.work().standing().state == "completed", walk.open()
