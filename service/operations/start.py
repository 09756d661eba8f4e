"""Starting root instances: a complaint with its process, or a process by itself. One transaction
each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service import cases, policy
from service.audit import Event
from service.builtins.case_view import CaseView
from service.cases import NewComplaint
from service.db import Connection
from service.definitions import ProcessVersion, check_not_retired
from service.engine.commands import Start
from service.execution.begin import begin, keep_keys, new_root_key, released
from service.execution.deliver_waiting import settle
from service.execution.follow_up import follow_up
from service.execution.idempotency import find_answer, store_answer
from service.execution.log_command import log_command
from service.execution.open_emergency import count_spike, join_spike
from service.execution.plan import Plan
from service.execution.retry import run_again
from service.execution.runtime import Runtime
from service.identity import Actor
from service.policy import Deadline

COMPLAINT_PROCESS = "complaint"


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered complaint. `again` says that the same request had been answered before."""

    number: str
    root_key: int
    received_at: datetime
    deadlines: tuple[Deadline, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """A root instance that was started."""

    root_key: int
    process: ProcessVersion


Along = Callable[[Connection, Registered], None]
"""What the caller writes in the very transaction that registers, such as the mail it came by."""


def register_complaint(
    runtime: Runtime,
    new: NewComplaint,
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: str | None = None,
    along: Along | None = None,
) -> Registered:
    """Register a complaint, give it its number and clocks, and start its process: all of it or
    nothing (S3.2-a..d).

    Raises NotFound when no complaint process is released, StateConflict for an idempotency key used
    otherwise.
    """
    keep_keys(runtime)
    began = time.perf_counter()
    done = run_again(
        lambda: _register(
            runtime, new, actor=actor, now=now, idempotency_key=idempotency_key, along=along
        ),
        once=idempotency_key is not None,
        # the same key was stored by another request at this moment: its answer is there now
        conflicts=(sa.exc.IntegrityError,) if idempotency_key is not None else (),
    )
    log_command(Event.COMPLAINT_REGISTERED, done.root_key, actor=actor.name, began=began)
    return done


def _register(
    runtime: Runtime,
    new: NewComplaint,
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: str | None,
    along: Along | None,
) -> Registered:
    request = asdict(new)
    with runtime.database.transaction() as connection:
        if idempotency_key is not None:
            known = find_answer(connection, actor=actor.name, key=idempotency_key, request=request)
            if known is not None:
                return _again(connection, known)
        process = released(connection, COMPLAINT_PROCESS)
        root_key = new_root_key(connection, runtime)
        local_year = now.astimezone(runtime.profile.calendar.zone).year
        number = cases.next_number(connection, local_year)
        cases.insert_complaint(
            connection, new, root_key=root_key, number=number, now=now, actor=actor.name
        )
        clocks = policy.first_deadlines(runtime.profile, new.received_at)
        cases.put_deadlines(connection, root_key, clocks)
        complaint = cases.find_complaint(connection, root_key)
        bands = cases.bands_of(new.content, new.product)
        similar = count_spike(connection, runtime, root_key, bands, now=now)
        view = CaseView(complaint, runtime.profile, now, lambda: clocks, connection=connection)
        plan = Plan(
            Start(process.process_id),
            Event.COMPLAINT_REGISTERED,
            {"number": number, "channel": new.channel},
        )
        variables = start_variables(new, number)
        if variables["similarIn24h"] is None and similar > 1:
            variables["similarIn24h"] = similar
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
        follow_up(connection, runtime, view, root_key, actor=actor, now=now)
        join_spike(connection, runtime, root_key, bands, similar, actor=actor, now=now)
        if idempotency_key is not None:
            answer = {"number": number, "rootKey": str(root_key)}
            store_answer(
                connection,
                actor=actor.name,
                key=idempotency_key,
                request=request,
                answer=answer,
                now=now,
            )
        done = Registered(
            number, root_key, new.received_at, tuple(cases.list_deadlines(connection, root_key))
        )
        if along is not None:
            along(connection, done)
        return done


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
    began = time.perf_counter()
    with runtime.database.transaction() as connection:
        process = version or released(connection, process_id)
        if version is not None:
            check_not_retired(connection, version.bundle_key)
        root_key = new_root_key(connection, runtime)
        view = CaseView(None, runtime.profile, now)
        plan = Plan(
            Start(process_id, start_event=start_event),
            Event.INSTANCE_STARTED,
            {"process": process_id},
        )
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
            business_key=business_key,
        )
        settle(connection, runtime, write, step, now=now)
    log_command(Event.INSTANCE_STARTED, root_key, actor=actor.name, began=began)
    return Started(root_key, process)


def start_variables(new: NewComplaint, number: str) -> dict[str, Any]:
    """The few variables that route a complaint; absent facts are null."""
    names = (
        "groupSize vulnerable mediaReach regulatorReferral legalThreat threatToLife moneyMoving "
        "systemFault "
        "customersAffected misconduct executiveChannel reopened attitudeOnly similarIn24h "
        "hardship byProxy"
    )
    return {
        **dict.fromkeys(names.split()),
        **{name: value for name, value in new.triage.items() if name in names.split()},
        "complaintNumber": number,
        "receivedAt": new.received_at.isoformat(),
        "channel": new.channel,
        "product": new.product,
        "amount": None if new.amount is None else float(new.amount),
        "currency": new.currency,
        "language": new.language,
        "customerGiven": {
            "name": bool(new.customer_name) or "customerName" in new.withheld,
            "contact": bool(new.phone or new.email or new.address) or "contact" in new.withheld,
        },
        "round": 0,
    }


def _again(connection: Connection, known: Mapping[str, Any]) -> Registered:
    root_key = int(known["rootKey"])
    complaint = cases.get_complaint(connection, known["number"])
    return Registered(
        complaint.number,
        root_key,
        complaint.received_at,
        tuple(cases.list_deadlines(connection, root_key)),
        True,
    )
