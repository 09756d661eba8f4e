"""Completed jobs of one case that arrive together share one engine step and one write.

A case with many jobs at once, a multi-instance activity over a long list, has many workers waiting
for each other. The one whose turn it is takes along what the others want: the state is read,
advanced and written once, in one transaction, with a row of the history for each. Whatever cannot
be done together is done one by one, as if nothing had been shared.

Other processes are likely to want the same case too. PostgreSQL keeps them out from the start,
which costs no other case anything; on SQLite it would hold up every writer, so there they are kept
out only when they were first.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.builtins.host import host_of
from service.db import root_of
from service.engine import EngineError, advance_together
from service.errors import NotFound, OutcomeUnknown, RedressError, StateConflict
from service.execution.apply import Part, VersionConflict, apply_together
from service.execution.begin import keep_keys
from service.execution.deliver_waiting import settle
from service.execution.execute import (
    Decide,
    Outcome,
    check_awake,
    execute,
    kept,
    opened_state,
    read_case,
    reading,
    writing,
)
from service.execution.log_command import log_command
from service.execution.opened_messages import lock_opened
from service.execution.retry import run_or_keep
from service.execution.runtime import Runtime


@dataclass(slots=True, eq=False)
class Asked:
    """A command of one thread, and what became of it: another thread may have carried it out."""

    key: int
    decide: Decide
    actor: str
    now: datetime
    found: Outcome | Exception | None = None

    def answer(self) -> Outcome:
        if isinstance(self.found, Outcome):
            return self.found
        raise self.found or OutcomeUnknown


class _Apart(Exception):
    """These commands cannot be done together."""


def execute_shared(
    runtime: Runtime, key: int, decide: Decide, *, actor: str, now: datetime
) -> Outcome:
    """As `execute`, for a command that may share its step with others of its kind: one that
    completes no user task."""
    keep_keys(runtime)
    asked = Asked(key, decide, actor, now)
    with runtime.turns.share(root_of(key), asked) as group:
        _carry_out(runtime, group)
    return asked.answer()


def _carry_out(runtime: Runtime, group: list[Asked]) -> None:
    """Give each its answer. One that fails does not touch the others."""
    if len(group) > 1:
        try:
            run_or_keep(
                lambda alone: _attempt(runtime, group, alone=alone),
                once=False,
                conflicts=(VersionConflict, sa.exc.IntegrityError),
            )
            return
        except _Apart:
            pass
        except (RedressError, sa.exc.DBAPIError) as error:
            for each in group:
                each.found = error
            return
    for each in group:
        try:
            each.found = execute(runtime, each.key, each.decide, actor=each.actor, now=each.now)
        except Exception as error:  # it is raised where the command was asked for
            each.found = error


def _attempt(runtime: Runtime, group: list[Asked], *, alone: bool) -> None:
    began, now = time.perf_counter(), max(each.now for each in group)
    root_key, alone = root_of(group[0].key), alone or runtime.database.dialect == "postgresql"
    refused: list[tuple[Asked, Exception]] = []
    made = []
    with kept(runtime, root_key, alone=alone) as held:
        with reading(runtime, held) as connection:
            instance, view = read_case(connection, runtime, root_key, now=now)
            for each in group:
                try:
                    made.append((each, each.decide(connection, instance)))
                except (NotFound, StateConflict) as refusal:
                    refused.append((each, refusal))
            if not made:
                raise _Apart
            try:
                check_awake(instance)
                state, bundle = opened_state(connection, runtime, instance)
                commands = [plan.command for _, plan in made]
                parked = all(plan.parked for _, plan in made)
                step, changes = advance_together(
                    bundle, state, commands, now=now, host=host_of(view), park=parked
                )
            except (EngineError, StateConflict):
                raise _Apart from None
            if view.effects:
                raise _Apart
        with writing(runtime, held) as connection:
            lock_opened(connection, step)
            parts = [
                Part(plan, each.actor, moved)
                for (each, plan), moved in zip(made, changes, strict=True)
            ]
            write = apply_together(connection, instance, step, view, parts, now=now)
            rest = settle(connection, runtime, write, step, now=now)
    outcome = Outcome(root_key, (*write.new_tasks, *rest.new_tasks), rest.ended)
    for each, plan in made:
        each.found = outcome
        log_command(plan.event, root_key, actor=each.actor, began=began)
    for each, why in refused:
        each.found = why
