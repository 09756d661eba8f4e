"""What follows from a step, in its transaction: effects beyond the case, messages that were
waiting, instances that these start, and what follows from those in turn.

A worklist: nothing here calls itself. Whatever a step asks for is carried out before the next
message reaches the case, as if the message had come a moment later.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from service import jobs
from service.db import Connection
from service.engine import EngineError, Step
from service.execution.begin import Beginning, begin
from service.execution.deliver_waiting import deliver_waiting, find_waiting
from service.execution.follow_up import follow_up
from service.execution.incidents import raise_incident
from service.execution.load_view import view_of
from service.execution.message_starts import TakenKey, list_taken_keys
from service.execution.moved import Written
from service.execution.read_case import get_instance, list_waiting
from service.execution.runtime import Runtime
from service.execution.write import Write
from service.execution.write_step import write_step
from service.identity import SYSTEM

MOST = 1_000
"""Messages that one command may deliver or start instances with. What is left waits: it goes on
when the incident that says so is resolved."""
LIMIT = "cascade-limit"


@dataclass(slots=True)
class Finished:
    """What came of the first instance: user tasks that were opened, and whether it has ended."""

    root_key: int
    ended: bool = False
    new_tasks: list[int] = field(default_factory=list)

    def add(self, written: Written) -> None:
        if written.root_key == self.root_key:
            self.ended = written.step.ended
            self.new_tasks += written.write.new_tasks


def finish(connection: Connection, runtime: Runtime, first: Written, *, now: datetime) -> Finished:
    """Carry out all that follows from this step. Raises EngineError when an instance that an effect
    asks for cannot start: the whole command has failed then.

    A message that a case cannot take, or that no instance can be started with, is an incident and
    is kept; so is what goes beyond `MOST`.
    """
    cascade = _Cascade(
        connection, runtime, now, deque([first]), Finished(first.root_key), left=MOST
    )
    cascade.run()
    return cascade.done


def resume_cascade(
    connection: Connection, runtime: Runtime, root_key: int, *, now: datetime
) -> None:
    """Go on with what was left waiting for this instance, once what stopped it has been put right:
    every message that it waits for, or, when it has ended, the next one of its key."""
    instance = get_instance(connection, root_key)
    waiting = list_waiting(connection, root_key) if instance.engine_state else ()
    if not waiting and not instance.holds_key:
        return
    jobs.lock_messages(connection, {(each.name, each.correlation_key) for each in waiting})
    write = Write(connection, instance, now, instance.next_child, tip=instance.tip)
    step = Step(instance.engine_state or b"", (), ended=instance.engine_state is None)
    view = view_of(connection, runtime, instance, now)
    finish(
        connection,
        runtime,
        Written(write, step, view, SYSTEM, waiting, stale=True),
        now=now,
    )


@dataclass(slots=True)
class _Cascade:
    """A cascade under way: what is still to be looked after, and how many messages it may take."""

    connection: Connection
    runtime: Runtime
    now: datetime
    todo: deque[Written | Beginning]
    done: Finished
    left: int

    def run(self) -> None:
        while self.todo:
            item = self.todo.popleft()
            written = self._begin(item) if isinstance(item, Beginning) else item
            self.done.add(written)
            self.todo.extend(follow_up(self.connection, self.runtime, written, now=self.now))
            if written.step.ended:
                self._give_up_keys(written)
            else:
                self._deliver(written)

    def _begin(self, wanted: Beginning) -> Written:
        moved = begin(self.connection, self.runtime, wanted, now=self.now)
        return write_step(self.connection, moved, now=self.now)

    def _deliver(self, written: Written) -> None:
        """The messages that wait for the case, as far as they can be taken in one step; the case is
        looked after before anything else."""
        met = find_waiting(self.connection, written, now=self.now)
        if met and self.left == 0:
            self._stop(written.root_key)
        elif met:
            further = deliver_waiting(
                self.connection, self.runtime, written, met[: self.left], now=self.now
            )
            if further is not None:
                self.todo.appendleft(further[0])
                self.left -= further[1]

    def _give_up_keys(self, written: Written) -> None:
        """An instance that has ended makes room for the next one of its key."""
        if not written.write.instance.holds_key:
            return
        for each in list_taken_keys(self.connection, self.runtime, written.root_key, now=self.now):
            if each.following is None:
                jobs.end_start(self.connection, each.process_id, each.key)
            elif self.left == 0:
                self._stop(written.root_key)
            else:
                self._start_next(each, each.following, written.root_key)

    def _start_next(self, each: TakenKey, following: Beginning, root_key: int) -> None:
        try:
            moved = begin(self.connection, self.runtime, following, now=self.now)
        except EngineError as error:  # before anything was written; the key stays taken
            self._raise(root_key, error)
            return
        jobs.end_start(self.connection, each.process_id, each.key)
        self.todo.append(write_step(self.connection, moved, now=self.now))
        self.left -= 1

    def _stop(self, root_key: int) -> None:
        text = (
            f"One command has set off {MOST} messages, and more are waiting; they go on when this "
            "is resolved."
        )
        self._raise(root_key, EngineError(LIMIT, "", text))

    def _raise(self, root_key: int, error: EngineError) -> None:
        raise_incident(
            self.connection, root_key, error, subject_key=None, actor=SYSTEM.name, now=self.now
        )
