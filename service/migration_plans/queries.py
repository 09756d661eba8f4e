"""Reads and writes of migration plans, their steps and their cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.db import Connection, pick_some
from service.errors import NotFound, StateConflict
from service.migration_plans.states import AT_WORK, CaseState, PlanState
from service.migration_plans.tables import migration_case, migration_plan, migration_step
from service.sentence import unpack

UNDECIDED = (CaseState.FITS, CaseState.STUCK)


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """A row of `migration_plan`."""

    key: int
    title: str
    from_bundle: int
    to_bundle: int
    state: PlanState
    revision: int
    places: Mapping[str, str]
    reason: str
    run_by: str | None
    cursor: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class MigrationCase:
    """A row of `migration_case`, without what taking it back needs."""

    root_key: int
    plan_key: int
    business_key: str | None
    state: CaseState
    note: str
    warning: str
    began: Sequence[str]
    ended: Sequence[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class MigrationStep:
    """One thing that happened to a plan."""

    event: str
    actor: str
    at: datetime
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why cases could not go, or what is to be looked at, and how many there are."""

    state: CaseState
    text: str
    number: int


_CASE = tuple(migration_case.c[name] for name in MigrationCase.__dataclass_fields__)


def insert_plan(connection: Connection, values: Mapping[str, Any]) -> None:
    """Keep a new plan."""
    connection.execute(
        sa.insert(migration_plan), {"state": PlanState.DRAWN_UP.value, "revision": 1, **values}
    )


def get_plan(connection: Connection, key: int, *, lock: bool = False) -> MigrationPlan:
    """Raises NotFound. With `lock` nobody else moves it until commit."""
    query = sa.select(migration_plan).where(migration_plan.c.key == key)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no migration plan {key}.", key=key)
    return _plan(row)


def _plan(row: Any) -> MigrationPlan:
    return MigrationPlan(**{**row, "state": PlanState(row["state"])})


def list_plans(
    connection: Connection, *, before: int | None = None, limit: int = 100
) -> list[MigrationPlan]:
    """The newest plans first, from just before a key."""
    query = sa.select(migration_plan)
    if before is not None:
        query = query.where(migration_plan.c.key < before)
    rows = connection.execute(query.order_by(migration_plan.c.key.desc()).limit(limit)).mappings()
    return [_plan(row) for row in rows]


def list_plans_at_work(connection: Connection) -> list[MigrationPlan]:
    """Those whose cases the worker goes through, the oldest first."""
    at_work = migration_plan.c.state.in_([state.value for state in AT_WORK])
    rows = connection.execute(
        sa.select(migration_plan).where(at_work).order_by(migration_plan.c.key)
    ).mappings()
    return [_plan(row) for row in rows]


def move_plan(connection: Connection, plan: MigrationPlan, to: PlanState, **values: Any) -> None:
    """Take a plan from the state it was read in to another. Raises StateConflict when somebody else
    was first."""
    moved = connection.execute(
        sa.update(migration_plan)
        .where(
            migration_plan.c.key == plan.key,
            migration_plan.c.state == plan.state.value,
            migration_plan.c.revision == plan.revision,
        )
        .values(state=to.value, **values)
    )
    if moved.rowcount != 1:
        raise StateConflict("Somebody else has changed the plan meanwhile; look at it again.")


def move_cursor(connection: Connection, plan: MigrationPlan, root_key: int) -> None:
    """The cases up to that one are done with; nothing when the plan is not at that work any
    more."""
    connection.execute(
        sa.update(migration_plan)
        .where(migration_plan.c.key == plan.key, migration_plan.c.state == plan.state.value)
        .values(cursor=root_key)
    )


def add_step(
    connection: Connection,
    key: int,
    event: str,
    *,
    actor: str,
    now: datetime,
    details: Mapping[str, Any],
) -> None:
    """Note what happened to a plan."""
    last = sa.select(sa.func.coalesce(sa.func.max(migration_step.c.seq), 0)).where(
        migration_step.c.plan_key == key
    )
    seq = connection.execute(last).scalar_one() + 1
    row = {
        "plan_key": key,
        "seq": seq,
        "event": event,
        "actor": actor,
        "at": now,
        "details": dict(details),
    }
    connection.execute(sa.insert(migration_step), row)


def list_steps(connection: Connection, key: int) -> list[MigrationStep]:
    """Everything that happened to a plan, oldest first."""
    columns = (
        migration_step.c.event,
        migration_step.c.actor,
        migration_step.c.at,
        migration_step.c.details,
    )
    query = (
        sa.select(*columns).where(migration_step.c.plan_key == key).order_by(migration_step.c.seq)
    )
    return [MigrationStep(**row) for row in connection.execute(query).mappings()]


def list_authors(connection: Connection, key: int) -> frozenset[str]:
    """Who drew the plan up or changed it."""
    query = sa.select(migration_step.c.actor).where(
        migration_step.c.plan_key == key, migration_step.c.event.in_((DRAWN_UP, EDITED))
    )
    return frozenset(connection.execute(query).scalars())


DRAWN_UP, EDITED = "migration:plan:drawn-up", "migration:plan:edited"


