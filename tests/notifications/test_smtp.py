"""Letters over SMTP to a real server: how they arrive, and what becomes of one that nobody
takes."""

from __future__ import annotations

import email
import email.policy
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from service import cases, jobs, letters
from service.clock import VirtualClock
from service.execution import Runtime
from service.identity import Actor
from service.intake import parse_complaint, portal_access
from service.notifications import Mailer
from service.operations import make_worker, register_complaint
from service.operations.deliver_mail import GIVEN_UP_AFTER
from tests.kit.clock import NOW

KEY = "k" * 40
TRIES = GIVEN_UP_AFTER // timedelta(hours=7) + 2
"""Of a letter that may be taken later, every seven hours."""
CLERK = Actor("clerk", frozenset({"clerk"}))


@dataclass
class Inbox:
    """Takes mail for everybody but `refused@…`."""

    taken: list[Any] = field(default_factory=list)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address.startswith("refused@"):
            return "550 5.1.1 no such user"
        if address.startswith("full@"):
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def smtp() -> Iterator[tuple[Inbox, str]]:
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, f"smtp://127.0.0.1:{port}"
    controller.stop()


def register(runtime: Runtime, address: str) -> int:
    given = {
        "content": "重複扣款",
        "customerName": "林美玲",
        "contact": {"email": address},
        "language": "zh-Hant",
    }
    return register_complaint(
        runtime, parse_complaint(given, now=NOW), actor=CLERK, now=NOW
    ).root_key


def test_a_letter_arrives_whole_and_once(
    runtime: Runtime, smtp: tuple[Inbox, str], tmp_path: Path
) -> None:
    inbox, url = smtp
    root_key = register(runtime, "mei@customer.invalid")
    worker = make_worker(
        runtime, Mailer(url, "Bank <complaints@bank.invalid>", tmp_path), VirtualClock(NOW)
    )
    worker.run_once()
    worker.run_once()
    [letter] = inbox.taken
    assert "我們已收到您的投訴" in letter["Subject"] and "林美玲" in letter.get_content()
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Message-ID"].endswith(
        "@bank.invalid>"
    )
    with runtime.database.read() as connection:
        row = letters.list_letters(connection, root_key)[0]
    assert row["delivery"] == "sent" and row["token"] in letter["Message-ID"]


def test_mail_to_a_customer_has_a_link_that_only_its_receiver_sees(
    runtime: Runtime, smtp: tuple[Inbox, str], tmp_path: Path
) -> None:
    inbox, url = smtp
    roots = [register(runtime, f"{name}@customer.invalid") for name in ("mei", "other")]
    link = partial(portal_access.mail_link, runtime.database, KEY, "https://bank.example")
    worker = make_worker(
        runtime, Mailer(url, "complaints@bank.invalid", tmp_path), VirtualClock(NOW), link=link
    )
    worker.run_once()
    with runtime.database.read() as connection:
        numbers = [
            str(getattr(cases.find_complaint(connection, root), "number", "")) for root in roots
        ]
        kept = [letters.list_letters(connection, root)[0]["body"] for root in roots]
    sent = {
        mail["To"]: re.findall(
            r"https://bank\.example/portal/follow#(\S+)\.(\S+)", mail.get_content()
        )
        for mail in inbox.taken
    }
    [(number, secret)], [(_, other)] = sent["mei@customer.invalid"], sent["other@customer.invalid"]
    assert number == numbers[0] and not any("portal" in body for body in kept)

    def opens(number: str, secret: str, key: str = KEY) -> bool:
        with runtime.database.read() as connection:
            return (
                portal_access.check_secret(connection, number, secret, key=key, now=NOW) is not None
            )

    assert opens(number, secret) and opens(numbers[1], other)
    assert (
        not opens(number, other)
        and not opens(number, secret, "another key")
        and not opens("nonsense", secret)
    )
    with runtime.database.transaction() as connection:
        portal_access.give_access(connection, roots[0], "AAAA-BBBB-CCCC-DDDD", actor=CLERK, now=NOW)
    assert not opens(number, secret), "a new code ends what was given before"
    assert opens(number, "aaaa bbbb cccc dddd")


@pytest.mark.parametrize(
    ("address", "tries"), [("refused", 1), ("full", GIVEN_UP_AFTER // timedelta(hours=7) + 2)]
)
def test_a_letter_that_nobody_takes_goes_on_paper(
    runtime: Runtime, smtp: tuple[Inbox, str], tmp_path: Path, address: str, tries: int
) -> None:
    """At once when there is no such receiver; when that can change, after five days."""
    inbox, url = smtp
    root_key = register(runtime, f"{address}@customer.invalid")
    clock = VirtualClock(NOW)
    worker = make_worker(runtime, Mailer(url, "complaints@bank.invalid", tmp_path), clock)
    for _ in range(tries):
        with runtime.database.read() as connection:
            assert letters.list_on_paper(connection) == ([], 0)
        worker.run_once()
        clock.advance(timedelta(hours=7))
    assert inbox.taken == []
    with runtime.database.read() as connection:
        [paper], total = letters.list_on_paper(connection)
        kinds = {
            row["kind"] for row in jobs.list_incidents(connection) if row["root_key"] == root_key
        }
    assert (total, paper["delivery"], paper["template"]) == (1, "returned", "acknowledgement")
    assert "undeliverable" in kinds
