"""What becomes of a mail: a complaint, part of a case, or a person's to decide. Nothing is thrown
away.

A mail answers a case when it quotes the Message-ID of a letter of ours, which only its receiver
knows; or names the number in its subject and comes from the address of the case. A number alone
proves nothing: numbers can be guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

from service import cases, letters
from service.cases import Complaint
from service.db import Connection
from service.errors import RedressError
from service.intake.mail_reading import Mail
from service.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Sorted:
    """`verdict` and `state` as in `mail_message`. `complaint` is the case it belongs to, `letter`
    the key of the letter it answers or returns."""

    verdict: str
    state: str
    reason: str = ""
    complaint: Complaint | None = None
    letter: int | None = None


def sort_mail(connection: Connection, mail: Mail, *, own_address: str) -> Sorted:
    """Decide on a mail by what it says and what is known."""
    case, letter = _answered(connection, mail)
    if mail.mark == "bounce":
        reason = (
            mail.bounced
            if case
            else Sentence("{bounced}; no letter of ours is known by it", bounced=mail.bounced)
        )
        return Sorted("bounce", "waiting", reason, case, letter)
    if mail.sender and mail.sender.casefold() == own_address.casefold():
        return Sorted(
            "auto-reply", "waiting", "comes from our own address: a loop or a forgery", case
        )
    if mail.mark == "auto-reply":
        return Sorted("auto-reply", "filed", "an automatic answer", case, letter)
    if case is not None:
        return _reply(mail, case, letter)
    if mail.mark:
        return Sorted(
            mail.mark, "waiting", {"spam": "marked as spam", "bulk": "sent to a list"}[mail.mark]
        )
    named = _named(connection, mail)
    return _new(mail) if named is None else _naming(mail, named)


def _naming(mail: Mail, named: Complaint) -> Sorted:
    """A mail that names a complaint, and answers no letter of ours."""
    if _same(mail.sender, named.contact_email):
        return _reply(mail, named, None)
    return Sorted(
        "unclear",
        "waiting",
        Sentence("names {number}, but comes from another address", number=named.number),
        named,
    )


def _new(mail: Mail) -> Sorted:
    """A mail that belongs to no complaint that is known."""
    if not mail.sender:
        return Sorted("unclear", "waiting", "names no sender that could be answered")
    if not mail.text.strip() and not mail.subject and not mail.attachments:
        return Sorted("unclear", "waiting", "says nothing")
    return Sorted("complaint", "filed")


def _reply(mail: Mail, case: Complaint, letter: int | None) -> Sorted:
    if case.status != "open":
        return Sorted(
            "reply",
            "waiting",
            Sentence(
                "answers {number}, which is {status}",
                number=case.number,
                status=Sentence(case.status),
            ),
            case,
            letter,
        )
    if mail.mark == "spam" and not _same(mail.sender, case.contact_email):
        return Sorted(
            "spam",
            "waiting",
            Sentence("answers {number}, but is marked as spam", number=case.number),
            case,
            letter,
        )
    return Sorted("reply", "filed", "", case, letter)


def _answered(connection: Connection, mail: Mail) -> tuple[Complaint | None, int | None]:
    for key, token in mail.letters[:50]:
        root_key = letters.find_letter(connection, key, token)
        if root_key is not None:
            return cases.find_complaint(connection, root_key), key
    return None, None


def _named(connection: Connection, mail: Mail) -> Complaint | None:
    for number in mail.numbers[:5]:
        try:
            return cases.get_complaint(connection, number)
        except RedressError:
            continue
    return None


def _same(one: str | None, other: str | None) -> bool:
    return bool(one and other) and str(one).casefold() == str(other).casefold()
