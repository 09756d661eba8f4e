"""Letters from templates, in the case's language: rendered in a sandbox, kept for the file, sent through the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.db import Connection, Prepared
from service.errors import InvalidInput
from service.jobs import insert_outbox
from service.notifications.tables import letter

TEMPLATES = Path(__file__).parent / "templates"
_COLUMNS = "root_key key template language audience recipient subject body written_at details"
_INSERT = Prepared(sa.insert(letter), columns=_COLUMNS.split())
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

    @property
    def deliverable(self) -> bool:
        return "@" in self.recipient


@dataclass(frozen=True, slots=True)
class Queued:
    """A letter with the keys it goes by in its case: its own, and the one for its way out."""

    key: int
    outbox_key: int
    written: Letter


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


def queue_letters(connection: Connection, root_key: int, letters: Iterable[Queued], *, now: datetime) -> None:
    """File the letters and, where there is an address, put them into the outbox; in the caller's transaction."""
    queued = list(letters)
    _INSERT.run_many(connection, [_row(root_key, each, now) for each in queued])
    mails = [(each.outbox_key, _mail(each)) for each in queued if each.written.deliverable]
    insert_outbox(connection, root_key, mails, kind="mail", now=now)


def _mail(each: Queued) -> dict[str, str]:
    written = each.written
    return {"to": written.recipient, "subject": written.subject, "body": written.body, "letter": str(each.key)}


def _row(root_key: int, each: Queued, now: datetime) -> dict[str, Any]:
    written = each.written
    return {
        "root_key": root_key,
        "key": each.key,
        "template": written.template,
        "language": written.language,
        "audience": written.audience,
        "recipient": written.recipient,
        "subject": written.subject,
        "body": written.body,
        "written_at": now,
        "details": {**written.details, "delivery": "queued" if written.deliverable else "no address"},
    }


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
