"""Letters leave by mail, each once, through days without a mail server.

What is wrong with a letter is told from what is wrong with the server. While the server is away
nothing is tried but one letter now and then, there is one incident, and when it is back everything
that waits leaves at once. A letter is given up when it is refused, or after five days (RFC 5321,
4.5.4.1: at least four or five).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from service import audit, cases, jobs, letters
from service.audit import Event
from service.db import Connection
from service.errors import InvalidInput, RedressError
from service.execution.begin import new_root_key
from service.execution.child_keys import take_children
from service.execution.retry import retry
from service.execution.runtime import Runtime
from service.identity import SYSTEM
from service.jobs import Due
from service.notifications import LetterRefused, Mailer, MailServerAway
from service.operations.mark_letter_returned import clocks_of, reopen_met

DUTY = "mail"
GIVEN_UP_AFTER = timedelta(days=5)
TOLD_AFTER = timedelta(minutes=10)
SHORTEST, LONGEST = timedelta(seconds=30), timedelta(minutes=15)
"""Between two tries of a server that is away; half as long as it has been."""
MOST_FAULTS = 8
"""How often a letter is tried that fails of something nobody thought of."""
Link = Callable[[int, datetime], str | None]
"""The address at which a customer follows the case of that root key; None for one that no customer
follows."""
Code = Callable[[str], str]
"""The code by which somebody sets their password, from the id of what was made for them."""
log = logging.getLogger("redress.mail")


def deliver_mail(
    runtime: Runtime,
    mailer: Mailer,
    due: Due,
    *,
    link: Link | None,
    code: Code | None = None,
    now: datetime,
) -> None:
    """Send one letter that a worker has claimed, or say why not and when again."""
    if not _put_off_with_all(runtime, due, now=now):
        _deliver(runtime, mailer, due, link=link, code=code, now=now)


def _put_off_with_all(runtime: Runtime, due: Due, *, now: datetime) -> bool:
    """While the server is away no letter is tried."""
    with runtime.database.read() as connection:
        duty = jobs.find_duty(connection, DUTY)
    if duty is None or duty.until is None or duty.until <= now:
        return False
    _put_off(runtime, due, duty.until, now=now, error=duty.error_message or "")
    return True


def _deliver(
    runtime: Runtime,
    mailer: Mailer,
    due: Due,
    *,
    link: Link | None,
    code: Code | None,
    now: datetime,
) -> None:
    try:
        mailer.deliver(due.key, due.payload or {}, now=now, footer=_footer(due, link, code, now))
    except MailServerAway as error:
        _server_away(runtime, due, error.message, now=now)
    except (LetterRefused, InvalidInput) as error:
        _give_up(runtime, due, error.message, now=now)
    except RedressError as error:
        _try_later(runtime, due, error.message, now=now)
    except Exception as error:  # one letter, whatever is in it, must not be tried for ever
        log.exception("mail %s cannot be sent", due.key)
        give_up = due.attempts >= MOST_FAULTS
        (_give_up if give_up else _try_later)(runtime, due, type(error).__name__, now=now)
    else:
        # it has left the house: not to note that would send it again
        retry(lambda: _delivered(runtime, due, now=now), once=True, conflicts=())


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 10 s, doubled each time, at most six hours."""
    return min(timedelta(seconds=10 * 2 ** min(attempts, 12)), timedelta(hours=6))


def _footer(due: Due, link: Link | None, code: Code | None, now: datetime) -> str:
    """The way to the portal, or the code for a password. It opens something, so it is not kept with
    the letter: whoever reads the database would have it too."""
    payload = due.payload or {}
    if payload.get("accountLink"):
        return _with_code(payload, code)
    language = str((due.payload or {}).get("customer") or "")
    address = link(due.root_key, now) if link and language else None
    if not address:
        return ""
    return letters.write_letter(
        "portal-link", language=language, recipient="", facts={"link": address}
    ).body


def _with_code(payload: Mapping[str, Any], code: Code | None) -> str:
    """The code itself. Raises InvalidInput where this worker cannot make it."""
    if code is None:
        raise InvalidInput("expected a worker with the service's secret, to make the code with")
    return letters.write_letter(
        "password-code-line",
        language=str(payload["language"]),
        recipient="",
        facts={"code": code(str(payload["accountLink"]))},
    ).body


