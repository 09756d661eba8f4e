"""What a completed task costs the database: few statements, one transaction, one commit; counted
over a whole case."""

from __future__ import annotations

import cProfile
import random
import secrets
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import jinja2
import pytest
import sqlalchemy as sa

from service import tasks
from service.db import Database, prepared
from service.definitions import BundleCache, list_released
from service.engine import load_bundle
from service.execution import Runtime
from service.identity import Actor
from service.intake import parse_complaint
from service.operations import complete_task, register_complaint
from service.players.people import answer, performer
from service.policy import load_profile
from service.reporting import get_standing
from tests.kit.clock import NOW

CLERK = Actor("clerk", frozenset({"clerk"}))
GIVEN = {
    "content": "Charged twice.",
    "language": "en",
    "contact": {"email": "owen@customer.invalid"},
}
PARSERS = (
    "service/engine/bundle.py:load_bundle",
    "service/bpmn/read.py",
    "service/dmn/read.py",
    "service/feel/lexer.py",
    "service/feel/parser.py",
    "service/feel/compiler.py:code",
    "service/policy/profiles.py:load_profile",
    "service/tasks/forms.py:_validator",
    "sqlalchemy/sql/compiler.py:visit_",
    "jinja2/compiler.py",
)
"""What reads and compiles: definitions, expressions, policies, forms, statements, letters."""


@contextmanager
def counted(database: Database) -> Iterator[dict[str, int]]:
    """Statements and commits of the block."""
    found = {"statements": 0, "commits": 0}

    def statement(*_: object) -> None:
        found["statements"] += 1

    def commit(*_: object) -> None:
        found["commits"] += 1

    engines = {database._read_engine, database._write_engine}
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", statement)
        sa.event.listen(engine, "commit", commit)
    prepared.watchers.append(statement)
    yield found
    prepared.watchers.remove(statement)
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", statement)
        sa.event.remove(engine, "commit", commit)


def step(
    runtime: Runtime, root: int, chance: random.Random, now: datetime
) -> Callable[[], object] | None:
    """What completes the first open task of the case; None when there is none."""
    with runtime.database.read() as connection:
        standing = get_standing(connection, root)
        if not standing.tasks:
            return None
        task = standing.tasks[0]
        performers = tasks.list_performers(connection, root, task.excluded)
        form = runtime.bundles.get(connection, standing.bundle_key).forms.get(task.form_id or "")
    filled, actor = answer(task, form, chance, now.date()), performer(task, performers, chance)
    return partial(complete_task, runtime, task.key, filled, actor=actor, now=now)


def walk(runtime: Runtime) -> Iterator[Callable[[], object]]:
    """A case from its registration on, one completion after the other: the same each time."""
    root = register_complaint(
        runtime, parse_complaint(GIVEN, now=NOW), actor=CLERK, now=NOW
    ).root_key
    chance, now = random.Random(5), NOW
    for _ in range(60):
        now += timedelta(minutes=1)
        complete = step(runtime, root, chance, now)
        if complete is None:
            break
        yield complete


def test_a_completed_task_takes_twelve_statements_and_one_commit(runtime: Runtime) -> None:
    counts = []
    for complete in walk(runtime):
        with counted(runtime.database) as cost:
            complete()
        assert cost["commits"] == 1
        counts.append(cost["statements"])
    assert len(counts) > 8
    # twelve since a payment is checked against the ledger and entered there: ten before
    assert statistics.median(counts) <= 12
    # one that also sends letters, meets clocks, ends timers, enters money in the ledger, and looks
    # for a message before it waits for it
    assert sorted(counts)[-3] <= 20
    assert (
        max(counts) <= 30
    )  # one that begins a process of its own beside: a promise, an improvement


def test_a_completed_task_parses_and_compiles_nothing_that_was_before(runtime: Runtime) -> None:
    # of several: who has less to do is asked first, so that each goes another way than the last
    before = [sum(1 for complete in walk(runtime) if complete()) for _ in range(4)]
    seen: dict[str, int] = {}
    steps = 0
    for complete in walk(runtime):
        profile, steps = cProfile.Profile(), steps + 1
        profile.runcall(complete)
        profile.create_stats()
        for (file, line, name), (calls, *_) in profile.stats.items():  # type: ignore[attr-defined]
            if any(part in f"{file}:{name}" for part in PARSERS):
                seen[f"{file}:{line} {name}"] = calls
    assert min(*before, steps) > 8
    assert seen == {}


def test_what_parses_is_known_by_its_name(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the test above would find nothing once a file is renamed."""
    monkeypatch.setattr(
        "service.definitions.store.load_bundle", load_bundle
    )  # not what another test has read
    profile = cProfile.Profile()
    with runtime.database.read() as connection:
        key = list_released(connection)[0]
        profile.runcall(BundleCache().get, connection, key)
        profile.runcall(
            connection.execute,
            sa.select(sa.literal(secrets.token_hex()).label(f"c{secrets.token_hex()}")),
        )
    profile.runcall(tasks.check_schema, {"title": secrets.token_hex()})
    profile.runcall(load_profile.__wrapped__, "TW-FCPA")
    profile.runcall(jinja2.Environment(autoescape=True).from_string, "{{ a }}")
    profile.create_stats()
    called = [f"{file}:{name}" for file, _, name in profile.stats]  # type: ignore[attr-defined]
    assert [part for part in PARSERS if not any(part in each for each in called)] == []
