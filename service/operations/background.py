"""What happens without a person: timers fire, the outbox is delivered. Handlers for
`service.jobs.Worker`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from service import jobs
from service.clock import Clock
from service.db import Connection
from service.engine import EngineError
from service.errors import InvalidInput, NotFound, RedressError, StateConflict
from service.execution import Outcome, Runtime, execute, firing, on_case, retry
from service.identity import CLOCK, SYSTEM
from service.jobs import LEASE, NEVER, Due, Lane, Worker
from service.notifications import Mailer
from service.operations.deliver_mail import Code, Link, deliver_mail, wait_after
from service.operations.messages import send_message
from service.operations.review_bundle import release_due_bundles
from service.operations.signals import broadcast_signal
from service.operations.start_events import fire_due_starts
from service.operations.tell_deadlines import make_deadline_chore
from service.operations.tell_unmanned import make_unmanned_chore
from service.operations.tidy_drafts import make_tidy_chore
from service.operations.timer_pace import MOST as MOST_FIRED
from service.operations.timer_pace import TimerPace
from service.operations.work_migrations import work_migrations

MAX_ATTEMPTS = 8
MAIL_LEASE = timedelta(minutes=10)
"""A mail server may take its time for a letter."""
log = logging.getLogger("redress.background")


def make_worker(
    runtime: Runtime,
    mailer: Mailer,
    clock: Clock,
    *,
    link: Link | None = None,
    code: Code | None = None,
    lane: Lane = Lane.ALL,
) -> Worker:
    """A worker that does this product's background work, or that of one lane. `link` is the
    portal's, for mail to customers; `code` that of a password, for mail to staff."""
    chores = (
        partial(_start_due, runtime),
        partial(_expire, runtime),
        partial(_release_due, runtime),
        partial(_migrate, runtime),
        make_deadline_chore(runtime),
        make_unmanned_chore(runtime),
        make_tidy_chore(runtime),
    )
    return Worker(
        runtime.database,
        clock,
        timer_handler(runtime),
        outbox_handler(runtime, mailer, link, code),
        () if lane is Lane.MAIL else chores,
        lane=lane,
        lease=MAIL_LEASE if lane is Lane.MAIL else LEASE,
    )


def _start_due(runtime: Runtime, now: datetime) -> int:
    return fire_due_starts(runtime, now=now)


def _release_due(runtime: Runtime, now: datetime) -> int:
    return release_due_bundles(runtime, now=now)


def _migrate(runtime: Runtime, now: datetime) -> int:
    return work_migrations(runtime, now=now)


def _expire(runtime: Runtime, now: datetime) -> int:
    """Forget messages whose time is over."""
    with runtime.database.read() as connection:
        if not jobs.has_expired(connection, now=now):
            return 0
    with runtime.database.transaction() as connection:
        return jobs.drop_expired(connection, now=now)


def fire_timer(runtime: Runtime, key: int, *, now: datetime) -> Outcome | None:
    """Fire a timer that is due; None when it is gone already."""

    try:
        return execute(runtime, on_case(key, firing(key), actor=CLOCK), now=now)
    except (NotFound, StateConflict):
        return None


def timer_handler(runtime: Runtime) -> Callable[[Due, datetime], None]:
    """Fire it; what cannot fire has an incident and is retried later and later, never in a
    spin. What fires too often has one too, and waits until that is resolved."""
    pace = TimerPace()

    def handle(due: Due, now: datetime) -> None:
        if pace.is_too_fast(due.root_key, due.element_id, now=now):
            _stop_loop(runtime, due, now)
            return
        try:
            fire_timer(runtime, due.key, now=now)
        except EngineError as error:
            log.warning("timer %s cannot fire: %s", due.key, error.code)
            with runtime.database.transaction() as connection:
                jobs.put_back_timer(connection, due, run_at=now + wait_after(due.attempts))
        except RedressError:
            raise  # the database is away, or the case is busy: after the lease
        except Exception as error:
            log.exception("timer %s cannot fire", due.key)
            with runtime.database.transaction() as connection:
                jobs.put_back_timer(connection, due, run_at=now + wait_after(due.attempts))
                if due.attempts >= MAX_ATTEMPTS:
                    _raise(connection, due, "timer-failed", type(error).__name__, now)

    return handle


