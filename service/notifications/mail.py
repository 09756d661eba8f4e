"""Delivery of queued mail: over SMTP, or into a folder of .eml files where no server is configured.

The Message-ID is made of the letter's key and a secret that the letter was filed with: a message
that is sent again after a crash is recognisable as the same one, and an answer or a returned mail
that quotes it finds its case.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from service.errors import InvalidInput, RedressError
from service.notifications.tls import tls_context

TIMEOUT_SECONDS = 20
FAREWELL_SECONDS = 3
GOING_DOWN = 421
"""The reply of a server that ends the connection (RFC 5321, 4.2.3)."""
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}"
)  # one address, nothing quoted
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}@[!-;=?-~]{1,250}>")


class MailServerAway(RedressError):
    """The mail server cannot be used. The letter is as good as before, and so are all others."""

    code = "mail-server-away"


class LetterNotTaken(RedressError):
    """The mail server does not take this letter now; it may later."""

    code = "letter-not-taken"


class LetterRefused(LetterNotTaken):
    """The mail server takes this letter neither now nor later."""

    code = "letter-refused"


@dataclass(frozen=True, slots=True)
class Mailer:
    """Where mail goes. `smtp_url` is smtp://user:password@host:port?starttls=1 or smtps://…; None
    writes files. Servers are known by the authorities in `ca_file`, or those of the machine."""

    smtp_url: str | None
    sender: str
    folder: Path
    ca_file: str = ""

    def deliver(
        self, key: int, payload: Mapping[str, Any], *, now: datetime, footer: str = ""
    ) -> None:
        """Send one message, with what only its receiver may read under it.

        Raises MailServerAway, LetterNotTaken when it may be taken later; LetterRefused and
        InvalidInput when it never will be."""
        message = self._compose(key, payload, now=now, footer=footer)
        if self.smtp_url is not None:
            _send(self.smtp_url, self.ca_file, message)
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{key}.eml").write_bytes(message.as_bytes())
        except OSError as error:
            raise MailServerAway(
                "The folder of mail cannot be written: {why}", why=error.strerror
            ) from error

    def _compose(
        self, key: int, payload: Mapping[str, Any], *, now: datetime, footer: str
    ) -> EmailMessage:
        recipient = str(payload["to"])
        if not _ADDRESS.fullmatch(recipient):
            raise InvalidInput(
                "The letter cannot be sent: its address is none that mail can be sent to."
            )
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = recipient
        message["Subject"] = " ".join(str(payload["subject"]).split())
        message["Date"] = format_datetime(now)
        message["Message-ID"] = self._identity(key, payload)
        thread = str(payload.get("thread") or "")
        if _MESSAGE_ID.fullmatch(thread):
            message["In-Reply-To"] = message["References"] = thread
        if payload.get("automatic"):
            message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{payload['body']}\n{footer}" if footer else str(payload["body"]))
        return message

    def _identity(self, key: int, payload: Mapping[str, Any]) -> str:
        token, domain = (
            payload.get("token"),
            self.sender.rpartition("@")[2].rstrip(">") or "redress.invalid",
        )
        return f"<{payload['letter']}.{token}@{domain}>" if token else f"<{key}@{domain}>"


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """A mail server, and how it is spoken to. `port` 0 is the usual one."""

    secure: bool
    starttls: bool
    host: str
    port: int
    user: str
    password: str


def parse_smtp(url: str) -> SmtpAddress:
    """The mail server of an address. Raises InvalidInput; what it says holds no password."""
    parts = urlsplit(url)
    try:
        port = parts.port or 0
    except ValueError:
        port = -1
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port < 0:
        raise InvalidInput(
            "expected an SMTP address such as smtp://mail.example.org:587?starttls=1 in "
            "REDRESS_SMTP_URL, got one without scheme, host or a port from 1 to 65535"
        )
    return SmtpAddress(
        secure=parts.scheme == "smtps",
        starttls=parse_qs(parts.query).get("starttls") == ["1"],
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _send(url: str, ca_file: str, message: EmailMessage) -> None:
    """Hand the message over. What the server answered to its content decides, not what became of
    the connection then (RFC 5321, 4.2.5: after 250 it is the server's)."""
    with open_smtp(parse_smtp(url), ca_file) as server:
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal([code for code, _ in error.recipients.values()], error) from error
        except smtplib.SMTPDataError as error:
            raise _refusal([error.smtp_code], error) from error
        except (smtplib.SMTPNotSupportedError, ValueError) as error:
            raise LetterRefused("The letter cannot be sent: {why}", why=str(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise _away(error) from error


@contextmanager
def open_smtp(address: SmtpAddress, ca_file: str = "") -> Iterator[smtplib.SMTP]:
    """A connection that is ready to send, closed again in any case. Raises MailServerAway."""
    context = tls_context(ca_file)
    server: smtplib.SMTP | None = None
    try:
        try:
            server = (
                smtplib.SMTP_SSL(
                    address.host, address.port, timeout=TIMEOUT_SECONDS, context=context
                )
                if address.secure
                else smtplib.SMTP(address.host, address.port, timeout=TIMEOUT_SECONDS)
            )
            if address.starttls:
                server.starttls(context=context)
            if address.user:
                server.login(address.user, address.password)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise _away(error) from error
        yield server
    finally:
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                if server.sock is not None:
                    server.sock.settimeout(FAREWELL_SECONDS)
                server.quit()
            server.close()


def _refusal(codes: list[int], error: Exception) -> RedressError:
    if GOING_DOWN in codes:
        return _away(error)
    kind = LetterRefused if all(500 <= code < 600 for code in codes) else LetterNotTaken
    return kind("The mail server does not take the letter: {why}", why=str(error)[:300])


def _away(error: Exception) -> MailServerAway:
    return MailServerAway(
        "The mail server cannot be used: {kind}: {why}",
        kind=type(error).__name__,
        why=str(error)[:300],
    )
