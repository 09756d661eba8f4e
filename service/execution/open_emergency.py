"""An emergency is opened, joined, raised. Each complaint keeps its number, handler, reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service import audit, cases, jobs, policy
from service.audit import Event
from service.db import Connection
from service.definitions import ProcessVersion, find_released
from service.engine.commands import Start
from service.execution.begin import Beginning, new_root_key
from service.execution.child_keys import take_children
from service.execution.load_view import case_view
from service.execution.plan import Plan
from service.execution.runtime import Runtime
from service.identity import Actor
from service.instances import InstanceKind
from service.sentence import Sentence

EMERGENCY_PROCESS = "respond-to-emergency"


@dataclass(frozen=True, slots=True)
class Opening:
    """What an emergency is opened with, by whom and when. `complaints` are root keys."""

    level: str
    cause: str
    complaints: Sequence[int]
    actor: Actor
    now: datetime


def open_emergency(
    connection: Connection, runtime: Runtime, process: ProcessVersion, opening: Opening
) -> Beginning:
    """Record an emergency, in the transaction that is to start its process; its teams are called by
    the diagram. Raises InvalidInput for a level that the policy does not know."""
    policy.level_policy(runtime.profile, opening.level)
    now, actor, root_key = opening.now, opening.actor, new_root_key(connection, runtime)
    year = now.astimezone(runtime.profile.calendar.zone).year
    number = cases.next_emergency_number(connection, year)
    cases.insert_emergency(
        connection, root_key, number=number, level=opening.level, cause=opening.cause, at=now
    )
    text = Sentence("level {level}: {cause}", level=opening.level, cause=opening.cause)
    cases.log_action(connection, root_key, at=now, actor=actor.name, kind="opened", text=text)

    def link(connection: Connection) -> None:
        opened = cases.get_emergency(connection, number)
        link_complaints(connection, runtime, opened, opening.complaints, actor=actor, now=now)

    variables = {
        "emergencyNumber": number,
        "level": opening.level,
        "cause": str(opening.cause),
        "openedAt": now.isoformat(),
    }
    plan = Plan(
        Start(EMERGENCY_PROCESS, variables),
        Event.INSTANCE_STARTED,
        {"process": EMERGENCY_PROCESS, "number": number},
        after_write=link,
    )
    view = case_view(runtime, None, now, connection=connection)
    view.emergency = cases.get_emergency(connection, number)
    return Beginning(process, root_key, plan, view, actor, InstanceKind.EMERGENCY, number)


def raise_emergency(
    connection: Connection, root_key: int, level: str, *, actor: Actor, now: datetime
) -> None:
    """Raise the level by rule; its process is told through the outbox."""
    cases.set_level(connection, root_key, level, at=now, event=True)
    text = Sentence("level {level} by rule", level=level)
    cases.log_action(connection, root_key, at=now, actor=actor.name, kind="raised", text=text)
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
) -> list[Beginning]:
    """A spike of similar complaints opens one emergency, which is to be started; the next ones join
    it, and their number raises it."""
    level = policy.level_by_number(runtime.profile, similar)
    process = find_released(connection, EMERGENCY_PROCESS)
    if level is None or process is None:
        return []
    since = now - policy.spike_window(runtime.profile)
    found = cases.find_emergency_of_similar(connection, bands, since=since)
    if found is None:
        cases.lock_emergencies(connection)
        found = cases.find_emergency_of_similar(connection, bands, since=since)
    if found is None:
        alike = cases.list_similar(connection, bands, since=since)
        cause = Sentence("{similar} similar complaints within the window", similar=similar)
        opening = Opening(level, cause, alike, actor, now)
        return [open_emergency(connection, runtime, process, opening)]
    joined = cases.find_emergency(connection, found)
    assert joined is not None, "a complaint of the window belongs to it"
    keys = [root_key]
    if joined.complaints < similar - 1:
        # it was opened for one of them alone: the others that are alike belong to it too
        keys = cases.list_similar(connection, bands, since=since)
    link_complaints(connection, runtime, joined, keys, actor=actor, now=now)
    return []


def link_complaints(
    connection: Connection,
    runtime: Runtime,
    emergency: cases.Emergency,
    keys: Sequence[int],
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Link complaints; their number may raise the level. Whether any was linked."""
    count = None
    for key in keys:
        linked = cases.link_to_emergency(connection, emergency.root_key, key, at=now)
        if linked is None:
            continue
        count = linked
        take_children(connection, key)
        details = {"emergency": emergency.number}
        audit.append(
            connection, key, Event.EMERGENCY_LINKED, actor=actor.name, at=now, details=details
        )
    wanted = None if count is None else policy.level_by_number(runtime.profile, count)
    if (
        wanted is not None
        and emergency.status == "open"
        and cases.is_higher(wanted, emergency.level)
    ):
        raise_emergency(connection, emergency.root_key, wanted, actor=actor, now=now)
    return count is not None