def _stop_loop(runtime: Runtime, due: Due, now: datetime) -> None:
    text = (
        f"The timer of {due.element_id!r} has fired more than {MOST_FIRED:,} times within an hour. "
        "It waits. Give it a longer time, or end the case; resolving this lets it fire."
    )
    with runtime.database.transaction() as connection:
        jobs.put_back_timer(connection, due, run_at=NEVER)
        _raise(connection, due, "timer-loop", text, now)


def outbox_handler(
    runtime: Runtime, mailer: Mailer, link: Link | None = None, code: Code | None = None
) -> Callable[[Due, datetime], None]:
    """Deliver it; after the last attempt it is dead, with an incident."""

    def handle(due: Due, now: datetime) -> None:
        if due.kind == "mail":
            deliver_mail(runtime, mailer, due, link=link, code=code, now=now)
            return
        try:
            (_broadcast if due.kind == "signal" else _deliver_message)(runtime, due, now)
        except Exception as error:  # whatever it is, it counts: nothing is tried for ever
            if not isinstance(error, RedressError):
                log.exception("outbox row %s cannot be delivered", due.key)
            _failed(runtime, due, now, error)
            return
        retry(lambda: _delivered(runtime, due, now), once=True, conflicts=())

    return handle


def _delivered(runtime: Runtime, due: Due, now: datetime) -> None:
    with runtime.database.transaction() as connection:
        jobs.end_outbox(connection, due, state="delivered", now=now)


def _broadcast(runtime: Runtime, due: Due, now: datetime) -> None:
    payload = due.payload or {}
    with runtime.database.read() as connection:
        cause = jobs.find_cause(connection, due.root_key, due.key)
        storm = jobs.is_storm(connection, cause)
    if storm:
        _stop_storm(runtime, due, cause, now)
        return
    broadcast_signal(
        runtime,
        payload["name"],
        payload["variables"],
        actor=SYSTEM,
        now=now,
        thrown_by=due.root_key,
        cause=cause,
    )


def _stop_storm(runtime: Runtime, due: Due, cause: jobs.Cause, now: datetime) -> None:
    payload = due.payload or {}
    element = payload.get("element", "")
    text = (
        f"The signal {payload['name']!r}, thrown here, is one of more than {jobs.MOST_SIGNALS} "
        "that follow from one another. They wait. Change the procedure or end the instances that "
        "it started; resolving this lets the signals leave."
    )
    with runtime.database.transaction() as connection:
        if jobs.stop_storm(connection, cause):
            _raise(connection, replace(due, element_id=element), "signal-storm", text, now)


def _deliver_message(runtime: Runtime, due: Due, now: datetime) -> None:
    """A message for another case; it is news, so one that nobody waits for any more is dropped."""
    payload = due.payload or {}
    try:
        send_message(
            runtime, payload["name"], payload["key"], payload["variables"], actor=SYSTEM, now=now
        )
    except NotFound:
        log.info("nobody waits for the message %s any more", payload["name"])


def _failed(runtime: Runtime, due: Due, now: datetime, error: Exception) -> None:
    dead = due.attempts >= MAX_ATTEMPTS or isinstance(error, InvalidInput)
    with runtime.database.transaction() as connection:
        jobs.end_outbox(
            connection,
            due,
            state="dead" if dead else "waiting",
            now=now,
            run_at=now + wait_after(due.attempts),
            error=f"{type(error).__name__}: {error}",
        )
        if dead:
            _raise(connection, due, "undeliverable", type(error).__name__, now)


def _raise(connection: Connection, due: Due, kind: str, message: str, now: datetime) -> None:
    jobs.raise_incident(
        connection,
        root_key=due.root_key,
        key=due.key,
        kind=kind,
        element_id=due.element_id,
        message=message,
        now=now,
        subject_key=due.key,
    )
