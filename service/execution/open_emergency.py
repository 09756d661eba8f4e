"""An emergency is opened, joined, raised, by rule or by a person. Each complaint keeps its number,
handler, reply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from service import audit, cases, jobs, policy
from service.audit import Event
from service.builtins.case_view import CaseView
from service.db import Connection
from service.definitions import find_released
from service.engine.commands import Start
from service.errors import InvalidInput
from service.execution.begin import begin, new_root_key, released
from service.execution.child_keys import take_children
from service.execution.deliver_waiting import settle
from service.execution.plan import Plan
from service.execution.runtime import Runtime
from service.execution.tell_emergency import call_team
from service.identity import Actor

EMERGENCY_PROCESS = "respond-to-emergency"


def declare_emergency(
    runtime: Runtime, numbers: Iterable[str], *, level: str, cause: str, actor: Actor, now: datetime
) -> cases.Emergency:
    """A person calls it an emergency: open one for these complaints. Raises InvalidInput,
    NotFound."""
    if not cause.strip():
        raise InvalidInput("expected the cause of the emergency, got nothing")
    with runtime.database.transaction() as connection:
        keys = [cases.get_complaint(connection, number).root_key for number in numbers]
        return open_emergency(
            connection, runtime, keys, level=level, cause=cause, actor=actor, now=now
        )


def link_emergency(
    runtime: Runtime, number: str, emergency: str, *, actor: Actor, now: datetime
) -> bool:
    """A person links a complaint to an emergency; False when it belongs to one already. Raises
    NotFound."""
    with runtime.database.transaction() as connection:
        complaint = cases.get_complaint(connection, number)
        found = cases.get_emergency(connection, emergency)
        return _link(
            connection, runtime, found.root_key, [complaint.root_key], actor=actor, now=now
        )


def open_emergency(
    connection: Connection,
    runtime: Runtime,
    complaint_keys: Sequence[int],
    *,
    level: str,
    cause: str,
    actor: Actor,
    now: datetime,
) -> cases.Emergency:
    """Open an emergency and start its process, within the caller's transaction. Raises NotFound,
    InvalidInput."""
    policy.level_policy(runtime.profile, level)
    process, root_key = released(connection, EMERGENCY_PROCESS), new_root_key(connection, runtime)
    year = now.astimezone(runtime.profile.calendar.zone).year
    number = cases.next_emergency_number(connection, year)
    cases.insert_emergency(connection, root_key, number=number, level=level, cause=cause, at=now)
    cases.log_action(
        connection,
        root_key,
        at=now,
        actor=actor.name,
        kind="opened",
        text=f"level {level}: {cause}",
    )
    view = CaseView(
        None,
        runtime.profile,
        now,
        emergency=cases.get_emergency(connection, number),
        connection=connection,
    )
    plan = Plan(
        Start(EMERGENCY_PROCESS),
        Event.INSTANCE_STARTED,
        {"process": EMERGENCY_PROCESS, "number": number},
    )
    variables = {
        "emergencyNumber": number,
        "level": level,
        "cause": cause,
        "openedAt": now.isoformat(),
    }
    write, step = begin(
        connection,
        runtime,
        process,
        root_key,
        variables,
        plan,
        view,
        actor=actor.name,
        now=now,
        business_key=number,
    )
    settle(connection, runtime, write, step, now=now)
    _link(connection, runtime, root_key, complaint_keys, actor=actor, now=now)
    call_team(connection, runtime.profile, root_key, level, actor=actor, now=now)
    return cases.get_emergency(connection, number)


def raise_emergency(
    connection: Connection, root_key: int, level: str, *, actor: Actor, now: datetime
) -> None:
    """Raise the level by rule; its process is told through the outbox."""
    cases.set_level(connection, root_key, level, at=now, event=True)
    cases.log_action(
        connection, root_key, at=now, actor=actor.name, kind="raised", text=f"level {level} by rule"
    )
    found = cases.find_emergency(connection, root_key)
    payload = {
        "name": "emergency-raised",
        "key": found.number if found else "",
        "variables": {"level": level},
    }
    key = take_children(connection, root_key)
    jobs.insert_outbox(connection, root_key, [(key, payload)], kind="message", now=now)


def count_spike(
    connection: Connection, runtime: Runtime, root_key: int, bands: Sequence[int], *, now: datetime
) -> int:
    """File the fingerprints of a new complaint; how many alike, with this one, came within the
    window."""
    cases.insert_bands(connection, root_key, bands, at=now)
    return cases.count_similar(connection, bands, since=now - policy.spike_window(runtime.profile))


def join_spike(
    connection: Connection,
    runtime: Runtime,
    root_key: int,
    bands: Sequence[int],
    similar: int,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """A spike of similar complaints opens one emergency; the next ones join it, and their number
    raises it."""
    level = policy.level_by_number(runtime.profile, similar)
    if level is None or released_or_none(connection) is None:
        return
    since = now - policy.spike_window(runtime.profile)
    found = cases.find_emergency_of_similar(connection, bands, since=since)
    if found is None:
        cases.lock_emergencies(connection)
        found = cases.find_emergency_of_similar(connection, bands, since=since)
    if found is None:
        alike = cases.list_similar(connection, bands, since=since)
        cause = f"{similar} similar complaints within the window"
        open_emergency(connection, runtime, alike, level=level, cause=cause, actor=actor, now=now)
        return
    _link(connection, runtime, found, [root_key], actor=actor, now=now)


def released_or_none(connection: Connection) -> object | None:
    """The released process of emergencies, None when a bank has none."""
    return find_released(connection, EMERGENCY_PROCESS)


def _link(
    connection: Connection,
    runtime: Runtime,
    root_key: int,
    keys: Sequence[int],
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Link complaints; their number may raise the level. Whether any was linked."""
    count = None
    found = cases.find_emergency(connection, root_key)
    for key in keys:
        linked = cases.link_to_emergency(connection, root_key, key, at=now)
        if linked is None:
            continue
        count = linked
        take_children(connection, key)
        details = {"emergency": found.number if found else ""}
        audit.append(
            connection, key, Event.EMERGENCY_LINKED, actor=actor.name, at=now, details=details
        )
    wanted = None if count is None else policy.level_by_number(runtime.profile, count)
    if (
        found is not None
        and wanted is not None
        and found.status == "open"
        and cases.is_higher(wanted, found.level)
    ):
        raise_emergency(connection, root_key, wanted, actor=actor, now=now)
    return count is not None
