"""The structure of a mail, walked without recursion and within limits: what is text, what is
attached."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING, Any

from service.errors import InvalidInput
from service.intake.charsets import decode_text, decode_words
from service.intake.mail_html import text_of_html

MOST_PARTS = 300
MOST_NESTED = 60
MOST_TYPES = 1_000
MOST_TEXT = 2_000_000

if TYPE_CHECKING:
    AnyMessage = Message[Any, Any]
else:
    AnyMessage = Message


class Unreadable(InvalidInput):
    """A mail that cannot be taken apart safely; a person looks at it."""

    code = "mail-unreadable"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail."""

    name: str
    content: bytes


def parse_message(raw: bytes) -> AnyMessage:
    """The mail's structure. Raises Unreadable before a bomb goes off."""
    lowered = raw.lower()
    if lowered.count(b"multipart/") > MOST_NESTED or lowered.count(b"content-type:") > MOST_TYPES:
        raise Unreadable("made of too many parts within parts")
    try:
        return email.message_from_bytes(raw, policy=email.policy.compat32)
    except (
        RecursionError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        IndexError,
    ) as error:
        raise Unreadable("cannot be taken apart ({kind})", kind=type(error).__name__) from error


def leaves(message: AnyMessage) -> Iterator[AnyMessage]:
    """The parts that hold content, in order; a mail within the mail is one of them. Raises
    Unreadable."""
    waiting, seen = [message], 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > MOST_PARTS:
            raise Unreadable("made of more than {most} parts", most=MOST_PARTS)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += reversed(_inner(part))
        else:
            yield part


def is_attached(part: AnyMessage) -> bool:
    """Whether a part is a file rather than the letter itself."""
    kind = part.get_content_type()
    named = part.get_filename() is not None or part.get_content_disposition() == "attachment"
    return named or kind not in (
        "text/plain",
        "text/html",
        "message/delivery-status",
        "text/rfc822-headers",
    )


def text_of(message: AnyMessage) -> str:
    """What the sender wrote: the plain parts, or the HTML ones as text where no plain part says
    anything."""
    plain: list[str] = []
    markup: list[str] = []
    for part in leaves(message):
        if is_attached(part):
            continue
        text = decode_text(content_of(part), part.get_content_charset())[:MOST_TEXT]
        (markup if part.get_content_type() == "text/html" else plain).append(text)
    written = "\n".join(plain).replace("\r\n", "\n").strip()
    return written or text_of_html("\n".join(markup))


def markup_of(message: AnyMessage) -> str:
    """The HTML parts as they came: to be cleaned before anybody sees them."""
    return "\n".join(
        decode_text(content_of(part), part.get_content_charset())
        for part in leaves(message)
        if part.get_content_type() == "text/html" and not is_attached(part)
    )


def attachments_of(message: AnyMessage) -> list[Attachment]:
    """The files of a mail; empty ones are none."""
    found = []
    for number, part in enumerate(leaves(message), 1):
        if not is_attached(part):
            continue
        content = content_of(part)
        if content:
            kind = part.get_content_type()
            name = decode_words(part.get_filename(), 200)
            found.append(
                Attachment(
                    name or f"part-{number}{'.eml' if kind == 'message/rfc822' else ''}", content
                )
            )
    return found


def content_of(part: AnyMessage) -> bytes:
    """The bytes of a part, decoded as far as they can be."""
    if part.is_multipart():
        try:
            return b"\n".join(each.as_bytes() for each in _inner(part))
        except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise Unreadable(
                "holds a mail that cannot be taken apart ({kind})", kind=type(error).__name__
            ) from error
    try:
        decoded = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        decoded = None
    return decoded if isinstance(decoded, bytes) else b""


def _inner(part: AnyMessage) -> list[AnyMessage]:
    payload = part.get_payload()
    return (
        [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []
    )
