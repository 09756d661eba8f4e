"""The fact of a complaint is at every commit what follows from the other rows of the case."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from service import cases, operations, tasks
from service.bench.recording import new_complaint
from service.cases import Movement
from service.cases.ledger import Entry, enter_decision, enter_recovered
from service.cases.tables import complaint
from service.db import Connection, Sent, watchers
from service.db.migrate import FOLDER
from service.execution import Runtime
from service.facts import complaint_fact, derive_facts, keep_facts, list_facts, rebuild_facts
from service.facts.keep import FEW
from service.identity import SYSTEM, Actor
from service.players.in_process import Plan, drive_all
from tests.kit.clock import NOW


def _register(runtime: Runtime, number: int = 1) -> list[int]:
    keys = []
    for place in range(number):
        at = NOW + timedelta(hours=7 * place)
        new = replace(new_complaint(at), product="card", email=f"customer-{place}@x.invalid")
        done = operations.register_complaint(runtime, new, actor=SYSTEM, now=at)
        keys.append(done.root_key)
    return keys


def _kept(runtime: Runtime) -> dict[int, dict[str, Any]]:
    with runtime.database.read() as connection:
        kept, derived = list_facts(connection), derive_facts(connection)
    assert kept == derived
    return kept


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_kept_is_what_would_be_rebuilt_on_random_walks(runtime: Runtime, seed: str) -> None:
    chance = random.Random(seed)
    keys = _register(runtime, 6)
    before: dict[int, dict[str, Any]] = {}
    for days in (1, 4, 15, 400):
        some = [key for key in keys if chance.random() < 0.8]
        drive_all(runtime, some, Plan(seed, NOW + timedelta(days=days - 1), NOW + timedelta(days)))
        facts = _kept(runtime)
        assert facts.keys() == set(keys)
        assert facts != before
        before = facts
    with runtime.database.transaction() as connection:
        assert rebuild_facts(connection) == (6, 0)


def test_a_walk_fills_every_column(runtime: Runtime) -> None:
    """A column that no walk fills is compared by no walk."""
    drive_all(runtime, _register(runtime, 12), Plan("whole", NOW))
    facts = list(_kept(runtime).values())
    empty = {
        name
        for name in facts[0]
        if name not in {"other_clocks", "customer_kind", "escalated", "unit"}
        and not any(each[name] for each in facts)
    }
    assert empty <= {"regulator", "vulnerable"}


def test_what_other_operations_write_is_kept(runtime: Runtime) -> None:
    (root_key,) = _register(runtime)
    with runtime.database.transaction() as connection:
        movement = Movement(Entry.OFFERED, Decimal("900.50"), "chen", NOW)
        enter_decision(connection, root_key, movement, currency="TWD")
    found = _kept(runtime)[root_key]
    assert (found["offered"], found["paid"]) == (Decimal("900.50"), Decimal(0))
    with runtime.database.transaction() as connection:
        back = Movement(Entry.RECOVERED, Decimal(100), "chen", NOW)
        enter_recovered(connection, root_key, back, currency="TWD")
    assert _kept(runtime)[root_key]["paid"] == Decimal(-100)
    with runtime.database.transaction() as connection:
        cases.meet_clocks(connection, root_key, ["first contact"], now=NOW + timedelta(hours=2))
    assert _kept(runtime)[root_key]["contact_met"] == NOW + timedelta(hours=2)


def test_many_cases_of_one_transaction_are_kept(runtime: Runtime) -> None:
    keys = _register(runtime, 3)
    with runtime.database.transaction() as connection:
        connection.execute(sa.update(complaint).values(regime=sa.null()))
        keep_facts(connection, [*range(1, FEW), *keys])
    assert {each["regime"] for each in _kept(runtime).values()} == {None}
    with runtime.database.transaction() as connection:
        assert cases.keep_regimes(connection, "UK-DISP", at=NOW) == 3
    assert {each["regime"] for each in _kept(runtime).values()} == {"UK-DISP"}


def test_a_rebuild_says_what_was_otherwise(runtime: Runtime) -> None:
    keys = _register(runtime, 3)
    drive_all(runtime, keys, Plan("some", NOW, NOW + timedelta(days=3)))
    right = _kept(runtime)
    with runtime.database.transaction() as connection:
        wrong = sa.update(complaint_fact).where(complaint_fact.c.root_key == keys[0])
        connection.execute(wrong.values(channel="fax", rounds=9))
        connection.execute(sa.delete(complaint_fact).where(complaint_fact.c.root_key == keys[1]))
        row = dict(
            connection.execute(
                sa.select(complaint_fact).where(complaint_fact.c.root_key == keys[2])
            )
            .mappings()
            .one()
        )
        connection.execute(sa.insert(complaint_fact), {**row, "root_key": keys[2] + 1})
    with runtime.database.transaction() as connection:
        assert rebuild_facts(connection) == (3, 3)
    assert _kept(runtime) == right


def test_an_older_database_gets_the_facts_of_its_cases(runtime: Runtime) -> None:
    keys = _register(runtime, 4)
    drive_all(runtime, keys, Plan("older", NOW, NOW + timedelta(days=20)))
    right = _kept(runtime)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with runtime.database.transaction() as connection:
        config.attributes["connection"] = connection
        newest = MigrationContext.configure(connection).get_current_revision()
        connection.execute(sa.text("DROP TABLE complaint_fact"))
        command.stamp(config, "0030", purge=True)
        command.upgrade(config, "0031")
        command.stamp(config, str(newest), purge=True)
    assert _kept(runtime) == right


def test_what_is_rolled_back_leaves_no_fact(runtime: Runtime) -> None:
    (root_key,) = _register(runtime)
    before = _kept(runtime)
    with pytest.raises(ZeroDivisionError), runtime.database.transaction() as connection:
        cases.meet_clocks(connection, root_key, ["first contact"], now=NOW)
        raise ZeroDivisionError
    assert _kept(runtime) == before
    with runtime.database.transaction() as connection:
        cases.set_hold(connection, root_key, held=True)
    assert _kept(runtime) == before


@contextmanager
def _facts_written() -> Iterator[list[str]]:
    found: list[str] = []

    def watch(_connection: Connection, sent: Sent) -> None:
        if "INSERT INTO complaint_fact" in sent.sql:
            found.append(sent.sql)

    watchers.append(watch)
    try:
        yield found
    finally:
        watchers.remove(watch)


def test_a_command_costs_one_more_statement_and_only_when_it_changes_a_fact(
    runtime: Runtime,
) -> None:
    with _facts_written() as found:
        (root_key,) = _register(runtime)
    assert len(found) == 1
    with runtime.database.read() as connection:
        task = tasks.list_open_tasks(connection, root_key)[0]
    actor = Actor("clerk", frozenset(task.candidate_groups))
    with _facts_written() as found:
        operations.claim_task(runtime, task.key, actor=actor, now=NOW)
        operations.release_task(runtime, task.key, actor=actor, now=NOW)
    assert found == []
