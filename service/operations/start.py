"""Starting root instances: a complaint with its process, or a process by itself. One transaction
each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from service import cases, policy
from service.audit import Event
from service.builtins import AlarmEffect, CaseView, SpikeEffect
from service.cases import NewComplaint
from service.db import Connection
from service.definitions import COMPLAINT_PROCESS, ProcessVersion, check_not_retired
from service.engine.commands import Start
from service.errors import NotFound
from service.execution import (
    Beginning,
    Once,
    Outcome,
    Plan,
    Runtime,
    case_view,
    count_spike,
    execute,
    new_case,
    new_root_key,
    released,
)
from service.identity import Actor, Permission
from service.instances import InstanceKind
from service.operations.assess_intake import (
    Assessment,
    ask_for_confirmation,
    assess,
    note_assessment,
)
from service.operations.choose_regime import choose_regime
from service.policy import Deadline

CHOSEN_BY = "procedure"
"""Who chose the regimes of a new complaint."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered complaint. `repeated` says that the same request had been answered before."""

    number: str
    root_key: int
    received_at: datetime
    deadlines: tuple[Deadline, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """A root instance that was started."""

    root_key: int
    process: ProcessVersion


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is worked out of a complaint's text before its transaction begins."""

    words: cases.Words
    bands: tuple[int, ...]


InTransaction = Callable[[Connection, Registered], None]
"""What the caller writes in the very transaction that registers, such as the mail it came by."""


def register_complaint(
    runtime: Runtime,
    new: NewComplaint,
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: str | None = None,
    request: Any = None,
    in_transaction: InTransaction | None = None,
) -> Registered:
    """Register a complaint, give it its number and clocks, and start its process: all of it or
    nothing (S3.2-a..d). An idempotency key stands for the `request` as it was sent; what was made
    of it may hold the time at which it was read.

    Raises NotFound when no complaint process is released, StateConflict for an idempotency key used
    otherwise.
    """
    once = Once.of(idempotency_key, asdict(new) if request is None else request)
    marks = _Marks(cases.words_of(new), cases.bands_of(new.content, new.product))

    def answer(connection: Connection, outcomes: list[Outcome]) -> Registered:
        done = _read_registered(connection, outcomes[0].root_key)
        if in_transaction is not None:
            in_transaction(connection, done)
        return done

    unit = new_case(
        lambda connection: _register(connection, runtime, new, marks, actor=actor, now=now),
        actor=actor,
        answer=answer,
        once=once,
        keep=lambda done: {"number": done.number, "rootKey": str(done.root_key)},
        recall=lambda connection, known: replace(
            _read_registered(connection, int(known["rootKey"])), repeated=True
        ),
    )
    return execute(runtime, unit, now=now)


def _note(
    connection: Connection,
    view: CaseView,
    found: Assessment,
    root_key: int,
    *,
    actor: Actor,
    by_number: str | None,
) -> None:
    """What was assessed goes into the case; an alarm by somebody who may not raise one waits to be
    confirmed."""
    now = view.now
    if found.level is not None and not found.signs and _in_hand(connection, found.level):
        found = replace(found, level=None)
    note_assessment(view, found, actor, now, by_number=by_number)
    if found.alarms and not actor.may(Permission.ESCALATE_COMPLAINTS):
        today = view.profile.calendar.local_day(now)
        ask_for_confirmation(connection, root_key, today=today, now=now)


def _register(
    connection: Connection,
    runtime: Runtime,
    new: NewComplaint,
    marks: _Marks,
    *,
    actor: Actor,
    now: datetime,
) -> Beginning:
    process = released(connection, COMPLAINT_PROCESS)
    root_key = new_root_key(connection, runtime)
    local_year = now.astimezone(runtime.profile.calendar.zone).year
    number = cases.next_number(connection, local_year)
    cases.insert_complaint(
        connection,
        new,
        root_key=root_key,
        number=number,
        now=now,
        actor=actor.name,
        words=marks.words,
    )
    variables = start_variables(new, number)
    bundle = runtime.bundles.get(connection, process.bundle_key)
    choice = choose_regime(bundle, variables, runtime, now)
    chosen = choice.as_record(by=CHOSEN_BY, at=now)
    cases.set_regime(connection, root_key, chosen)
    lead = runtime.profile_named(choice.profiles)
    clocks = policy.clocks_of_case(lead, new.received_at, cases.legal_of(new), today=now)
    cases.put_deadlines(connection, root_key, clocks)
    similar = count_spike(connection, runtime, root_key, marks.bands, now=now)
    complaint = cases.find_complaint(connection, root_key)
    view = case_view(runtime, complaint, now, lambda: clocks, connection=connection)
    if variables["similarIn24h"] is None and similar > 1:
        variables["similarIn24h"] = similar
    found = assess(bundle, variables, view, now)
    by_number = policy.level_by_number(runtime.profile, similar)
    if found is not None:
        _note(connection, view, found, root_key, actor=actor, by_number=by_number)
    if by_number is not None and not any(isinstance(each, AlarmEffect) for each in view.effects):
        view.effects.append(SpikeEffect(marks.bands, similar))
    plan = Plan(
        Start(process.process_id, variables),
        Event.COMPLAINT_REGISTERED,
        {"number": number, "channel": new.channel, "regime": chosen},
    )
    return Beginning(process, root_key, plan, view, actor, InstanceKind.COMPLAINT, number)


def _in_hand(connection: Connection, level: str) -> bool:
    """Whether an emergency as serious is open. A complaint that alarms by its count alone may be of
    the same crowd: its group is told, and triage decides whether it needs one of its own."""
    return any(
        not cases.is_higher(level, each.level)
        for each in cases.list_emergencies(connection, status="open", limit=50)
    )


def _read_registered(connection: Connection, root_key: int) -> Registered:
    complaint = cases.find_complaint(connection, root_key)
    if complaint is None:
        raise NotFound("There is no process instance {root_key}.", root_key=root_key)
    clocks = tuple(cases.list_deadlines(connection, root_key))
    return Registered(complaint.number, root_key, complaint.received_at, clocks)


def start_instance(
    runtime: Runtime,
    process_id: str,
    variables: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    business_key: str | None = None,
    start_event: str | None = None,
    version: ProcessVersion | None = None,
) -> Started:
    """Start the released version of a process, or the very version that is given. Raises NotFound,
    EngineError."""
    started: list[ProcessVersion] = []

    def begin(connection: Connection) -> Beginning:
        process = version or released(connection, process_id)
        if version is not None:
            check_not_retired(connection, version.bundle_key)
        started[:] = [process]
        plan = Plan(
            Start(process_id, variables, start_event=start_event),
            Event.INSTANCE_STARTED,
            {"process": process_id},
        )
        view = case_view(runtime, None, now)
        root_key = new_root_key(connection, runtime)
        return Beginning(process, root_key, plan, view, actor, business_key=business_key)

    return execute(
        runtime,
        new_case(
            begin,
            actor=actor,
            answer=lambda connection, outcomes: Started(outcomes[0].root_key, started[0]),
        ),
        now=now,
    )


TRIAGE = frozenset(
    [
        "groupSize",
        "vulnerable",
        "mediaReach",
        "regulatorReferral",
        "legalThreat",
        "threatToLife",
        "moneyMoving",
        "systemFault",
        "customersAffected",
        "misconduct",
        "executiveChannel",
        "reopened",
        "attitudeOnly",
        "similarIn24h",
        "hardship",
        "byProxy",
    ]
)
"""Facts of triage, as far as they are known at registration."""
STARTS_WITH = TRIAGE | frozenset(
    [
        "complaintNumber",
        "receivedAt",
        "channel",
        "product",
        "amount",
        "currency",
        "language",
        "entity",
        "customerType",
        "customerGiven",
        "round",
    ]
)
"""The variables that a complaint's process begins with."""


def start_variables(new: NewComplaint, number: str) -> dict[str, Any]:
    """The few variables that route a complaint; absent facts are null."""
    return {
        **dict.fromkeys(TRIAGE),
        **{name: value for name, value in new.triage.items() if name in TRIAGE},
        "complaintNumber": number,
        "receivedAt": new.received_at.isoformat(),
        "channel": new.channel,
        "product": new.product,
        "amount": None if new.amount is None else float(new.amount),
        "currency": new.currency,
        "entity": new.legal.get("entity"),
        "customerType": new.legal.get("customerType"),
        "language": new.language,
        "customerGiven": {
            "name": bool(new.customer_name) or "customerName" in new.withheld,
            "contact": bool(new.phone or new.email or new.address) or "contact" in new.withheld,
        },
        "round": 0,
    }
