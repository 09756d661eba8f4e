"""A case is for few: those on its list, and nobody else. And the way in at night, which everybody
who decides on restrictions hears of."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from service import audit, cases, identity
from service.audit import Event
from service.cases import CaseReader, Complaint, Restriction, RestrictionKind
from service.db import Connection
from service.errors import InvalidInput, NotFound, StateConflict
from service.execution import Runtime, take_children, tell_people
from service.identity import Actor, Permission, check_permission, roles_with
from service.lengths import check_reason

OPEN_FOR = timedelta(hours=1)
"""So long an access in an emergency lasts."""
log = logging.getLogger("redress.security")


def restrict_case(
    runtime: Runtime,
    number: str,
    *,
    kind: str,
    readers: Sequence[str],
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Let a case be for these accounts and whoever restricts it only. For those who restrict cases.
    Raises Forbidden, NotFound, InvalidInput, StateConflict where it is restricted."""
    check_permission(actor, Permission.RESTRICT_COMPLAINTS)
    check_reason(reason)
    if kind not in set(RestrictionKind):
        raise InvalidInput(
            "expected a kind out of {kinds}, got {kind!r}",
            kinds=list(RestrictionKind),
            kind=kind[:40],
        )
    with runtime.database.transaction() as connection:
        complaint = _lock(connection, number)
        if cases.find_restriction(connection, complaint.root_key) is not None:
            raise StateConflict("{number} is restricted already.", number=complaint.number)
        cases.put_restriction(
            connection,
            Restriction(complaint.root_key, RestrictionKind(kind), reason.strip(), now, actor.name),
        )
        details = {"kind": kind, "reason": reason.strip()}
        _note(connection, complaint, Event.RESTRICTION_SET, details, actor, now)
        for name in dict.fromkeys([actor.name, *readers]):
            _admit(connection, complaint, name, reason.strip(), actor, now)


def lift_restriction(
    runtime: Runtime, number: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Let a case be for everybody who reads complaints. For those who restrict cases and are on its
    list. Raises Forbidden, NotFound, InvalidInput, StateConflict where it is not restricted."""
    check_permission(actor, Permission.RESTRICT_COMPLAINTS)
    check_reason(reason)
    with runtime.database.transaction() as connection:
        complaint = _lock(connection, number)
        _check_restricted(connection, complaint)
        cases.drop_restriction(connection, complaint.root_key)
        details = {"reason": reason.strip()}
        _note(connection, complaint, Event.RESTRICTION_LIFTED, details, actor, now)


def admit_reader(
    runtime: Runtime, number: str, name: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Put an account on the list of a restricted case. For those who restrict cases. Raises
    Forbidden, NotFound, InvalidInput, StateConflict."""
    check_permission(actor, Permission.RESTRICT_COMPLAINTS)
    check_reason(reason)
    with runtime.database.transaction() as connection:
        complaint = _lock(connection, number)
        _check_restricted(connection, complaint)
        if len(cases.list_readers(connection, complaint.root_key)) >= cases.MOST_READERS:
            raise StateConflict("A list has at most {most} accounts.", most=cases.MOST_READERS)
        _admit(connection, complaint, name, reason.strip(), actor, now)


def dismiss_reader(
    runtime: Runtime, number: str, name: str, *, actor: Actor, now: datetime
) -> None:
    """Take an account off the list of a restricted case; somebody who decides on restrictions stays
    on it. For those who restrict cases. Raises Forbidden, NotFound, StateConflict."""
    check_permission(actor, Permission.RESTRICT_COMPLAINTS)
    with runtime.database.transaction() as connection:
        complaint = _lock(connection, number)
        _check_restricted(connection, complaint)
        left = [
            identity.find_account(connection, each.account)
            for each in cases.list_readers(connection, complaint.root_key)
            if each.account != name and each.until is None
        ]
        if not any(
            each and each.active and each.actor.may(Permission.RESTRICT_COMPLAINTS) for each in left
        ):
            raise StateConflict(
                "Somebody who decides on restrictions has to stay on the list; add them first."
            )
        cases.drop_reader(connection, complaint.root_key, name)
        _note(connection, complaint, Event.READER_DISMISSED, {"account": name}, actor, now)


def break_glass(
    runtime: Runtime, number: str, *, reason: str, actor: Actor, now: datetime
) -> datetime:
    """Open a restricted case for oneself, for an hour; until when. Everybody who decides on
    restrictions is told, and the history has the reason. Never for whoever the case is about or
    their superiors: for them it is not there. For those who may in an emergency. Raises Forbidden,
    NotFound, InvalidInput."""
    check_permission(actor, Permission.BREAK_GLASS)
    check_reason(reason)
    until = now + OPEN_FOR
    with runtime.database.transaction() as connection:
        complaint = _lock(connection, number)
        if not cases.is_hidden_from(connection, actor.name, complaint.root_key, now=now):
            raise StateConflict("{number} is not kept from you.", number=complaint.number)
        _check_restricted(connection, complaint)
        cases.put_reader(
            connection,
            CaseReader(complaint.root_key, actor.name, reason.strip(), now, actor.name, until),
        )
        if cases.is_hidden_from(connection, actor.name, complaint.root_key, now=now):
            raise NotFound("There is no complaint {number}.", number=number)
        details = {"reason": reason.strip(), "until": until.isoformat()}
        _note(connection, complaint, Event.GLASS_BROKEN, details, actor, now)
        told = {
            name
            for role in roles_with(Permission.RESTRICT_COMPLAINTS)
            for name in identity.list_members(connection, role)
        }
        tell_people(
            connection,
            sorted(told - {actor.name}),
            "glass",
            root_key=complaint.root_key,
            subject_key=complaint.root_key,
            now=now,
            stamp=now.isoformat(),
        )
    log.warning("a restricted case was opened by %s in an emergency", actor.name)
    return until


def _lock(connection: Connection, number: str) -> Complaint:
    complaint = cases.get_complaint(connection, number)
    take_children(connection, complaint.root_key, 0)
    return complaint


def _check_restricted(connection: Connection, complaint: Complaint) -> None:
    if cases.find_restriction(connection, complaint.root_key) is None:
        raise StateConflict("{number} is not restricted.", number=complaint.number)


def _admit(
    connection: Connection,
    complaint: Complaint,
    name: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    identity.get_account(connection, name)
    cases.put_reader(
        connection, CaseReader(complaint.root_key, name, reason, now, actor.name, None)
    )
    details = {"account": name, "reason": reason}
    _note(connection, complaint, Event.READER_ADMITTED, details, actor, now)


def _note(
    connection: Connection,
    complaint: Complaint,
    event: Event,
    details: dict[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    audit.append(connection, complaint.root_key, event, actor=actor.name, at=now, details=details)
