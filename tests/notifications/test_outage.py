"""A mail server that is away, silent, rude or somebody else's: every letter leaves once, or is said
not to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from service import jobs, letters
from service.clock import VirtualClock
from service.db import Database
from service.errors import InvalidInput
from service.execution import Runtime
from service.jobs import Lane
from service.notifications import Mailer, MailServerAway, mail
from service.operations import make_worker
from tests.kit.certificates import make_server_context
from tests.kit.clock import NOW
from tests.notifications.test_smtp import register

SENDER = "complaints@bank.invalid"
Script = Callable[[str], bytes | None]


@dataclass
class Box:
    """Takes every mail, and says what it is told to say."""

    answer: str = "250 OK"
    taken: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.taken.append(envelope.rcpt_tos[0])
        return self.answer


@contextmanager
def listening(box: Box, port: int, **more: Any) -> Iterator[None]:
    controller = Controller(box, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@contextmanager
def scripted(say: Script) -> Iterator[int]:
    """A server of one connection after the other that answers each line as `say` does; None ends
    the connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client, client.makefile("rb") as lines:
                    client.sendall(say("") or b"")
                    for line in lines:
                        answer = say(line.decode().strip())
                        if answer is None:
                            break
                        client.sendall(answer)

        threading.Thread(target=run, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def incidents(runtime: Runtime) -> list[str]:
    with runtime.database.read() as connection:
        return sorted(row["kind"] for row in jobs.list_incidents(connection))


def test_a_server_away_for_three_days_loses_nothing_and_is_told_once(
    runtime: Runtime, tmp_path: Path
) -> None:
    port, box, clock = free_port(), Box(), VirtualClock(NOW)
    wanted = [f"customer{number}@customer.invalid" for number in range(12)]
    for address in wanted:
        register(runtime, address)
    post = make_worker(
        runtime, Mailer(f"smtp://127.0.0.1:{port}", SENDER, tmp_path), clock, lane=Lane.MAIL
    )
    for _ in range(3 * 24):
        post.run_once()
        clock.advance(timedelta(hours=1))
    assert incidents(runtime) == ["mail-server-away"]
    with runtime.database.read() as connection:
        assert letters.list_on_paper(connection) == ([], 0)
    with listening(box, port):
        for _ in range(3):  # the next try comes within a quarter of an hour, and then all
            clock.advance(timedelta(minutes=15))
            while post.run_once():
                pass
    assert sorted(box.taken) == sorted(wanted)
    assert incidents(runtime) == []


def test_while_a_server_is_away_one_letter_tries_for_all(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def away(_self: Mailer, key: int, *_: Any, **__: Any) -> None:
        tries.append(key)
        raise MailServerAway

    monkeypatch.setattr(Mailer, "deliver", away)
    for number in range(9):
        register(runtime, f"customer{number}@customer.invalid")
    clock = VirtualClock(NOW)
    post = make_worker(runtime, Mailer("smtp://x", SENDER, tmp_path), clock, lane=Lane.MAIL)
    post.run_once()
    assert len(tries) == 1
    for _ in range(20):
        clock.advance(timedelta(minutes=16))
        post.run_once()
    assert len(tries) == 21


def test_after_five_days_a_letter_goes_on_paper(runtime: Runtime, tmp_path: Path) -> None:
    register(runtime, "mei@customer.invalid")
    clock = VirtualClock(NOW)
    post = make_worker(
        runtime, Mailer(f"smtp://127.0.0.1:{free_port()}", SENDER, tmp_path), clock, lane=Lane.MAIL
    )
    for _ in range(6 * 24):
        post.run_once()
        clock.advance(timedelta(hours=1))
    assert incidents(runtime) == ["mail-server-away", "undeliverable"]
    with runtime.database.read() as connection:
        assert letters.list_on_paper(connection)[1] == 1


@pytest.mark.parametrize("farewell", [b"421 going down\r\n", None, b"nonsense\r\n"])
def test_what_the_server_took_is_sent_whatever_becomes_of_the_farewell(
    runtime: Runtime, tmp_path: Path, farewell: bytes | None
) -> None:
    taken: list[str] = []
    in_data = [False]

    def say(line: str) -> bytes | None:
        if in_data[0]:
            in_data[0] = line != "."
            return b"" if in_data[0] else b"250 taken\r\n"
        match line[:4].upper():
            case "":
                return b"220 here\r\n"
            case "DATA":
                in_data[0] = True
                taken.append(line)
                return b"354 go on\r\n"
            case "QUIT":
                return farewell
        return b"250 fine\r\n"

    root_key = register(runtime, "mei@customer.invalid")
    clock = VirtualClock(NOW)
    with scripted(say) as port:
        mailer = Mailer(f"smtp://127.0.0.1:{port}", SENDER, tmp_path)
        post = make_worker(runtime, mailer, clock, lane=Lane.MAIL)
        for _ in range(5):
            post.run_once()
            clock.advance(timedelta(hours=7))
    assert len(taken) == 1
    with runtime.database.read() as connection:
        assert letters.list_letters(connection, root_key)[0]["delivery"] == "sent"


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [("451 later", []), ("554 5.7.1 never", ["undeliverable"]), ("421 bye", [])],
)
def test_the_answer_to_the_content_decides(
    runtime: Runtime, tmp_path: Path, answer: str, kinds: list[str]
) -> None:
    port, box, clock = free_port(), Box(answer), VirtualClock(NOW)
    register(runtime, "mei@customer.invalid")
    mailer = Mailer(f"smtp://127.0.0.1:{port}", SENDER, tmp_path)
    post = make_worker(runtime, mailer, clock, lane=Lane.MAIL)
    with listening(box, port):
        post.run_once()
        assert incidents(runtime) == kinds
        box.answer = "250 OK"
        clock.advance(timedelta(hours=7))
        post.run_once()
    assert box.taken == ([] if kinds else ["mei@customer.invalid"])


@pytest.mark.parametrize("url", ["smtps://127.0.0.1:{}", "smtp://127.0.0.1:{}?starttls=1"])
def test_only_the_server_that_is_vouched_for_gets_mail(tmp_path: Path, url: str) -> None:
    context, authority = make_server_context(tmp_path / "ours")
    port, box = free_port(), Box()
    more = {"ssl_context": context} if "smtps" in url else {"tls_context": context}
    payload = {"to": "mei@customer.invalid", "subject": "x", "body": "y", "letter": 1}
    with listening(box, port, **more):
        for ca_file, right in (("", False), (str(authority), True)):
            mailer = Mailer(url.format(port), SENDER, tmp_path, ca_file)
            if right:
                mailer.deliver(1, payload, now=NOW)
            else:
                with pytest.raises(MailServerAway, match="CERTIFICATE_VERIFY_FAILED"):
                    mailer.deliver(1, payload, now=NOW)
    assert box.taken == ["mei@customer.invalid"]


@pytest.mark.parametrize(
    "url", ["smtp://mail.example:smtp", "smtp://mail.example:99999", "pop3://x", "smtp://:25", "x"]
)
def test_an_address_of_no_server_is_an_incident_and_not_tried_for_ever(
    runtime: Runtime, tmp_path: Path, url: str
) -> None:
    register(runtime, "mei@customer.invalid")
    clock = VirtualClock(NOW)
    post = make_worker(runtime, Mailer(url, SENDER, tmp_path), clock, lane=Lane.MAIL)
    for _ in range(3):
        post.run_once()
        clock.advance(timedelta(hours=7))
    assert incidents(runtime) == ["undeliverable"]
    with pytest.raises(InvalidInput):
        mail.parse_smtp(url)


def test_a_line_break_in_a_subject_is_none(tmp_path: Path) -> None:
    payload = {"to": "mei@customer.invalid", "subject": "One\r\nBcc: all@x\ntwo", "body": "y"}
    Mailer(None, SENDER, tmp_path).deliver(1, payload, now=NOW)
    head, _, _ = (tmp_path / "1.eml").read_text().partition("\n\n")
    assert "Subject: One Bcc: all@x two" in head
    assert "\nBcc:" not in head


@pytest.mark.parametrize("fault", [ValueError, KeyError, UnicodeError])
def test_whatever_fails_of_a_letter_comes_to_an_end(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise fault("broken")

    monkeypatch.setattr(Mailer, "deliver", broken)
    register(runtime, "mei@customer.invalid")
    clock = VirtualClock(NOW)
    post = make_worker(runtime, Mailer("smtp://x", SENDER, tmp_path), clock, lane=Lane.MAIL)
    for _ in range(12):
        post.run_once()
        clock.advance(timedelta(hours=7))
    assert incidents(runtime) == ["undeliverable"]


def test_mail_waits_in_a_lane_of_its_own(runtime: Runtime, database: Database) -> None:
    root_key = register(runtime, "mei@customer.invalid")
    with database.transaction() as connection:
        jobs.insert_outbox(connection, root_key, [(root_key + 900, {})], kind="signal", now=NOW)
        lease = timedelta(minutes=1)

        def claim(lane: Lane) -> set[str]:
            claimed = jobs.claim_outbox(connection, now=NOW, owner="w", lease=lease, lane=lane)
            return {each.kind for each in claimed}

        assert claim(Lane.OTHERS) == {"signal"}
        assert claim(Lane.OTHERS) == set()
        assert claim(Lane.MAIL) == {"mail"}
        assert claim(Lane.ALL) == set()
