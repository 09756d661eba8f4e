"""Every figure is what counting by hand finds: case by case, from the history, the tasks' answers,
the letters, the ledger and the clocks, and never from the table that figures are read from."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from service import audit, cases, operations
from service.audit import Event
from service.bench.recording import new_complaint
from service.cases import Complaint
from service.cases.tables import complaint, emergency
from service.db import Connection, Database, touch
from service.execution import Runtime
from service.identity import SYSTEM
from service.insight import (
    FIGURES,
    Cohort,
    Narrowed,
    Scope,
    Span,
    Sums,
    between,
    list_behind,
    parts_of,
    period_of,
    sum_up,
)
from service.letters.tables import letter
from service.operations.record_past import PastComplaint, record_past
from service.players.in_process import Plan, drive_all
from service.tasks.tables import user_task
from tests.kit.clock import NOW

CASES = 30
AT = NOW + timedelta(days=40)
"""When the figures are asked for."""
CHANNELS = ("phone", "email", "branch", "online")
PRODUCTS = ("card", "loan", None)


@dataclass(frozen=True)
class Case:
    """All that is recorded of a complaint, as it lies in the tables of the record."""

    row: Complaint
    history: list[audit.HistoryRow]
    answers: list[Mapping[str, Any]]
    letters: list[str]
    spoke: list[datetime]
    clocks: list[Any]
    ledger: list[dict[str, Any]]
    reopened: bool
    in_emergency: bool

    @property
    def key(self) -> int:
        return self.row.root_key


@dataclass(frozen=True)
class World:
    runtime: Runtime
    cases: list[Case]

    @property
    def zone(self) -> Any:
        return self.runtime.profile.calendar.zone


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A bank of some weeks: complaints by several channels, some answered, some not."""
    released = request.getfixturevalue(f"{request.param}_released")
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("figures") / "figures.db"
        shutil.copy(released, path)
        database = Database(f"sqlite:///{path}")
    else:
        cluster = request.getfixturevalue("cluster")
        database = Database(cluster.url(cluster.create(released)), pool_size=20)
    runtime = Runtime.open(database)
    _fill(runtime)
    with database.read() as connection:
        found = World(runtime, _all_cases(connection))
    yield found
    database.dispose()


def _fill(runtime: Runtime) -> None:
    chance, keys = random.Random("figures"), []
    for place in range(CASES):
        at = NOW + timedelta(hours=29 * place)
        new = replace(
            new_complaint(at),
            channel=CHANNELS[place % 4],
            product=PRODUCTS[place % 3],
            email=f"customer-{place % 20}@x.invalid",
        )
        keys.append(operations.register_complaint(runtime, new, actor=SYSTEM, now=at).root_key)
    for place, key in enumerate(keys):
        start = NOW + timedelta(hours=29 * place)
        until = start + timedelta(days=chance.choice([0.2, 2, 9, 60]))
        drive_all(runtime, [key], Plan("figures", start, min(until, AT)))
    old = replace(new_complaint(NOW - timedelta(days=9)), channel="letter")
    record_past(runtime, PastComplaint(old, True, None, "upheld"), actor=SYSTEM, now=AT)
    ended = NOW + timedelta(days=1)
    record_past(runtime, PastComplaint(old, True, ended, "not upheld"), actor=SYSTEM, now=AT)
    with runtime.database.transaction() as connection:
        _mark(connection, keys)


def _mark(connection: Connection, keys: list[int]) -> None:
    """What drives do not come to: an emergency, an escalation, a complaint taken up again."""
    row = {"root_key": 99, "number": "E-1", "level": "III", "status": "open", "cause": "system"}
    times = {"opened_at": NOW, "last_event_at": NOW, "complaints": 0}
    connection.execute(sa.insert(emergency), row | times)
    cases.link_to_emergency(connection, 99, keys[3], at=NOW + timedelta(days=5))
    details = {"level": "P1"}
    audit.append(connection, keys[4], Event.CASE_ESCALATED, actor="clerk", at=AT, details=details)
    touch(connection, keys[4])
    closed = sa.select(complaint.c.root_key).where(
        complaint.c.closed_at.is_not(None), complaint.c.root_key < keys[-1]
    )
    first = connection.execute(closed.order_by(complaint.c.root_key)).scalars().first()
    assert first is not None
    kinds, why = ("related", "related"), "reopened"
    cases.put_links(connection, keys[-1], first, kinds, reason=why, by="clerk", now=AT)


