"""Replies that people keep to use again, for themselves or for everybody: a text in each language,
with placeholders for what a letter may say of its case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa
from jinja2 import TemplateError

from service.db import Connection
from service.errors import FieldError, FormInvalid, NotFound, StateConflict
from service.lengths import find_length_problem
from service.letters.tables import saved_reply
from service.letters.template import (
    LANGUAGES,
    UNFILLED,
    compile_letter,
    fill,
    said_by,
    spoken,
    unknown_facts,
)
from service.letters.unfinished import unfinished
from service.sentence import Sentence

FACTS = (
    "number",
    "customer",
    "registered",
    "today",
    "authority",
    "rights",
    "currency",
    "severity",
    "paid",
    "final_response",
)
"""What a reply may say: what every letter is told of its case."""
KNOWN = (*FACTS, "terms")
"""What a reply may name: the terms too, as texts that were taken from a letter do. They say nothing
here, for the letter that the reply becomes tells them itself."""
LONGEST, LONGEST_NAME = 4_000, 80
MOST, MOST_SHARED = 50, 200
"""So many may one person keep, and so many may be shared."""


@dataclass(frozen=True, slots=True)
class SavedReply:
    """One reply; `texts` by language, those that are written."""

    id: str
    keeper: str
    name: str
    texts: Mapping[str, str]
    shared: bool


def list_replies(connection: Connection, owner: str) -> list[SavedReply]:
    """This person's replies, then those that others share, by name."""
    query = (
        sa.select(saved_reply)
        .where(sa.or_(saved_reply.c.keeper == owner, saved_reply.c.shared))
        .order_by(saved_reply.c.keeper != owner, saved_reply.c.name)
        .limit(MOST + MOST_SHARED)
    )
    return [_reply(row) for row in connection.execute(query)]


def find_reply(connection: Connection, reply_id: str, owner: str) -> SavedReply:
    """A reply that this person may use. Raises NotFound."""
    row = connection.execute(
        sa.select(saved_reply).where(saved_reply.c.id == reply_id)
    ).one_or_none()
    if row is None or not (row.shared or row.keeper == owner):
        raise NotFound("There is no such reply.")
    return _reply(row)


def keep_reply(
    connection: Connection,
    owner: str,
    name: str,
    texts: Mapping[str, str],
    *,
    shared: bool,
    now: datetime,
) -> SavedReply:
    """Keep a reply; one of that name is replaced. Raises FormInvalid that says what is wrong with
    the name or a text, StateConflict when there are too many."""
    plain = " ".join(name.split())
    kept = {
        language: text.replace("\r\n", "\n").strip()
        for language, text in texts.items()
        if language in LANGUAGES and text.strip()
    }
    check_reply(plain, kept)
    mine = sa.select(sa.func.count()).where(
        saved_reply.c.keeper == owner, saved_reply.c.name != plain
    )
    if connection.execute(mine).scalar_one() >= MOST:
        raise StateConflict("You keep {most} replies already; delete one first.", most=MOST)
    others = sa.select(sa.func.count()).where(
        saved_reply.c.shared, sa.or_(saved_reply.c.keeper != owner, saved_reply.c.name != plain)
    )
    if shared and connection.execute(others).scalar_one() >= MOST_SHARED:
        raise StateConflict(
            "{most} replies are shared already; delete one first.", most=MOST_SHARED
        )
    connection.execute(
        sa.delete(saved_reply).where(saved_reply.c.keeper == owner, saved_reply.c.name == plain)
    )
    made = SavedReply(token_hex(16), owner, plain, kept, shared)
    values = {name: getattr(made, name) for name in SavedReply.__slots__}
    connection.execute(sa.insert(saved_reply), {**values, "created_at": now})
    return made


def drop_reply(connection: Connection, reply_id: str) -> None:
    """Forget a reply."""
    connection.execute(sa.delete(saved_reply).where(saved_reply.c.id == reply_id))


def check_reply(name: str, texts: Mapping[str, str]) -> None:
    """Raises FormInvalid with everything that is wrong."""
    too_long = find_length_problem("/name", name, LONGEST_NAME)
    errors = [] if too_long is None else [too_long]
    if not texts:
        errors.append(FieldError("/en", Sentence("Write the reply in at least one language.")))
    for language, text in texts.items():
        problem = _problem_of(text)
        if problem is not None:
            errors.append(FieldError(f"/{language}", problem))
    if errors:
        raise FormInvalid(errors)


def _problem_of(text: str) -> Sentence | None:
    if len(text) > LONGEST:
        return Sentence("is longer than {most} characters", most=LONGEST)
    try:
        unknown = unknown_facts(text, KNOWN)
        compile_letter(text)
    except TemplateError as error:
        return Sentence("The placeholder cannot be read: {error}", error=error)
    if unknown:
        return Sentence(
            "There is no placeholder {unknown}; there are {known}.", unknown=unknown, known=FACTS
        )
    left = unfinished(said_by(text))
    if left:
        return Sentence("There is still something to be filled in: {left}.", left=left[:5])
    return None


def fill_reply(reply: SavedReply, language: str, facts: Mapping[str, object]) -> str:
    """The reply in a case's language, with what is known of the case. Raises FormInvalid when it
    is not written in that language, or wants what the case does not have."""
    chosen = spoken(language)
    text = reply.texts.get(chosen)
    if text is None:
        missing = Sentence(
            "The reply “{name}” is not written in {language}.", name=reply.name, language=chosen
        )
        raise FormInvalid([FieldError("/reply", missing)])
    try:
        return fill(compile_letter(text), facts, chosen).strip()
    except UNFILLED as error:
        wrong = Sentence("The reply cannot be filled: {error}", error=error)
        raise FormInvalid([FieldError("/reply", wrong)]) from error


def _reply(row: sa.Row[tuple[object, ...]]) -> SavedReply:
    found = row._mapping
    return SavedReply(**{name: found[name] for name in SavedReply.__slots__})
