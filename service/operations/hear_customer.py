"""A customer answers, adds, disputes or withdraws: it is kept, it moves the case where the case
waits for it, and those who work on the case are told. One transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service import audit, cases, jobs, tasks
from service.audit import Event
from service.cases import Complaint, CustomerWord, NewEvidence
from service.db import Connection
from service.engine import EngineError
from service.engine.commands import DeliverMessage
from service.errors import NotFound, StateConflict
from service.execution import (
    Plan,
    Runtime,
    VersionConflict,
    Within,
    always,
    execute,
    on_case,
    record_incident,
    retry,
    take_children,
    tell_group,
)
from service.identity import Actor
from service.jobs import Message, Waiting
from service.operations.add_evidence import write_evidence
from service.operations.messages import LONGEST_LIFE
from service.operations.suspend_instance import suspended_since
from service.operations.tell_staff import HANDLERS, tell_staff

INFORMATION = "customer-information"
"""The message by which the shipped procedure waits for what it asked the customer."""
REPLIES = frozenset({"answer", "information"})
CLOSED = "The complaint is closed. You may complain again at any time."


@dataclass(frozen=True, slots=True)
class Said:
    """What the customer says, as it came. `kind` is one of `cases.WORD_KINDS`; `message` the one
    that it is for a case that waits for it, with `variables`. With `must_wait` it is refused
    where the case does not wait for it."""

    kind: str
    channel: str
    body: str
    message: str = INFORMATION
    variables: Mapping[str, Any] | None = None
    must_wait: bool = False
    late: bool = False
    """Whether a complaint that is closed takes it in, too."""
    event: Event = Event.MAIL_RECEIVED


def hear_customer(
    runtime: Runtime,
    root_key: int,
    said: Said,
    files: Sequence[NewEvidence] = (),
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Take in what the customer says; whether the case waited for it and goes on.

    A case that cannot go on keeps what was said, and an incident says why. Raises NotFound, and
    StateConflict when the complaint is closed or, with `must_wait`, does not wait for it.
    """

    def attempt(move: bool = True) -> bool:
        with runtime.database.transaction() as connection:
            return hear_within(
                connection, runtime, root_key, said, files, actor=actor, now=now, move=move
            )

    try:
        return retry(attempt, once=False, conflicts=(VersionConflict,))
    except EngineError as error:
        if said.must_wait:
            raise
        retry(lambda: attempt(move=False), once=False, conflicts=(VersionConflict,))
        record_incident(runtime, root_key, error, subject_key=root_key, actor=actor.name, now=now)
        return False


def _lock(connection: Connection, root_key: int, said: Said) -> tuple[Complaint, int]:
    """The complaint, while nobody else moves it or delivers to it, and a key below it."""
    complaint = cases.find_complaint(connection, root_key)
    if complaint is None:
        raise NotFound("There is no complaint {root_key}.", root_key=root_key)
    jobs.lock_messages(connection, [(said.message, complaint.number)])
    key = take_children(connection, root_key)
    complaint = cases.find_complaint(connection, root_key)
    if complaint is None or (complaint.status != "open" and not said.late):
        raise StateConflict(CLOSED)
    return complaint, key


def hear_within(
    connection: Connection,
    runtime: Runtime,
    root_key: int,
    said: Said,
    files: Sequence[NewEvidence],
    *,
    actor: Actor,
    now: datetime,
    move: bool = True,
) -> bool:
    """The same inside a transaction that is under way. Raises EngineError when the case cannot go
    on."""
    complaint, key = _lock(connection, root_key, said)
    waiting = jobs.list_open_subscriptions(connection, said.message, complaint.number)
    if said.must_wait and not waiting:
        raise NotFound(
            "Nothing waits for {message!r} of {number}.",
            message=said.message,
            number=complaint.number,
        )
    if said.body:
        word = CustomerWord(root_key, key, said.kind, said.channel, said.body, now)
        cases.insert_word(connection, word)
    write_evidence(connection, root_key, files, actor=actor.name, now=now)
    details = {"verdict": said.channel, "kind": said.kind}
    audit.append(
        connection,
        root_key,
        said.event,
        actor=actor.name,
        at=now,
        details=details,
        subject_key=key,
    )
    tasks.wake_case(connection, root_key)
    tell_holders(connection, complaint, key, now=now)
    if said.kind in REPLIES:
        tell_staff(connection, runtime, complaint, "reply-received", now=now)
    if move and waiting:
        _deliver(connection, runtime, complaint, said, waiting, key=key, actor=actor, now=now)
    return move and bool(waiting)


def tell_holders(
    connection: Connection, complaint: Complaint, subject_key: int, *, now: datetime
) -> None:
    """Tell the investigator and those who have claimed an open task of the case; its handlers
    where nobody has."""
    holders = {task.assignee for task in tasks.list_open_tasks(connection, complaint.root_key)}
    names = sorted({complaint.investigator, *holders} - {None}, key=str) or [HANDLERS]
    for name in names:
        tell_group(
            connection,
            str(name),
            "reply",
            root_key=complaint.root_key,
            subject_key=subject_key,
            now=now,
        )


def _deliver(
    connection: Connection,
    runtime: Runtime,
    complaint: Complaint,
    said: Said,
    waiting: Sequence[Waiting],
    *,
    key: int,
    actor: Actor,
    now: datetime,
) -> None:
    """The message that the case waits for; one that is suspended has it once it goes on."""
    variables = dict(said.variables or {})
    if suspended_since(connection, complaint.root_key) is not None:
        life = now + LONGEST_LIFE
        fresh = take_children(connection, complaint.root_key)
        new = Message(fresh, said.message, complaint.number, None, variables, now, life)
        jobs.insert_message(connection, new)
        return
    for each in waiting:
        details = {"message": said.message, "element": each.element_id}
        command = DeliverMessage(each.engine_id, variables)
        plan = Plan(command, Event.MESSAGE_CORRELATED, details, subject_key=key)
        unit = on_case(each.key, always(plan), actor=actor)
        execute(runtime, unit, now=now, scope=Within(connection))
