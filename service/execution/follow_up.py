"""What a step starts beside its own case, in the same transaction: links, followers, emergencies
and their log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service import cases, tasks
from service.audit import Event
from service.builtins.case_view import CaseView
from service.builtins.effects import (
    AlarmEffect,
    EndEmergencyEffect,
    FollowEffect,
    LetterEffect,
    LevelEffect,
    LinkEffect,
    LogEffect,
    RecordEffect,
    TeamEffect,
    VersionEffect,
)
from service.db import Connection
from service.engine.commands import Start
from service.execution.begin import begin, new_root_key, released
from service.execution.decide_version import Decision, decide_version
from service.execution.deliver_waiting import settle
from service.execution.open_emergency import open_emergency, raise_emergency
from service.execution.plan import Plan
from service.execution.runtime import Runtime
from service.execution.tell_emergency import call_team, tell_of_emergency
from service.execution.tell_person import tell_group
from service.identity import Actor

KINDS = {
    "duplicate": ("duplicate of", "has duplicate"),
    "related": ("related", "related"),
    "reopened": ("related", "related"),
}
"""What a relation is called from either side."""


def follow_up(
    connection: Connection,
    runtime: Runtime,
    view: CaseView,
    root_key: int,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Carry out the effects that reach beyond the case, once its step is written."""
    for effect in view.effects:
        match effect:
            case RecordEffect(facts) if facts.get("compensationAmount"):
                moved = cases.find_complaint(connection, root_key)
                if moved is not None:
                    cases.save_compensation(connection, moved, at=now)
            case LinkEffect(other_key, kind):
                cases.put_links(
                    connection,
                    root_key,
                    other_key,
                    KINDS[kind],
                    reason=kind,
                    by=actor.name,
                    now=now,
                )
            case FollowEffect(process_id, variables):
                _follow(connection, runtime, view, process_id, variables, actor=actor, now=now)
            case AlarmEffect(level, cause):
                _alarm(connection, runtime, root_key, level, cause, actor=actor, now=now)
            case LevelEffect(level):
                cases.set_level(connection, root_key, level, at=now, event=False)
                cases.log_action(
                    connection, root_key, at=now, actor=actor.name, kind="level", text=level
                )
            case LogEffect(kind, text):
                cases.log_action(
                    connection, root_key, at=now, actor=actor.name, kind=kind, text=text
                )
            case LetterEffect() if view.emergency is not None:
                tell_of_emergency(connection, view.profile, root_key, effect, now=now)
            case LetterEffect(to=to) if view.review is not None:
                _remind(connection, root_key, to, now=now)
            case VersionEffect(verb, reason) if view.review is not None:
                key, evidence = view.review.key, view.review.evidence
                decide_version(connection, key, Decision(verb, actor, now, reason, evidence))
            case LetterEffect(template, "staff", to) if effect.rings:
                stamp = f"{now.isoformat()}:{template}"
                tell_group(
                    connection,
                    to,
                    "alert",
                    root_key=root_key,
                    subject_key=root_key,
                    stamp=stamp,
                    now=now,
                )
            case TeamEffect(level):
                call_team(connection, view.profile, root_key, level, actor=actor, now=now)
            case EndEmergencyEffect(status):
                cases.close_emergency(connection, root_key, status=status, at=now)
                cases.log_action(
                    connection, root_key, at=now, actor=actor.name, kind="end", text=status
                )


def _remind(connection: Connection, root_key: int, group: str, *, now: datetime) -> None:
    """Tell a group of every open task of a review, unless it was told already that the task is
    late."""
    for task in tasks.list_open_tasks(connection, root_key):
        tell_group(connection, group, "alert", root_key=root_key, subject_key=task.key, now=now)


def _follow(
    connection: Connection,
    runtime: Runtime,
    view: CaseView,
    process_id: str,
    variables: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    if view.complaint is None:
        return
    process, root_key = released(connection, process_id), new_root_key(connection, runtime)
    case = view.complaint
    plan = Plan(
        Start(process_id), Event.INSTANCE_STARTED, {"process": process_id, "number": case.number}
    )
    cases.insert_follower(
        connection, root_key, case_key=case.root_key, process_id=process_id, at=now
    )
    write, step = begin(
        connection,
        runtime,
        process,
        root_key,
        {**variables, "complaintNumber": case.number},
        plan,
        CaseView(None, runtime.profile, now, connection=connection),
        actor=actor.name,
        now=now,
        business_key=case.number,
    )
    settle(connection, runtime, write, step, now=now)


def _alarm(
    connection: Connection,
    runtime: Runtime,
    root_key: int,
    level: str,
    cause: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    known = cases.find_emergency_of(connection, root_key)
    if known is None:
        open_emergency(
            connection, runtime, [root_key], level=level, cause=cause, actor=actor, now=now
        )
    elif known.status == "open" and cases.is_higher(level, known.level):
        raise_emergency(connection, known.root_key, level, actor=actor, now=now)
