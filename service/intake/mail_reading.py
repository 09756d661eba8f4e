"""A raw mail becomes what we need to know of it. Pure: bytes in, a `Mail` or Unreadable out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr

from service.intake.charsets import decode_words
from service.intake.mail_parts import (
    AnyMessage,
    Attachment,
    Unreadable,
    attachments_of,
    content_of,
    leaves,
    parse_message,
    text_of,
)

_OURS = re.compile(r"\b(\d{5,19})\.([0-9a-f]{16})@")
_NUMBER = re.compile(r"\bC-\d{4}-\d{7}-[0-9A-Z]\b", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,255}")
_DAEMONS = ("mailer-daemon", "postmaster", "mail-daemon")
PREVIEW = 500


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. `letters` are (key, token) of letters of ours it answers or returns;
    `numbers` complaint numbers in its subject; `mark` what it is besides a person's letter."""

    sender: str
    sender_name: str
    subject: str
    text: str
    message_id: str
    letters: tuple[tuple[int, str], ...]
    numbers: tuple[str, ...]
    mark: str
    bounced: str
    attachments: tuple[Attachment, ...]


def read_mail(raw: bytes) -> Mail:
    """Take a mail apart. Raises Unreadable."""
    message = parse_message(raw)
    try:
        return _read(message)
    except Unreadable:
        raise
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unreadable("cannot be taken apart ({kind})", kind=type(error).__name__) from error


def fingerprint_of(raw: bytes) -> tuple[str, str]:
    """The Message-ID, and the hash that makes a message the same one wherever it lies: of the
    Message-ID and the content. What servers add on the way (Received and the like) does not
    count."""
    head, body = _split(raw)
    fields = {name: _field(head, name) for name in (b"message-id", b"from", b"date", b"subject")}
    digest = hashlib.sha256()
    for value in (*fields.values(), body.replace(b"\r\n", b"\n").rstrip(b"\n")):
        digest.update(hashlib.sha256(value).digest())
    return fields[b"message-id"].decode("utf-8", errors="replace")[:300], digest.hexdigest()


def _split(raw: bytes) -> tuple[bytes, bytes]:
    found = re.search(rb"\r?\n\r?\n", raw)
    return (raw, b"") if found is None else (raw[: found.start()], raw[found.end() :])


def _field(head: bytes, name: bytes) -> bytes:
    found = re.search(
        rb"(?:^|\n)" + name + rb":[ \t]*((?:[^\r\n]|\r?\n[ \t])*)", head, re.IGNORECASE
    )
    return b" ".join(found.group(1).split()) if found else b""


def _read(message: AnyMessage) -> Mail:
    sender_name, sender = _sender(message)
    bounced = _bounced(message, sender)
    answered = f"{message.get('In-Reply-To', '')} {message.get('References', '')}"[:20_000]
    returned = _returned_text(message) if bounced else ""
    subject = decode_words(message.get("Subject"), 300)
    return Mail(
        sender=sender,
        sender_name=sender_name,
        subject=subject,
        text=text_of(message),
        message_id=decode_words(message.get("Message-ID"), 300),
        letters=tuple(
            dict.fromkeys((int(key), token) for key, token in _OURS.findall(answered + returned))
        ),
        numbers=tuple(dict.fromkeys(number.upper() for number in _NUMBER.findall(subject))),
        mark="bounce" if bounced else _mark(message),
        bounced=bounced,
        attachments=tuple(attachments_of(message)),
    )


def _sender(message: AnyMessage) -> tuple[str, str]:
    raw = str(message.get("From") or "")[:2_000]
    name, address = parseaddr(raw)
    found = _ADDRESS.search(address) or _ADDRESS.search(raw)
    plain = decode_words(found.group(0) if found else "", 320)
    shown = decode_words(name, 300).strip("\"' ")
    return ("" if shown.casefold() == plain.casefold() else shown), plain


def _is_spam(head: Mapping[str, str]) -> bool:
    if head["X-Spam-Flag"] == "yes" or head["X-Spam-Status"].startswith("yes"):
        return True
    score = head["X-MS-Exchange-Organization-SCL"]
    return score.isdecimal() and int(score[:3]) >= 5


def _is_automatic(head: Mapping[str, str]) -> bool:
    if head["Auto-Submitted"] not in ("", "no") or head["Precedence"] == "auto_reply":
        return True
    return bool(head["X-Autoreply"] or head["X-Autorespond"])


def _mark(message: AnyMessage) -> str:
    """What the headers say of a mail that nobody wrote by hand: `auto-reply`, `spam`, `bulk`, or
    nothing."""
    head = {name: str(message.get(name) or "").strip().casefold() for name in _HEADERS}
    if _is_spam(head):
        return "spam"
    if _is_automatic(head):
        return "auto-reply"
    if (
        head["List-Id"]
        or head["List-Unsubscribe"]
        or head["Precedence"] in ("bulk", "list", "junk")
    ):
        return "bulk"
    return ""


_HEADERS = (
    "X-Spam-Flag",
    "X-Spam-Status",
    "X-MS-Exchange-Organization-SCL",
    "Auto-Submitted",
    "X-Autoreply",
    "X-Autorespond",
    "Precedence",
    "List-Id",
    "List-Unsubscribe",
)


def _bounced(message: AnyMessage, sender: str) -> str:
    """Why a mail of ours came back, "" when this is no such report. A delay is none: the mail is
    still under way."""
    if message.get_content_type() == "multipart/report":
        for part in leaves(message):
            if part.get_content_type() == "message/delivery-status":
                return _status(content_of(part).decode("ascii", errors="replace"))
    null_path = str(message.get("Return-Path") or "x").strip() == "<>"
    daemon = sender.partition("@")[0].casefold() in _DAEMONS
    return (
        "returned by the mail system"
        if daemon and (null_path or message.get("X-Failed-Recipients"))
        else ""
    )


def _status(report: str) -> str:
    if not re.search(r"^action:\s*failed", report, re.IGNORECASE | re.MULTILINE):
        return ""
    found = re.search(r"^status:\s*(\d\.\d{1,3}\.\d{1,3})", report, re.IGNORECASE | re.MULTILINE)
    return f"refused with status {found.group(1)}" if found else "refused"


def _returned_text(message: AnyMessage) -> str:
    """The letter that came back, or its head, as text: it has our Message-ID."""
    kinds = ("message/rfc822", "text/rfc822-headers", "text/plain")
    pieces = [
        content_of(part)[:20_000] for part in leaves(message) if part.get_content_type() in kinds
    ]
    return " " + b" ".join(pieces).decode("utf-8", errors="replace")
