"""What a step sets off beyond its own case, in the same transaction: links, notices, emergencies
and their log, decisions on versions, and processes that it wants started."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from service import cases, tasks
from service.audit import Event
from service.builtins import (
    AlarmEffect,
    CaseView,
    DeadlinesEffect,
    EndEmergencyEffect,
    FollowEffect,
    LetterEffect,
    LevelEffect,
    LinkEffect,
    LogEffect,
    OweEffect,
    RecordEffect,
    SpikeEffect,
    TeamEffect,
    VersionEffect,
)
from service.db import Connection
from service.definitions import ProcessVersion
from service.engine import EngineError
from service.engine.commands import Start
from service.errors import NotFound
from service.execution.begin import Beginning, new_root_key, released
from service.execution.decide_version import Decision, decide_version
from service.execution.load_view import case_view
from service.execution.moved import Written
from service.execution.open_emergency import (
    EMERGENCY_PROCESS,
    Opening,
    join_spike,
    open_emergency,
    raise_emergency,
)
from service.execution.plan import Plan
from service.execution.redate_tasks import redate_tasks
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


@dataclass(frozen=True, slots=True)
class _Site:
    """Where an effect is carried out, and on whose behalf."""

    connection: Connection
    runtime: Runtime
    view: CaseView
    root_key: int
    actor: Actor
    now: datetime

    def log(self, kind: str, text: str) -> None:
        """A line of the emergency's action log."""
        cases.log_action(
            self.connection,
            self.root_key,
            at=self.now,
            actor=self.actor.name,
            kind=kind,
            text=text,
        )


def follow_up(
    connection: Connection, runtime: Runtime, written: Written, *, now: datetime
) -> list[Beginning]:
    """Carry out the effects that reach beyond the case, once its step is written; the instances
    that they want started."""
    view = written.view
    if not view.effects:
        return []
    site = _Site(connection, runtime, view, written.root_key, written.actor, now)
    wanted: list[Beginning] = []
    for effect in view.effects:
        carry_out = _EFFECTS.get(type(effect))
        if carry_out is not None:
            wanted += carry_out(site, effect) or ()
    if written.write.instance.engine_state is not None and _moves_clocks(view):
        redate_tasks(connection, runtime, site.root_key, before=view.stored.values(), now=now)
    return wanted


def _moves_clocks(view: CaseView) -> bool:
    """Whether the step has set a clock to another time, or started one of the severity's."""
    targets = view.profile.severity["targets"].values()
    return any(isinstance(effect, DeadlinesEffect) for effect in view.effects) and any(
        entry.due_at != view.stored[name].due_at
        if name in view.stored
        else any(name in clocks for clocks in targets)
        for name, entry in view.deadlines.items()
    )


def _record(site: _Site, effect: RecordEffect) -> None:
    if effect.facts.get("compensationAmount"):
        complaint = cases.find_complaint(site.connection, site.root_key)
        if complaint is not None:
            cases.save_compensation(site.connection, complaint, at=site.now)
            cases.enter_decision(
                site.connection,
                site.root_key,
                cases.Movement(
                    cases.LedgerEntry.OFFERED,
                    Decimal(str(effect.facts["compensationAmount"])),
                    str(effect.facts.get("approvedBy") or site.actor.name)[:200],
                    site.now,
                    str(effect.facts.get("authorityLevel") or ""),
                ),
                currency=complaint.currency,
                parts=cases.read_parts(effect.facts.get("redressParts")),
                payable=not effect.offered,
            )


def _owe(site: _Site, effect: OweEffect) -> None:
    complaint = cases.find_complaint(site.connection, site.root_key)
    if complaint is not None:
        reference = f"provisional credit {effect.reference}".strip()
        movement = cases.Movement(
            cases.LedgerEntry.PAID, effect.credit, site.actor.name, site.now, reference
        )
        cases.enter_owed(
            site.connection, site.root_key, movement, effect.parts, currency=complaint.currency
        )


def _link(site: _Site, effect: LinkEffect) -> None:
    cases.put_links(
        site.connection,
        site.root_key,
        effect.other_key,
        KINDS[effect.kind],
        reason=effect.kind,
        by=site.actor.name,
        now=site.now,
    )