def _all_cases(connection: Connection) -> list[Case]:
    rows = connection.execute(sa.select(complaint)).mappings()
    return [_case(connection, Complaint(**row)) for row in rows]


def _case(connection: Connection, row: Complaint) -> Case:
    key = row.root_key
    answers = connection.execute(
        sa.select(user_task.c.answer).where(
            user_task.c.root_key == key, user_task.c.state == "completed"
        )
    ).scalars()
    linked = cases.find_emergency_of(connection, key)
    contacts = cases.list_contacts(connection, key)
    written = connection.execute(
        sa.select(letter.c.template).where(letter.c.root_key == key, letter.c.audience != "staff")
    ).scalars()
    return Case(
        row,
        audit.list_history(connection, key),
        [each or {} for each in answers],
        list(written),
        [each.spoke_at for each in contacts if each.result == "reached"],
        cases.list_deadlines(connection, key),
        cases.list_ledger(connection, key),
        any(
            link.reason == "reopened" and link.other_key > key
            for link in cases.list_links(connection, key)
        ),
        linked is not None,
    )


# ---- which complaints, by hand


def _day(moment: datetime, world: World) -> date:
    return moment.astimezone(world.zone).date()


def _in(moment: datetime | None, scope: Scope, world: World) -> bool:
    period = scope.period
    return moment is not None and period.first <= _day(moment, world) <= period.last


def _members(world: World, scope: Scope, cohort: Cohort) -> list[Case]:
    chosen = [case for case in world.cases if _is_wanted(case, scope)]
    match cohort:
        case Cohort.RECEIVED:
            return [each for each in chosen if _in(each.row.received_at, scope, world)]
        case Cohort.CLOSED:
            return [each for each in chosen if _in(each.row.closed_at, scope, world)]
    return [each for each in chosen if _is_open(each, scope.period.last, world)]


def _is_open(case: Case, last: date, world: World) -> bool:
    if _day(case.row.received_at, world) > last:
        return False
    if case.row.closed_at is None:
        return case.row.status == "open"
    return _day(case.row.closed_at, world) > last


def _is_wanted(case: Case, scope: Scope) -> bool:
    narrowed = scope.narrowed
    wanted = {
        "channel": case.row.channel,
        "product": case.row.product or "",
        "unit": _unit(case),
        "regime": _regime(case, scope),
    }
    return all(getattr(narrowed, name) in (None, value) for name, value in wanted.items())


# ---- on which lines each of them is, by hand

Told = Callable[[Case, Scope, World], Any]


def _unit(case: Case) -> str:
    return case.row.facts.get("complainedUnit") or case.row.facts.get("responsibleUnit") or ""


def _regime(case: Case, scope: Scope) -> str:
    return (case.row.regime or {}).get("profiles", [scope.regime])[0]


def _said(name: str) -> Told:
    return lambda case, scope, world: (
        "yes" if any(each.get(name) is True for each in case.answers) else "no"
    )


def _yes(found: bool) -> str:
    return "yes" if found else "no"


def _clocks(*names: str) -> Told:
    def tell(case: Case, scope: Scope, world: World) -> list[str]:
        regime = _regime(case, scope)
        return [
            f"{regime}|{clock.clock}|{_state(clock, scope.now)}"
            for clock in case.clocks
            if clock.clock in names
        ]

    return tell


def _state(clock: Any, now: datetime) -> str:
    met = clock.met_at if clock.met_at is not None and clock.met_at <= now else None
    if met is None:
        return "running" if clock.due_at > now else "late"
    return "kept" if met <= clock.due_at else "late"


def _final_state(case: Case, now: datetime) -> str:
    return next((_state(each, now) for each in case.clocks if each.clock == "final response"), "")


def _repeat(case: Case, scope: Scope, world: World) -> str:
    if not case.row.contact_email:
        return "no" if case.row.contact_phone else ""
    same = [
        each
        for each in _members(world, scope, Cohort.RECEIVED)
        if each.row.contact_email == case.row.contact_email
    ]
    return _yes(len(same) > 1)


