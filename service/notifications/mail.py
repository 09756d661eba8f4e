"""Delivery of queued mail: over SMTP, or into a folder of .eml files where no server is configured.

The Message-ID is made of the letter's key and a secret that the letter was filed with: a message
that is sent again after a crash is recognisable as the same one, and an answer or a returned mail
that quotes it finds its case.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from service.errors import InvalidInput

TIMEOUT_SECONDS = 20
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+"
)  # one address, nothing quoted
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}@[!-;=?-~]{1,250}>")


@dataclass(frozen=True, slots=True)
class Mailer:
    """Where mail goes. `smtp_url` is smtp://user:password@host:port?starttls=1 or smtps://…; None
    writes files."""

    smtp_url: str | None
    sender: str
    folder: Path

    def deliver(
        self, key: int, payload: Mapping[str, Any], *, now: datetime, footer: str = ""
    ) -> None:
        """Send one message, with what only its receiver may read under it.

        Raises OSError or smtplib.SMTPException when it could not be handed over, InvalidInput when
        it never can be."""
        recipient = str(payload["to"])
        if not _ADDRESS.fullmatch(recipient):
            raise InvalidInput(
                "The letter cannot be sent: its address is none that mail can be sent to."
            )
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = recipient
        message["Subject"] = str(payload["subject"])
        message["Date"] = format_datetime(now)
        message["Message-ID"] = self._identity(key, payload)
        thread = str(payload.get("thread") or "")
        if _MESSAGE_ID.fullmatch(thread):
            message["In-Reply-To"] = message["References"] = thread
        if payload.get("automatic"):
            message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{payload['body']}\n{footer}" if footer else str(payload["body"]))
        if self.smtp_url is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{key}.eml").write_bytes(message.as_bytes())
        else:
            _send(self.smtp_url, message)

    def _identity(self, key: int, payload: Mapping[str, Any]) -> str:
        token, domain = (
            payload.get("token"),
            self.sender.rpartition("@")[2].rstrip(">") or "redress.invalid",
        )
        return f"<{payload['letter']}.{token}@{domain}>" if token else f"<{key}@{domain}>"


def _send(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise InvalidInput(
            "expected an SMTP address such as smtp://mail.example.org:587?starttls=1, got {url!r}",
            url=url,
        )
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname, parts.port or 0, timeout=TIMEOUT_SECONDS) as server:
        if parse_qs(parts.query).get("starttls") == ["1"]:
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