def _follow(site: _Site, effect: FollowEffect) -> Iterable[Beginning]:
    """A process of its own, that goes on when the case has ended."""
    case, process_id = site.view.complaint, effect.process_id
    if case is None:
        return ()
    process = _released(site.connection, process_id)
    root_key = new_root_key(site.connection, site.runtime)
    cases.insert_follower(
        site.connection, root_key, case_key=case.root_key, process_id=process_id, at=site.now
    )
    plan = Plan(
        Start(process_id, {**effect.variables, "complaintNumber": case.number}),
        Event.INSTANCE_STARTED,
        {"process": process_id, "number": case.number},
    )
    view = case_view(site.runtime, None, site.now, connection=site.connection)
    return (Beginning(process, root_key, plan, view, site.actor, business_key=case.number),)


def _alarm(site: _Site, effect: AlarmEffect) -> Iterable[Beginning]:
    known = cases.find_emergency_of(site.connection, site.root_key)
    if known is None:
        process = _released(site.connection, EMERGENCY_PROCESS)
        opening = Opening(effect.level, effect.cause, (site.root_key,), site.actor, site.now)
        return (open_emergency(site.connection, site.runtime, process, opening),)
    if known.status == "open" and cases.is_higher(effect.level, known.level):
        raise_emergency(
            site.connection, known.root_key, effect.level, actor=site.actor, now=site.now
        )
    return ()


def _spike(site: _Site, effect: SpikeEffect) -> Iterable[Beginning]:
    return join_spike(
        site.connection,
        site.runtime,
        site.root_key,
        effect.bands,
        effect.similar,
        actor=site.actor,
        now=site.now,
    )


def _level(site: _Site, effect: LevelEffect) -> None:
    cases.set_level(site.connection, site.root_key, effect.level, at=site.now, event=False)
    site.log("level", effect.level)


def _log(site: _Site, effect: LogEffect) -> None:
    site.log(effect.kind, effect.text)


def _notify(site: _Site, effect: LetterEffect) -> None:
    """A notice of an emergency is filed with it; that of a review reminds of its tasks; one to
    staff of a case was filed with the step, and is told here."""
    if site.view.emergency is not None:
        tell_of_emergency(
            site.connection,
            site.view.profile,
            site.root_key,
            effect,
            language=site.view.bank.language,
            now=site.now,
        )
    elif site.view.review is not None:
        _remind(site, effect.to)
    elif effect.audience == "staff" and effect.rings:
        tell_group(
            site.connection,
            effect.to,
            "alert",
            root_key=site.root_key,
            subject_key=site.root_key,
            stamp=f"{site.now.isoformat()}:{effect.template}",
            now=site.now,
        )


def _remind(site: _Site, group: str) -> None:
    """Tell a group of every open task of a review, unless it was told already that the task is
    late."""
    for task in tasks.list_open_tasks(site.connection, site.root_key):
        tell_group(
            site.connection,
            group,
            "alert",
            root_key=site.root_key,
            subject_key=task.key,
            now=site.now,
        )


def _decide(site: _Site, effect: VersionEffect) -> None:
    review = site.view.review
    if review is not None:
        decision = Decision(effect.verb, site.actor, site.now, effect.reason, review.evidence)
        decide_version(site.connection, review.key, decision)


def _team(site: _Site, effect: TeamEffect) -> None:
    call_team(
        site.connection,
        site.view.profile,
        site.root_key,
        effect.level,
        language=site.view.bank.language,
        actor=site.actor,
        now=site.now,
    )


def _end_emergency(site: _Site, effect: EndEmergencyEffect) -> None:
    cases.close_emergency(site.connection, site.root_key, status=effect.status, at=site.now)
    site.log("end", effect.status)


def _released(connection: Connection, process_id: str) -> ProcessVersion:
    """Raises EngineError: a diagram that asks for a process which is not there cannot go on, and an
    administrator has to know."""
    try:
        return released(connection, process_id)
    except NotFound as missing:
        raise EngineError("not-released", "", missing.message) from missing


_EFFECTS: Mapping[type, Callable[[_Site, Any], Iterable[Beginning] | None]] = {
    RecordEffect: _record,
    OweEffect: _owe,
    LinkEffect: _link,
    FollowEffect: _follow,
    AlarmEffect: _alarm,
    SpikeEffect: _spike,
    LevelEffect: _level,
    LogEffect: _log,
    LetterEffect: _notify,
    VersionEffect: _decide,
    TeamEffect: _team,
    EndEmergencyEffect: _end_emergency,
}
"""What is done for each; effects on the complaint itself were written with the step."""