def write_case(
    connection: Connection, plan_key: int, root_key: int, values: Mapping[str, Any]
) -> None:
    """What became of a case that is not decided yet. Raises StateConflict when it is."""
    one = (migration_case.c.root_key == root_key) & (migration_case.c.plan_key == plan_key)
    open_ = migration_case.c.state.in_([state.value for state in UNDECIDED])
    if (
        connection.execute(sa.update(migration_case).where(one, open_).values(**values)).rowcount
        == 1
    ):
        return
    if connection.execute(sa.select(migration_case.c.state).where(one)).first() is not None:
        raise StateConflict("The case was dealt with already.")
    row = {"note": "", "warning": "", "began": [], "ended": [], **values}
    connection.execute(
        sa.insert(migration_case), {"root_key": root_key, "plan_key": plan_key, **row}
    )


def settle_case(
    connection: Connection, plan_key: int, root_key: int, state: CaseState, note: str, at: datetime
) -> int:
    """A case that was moved is back, or stays; how many rows that were (one, or none when it was
    not moved)."""
    one = (migration_case.c.root_key == root_key) & (migration_case.c.plan_key == plan_key)
    done = connection.execute(
        sa.update(migration_case)
        .where(one, migration_case.c.state == CaseState.MOVED.value)
        .values(state=state.value, note=note, at=at, before=None, undo=None)
    )
    return done.rowcount


def find_undo(
    connection: Connection, plan_key: int, root_key: int
) -> tuple[bytes, Mapping[str, Any]] | None:
    """What taking a moved case back needs: its state from before, and the rest."""
    query = sa.select(migration_case.c.before, migration_case.c.undo).where(
        migration_case.c.root_key == root_key,
        migration_case.c.plan_key == plan_key,
        migration_case.c.state == CaseState.MOVED.value,
    )
    row = connection.execute(query).one_or_none()
    return (
        None
        if row is None or row.before is None or row.undo is None
        else (bytes(row.before), row.undo)
    )


def forget_cases(connection: Connection, plan_key: int, states: Iterable[CaseState]) -> None:
    """Forget what a dry run found."""
    connection.execute(
        sa.delete(migration_case).where(
            migration_case.c.plan_key == plan_key,
            migration_case.c.state.in_([state.value for state in states]),
        )
    )


def reopen_refused(connection: Connection, plan_key: int) -> None:
    """Those that could not go are to be tried once more."""
    connection.execute(
        sa.update(migration_case)
        .where(
            migration_case.c.plan_key == plan_key, migration_case.c.state == CaseState.REFUSED.value
        )
        .values(state=CaseState.STUCK.value)
    )


def close_undecided(connection: Connection, plan_key: int, *, now: datetime) -> None:
    """The run is over: what the dry run knew and the run did not meet has ended, or is in another
    version."""
    connection.execute(
        sa.update(migration_case)
        .where(
            migration_case.c.plan_key == plan_key,
            migration_case.c.state.in_([state.value for state in UNDECIDED]),
        )
        .values(state=CaseState.GONE.value, at=now)
    )


def count_cases(connection: Connection, plan_key: int) -> dict[CaseState, int]:
    """How many cases of a plan there are in each state."""
    query = (
        sa.select(migration_case.c.state, sa.func.count())
        .where(migration_case.c.plan_key == plan_key)
        .group_by(migration_case.c.state)
    )
    return {CaseState(state): number for state, number in connection.execute(query)}


def list_reasons(connection: Connection, plan_key: int, *, limit: int = 50) -> list[Reason]:
    """Why cases could not go, and what is to be looked at; the most frequent first."""
    found: list[Reason] = []
    for text in (migration_case.c.note, migration_case.c.warning):
        number = sa.func.count().label("number")
        query = (
            sa.select(migration_case.c.state, text, number)
            .where(migration_case.c.plan_key == plan_key, text != "")
            .group_by(migration_case.c.state, text)
            .order_by(number.desc(), text)
            .limit(limit)
        )
        found += [
            Reason(CaseState(state), unpack(why), many)
            for state, why, many in connection.execute(query)
        ]
    return found


def list_cases(
    connection: Connection,
    plan_key: int,
    *,
    state: CaseState | None = None,
    after: int | None = None,
    limit: int = 100,
) -> list[MigrationCase]:
    """The cases of a plan by their keys, from just after one."""
    query = sa.select(*_CASE).where(migration_case.c.plan_key == plan_key)
    if state is not None:
        query = query.where(migration_case.c.state == state.value)
    if after is not None:
        query = query.where(migration_case.c.root_key > after)
    rows = connection.execute(query.order_by(migration_case.c.root_key).limit(limit)).mappings()
    return [_case_of(row) for row in rows]


def _case_of(row: Mapping[Any, Any]) -> MigrationCase:
    told = {"note": unpack(row["note"]), "warning": unpack(row["warning"])}
    return MigrationCase(**{**row, **told, "state": CaseState(row["state"])})


def forget_undo(connection: Connection, before: datetime, limit: int) -> int:
    """Forget what taking back needs of cases that were moved before then; how many there were."""
    old = sa.and_(migration_case.c.at < before, migration_case.c.before.is_not(None))
    these = pick_some(connection, migration_case, old, limit=limit)
    if these is None:
        return 0
    emptied = sa.update(migration_case).where(these).values(before=None, undo=None)
    return connection.execute(emptied).rowcount