def _cause(case: Case, scope: Scope, world: World) -> str:
    return next((each["rootCause"] for each in case.answers if "rootCause" in each), "")


def _mark_given(case: Case, scope: Scope, world: World) -> str:
    mark = case.row.facts.get("satisfaction")
    if mark is not None:
        return str(int(mark))
    return "no answer" if "satisfaction" in case.letters else "not asked"


def _paid(case: Case) -> Decimal:
    signs = {"paid": 1, "recovered": -1}
    return sum(
        (signs[e["entry"]] * Decimal(e["amount"]) for e in case.ledger if e["entry"] in signs),
        Decimal(0),
    )


def _offered(case: Case) -> Decimal:
    batches: dict[int, Decimal] = {}
    for each in case.ledger:
        if each["entry"] == "offered":
            batch = each["batch"] or each["seq"]
            batches[batch] = batches.get(batch, Decimal(0)) + Decimal(each["amount"])
    return max(batches.values(), default=Decimal(0))


def _redress(case: Case, scope: Scope, world: World) -> str:
    return "paid" if _paid(case) else "offered" if _offered(case) else "none"


def _age(case: Case, scope: Scope, world: World) -> str:
    days = (min(scope.now, scope.period.end) - case.row.received_at) // timedelta(days=1)
    return str(next((last for last in (3, 7, 14, 30, 60) if days <= last), 61))


def _rounds(case: Case, scope: Scope, world: World) -> str:
    told = [
        template
        for row in case.history
        for template, _ in row.details.get("moved", {}).get("letters", [])
    ]
    return str(min(3, told.count("outcome")))


BY_HAND: Mapping[str, Told] = {
    **dict.fromkeys(("received", "closed", "open"), lambda case, scope, world: "all"),
    "channel": lambda case, scope, world: case.row.channel,
    "product": lambda case, scope, world: case.row.product or "",
    "severity": lambda case, scope, world: case.row.severity or "",
    "regime": lambda case, scope, world: _regime(case, scope),
    "unit": lambda case, scope, world: _unit(case),
    "vulnerable": _said("vulnerable"),
    "regulator": _said("regulatorReferral"),
    "escalated": lambda case, scope, world: _yes(
        any(row.event == Event.CASE_ESCALATED for row in case.history)
    ),
    "repeat": _repeat,
    "emergency": lambda case, scope, world: _yes(case.in_emergency),
    "first clocks": _clocks("acknowledgement", "first contact"),
    "outcome": lambda case, scope, world: case.row.outcome or "",
    "cause": _cause,
    "rounds": _rounds,
    "satisfaction": _mark_given,
    "redress": _redress,
    "reopened": lambda case, scope, world: _yes(case.reopened),
    "last clocks": _clocks("internal target", "final response"),
    "late": lambda case, scope, world: _yes(
        _final_state(case, min(scope.now, scope.period.end)) == "late"
    ),
    "age": _age,
    "workload": lambda case, scope, world: case.row.investigator or "",
}


def scopes(world: World) -> list[Scope]:
    """The whole, a month, a week of the past, and some of the complaints only."""
    zone, profile = world.zone, world.runtime.profile.id
    day = NOW.astimezone(zone).date()
    whole = between(day - timedelta(days=20), day + timedelta(days=60), zone)
    month, week = (period_of(span, day, zone) for span in (Span.MONTH, Span.WEEK))
    anything = Narrowed()
    return [
        Scope(whole, anything, AT, profile),
        Scope(month, anything, AT, profile),
        Scope(week, anything, AT, profile),
        Scope(whole, Narrowed(channel="phone"), AT, profile),
        Scope(whole, Narrowed(product=""), AT, profile),
        Scope(month, Narrowed(regime=profile, unit="head office"), AT, profile),
    ]


def _by_hand(world: World, scope: Scope, figure: str) -> dict[str, list[int]]:
    """The complaints on each line, newest first."""
    found: dict[str, list[int]] = {}
    for case in _members(world, scope, FIGURES[figure].cohort):
        told = BY_HAND[figure](case, scope, world)
        for line in told if isinstance(told, list) else [told]:
            found.setdefault(line, []).append(case.key)
    return {line: sorted(keys, reverse=True) for line, keys in found.items()}


