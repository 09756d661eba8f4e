"""A database full of open complaints for a measurement: real cases at different steps, copied with
differences."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from service import cases, operations, tasks
from service.bench.cloning import analyze, clone_case
from service.bench.recording import SEED, new_complaint
from service.bench.variation import varied
from service.execution import Runtime
from service.identity import SYSTEM, Actor
from service.players.people import answer, performer

HOLDER = "bench-holder"
WEIGHTS = (4, 3, 2, 1, 1, 1)
"""How many in twelve have completed 0, 1, … tasks; in half of them somebody holds the next one."""
TURNS = 4
"""The copies of each model come in so many blocks, so that neighbours in age are not all at the
same step."""


def fill_open(
    runtime: Runtime, count: int, *, now: datetime, progress: Callable[[int], object] = bool
) -> None:
    """So many open complaints with a task each at least, found by their text too."""
    vary, shares = varied(now, runtime.database.dialect, count), 2 * TURNS * sum(WEIGHTS)
    models = [
        (make_model(runtime, step, held=held, now=now), weight)
        for step, weight in enumerate(WEIGHTS)
        for held in (False, True)
    ]
    done = share = 0
    for _ in range(TURNS):
        for root_key, weight in models:
            share += weight
            some = count * share // shares - done
            if some:
                clone_case(runtime.database, root_key, some, vary=vary, progress=progress)
            done += some
    with runtime.database.transaction() as connection:
        cases.rebuild_search(connection)
    analyze(runtime.database, vacuum=True)


def make_model(runtime: Runtime, steps: int, *, held: bool, now: datetime) -> int:
    """A case whose people have completed so many tasks, with the next one open; its root key."""
    chance, at = random.Random(SEED), now - timedelta(days=1)  # noqa: S311 - scripted people, no secret
    root_key = operations.register_complaint(
        runtime, new_complaint(at), actor=SYSTEM, now=at
    ).root_key
    for _ in range(steps):
        at += timedelta(minutes=5)
        _complete_one(runtime, root_key, chance, at)
    with runtime.database.read() as connection:
        opened = tasks.list_open_tasks(connection, root_key)
    for task in opened if held else ():
        if task.assignee is None:
            operations.claim_task(
                runtime, task.key, actor=Actor(HOLDER, frozenset(task.candidate_groups)), now=at
            )
    return root_key


def _complete_one(runtime: Runtime, root_key: int, chance: random.Random, at: datetime) -> None:
    with runtime.database.read() as connection:
        task = tasks.list_open_tasks(connection, root_key)[0]
        performers = tasks.list_performers(connection, root_key, task.excluded)
        form = runtime.bundles.get(connection, task.bundle_key).forms.get(task.form_id or "")
    filled = answer(task, form, chance, at.date())
    operations.complete_task(
        runtime, task.key, filled, actor=performer(task, performers, chance), now=at
    )
