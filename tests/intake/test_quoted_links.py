"""A link that comes back in a mail has been read by the bank's people, and opens nothing more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

import pytest

from service import audit, cases
from service.audit import Event
from service.bench.recording import new_complaint
from service.execution import Runtime
from service.identity import SYSTEM
from service.intake import portal_access
from service.intake.quoted_links import links_in, void_quoted
from service.operations import register_complaint
from tests.kit.clock import NOW

KEY = "k" * 40
OWN = "ABCD-EFGH-IJKL-MNOP"


def _plain(link: str) -> EmailMessage:
    message = EmailMessage()
    message.set_content(f"Thank you.\n\n> Open this page:\n> {link}\n")
    return message


def _encoded(link: str) -> EmailMessage:
    message = EmailMessage()
    message.set_content(f"謝謝 {link}", cte="base64")
    return message


def _html(link: str) -> EmailMessage:
    message = _plain("")
    message.add_alternative(f'<p><a href="{link}">open</a></p>', subtype="html")
    return message


def _returned(link: str) -> EmailMessage:
    message = EmailMessage()
    message.set_content("It could not be delivered.")
    message.add_attachment(_encoded(link))
    return message


def _broken(link: str) -> EmailMessage:
    return _plain(f"{link[:40]}\n> {link[40:]}")


def _escaped(link: str) -> EmailMessage:
    return _plain("https://safe.example/?u=" + link.replace("#", "%23"))


QUOTES: list[Callable[[str], EmailMessage]] = [
    *(_plain, _encoded, _html, _returned, _broken, _escaped)
]


@pytest.fixture
def case(runtime: Runtime) -> cases.Complaint:
    new = replace(new_complaint(NOW), email="customer@home.invalid")
    made = register_complaint(runtime, new, actor=SYSTEM, now=NOW)
    with runtime.database.transaction() as connection:
        portal_access.give_access(connection, made.root_key, OWN, actor=SYSTEM, now=NOW)
        return cases.get_complaint(connection, made.number)


def link_of(runtime: Runtime, case: cases.Complaint) -> str:
    address = portal_access.mail_link(
        runtime.database, KEY, "https://bank.example", case.root_key, NOW
    )
    return str(address)


def opens(runtime: Runtime, case: cases.Complaint, secret: str) -> bool:
    with runtime.database.read() as connection:
        found = portal_access.check_secret(connection, case.number, secret, key=KEY, now=NOW)
    return found is not None


@pytest.mark.parametrize("quote", QUOTES)
def test_a_quoted_link_works_no_more(
    runtime: Runtime, case: cases.Complaint, quote: Callable[[str], EmailMessage]
) -> None:
    link = link_of(runtime, case)
    secret = link.rpartition(".")[2]
    assert opens(runtime, case, secret)
    assert void_quoted(runtime, bytes(quote(link)), key=KEY, now=NOW) == 1
    assert not opens(runtime, case, secret)
    assert opens(runtime, case, OWN)
    fresh = link_of(runtime, case).rpartition(".")[2]
    assert fresh != secret and opens(runtime, case, fresh)
    assert void_quoted(runtime, bytes(quote(link)), key=KEY, now=NOW) == 0
    with runtime.database.read() as connection:
        events = [row.event for row in audit.list_history(connection, case.root_key)]
    assert events.count(Event.PORTAL_LINK_REPLACED) == 1


def test_a_guessed_link_replaces_none(runtime: Runtime, case: cases.Complaint) -> None:
    link = link_of(runtime, case)
    guess = link.rpartition(".")[0] + ".AAAA-BBBB-CCCC-DDDD"
    assert void_quoted(runtime, bytes(_plain(guess)), key=KEY, now=NOW) == 0
    assert opens(runtime, case, link.rpartition(".")[2])


@pytest.mark.parametrize("raw", [b"", b"\x00" * 99, b"Content-Type: multipart/mixed\r\n\r\n"])
def test_nothing_is_found_in_nothing(raw: bytes) -> None:
    assert links_in(raw) == []
