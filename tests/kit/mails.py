"""Mails for tests: ordinary ones, and ones that nobody should have to read."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from typing import Any


def write(
    text: str = "The fee was charged twice. Please return it.",
    *,
    sender: str = "Wang Mei <wang@customer.invalid>",
    subject: str = "Charged twice",
    identity: str = "<m1@customer.invalid>",
    files: tuple[tuple[str, bytes], ...] = (),
    **headers: str,
) -> bytes:
    """A mail as a person's program sends it. Header names are given with underscores for dashes."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "complaints@bank.invalid", subject
    message["Date"] = "Mon, 02 Mar 2026 09:00:00 +0800"
    if identity:
        message["Message-ID"] = identity
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes().replace(b"\n", b"\r\n")


def bounce(original: str, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    """What a mail system says of a letter it could not deliver."""
    lines = f"""From: MAILER-DAEMON@mx.invalid
To: complaints@bank.invalid
Subject: Undelivered Mail Returned to Sender
Message-ID: <b-{status}-{action}@mx.invalid>
Content-Type: multipart/report; report-type=delivery-status; boundary="bb"

--bb
Content-Type: text/plain

I could not deliver your mail.
--bb
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.invalid

Final-Recipient: rfc822; x@y.invalid
Action: {action}
Status: {status}

--bb
Content-Type: text/rfc822-headers

Message-ID: {original}
Subject: your complaint

--bb--
"""
    return lines.replace("\n", "\r\n").encode()


def nested(depth: int) -> bytes:
    """Parts within parts within parts."""
    head = (
        b"From: deep@attacker.invalid\r\nSubject: deep\r\nMessage-ID: "
        b"<deep-%d@attacker.invalid>\r\n"
    ) % depth
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(depth)
    )
    return head + opened + b"Content-Type: text/plain\r\n\r\nat the bottom\r\n"


def many_parts(count: int) -> bytes:
    """One mail of very many parts."""
    part = b"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    head = (
        b"From: many@attacker.invalid\r\nSubject: many\r\nContent-Type: multipart/mixed; "
        b'boundary="x"\r\n\r\n'
    )
    return head + part * count + b"--x--\r\n"


def zip_bomb(megabytes: int = 120) -> bytes:
    """A small archive that unpacks to very much."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("zeros.bin", bytes(megabytes << 20))
    return packed.getvalue()


def zip_of(files: dict[str, Any]) -> bytes:
    """An archive of these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def wrong_charset(label: str, text: str, real: str, *, identity: str) -> bytes:
    """A mail whose label says one charset and whose bytes are in another."""
    return (
        (
            f"From: =?utf-8?b?546L?= <{label.replace('-', '')}@customer.invalid>\r\nMessage-ID: "
            f"{identity}\r\n"
            f"Content-Type: text/plain; charset={label}\r\nContent-Transfer-Encoding: 8bit\r\n"
        ).encode()
        + b"Subject: "
        + text[:6].encode(real)
        + b"\r\n\r\n"
        + text.encode(real)
        + b"\r\n"
    )
