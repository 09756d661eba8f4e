"""A message that is published now, as one unit of work: to the instances that wait for it, to start
events, and kept for those that will.

It goes to each process once: to the instance that has waited longest, or, where none of that
process waits, to its message start event, unless an instance lives that a message with the same key
started.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from service import definitions, jobs
from service.audit import Event
from service.db import Connection
from service.definitions import StartEvent
from service.engine.commands import DeliverMessage
from service.errors import NotFound, StateConflict
from service.execution.apply import VersionConflict
from service.execution.begin import Beginning
from service.execution.idempotency import Once
from service.execution.message_starts import message_start
from service.execution.plan import Plan, always
from service.execution.read_case import lock_case
from service.execution.runtime import Runtime
from service.execution.unit import (
    Ask,
    Outcome,
    Target,
    Targets,
    Unit,
    keep_outcome,
    recall_outcome,
)
from service.identity import Actor
from service.jobs import Message, Waiting


@dataclass(frozen=True, slots=True)
class Published:
    """A published message's key, and what became of the instances that it met at once."""

    key: int
    met: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A message under way. With `must_meet` it is delivered now or not at all."""

    runtime: Runtime
    message: Message
    actor: Actor
    now: datetime
    must_meet: bool

    @property
    def kept(self) -> bool:
        return self.message.expires_at > self.now

    def find(self, connection: Connection) -> Targets:
        new = self.message
        waiting = jobs.list_open_subscriptions(connection, new.name, new.correlation_key)
        starts = self._starts(connection, {row.process_id for row in waiting})
        return Targets(
            tuple(Target(row.root_key, (self._ask(row),)) for row in waiting),
            tuple(partial(self._start, start) for start in starts),
            [(row.root_key, row.key) for row in waiting]
            + [(start.process_definition_key, start.element_id) for start in starts],
        )

    def lock(self, connection: Connection) -> None:
        """Keep out everybody who would move the instances that wait. Raises VersionConflict when
        somebody moved them before they were locked."""
        self._lock_name(connection)
        targets = self.find(connection)
        for root_key in sorted({target.key for target in targets.cases}):
            lock_case(connection, root_key)
        self._check_same(connection, targets)

    def check(self, targets: Targets, moved: int, kept: list[Exception]) -> None:
        if not self.must_meet or moved or targets.starts:
            return
        if kept:
            raise kept[-1]
        raise NotFound(
            "Nothing waits for the message {new_name!r} with the key {correlation_key!r}.",
            new_name=self.message.name,
            correlation_key=self.message.correlation_key,
        )

    def confirm(self, connection: Connection, targets: Targets) -> None:
        """The same are to get it still, and it is new. Raises VersionConflict, StateConflict."""
        new = self.message
        self._lock_name(connection)
        self._check_same(connection, targets)
        if new.message_id and jobs.has_message(
            connection, new.name, new.correlation_key, new.message_id, now=self.now
        ):
            raise StateConflict(
                "A message {new_name!r} with the id {message_id!r} was published already and is "
                "alive.",
                new_name=new.name,
                message_id=new.message_id,
            )
        if self.kept:
            jobs.insert_message(connection, new)

    def _lock_name(self, connection: Connection) -> None:
        jobs.lock_messages(connection, [(self.message.name, self.message.correlation_key)])

    def _check_same(self, connection: Connection, targets: Targets) -> None:
        if self.find(connection).marks != targets.marks:
            raise VersionConflict

    def _starts(self, connection: Connection, taken: set[str]) -> list[StartEvent]:
        key, starts = self.message.correlation_key, []
        for start in definitions.list_starts(connection, "message", self.message.name):
            if start.process_id in taken:
                continue
            if key and jobs.has_started(connection, start.process_id, key):
                continue
            taken.add(start.process_id)
            starts.append(start)
        return starts

    def _ask(self, row: Waiting) -> Ask:
        def note(connection: Connection) -> None:
            jobs.insert_delivery(
                connection, self.message.key, row.process_id, row.root_key, now=self.now
            )

        plan = Plan(
            DeliverMessage(row.engine_id, self.message.variables),
            Event.MESSAGE_CORRELATED,
            {
                "message": self.message.name,
                "element": row.element_id,
                "key": str(self.message.key),
            },
            incident_key=row.key,
            after_write=note if self.kept else None,
        )
        return Ask(always(plan), self.actor)

    def _start(self, start: StartEvent, connection: Connection) -> Beginning:
        return message_start(
            connection, self.runtime, start, self.message, kept=self.kept, now=self.now
        )


def on_message(
    runtime: Runtime,
    message: Message,
    *,
    actor: Actor,
    now: datetime,
    once: Once | None = None,
    must_meet: bool = False,
) -> Unit[Published]:
    """Give a message to those that wait for it, and keep it as long as it lives.

    An instance that cannot go on has an incident, and the others their message. Carried out with
    `must_meet` it raises NotFound when nothing waits for it, EngineError when the one that waited
    cannot go on, Suspended when it is suspended.
    """
    delivery = _Delivery(runtime, message, actor, now, must_meet)
    return Unit(
        actor,
        delivery.find,
        lambda connection, outcomes: Published(message.key, tuple(outcomes)),
        once=once,
        keep=lambda published: keep_outcome(published.met[0]),
        recall=lambda connection, known: Published(
            message.key, (recall_outcome(connection, known),)
        ),
        lock=delivery.lock,
        check=delivery.check,
        confirm=delivery.confirm,
        lenient=True,
    )
