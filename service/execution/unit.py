"""What `execute` is asked to carry out: a unit of work in one transaction, whatever the command.

A unit finds its targets, cases to be moved and instances to be started, and says what its caller is
answered. `on_case`, `new_case` and `on_message` make one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from service.db import Connection, root_of
from service.engine import EngineError
from service.execution.begin import Beginning
from service.execution.idempotency import Once
from service.execution.plan import Decide, Plan
from service.execution.read_case import lock_case
from service.identity import Actor
from service.instances import Instance

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one instance. `new_tasks` are the keys of the user tasks that were opened in
    it."""

    root_key: int
    new_tasks: tuple[int, ...]
    ended: bool


class Stopped(Exception):
    """The engine could not make a step of this instance."""

    def __init__(self, error: EngineError, instance: Instance, plan: Plan) -> None:
        super().__init__(error.message)
        self.error, self.instance, self.plan = error, instance, plan


class Apart(Exception):
    """These commands cannot be carried out in one step."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One command on a case, and who gave it."""

    decide: Decide
    actor: Actor


@dataclass(frozen=True, slots=True)
class Target:
    """A case that is to be moved, by one command or by several in one step. `key` is that of
    anything in the case."""

    key: int
    asks: tuple[Ask, ...]


Start = Callable[[Connection], Beginning | None]
"""Prepares an instance that is to be started, in the transaction that writes it; None when there is
nothing to start any more."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What a unit moves and starts. `marks` tell two findings apart."""

    cases: tuple[Target, ...] = ()
    starts: tuple[Start, ...] = ()
    marks: Sequence[Any] = ()


def _nothing(*_: Any) -> None:
    return None


def keep_outcome(outcome: Outcome) -> Mapping[str, Any]:
    """What an idempotency key remembers of an outcome."""
    return {
        "rootKey": outcome.root_key,
        "newTasks": list(outcome.new_tasks),
        "ended": outcome.ended,
    }


def recall_outcome(_: Connection, known: Mapping[str, Any]) -> Outcome:
    """The outcome that `keep_outcome` kept."""
    return Outcome(known["rootKey"], tuple(known["newTasks"]), known["ended"])


@dataclass(frozen=True, slots=True)
class Unit(Generic[T]):
    """One unit of work.

    `find` reads what it is about; `lock` keeps out everybody else who would move that, with
    `lock_first` at the first try already. `check` is told how many targets can be moved and what
    kept the others, `Stopped` or `Suspended`, and raises when that will not do; without `lenient`
    one that is kept keeps the whole unit. `confirm` runs in the writing transaction before anything
    is written. `answer` is what the caller gets, `keep` what an idempotency key remembers of it,
    and `recall` restores the answer from that. With `at_write` nothing is read before the
    writing transaction. `root_key` is the case whose queue it waits in.
    """

    actor: Actor
    find: Callable[[Connection], Targets]
    answer: Callable[[Connection, list[Outcome]], T]
    root_key: int | None = None
    once: Once | None = None
    keep: Callable[[T], Any] = _nothing
    recall: Callable[[Connection, Any], T] = _nothing  # type: ignore[assignment]
    lock: Callable[[Connection], None] = _nothing
    check: Callable[[Targets, int, list[Exception]], None] = _nothing
    confirm: Callable[[Connection, Targets], None] = _nothing
    lock_first: bool = False
    lenient: bool = False
    at_write: bool = False


def on_case(key: int, decide: Decide, *, actor: Actor, once: Once | None = None) -> Unit[Outcome]:
    """One command on the case that `key` belongs to."""
    targets = Targets((Target(key, (Ask(decide, actor),)),))
    return Unit(
        actor,
        lambda connection: targets,
        lambda connection, outcomes: outcomes[0],
        root_key=root_of(key),
        once=once,
        keep=keep_outcome,
        recall=recall_outcome,
        lock=lambda connection: lock_case(connection, root_of(key)),
    )


def new_case(
    start: Start,
    *,
    actor: Actor,
    answer: Callable[[Connection, list[Outcome]], T],
    once: Once | None = None,
    keep: Callable[[T], Any] = _nothing,
    recall: Callable[[Connection, Any], T] = _nothing,  # type: ignore[assignment]
) -> Unit[T]:
    """The start of an instance; `answer` is given no outcome when there was nothing to start."""
    targets = Targets(starts=(start,))
    return Unit(
        actor,
        lambda connection: targets,
        answer,
        once=once,
        keep=keep,
        recall=recall,
        at_write=True,
    )
