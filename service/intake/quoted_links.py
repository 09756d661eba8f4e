"""A mail that quotes the customer's link to their case: an answer with our letter under it, or a
letter that came back. The bank's people read it, so the link works no more, and the next letter has
another."""

from __future__ import annotations

import re
from datetime import datetime

from service.db import Connection
from service.execution import Runtime
from service.identity import MAILBOX
from service.intake.mail_parts import Unreadable, parse_message
from service.intake.portal_access import replace_link

MOST_LINKS, MOST_PARTS = 20, 200
"""So many links are looked for in a mail, in so many parts of it."""
_BETWEEN = re.compile(rb"[\s>]+")
"""What a mail program may have put into a long line that it quotes."""
_LINK = re.compile(
    rb"/portal/follow(?:#|%23)(C-\d{4}-\d{7}-[0-9A-Z])\.((?:[A-Z2-9]{4}-){3}[A-Z2-9]{4})", re.I
)


def void_quoted(runtime: Runtime, raw: bytes, *, key: str, now: datetime) -> int:
    """Replace every link that works and is quoted in a mail; how many. `key` is the service's own
    secret."""
    links = links_in(raw)
    if not links:
        return 0
    with runtime.database.transaction() as connection:
        return sum(_replace(connection, *link, key=key, now=now) for link in links)


def _replace(connection: Connection, number: str, secret: str, *, key: str, now: datetime) -> bool:
    return replace_link(connection, number, secret, key=key, actor=MAILBOX, now=now)


def links_in(raw: bytes) -> list[tuple[str, str]]:
    """The numbers and secrets of links to the portal in a mail, also in one that is within it or
    encoded; each once."""
    found: dict[tuple[str, str], None] = {}
    try:
        parts = list(zip(range(MOST_PARTS), parse_message(raw).walk(), strict=False))
    except (Unreadable, RecursionError):
        parts = []
    texts = [raw]
    for _, part in parts:
        content = part.get_payload(decode=True)
        texts += [content] if isinstance(content, bytes) else []
    for text in texts:
        for number, secret in _LINK.findall(_BETWEEN.sub(b"", text)):
            found[number.decode().upper(), secret.decode().upper()] = None
    return list(found)[:MOST_LINKS]
