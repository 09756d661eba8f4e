"""What a completed task costs the database: few statements, one transaction, one commit; counted
over a whole case."""

from __future__ import annotations

import cProfile
import random
import secrets
import statistics
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import jinja2
import pytest
import sqlalchemy as sa

from service import identity, tasks
from service.bench.counting import counted
from service.db import Database
from service.definitions import BundleCache, list_released, shipped_files
from service.engine import load_bundle
from service.execution import Runtime
from service.identity import Actor
from service.intake import parse_complaint
from service.operations import complete_task, register_complaint
from service.players.people import answer, performer
from service.policy import load_profile
from service.reporting import get_standing
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.rest import Rest

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
OVER_HTTP = {"sqlite": (14, 24), "postgresql": (7, 15)}
"""Statements of a completion by a request, the median and the most: they may only go down. One of
them keeps the row that reports are counted from."""


def next_step(
    runtime: Runtime, root: int, chance: random.Random, now: datetime
) -> tuple[tasks.UserTask, dict[str, Any], Actor] | None:
    """The first open task of the case, its answer and who gives it; None when there is none."""
    with runtime.database.read() as connection:
        standing = get_standing(connection, root)
        if not standing.tasks:
            return None
        task = standing.tasks[0]
        performers = tasks.list_performers(connection, root, task.excluded)
        form = runtime.bundles.get(connection, standing.bundle_key).forms.get(task.form_id or "")
    filled, actor = answer(task, form, chance, now.date()), performer(task, performers, chance)
    return task, filled, actor


def step(
    runtime: Runtime, root: int, chance: random.Random, now: datetime
) -> Callable[[], object] | None:
    """What completes the first open task of the case; None when there is none."""
    found = next_step(runtime, root, chance, now)
    if found is None:
        return None
    task, filled, actor = found
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
        assert cost.commits == 1
        counts.append(cost.statements)
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


def token_of(rest: Rest, actor: Actor) -> str:
    """A token of an account with the roles of this person."""
    if actor.name not in rest.tokens:
        with rest.runtime.database.transaction() as connection:
            identity.create_account(connection, actor.name, None, sorted(actor.groups), now=NOW)
            rest.tokens[actor.name] = identity.create_token(connection, actor.name, now=NOW)
    return rest.tokens[actor.name]


def test_a_completion_over_http_takes_few_statements(database: Database) -> None:
    """With who asks, what they may see, and the answer: all that a request sends."""
    rest = Rest(database)
    release_files(database, shipped_files())
    root = register_complaint(
        rest.runtime, parse_complaint(GIVEN, now=NOW), actor=CLERK, now=NOW
    ).root_key
    chance, counts = random.Random(5), []
    for _ in range(60):
        rest.clock.move_to(rest.clock.now() + timedelta(minutes=1))
        doing = next_step(rest.runtime, root, chance, rest.clock.now())
        if doing is None:
            break
        task, filled, actor = doing
        headers = {"Authorization": f"Bearer {token_of(rest, actor)}"}
        with counted(database) as cost:
            answer = rest.client.post(
                f"/v2/user-tasks/{task.key}/completion",
                json={"variables": filled},
                headers=headers,
            )
        assert answer.status_code == 204, answer.get_json()
        assert cost.commits == 1
        counts.append(cost.statements)
    assert len(counts) > 8
    median, most = OVER_HTTP[database.dialect]
    assert statistics.median(counts) <= median
    assert max(counts) <= most