def _delivered(runtime: Runtime, due: Due, *, now: datetime) -> None:
    with runtime.database.transaction() as connection:
        jobs.end_outbox(connection, due, state="delivered", now=now)
        letters.mark_sent(connection, due.payload or {}, now=now)
        _meet_now(connection, due, now=now)
        duty = jobs.find_duty(connection, DUTY)
        if duty is not None and duty.error_message is not None:
            _server_back(connection, duty, now=now)


def _meet_now(connection: Connection, due: Due, *, now: datetime) -> None:
    """What the letter meets is met now that the receiving server has it, not when it was queued."""
    key = int((due.payload or {}).get("letter") or 0)
    if key:
        row = letters.get_letter(connection, key)
        names = clocks_of(row)
        if names and row["delivery"] == "sent":
            _shift_met(connection, row, names, now=now)


def _shift_met(
    connection: Connection, row: Mapping[str, Any], names: list[str], *, now: datetime
) -> None:
    """On the record of the case: a clock is not moved past it."""
    root_key = row["root_key"]
    shifted = cases.shift_met(connection, root_key, names, met_at=row["written_at"], to=now)
    if shifted:
        take_children(connection, root_key, 0)
        audit.append(
            connection,
            root_key,
            Event.LETTER_ACCEPTED,
            actor=SYSTEM.name,
            at=now,
            details={"letter": str(row["key"]), "met": shifted},
            subject_key=row["key"],
        )


def _put_off(runtime: Runtime, due: Due, until: datetime, *, now: datetime, error: str) -> None:
    if _is_too_old(due, now):
        _give_up(runtime, due, error, now=now)
        return
    with runtime.database.transaction() as connection:
        jobs.end_outbox(connection, due, state="waiting", now=now, run_at=until, error=error)


def _try_later(runtime: Runtime, due: Due, error: str, *, now: datetime) -> None:
    _put_off(runtime, due, now + wait_after(due.attempts), now=now, error=error)


def _server_away(runtime: Runtime, due: Due, error: str, *, now: datetime) -> None:
    with runtime.database.transaction() as connection:
        duty = jobs.want_duty(connection, DUTY, now=now)
        since = now if duty.error_message is None else duty.since
        until = now + min(max((now - since) / 2, SHORTEST), LONGEST)
        jobs.break_off(connection, DUTY, since=since, until=until, error=error)
        if now - since >= TOLD_AFTER and duty.incident_key is None:
            jobs.set_alarm(connection, DUTY, _raise_alarm(connection, runtime, error, now=now))
    log.warning("the mail server is away: %s", error)
    _put_off(runtime, due, until, now=now, error=error)


def _server_back(connection: Connection, duty: jobs.Duty, *, now: datetime) -> None:
    if duty.incident_key is not None:
        if jobs.is_active(connection, duty.incident_key):
            jobs.resolve_incident(connection, duty.incident_key, by=SYSTEM.name, now=now)
        jobs.set_alarm(connection, DUTY, None)
    jobs.take_up_again(connection, DUTY, now=now)
    jobs.hurry_mail(connection, now=now)
    log.warning("the mail server is back")


def _raise_alarm(connection: Connection, runtime: Runtime, error: str, *, now: datetime) -> int:
    root_key = new_root_key(connection, runtime)
    jobs.raise_incident(
        connection,
        root_key=root_key,
        key=root_key + 1,
        kind="mail-server-away",
        element_id="mail",
        message=error,
        now=now,
    )
    return root_key + 1


def _give_up(runtime: Runtime, due: Due, error: str, *, now: datetime) -> None:
    """The letter has to go another way, and what it met is open again."""
    with runtime.database.transaction() as connection:
        jobs.end_outbox(connection, due, state="dead", now=now, error=error)
        letters.mark_unsent(connection, due.payload or {}, now=now)
        key = int((due.payload or {}).get("letter") or 0)
        if key:
            reopen_met(connection, letters.get_letter(connection, key))
        jobs.raise_incident(
            connection,
            root_key=due.root_key,
            key=due.key,
            kind="undeliverable",
            element_id="",
            message=error,
            now=now,
            subject_key=due.key,
        )


def _is_too_old(due: Due, now: datetime) -> bool:
    return due.created_at is not None and now - due.created_at >= GIVEN_UP_AFTER
