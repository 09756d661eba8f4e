"""A person deals with a letter that did not leave by itself: it was printed and posted, or it is
rewritten."""

from __future__ import annotations

from datetime import datetime

from service import audit, cases, letters
from service.audit import Event
from service.db import Connection, root_of
from service.errors import StateConflict
from service.execution import Runtime, take_children
from service.identity import Actor
from service.letters.compose import LetterOrder, compose_letter


def finish_letter(runtime: Runtime, key: int, *, actor: Actor, now: datetime) -> None:
    """The letter went out on paper or was told. Raises NotFound, StateConflict when somebody dealt
    with it already."""
    with runtime.database.transaction() as connection:
        take_children(connection, root_of(key), 0)
        letters.set_delivery(
            connection, key, "printed", was=("print", "returned"), now=now, by=actor.name
        )
        _note(connection, key, "printed", actor, now, met=_meet(connection, key, now))


def rewrite_letter(runtime: Runtime, key: int, *, actor: Actor, now: datetime) -> int:
    """Rewrite an incomplete letter from what is known now; the new letter's key.

    Raises NotFound, StateConflict when it is not incomplete, or still cannot be written."""
    with runtime.database.transaction() as connection:
        row = letters.get_letter(connection, key)
        first = take_children(connection, row["root_key"], 2)
        complaint = cases.find_complaint(connection, row["root_key"])
        if complaint is None or row["delivery"] != "incomplete":
            raise StateConflict("Only a letter that could not be written can be written again.")
        clocks = {
            entry.clock: entry for entry in cases.list_deadlines(connection, complaint.root_key)
        }
        order = LetterOrder(
            row["template"],
            row["audience"],
            row["recipient"],
            row["details"].get("variables"),
            meets=str(row["details"].get("meets", "")),
        )
        queued = compose_letter(
            connection,
            complaint,
            clocks,
            runtime.profile_of(complaint),
            order,
            bank=runtime.bank,
            keys=(first, first + 1),
            now=now,
        )
        if queued.missing:
            raise StateConflict(
                "The letter still cannot be written: {missing}", missing=queued.missing
            )
        letters.queue_letters(connection, complaint.root_key, [queued], now=now)
        letters.set_delivery(
            connection, key, "printed", was=("incomplete",), now=now, by=actor.name
        )
        met = _meet(connection, first, now) if queued.meets else []
        _note(connection, first, "written again", actor, now, met=met)
    return first


def _meet(connection: Connection, key: int, now: datetime) -> list[str]:
    """The letter is on its way: the clocks that waited for it are met; their names."""
    row = letters.get_letter(connection, key)
    names = [name for name in str(row["details"].get("meets", "")).split(",") if name]
    return cases.meet_clocks(connection, row["root_key"], names, now=now)


def _note(
    connection: Connection, key: int, what: str, actor: Actor, now: datetime, *, met: list[str]
) -> None:
    audit.append(
        connection,
        root_of(key),
        Event.LETTER_DELIVERED,
        actor=actor.name,
        at=now,
        details={"letter": str(key), "how": what} | ({"met": met} if met else {}),
        subject_key=key,
    )