def _sums(world: World, scope: Scope) -> Sums:
    with world.runtime.database.read() as connection:
        return sum_up(connection, scope)


@pytest.mark.parametrize("figure", sorted(FIGURES))
def test_a_figure_and_the_list_behind_each_line_are_counted_right(
    world: World, figure: str
) -> None:
    for scope in scopes(world):
        expected = _by_hand(world, scope, figure)
        counted = {line: n for line, n in _sums(world, scope).counts[figure].items() if n}
        assert counted == {line: len(keys) for line, keys in expected.items()}
        with world.runtime.database.read() as connection:
            for line, keys in expected.items():
                assert list_behind(connection, scope, figure, line) == keys


def test_every_figure_is_counted_by_hand() -> None:
    assert set(BY_HAND) == set(FIGURES)


def _at_most(known: list[int], tenths: int) -> int | None:
    """The smallest of them that at least so many tenths do not exceed."""
    for each in sorted(known):
        if 10 * sum(other <= each for other in known) >= tenths * len(known):
            return each
    return None


def test_durations_are_measured_right(world: World) -> None:
    for scope in scopes(world):
        sums = _sums(world, scope)
        contact = [
            round((min(each.spoke) - each.row.received_at).total_seconds())
            for each in _members(world, scope, Cohort.RECEIVED)
            if each.spoke
        ]
        final = [
            round((_answered(each) - each.row.received_at).total_seconds())
            for each in _members(world, scope, Cohort.CLOSED)
        ]
        for spread, known in ((sums.contact, contact), (sums.final, final)):
            assert spread.number == len(known)
            assert (spread.median, spread.p90) == (_at_most(known, 5), _at_most(known, 9))


def _answered(case: Case) -> datetime:
    met = [each.met_at for each in case.clocks if each.clock == "final response"]
    found = met[0] if met and met[0] else case.row.closed_at
    assert found is not None
    return found


def test_money_is_added_up_right(world: World) -> None:
    for scope in scopes(world):
        closed = [each for each in _members(world, scope, Cohort.CLOSED) if each.ledger]
        sums = _sums(world, scope)
        offered = sum((_offered(each) for each in closed), Decimal(0))
        paid = sum((_paid(each) for each in closed), Decimal(0))
        found = sums.money.get("TWD")
        assert (found.offered if found else 0, found.paid if found else 0) == (offered, paid)
        kinds: Counter[str] = Counter()
        for each in closed:
            for entry in each.ledger:
                if entry["entry"] in ("paid", "recovered"):
                    sign = 1 if entry["entry"] == "paid" else -1
                    kinds[entry["kind"]] += sign * Decimal(entry["amount"])  # type: ignore[assignment]
        told = {kind: amount for (_, kind), (_, amount) in sums.kinds.items() if amount}
        assert told == {kind: amount for kind, amount in kinds.items() if amount}


def test_volume_and_backlog_are_counted_right(world: World) -> None:
    for scope in scopes(world):
        told = {each.part.first: each for each in _sums(world, scope).volume}
        for part in parts_of(scope.period):
            if part.begin > AT:
                assert part.first not in told
                continue
            within, found = scope.over(part), told[part.first]
            assert found.received == len(_members(world, within, Cohort.RECEIVED))
            assert found.closed == len(_members(world, within, Cohort.CLOSED))
            assert found.open == len(_members(world, within, Cohort.OPEN))


def test_emergencies_are_counted_by_level(world: World) -> None:
    assert _sums(world, scopes(world)[0]).emergencies == {"III": 1}


def test_the_bank_of_the_test_has_something_on_most_lines(world: World) -> None:
    """A figure of nothing proves nothing."""
    sums = _sums(world, scopes(world)[0])
    thin = {figure for figure, counts in sums.counts.items() if len(+counts) < 2}
    assert thin <= {"received", "closed", "open", "regime", "unit", "vulnerable", "late"}
    assert sums.contact.number > 5
    assert sums.final.number > 5
    assert sums.money["TWD"].paid > 0
