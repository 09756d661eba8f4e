"""A person calls it an emergency, or says that a complaint belongs to one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from service import cases
from service.db import Connection
from service.errors import InvalidInput
from service.execution import (
    EMERGENCY_PROCESS,
    Beginning,
    Opening,
    Outcome,
    Runtime,
    execute,
    link_complaints,
    new_case,
    open_emergency,
    released,
)
from service.identity import Actor

MOST_AT_ONCE = 200
"""Complaints that an emergency is declared for: each is locked and written in one transaction."""


def declare_emergency(
    runtime: Runtime, numbers: Iterable[str], *, level: str, cause: str, actor: Actor, now: datetime
) -> cases.Emergency:
    """Open an emergency for these complaints. Raises InvalidInput, and NotFound for a complaint
    that is not there or when no process of emergencies is released."""
    if not 0 < len(cause.strip()) <= cases.LONGEST_CAUSE:
        raise InvalidInput(
            "expected the cause of the emergency in 1 to {most} characters, got {count}",
            most=cases.LONGEST_CAUSE,
            count=len(cause.strip()),
        )
    wanted = tuple(dict.fromkeys(numbers))
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput(
            "expected at most {most} complaints, got {count}; link the others afterwards",
            most=MOST_AT_ONCE,
            count=len(wanted),
        )

    def begin(connection: Connection) -> Beginning:
        keys = [cases.get_complaint(connection, number).root_key for number in wanted]
        process = released(connection, EMERGENCY_PROCESS)
        return open_emergency(connection, runtime, process, Opening(level, cause, keys, actor, now))

    def answer(connection: Connection, outcomes: list[Outcome]) -> cases.Emergency:
        found = cases.find_emergency(connection, outcomes[0].root_key)
        assert found is not None, "it was inserted in this transaction"
        return found

    return execute(runtime, new_case(begin, actor=actor, answer=answer), now=now)


def link_emergency(
    runtime: Runtime, number: str, emergency: str, *, actor: Actor, now: datetime
) -> bool:
    """Link a complaint to an emergency; False when it belongs to one already. Raises NotFound."""
    with runtime.database.transaction() as connection:
        complaint = cases.get_complaint(connection, number)
        found = cases.get_emergency(connection, emergency)
        return link_complaints(
            connection, runtime, found, [complaint.root_key], actor=actor, now=now
        )
