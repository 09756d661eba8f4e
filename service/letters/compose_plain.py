"""A letter of a process that has to do with no complaint: its variables say whom it is to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service import letters
from service.db import Connection
from service.errors import InvalidInput
from service.i18n.dates import Times
from service.letters import Letter, Queued
from service.letters.compose import LetterOrder
from service.letters.signature import Bank, name_for_letters
from service.letters.texts import letter_text
from service.policy import Profile

NAME, EMAIL, LANGUAGE = "customerName", "customerEmail", "language"
"""The variables that say whom a letter is to."""


@dataclass(frozen=True, slots=True)
class PlainCase:
    """An instance by its key, and the business key it was started under."""

    root_key: int
    business_key: str | None

    @property
    def number(self) -> str:
        """What the letter calls it."""
        return self.business_key or str(self.root_key)


def compose_plain_letter(
    connection: Connection,
    case: PlainCase,
    profile: Profile,
    order: LetterOrder,
    *,
    bank: Bank,
    keys: tuple[int, int],
    now: datetime,
) -> Queued:
    """A letter under two fresh child keys, to be queued; with the reason when it could not be
    written. `bank` signs it, and its language is the letter's where no variable names one."""
    variables = {
        name: value for name, value in (order.variables or {}).items() if value is not None
    }
    language = letters.spoken(_text(variables, LANGUAGE) or bank.language)
    recipient = _text(variables, EMAIL) if order.audience == "customer" else order.to
    times = Times(language, profile.calendar.zone)
    facts = {
        "number": case.number,
        "customer": name_for_letters(_text(variables, NAME), language),
        "bank": bank.name,
        "contact": bank.contact,
        "place": bank.place,
        "today": times.letter_day(now),
        "currency": profile.currency,
        "variables": variables,
    }
    try:
        written = letters.write_letter(
            order.template,
            language=language,
            recipient=recipient,
            audience=order.audience,
            facts=facts,
            text=letter_text(connection, case.root_key, order.template, language),
        )
    except InvalidInput as error:
        details = {"variables": variables, "missing": error.message}
        wanted = Letter(
            order.template,
            language,
            order.audience,
            recipient,
            order.template,
            "",
            details,
        )
        return Queued(*keys, wanted, missing=error.message)
    return Queued(*keys, written)


def _text(variables: Mapping[str, Any], name: str) -> str:
    """A variable that is a text, "" for anything else."""
    found = variables.get(name)
    return found.strip()[:400] if isinstance(found, str) else ""
