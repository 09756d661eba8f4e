"""What a command wants, once it was checked against what was read; and its row of the history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.audit import Entry, Event
from service.builtins import CaseView
from service.db import Connection
from service.engine import Step
from service.engine.changes import SubscriptionOpened
from service.engine.commands import Command
from service.execution.runtime import Runtime
from service.execution.write import Write
from service.instances import Instance


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it was read, for checking a command against it; `connection` reads what else that
    needs."""

    connection: Connection
    runtime: Runtime
    instance: Instance
    view: CaseView


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command wants, once it was checked against what was read.

    `command` moves the tokens; a migration or a resumption hands in the step that it made in
    another way. `subject_key` is what the history says it was about; `incident_key` what an
    incident is about where that is something else. `before_write` and `after_write` write more in
    the same transaction, before the step's rows and after them. With `noted` a step that cannot be
    made becomes an incident; without, only the caller is told. With `parked` the command stands
    whatever fails of what follows from it: a worker's job is not done twice. `resumes` says that
    the case is no longer suspended; `waiting` are subscriptions to be looked after beside those
    that the step opens.
    """

    command: Command | Step
    event: Event
    details: Mapping[str, Any]
    subject_key: int | None = None
    incident_key: int | None = None
    answer: Mapping[str, Any] | None = None
    before_write: Callable[[Connection], None] | None = None
    after_write: Callable[[Connection], None] | None = None
    noted: bool = True
    parked: bool = False
    resumes: bool = False
    waiting: tuple[SubscriptionOpened, ...] = ()


Decide = Callable[[Case], Plan]
"""Checks a command against the case as it was read, and says what it wants. It is called once more
after a conflict."""


def always(plan: Plan) -> Decide:
    """For a command that needs to know nothing of the case."""
    return lambda case: plan


def entry_of(write: Write, plan: Plan, *, actor: str) -> Entry:
    """The history row of a command: what has moved in the write so far is what the command
    moved."""
    entry = Entry(plan.event, actor, {**plan.details, "moved": write.moved}, plan.subject_key)
    write.moved = {}
    return entry
