"""A letter of a case is written from what the case knows, filed, and queued; or filed as incomplete
with an incident.

Nothing half-written leaves: a template that wants something the case does not have makes a person's
work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from service import cases, letters
from service.cases import Complaint
from service.db import Connection
from service.errors import InvalidInput
from service.i18n.dates import Times
from service.letters import Letter, Queued
from service.letters.rights import BLOCKS, block_of, clocks_met, rights_of, says
from service.letters.signature import Bank, name_for_letters
from service.letters.texts import letter_text
from service.policy import RIGHTS, Deadline, Profile, nearest_of


@dataclass(frozen=True, slots=True)
class LetterOrder:
    """Which letter is wanted, for whom, with what beyond the facts of the case. `to` is for staff
    only; `meets` names the clocks that it meets, by commas."""

    template: str
    audience: str = "customer"
    to: str = ""
    variables: Mapping[str, Any] | None = None
    meets: str = ""


def compose_letter(
    connection: Connection,
    complaint: Complaint,
    clocks: Mapping[str, Deadline],
    profile: Profile,
    order: LetterOrder,
    *,
    bank: Bank,
    keys: tuple[int, int],
    now: datetime,
) -> Queued:
    """A letter under two fresh child keys, to be queued; with the reason when it could not be
    written. `bank` signs it."""
    recipient = address_of(complaint) if order.audience == "customer" else order.to
    variables = dict(order.variables or {})
    spoken = letters.spoken(complaint.language)
    text = letter_text(connection, complaint.root_key, order.template, spoken)
    facts = letter_facts(complaint, clocks, profile, variables, bank=bank, now=now)
    terms = _terms(order.template, profile, complaint.language, facts)
    facts["terms"] = terms or ""
    if letters.asks_for("paid", text):
        facts["paid"] = cases.balance_of(connection, complaint.root_key).paid
    try:
        written = letters.write_letter(
            order.template,
            language=complaint.language,
            recipient=recipient,
            audience=order.audience,
            facts=facts,
            text=text,
        )
        written = _with_terms(written, order, terms)
    except InvalidInput as error:
        details = {"variables": variables, "missing": error.message, "meets": order.meets}
        wanted = Letter(
            order.template,
            complaint.language,
            order.audience,
            recipient,
            order.template,
            "",
            details,
        )
        return Queued(*keys, wanted, missing=error.message)
    block = BLOCKS.get(order.template)
    meets = (
        clocks_met(order.meets, profile, complaint.language, written.body)
        if block in (None, RIGHTS)
        else order.meets  # its own block is in it, or it would not be here
    )
    written = replace(written, details={"meets": meets} if meets else {})
    return Queued(*keys, written, complaint.facts.get("mailThread"))


def _terms(template: str, profile: Profile, language: str, facts: Mapping[str, Any]) -> str | None:
    """What the law wants this letter to say; None where it wants nothing of it."""
    block = BLOCKS.get(template)
    until = str(facts.get("final_response", ""))
    return None if block is None else block_of(profile, block, language, until=until)


def _with_terms(written: Letter, order: LetterOrder, terms: str | None) -> Letter:
    """The letter, with what the law wants of it at its end where its template has no place for
    that. A final answer is not completed so: it is decided on what it says. Raises InvalidInput
    for one that does not tell the customer's rights."""
    if order.audience != "customer" or terms is None or says(terms, written.body):
        return written
    if BLOCKS[order.template] == RIGHTS:
        raise InvalidInput(
            "The letter {template_!r} does not tell the customer's rights as the policy words "
            "them. Put {{{{ rights }}}} into its text; until then it is not sent.",
            template_=order.template,
        )
    return replace(written, body=f"{written.body.rstrip()}\n\n{terms}\n")


def letter_facts(
    complaint: Complaint,
    clocks: Mapping[str, Deadline],
    profile: Profile,
    variables: Mapping[str, Any],
    *,
    bank: Bank,
    now: datetime,
) -> dict[str, Any]:
    """What a letter template may say. What is not known is not there: a template that wants it is
    not written."""
    times = Times(letters.spoken(complaint.language), profile.calendar.zone)
    final = nearest_of(clocks, "final response")
    facts = {
        "number": complaint.number,
        "customer": name_for_letters(complaint.customer_name, times.language),
        "bank": bank.name,
        "contact": bank.contact,
        "place": bank.place,
        "registered": times.letter_moment(complaint.registered_at),
        "today": times.letter_day(now),
        "rights": rights_of(profile, complaint.language),
        "authority": profile.authority.get(complaint.language, profile.authority["en"]),
        "currency": complaint.currency,
        "severity": complaint.severity,
        "variables": {name: value for name, value in variables.items() if value is not None},
    }
    if facts["rights"] is None:
        del facts["rights"]
    if final is not None:
        facts["final_response"] = times.letter_day(final.due_at)
    promised = _promised(variables, final, now)
    facts["expected"] = "" if promised is None else times.letter_day(promised)
    return facts


def _promised(
    variables: Mapping[str, Any], final: Deadline | None, now: datetime
) -> datetime | None:
    """When the customer may expect the answer: on the day that a person named (`newDate`), or by
    the end of the law's time where that still runs."""
    named = variables.get("newDate")
    if isinstance(named, str) and named:
        return datetime.fromisoformat(named).replace(hour=12, tzinfo=UTC)
    return final.due_at if final is not None and final.due_at > now else None


def address_of(complaint: Complaint) -> str:
    """The customer's e-mail address, unless mail to it came back."""
    returned = complaint.facts.get("mailReturned") or {}
    address = complaint.contact_email or ""
    return "" if returned.get("address") == address else address
