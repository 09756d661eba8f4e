"""Letters from templates, in the case's language: rendered in a sandbox, kept for the file, sent through the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.db import Connection
from service.errors import InvalidInput
from service.jobs.tables import outbox
from service.notifications.tables import letter

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("zh-Hant", "zh-Hans", "en")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it was written. `recipient` is an address, or "" when there is none to send it to."""

    template: str
    language: str
    audience: str
    recipient: str
    subject: str
    body: str
    details: Mapping[str, Any]


def write_letter(
    template: str, *, language: str, recipient: str, facts: Mapping[str, Any], audience: str = "customer"
) -> Letter:
    """Render a letter. The first line of a template is the subject.

    Raises InvalidInput when the template is not there or wants something `facts` does not have.
    """
    chosen = language if language in LANGUAGES else "en"
    try:
        text = _environment().get_template(f"{template}.{chosen}.txt").render(**facts)
    except TemplateNotFound as error:
        raise InvalidInput(f"There is no letter template {template!r} in {chosen}.") from error
    except TemplateError as error:
        raise InvalidInput(f"The letter template {template!r} ({chosen}) cannot be filled: {error}") from error
    subject, _, body = text.strip().partition("\n")
    line = " ".join(subject.split())[:300]
    return Letter(template, chosen, audience, recipient, line, body.strip() + "\n", {})


def queue_letter(
    connection: Connection, written: Letter, *, root_key: int, key: int, outbox_key: int, now: datetime
) -> None:
    """File the letter and, where there is an address, put it into the outbox; in the caller's transaction."""
    deliverable = "@" in written.recipient
    connection.execute(
        sa.insert(letter),
        {
            "root_key": root_key,
            "key": key,
            "template": written.template,
            "language": written.language,
            "audience": written.audience,
            "recipient": written.recipient,
            "subject": written.subject,
            "body": written.body,
            "written_at": now,
            "details": {**written.details, "delivery": "queued" if deliverable else "no address"},
        },
    )
    if deliverable:
        connection.execute(
            sa.insert(outbox),
            {
                "root_key": root_key,
                "key": outbox_key,
                "kind": "mail",
                "state": "waiting",
                "payload": {
                    "to": written.recipient,
                    "subject": written.subject,
                    "body": written.body,
                    "letter": str(key),
                },
                "created_at": now,
                "run_at": now,
                "attempts": 0,
            },
        )


def list_letters(connection: Connection, root_key: int) -> list[dict[str, Any]]:
    """The letters of a case, oldest first."""
    query = sa.select(letter).where(letter.c.root_key == root_key).order_by(letter.c.key)
    return [dict(row) for row in connection.execute(query).mappings()]


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    # plain text mail: nothing is HTML, so nothing is escaped
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=False, trim_blocks=True
    )
