"""The mailbox is read again and again by one process at a time; an alarm goes out when that has not
worked for long."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from secrets import token_hex

from service import identity, jobs, letters
from service.clock import Clock
from service.config import Settings
from service.db import Connection
from service.errors import RedressError, TooLarge
from service.execution import Runtime, new_root_key
from service.i18n.dates import Times
from service.identity import SYSTEM, Permission
from service.intake.mail_queries import Place, last_uid
from service.intake.mailbox import Address, Envelope, OpenMailbox, open_mailbox, parse_address
from service.intake.quoted_links import void_quoted
from service.intake.strays import forget_strays
from service.intake.take_mail import Raw, take_mail
from service.vault import Kept, Vault

DUTY = "mailbox"
SILENT_AFTER = timedelta(minutes=15)
HEAD = 1 << 16
log = logging.getLogger("redress.mailbox")


class DutyLost(RedressError):
    """Another process reads the mailbox now."""

    code = "duty-lost"


@dataclass(frozen=True, slots=True)
class MailboxWatch:
    """Reads one mailbox. `owner` is this process; the duty's lease is renewed with every
    message."""

    runtime: Runtime
    vault: Vault
    address: Address
    clock: Clock
    own_address: str
    most_bytes: int
    pause_seconds: int
    alarm_mail: str = ""
    secret_key: str = ""
    owner: str = field(
        default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{token_hex(3)}"
    )

    def read_once(self) -> int:
        """One round: every message that is new; how many there were. 0 while another process has
        the duty.

        Raises Unavailable when the mailbox or the database does not answer: what was not taken is
        taken next time."""
        if not self._claim():
            return 0
        try:
            taken = self._read_all()
        except DutyLost:
            return 0
        except Exception as error:
            self._give_back(f"{type(error).__name__}: {error}")
            raise
        self._give_back(None)
        forget_strays(self.runtime, self.vault, now=self.clock.now())
        return taken

    def run_forever(self, stop: threading.Event) -> None:
        """Rounds until `stop` is set."""
        while not stop.is_set():
            try:
                self.read_once()
            except RedressError as error:
                log.warning("the mailbox was not read: %s", error.message)
            except Exception:
                log.exception("the mailbox was not read")
            stop.wait(self.pause_seconds)

    def watch_forever(self, stop: threading.Event) -> None:
        """Look after the heartbeat until `stop` is set: in a thread of its own, so that a stuck
        reader is noticed."""
        while not stop.is_set():
            try:
                check_heartbeat(self.runtime, alarm_mail=self.alarm_mail, now=self.clock.now())
            except Exception:
                log.exception("the mailbox's heartbeat was not checked")
            stop.wait(min(self.pause_seconds, 60))

    def _read_all(self) -> int:
        taken = 0
        with open_mailbox(self.address) as box:
            with self.runtime.database.read() as connection:
                after = last_uid(connection, box.name, box.uid_validity)
            for envelope in box.list_after(after):
                self._take(box, envelope)
                taken += 1
                if not self._claim():
                    raise DutyLost
        return taken

    def _take(self, box: OpenMailbox, envelope: Envelope) -> None:
        now = self.clock.now()
        place = Place(box.name, box.uid_validity, envelope.uid)
        cut = envelope.size > self.most_bytes
        if cut:
            content, kept = self._keep_large(box, envelope)
        else:
            content = box.fetch(envelope)
            kept = self.vault.keep_bytes(content or b"\r\n")
        raw = Raw(place, envelope.received_at or now, content, kept, cut, envelope.size)
        void_quoted(self.runtime, content or b"", key=self.secret_key, now=now)
        verdict = take_mail(self.runtime, self.vault, raw, own_address=self.own_address, now=now)
        log.info("mail %s: %s", envelope.uid, verdict)

    def _keep_large(self, box: OpenMailbox, envelope: Envelope) -> tuple[bytes, Kept]:
        """The head of a large message, and the whole of it in the vault; the head alone of one that
        is larger than anything is kept. It must not block those behind it."""
        if envelope.size <= self.vault.most:
            head: list[bytes] = []
            with suppress(TooLarge):  # larger than the server said
                kept = self.vault.keep(_remembering(box.fetch_pieces(envelope), head))
                return _header(b"".join(head)), kept
        content = _header(next(iter(box.fetch_pieces(envelope)), b"")[:HEAD])
        return content, self.vault.keep_bytes(content or b"\r\n")

    def _claim(self) -> bool:
        now = self.clock.now()
        until = now + timedelta(seconds=min(max(2 * self.pause_seconds, 2), 120))
        with self.runtime.database.transaction() as connection:
            return jobs.claim_duty(connection, DUTY, owner=self.owner, now=now, until=until)

    def _give_back(self, error: str | None) -> None:
        with self.runtime.database.transaction() as connection:
            jobs.end_duty(connection, DUTY, owner=self.owner, now=self.clock.now(), error=error)


def make_watch(
    runtime: Runtime, vault: Vault, settings: Settings, clock: Clock
) -> MailboxWatch | None:
    """The watch of the settings; None where no mailbox is set. Raises InvalidInput for an address
    that is none."""
    if not settings.imap_url:
        return None
    return MailboxWatch(
        runtime,
        vault,
        parse_address(settings.imap_url, ca_file=settings.mail_ca_file),
        clock,
        own_address=parseaddr(settings.mail_from)[1],
        most_bytes=settings.imap_max_bytes,
        pause_seconds=settings.imap_every_seconds,
        alarm_mail=settings.alarm_mail,
        secret_key=settings.secret_key,
    )


def check_heartbeat(runtime: Runtime, *, alarm_mail: str, now: datetime) -> bool:
    """Raise the alarm once when the mailbox has not been read for long, take it back when it is;
    whether it is on."""
    with runtime.database.transaction() as connection:
        duty = jobs.want_duty(connection, DUTY, now=now)
        silent = now - duty.last_done > SILENT_AFTER
        if silent and duty.incident_key is None:
            key = _raise_alarm(connection, runtime, duty, alarm_mail, now)
            jobs.set_alarm(connection, DUTY, key)
        elif not silent and duty.incident_key is not None:
            if jobs.is_active(connection, duty.incident_key):
                jobs.resolve_incident(connection, duty.incident_key, by=SYSTEM.name, now=now)
            jobs.set_alarm(connection, DUTY, None)
    return silent


def _raise_alarm(
    connection: Connection, runtime: Runtime, duty: jobs.Duty, alarm_mail: str, now: datetime
) -> int:
    root_key = new_root_key(connection, runtime)
    minutes = int((now - duty.last_done).total_seconds() // 60)
    why = f" ({duty.error_message})" if duty.error_message else ""
    jobs.raise_incident(
        connection,
        root_key=root_key,
        key=root_key + 1,
        kind="mailbox-silent",
        element_id="mailbox",
        message=f"The mailbox for complaints has not been read for {minutes} minutes{why}.",
        now=now,
    )
    alarmed = _alarmed(connection, alarm_mail, runtime.bank.language)
    for place, (address, language) in enumerate(alarmed, 2):
        times = Times(letters.spoken(language), runtime.profile.calendar.zone)
        facts = {"minutes": minutes, "since": times.moment(duty.last_done)}
        letter = letters.write_letter(
            "mailbox-silent", language=language, recipient=address, audience="staff", facts=facts
        )
        payload = {
            "to": letter.recipient,
            "subject": letter.subject,
            "body": letter.body,
            "automatic": True,
        }
        jobs.insert_outbox(
            connection, root_key, [(root_key + place, payload)], kind="mail", now=now
        )
    return root_key + 1


def _alarmed(connection: Connection, alarm_mail: str, language: str) -> list[tuple[str, str]]:
    """Who is told, in which language: the addresses of the settings in the bank's, and the
    administrators who have one."""
    given = [(each.strip(), language) for each in alarm_mail.split(",") if each.strip()]
    return list(dict(identity.list_addresses(connection, Permission.BE_ALARMED) + given).items())


def _remembering(pieces: Iterable[bytes], head: list[bytes]) -> Iterable[bytes]:
    for piece in pieces:
        if not head:
            head.append(piece[:HEAD])
        yield piece


def _header(head: bytes) -> bytes:
    """The head of a message alone, with nothing after it."""
    ends = [found for found in (head.find(b"\r\n\r\n"), head.find(b"\n\n")) if found >= 0]
    return head[: min(ends)] + b"\r\n\r\n" if ends else head
