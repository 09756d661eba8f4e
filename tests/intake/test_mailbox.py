"""The mailbox, read over IMAP from a real server, on both databases."""

from __future__ import annotations

import email
import email.policy
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service import audit, cases, jobs, letters, tasks
from service.clock import VirtualClock
from service.errors import InvalidInput, StateConflict, Unavailable
from service.execution import Runtime
from service.identity import Actor, create_account
from service.intake import (
    MailboxWatch,
    attach_mail,
    check_heartbeat,
    count_mail,
    dismiss_mail,
    list_mail,
    parse_address,
    register_from_mail,
    show_mail,
)
from service.notifications import Mailer
from service.operations import make_worker
from service.vault import Vault
from tests.kit import mails
from tests.kit.clock import NOW
from tests.kit.imap_server import ImapServer, running_server

CLERK = Actor("clara", frozenset({"clerk"}))


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with running_server() as running:
        yield running


@pytest.fixture
def watch(runtime: Runtime, server: ImapServer, tmp_path: Path) -> MailboxWatch:
    return MailboxWatch(
        runtime,
        Vault(tmp_path / "evidence"),
        parse_address(server.url),
        VirtualClock(NOW),
        own_address="complaints@bank.invalid",
        most_bytes=1_000_000,
        pause_seconds=30,
    )


def rows(watch: MailboxWatch, state: str = "waiting") -> list[Any]:
    with watch.runtime.database.read() as connection:
        return list_mail(connection, state=state)[0]


def complaints(watch: MailboxWatch) -> list[cases.Complaint]:
    with watch.runtime.database.read() as connection:
        return cases.list_complaints(connection)[0]


def evidence(watch: MailboxWatch, root_key: int) -> list[cases.Evidence]:
    with watch.runtime.database.read() as connection:
        return cases.list_evidence(connection, root_key)


def send_letters(watch: MailboxWatch, folder: Path) -> list[Any]:
    """Deliver the outbox into files; the letters that left."""
    make_worker(
        watch.runtime, Mailer(None, "complaints@bank.invalid", folder), watch.clock
    ).run_once()
    files = sorted(folder.glob("*.eml"))
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files
    ]


def test_a_mail_becomes_a_complaint_with_its_evidence(
    watch: MailboxWatch, server: ImapServer
) -> None:
    raw = mails.write(files=(("statement.pdf", b"%PDF-1.7 x"), ("tool.exe", b"MZ\x00\x00")))
    server.put([raw], at=NOW - timedelta(hours=3))
    assert watch.read_once() == 1
    [complaint] = complaints(watch)
    assert (complaint.customer_name, complaint.contact_email) == (
        "Wang Mei",
        "wang@customer.invalid",
    )
    assert complaint.channel == "email" and "charged twice" in complaint.content
    assert complaint.received_at == NOW - timedelta(hours=3)
    files = {each.name: each for each in evidence(watch, complaint.root_key)}
    assert files["message.eml"].sha256 == hashlib.sha256(raw).hexdigest()
    assert watch.vault.read(files["message.eml"].sha256) == raw
    assert files["statement.pdf"].state == "kept"
    assert files["tool.exe"].state == "quarantined" and "program" in (
        files["tool.exe"].reason or ""
    )
    with watch.runtime.database.read() as connection:
        events = [row.event for row in audit.list_history(connection, complaint.root_key)]
        assert events == ["case:complaint:registered", "case:evidence:added"]
        assert audit.verify(connection, complaint.root_key) is None


def test_a_message_is_taken_once_wherever_it_turns_up(
    watch: MailboxWatch, server: ImapServer
) -> None:
    server.put([mails.write()])
    assert watch.read_once() == 1
    assert watch.read_once() == 0
    server.put(
        [
            b"Received: again\r\n" + mails.write(),
            mails.write("Something else.", identity="<m1@customer.invalid>"),
        ]
    )
    assert watch.read_once() == 2
    assert len(complaints(watch)) == 2  # the same Message-ID over another text is another message


def test_a_new_uid_validity_takes_nothing_twice(watch: MailboxWatch, server: ImapServer) -> None:
    server.put([mails.write(identity=f"<v{n}@c.invalid>") for n in range(3)])
    assert watch.read_once() == 3
    with running_server() as fresh:
        fresh.put([mails.write(identity=f"<v{n}@c.invalid>") for n in range(4)])
        moved = MailboxWatch(
            watch.runtime,
            watch.vault,
            parse_address(fresh.url),
            watch.clock,
            own_address="",
            most_bytes=10**6,
            pause_seconds=30,
        )
        assert moved.read_once() == 4
    assert len(complaints(watch)) == 4


def test_what_is_missing_becomes_a_task(watch: MailboxWatch, server: ImapServer) -> None:
    server.put([mails.write(sender="anon@customer.invalid")])
    watch.read_once()
    [complaint] = complaints(watch)
    assert complaint.customer_name is None
    with watch.runtime.database.read() as connection:
        found = tasks.list_case_tasks(connection, complaint.root_key)
    assert [task.element_id for task in found] == ["clarify-facts"]


def test_an_answer_to_a_letter_joins_its_case(
    watch: MailboxWatch, server: ImapServer, tmp_path: Path
) -> None:
    server.put([mails.write()])
    watch.read_once()
    [complaint] = complaints(watch)
    letter = next(
        each
        for each in send_letters(watch, tmp_path / "out")
        if each["To"] == "wang@customer.invalid"
    )
    assert letter["In-Reply-To"] == "<m1@customer.invalid>"
    assert letter["Auto-Submitted"] == "auto-generated"
    answer = mails.write(
        "More facts.",
        sender="wife@customer.invalid",
        subject="AW: hello",
        identity="<a@c.invalid>",
        In_Reply_To=letter["Message-ID"],
        files=(("photo.png", b"\x89PNG\r\n\x1a\n..."),),
    )
    server.put([answer])
    watch.read_once()
    assert len(complaints(watch)) == 1
    assert [each.name for each in evidence(watch, complaint.root_key)] == [
        "message.eml",
        "message.eml",
        "photo.png",
    ]
    with watch.runtime.database.read() as connection:
        filed = letters.list_letters(connection, complaint.root_key)
        assert [row["template"] for row in filed if row["audience"] == "staff"][
            -1
        ] == "reply-received"
        assert audit.list_history(connection, complaint.root_key)[-1].event == "case:mail:received"


def test_a_number_in_the_subject_counts_from_the_customer_only(
    watch: MailboxWatch, server: ImapServer
) -> None:
    server.put([mails.write()])
    watch.read_once()
    [complaint] = complaints(watch)
    subject = f"About {complaint.number}"
    server.put(
        [
            mails.write("From me.", subject=subject, identity="<1@c.invalid>"),
            mails.write(
                "From a stranger.",
                subject=subject,
                identity="<2@x.invalid>",
                sender="x@stranger.invalid",
            ),
        ]
    )
    watch.read_once()
    assert len(complaints(watch)) == 1
    assert len(evidence(watch, complaint.root_key)) == 2
    [waiting] = rows(watch)
    assert waiting.root_key == complaint.root_key and "another address" in waiting.reason
    assert (
        attach_mail(watch.runtime, watch.vault, waiting.key, complaint.number, actor=CLERK, now=NOW)
        == complaint.number
    )
    assert len(evidence(watch, complaint.root_key)) == 3
    with pytest.raises(StateConflict):
        dismiss_mail(watch.runtime, waiting.key, "late", actor=CLERK, now=NOW)


def test_a_returned_letter_marks_the_address_and_asks_a_person(
    watch: MailboxWatch, server: ImapServer, tmp_path: Path
) -> None:
    server.put([mails.write()])
    watch.read_once()
    letter = next(
        each
        for each in send_letters(watch, tmp_path / "out")
        if each["To"] == "wang@customer.invalid"
    )
    server.put([mails.bounce(letter["Message-ID"])])
    watch.read_once()
    [complaint] = complaints(watch)
    assert complaint.facts["mailReturned"]["reason"] == "refused with status 5.1.1"
    assert [row.verdict for row in rows(watch)] == ["bounce"]
    with watch.runtime.database.read() as connection:
        paper, total = letters.list_on_paper(connection)
        kinds = [row["kind"] for row in jobs.list_incidents(connection)]
    assert total == 1 and paper[0]["delivery"] == "returned"
    assert kinds == ["letter-returned"]


STRANGE = (
    (mails.write(Auto_Submitted="auto-replied", identity="<s1@x.invalid>"), "auto-reply", "filed"),
    (mails.write(X_Spam_Flag="YES", identity="<s2@x.invalid>"), "spam", "waiting"),
    (mails.write(List_Id="<news.invalid>", identity="<s3@x.invalid>"), "bulk", "waiting"),
    (mails.write("", subject="", identity="<s4@x.invalid>"), "unclear", "waiting"),
    (
        mails.write(sender="complaints@bank.invalid", identity="<s5@x.invalid>"),
        "auto-reply",
        "waiting",
    ),
    (mails.bounce("<1@x.invalid>"), "bounce", "waiting"),
    (mails.nested(80), "unclear", "waiting"),
    (mails.many_parts(900), "unclear", "waiting"),
    (mails.write("x y\n" * 300_000, identity="<s6@x.invalid>"), "unclear", "waiting"),
    (b"\x00\xff\xfe not a mail at all", "unclear", "waiting"),
)


def test_what_is_no_complaint_waits_for_a_person(watch: MailboxWatch, server: ImapServer) -> None:
    server.put(raw for raw, _, _ in STRANGE)
    assert watch.read_once() == len(STRANGE)
    found = {row.sha256: row for row in rows(watch) + rows(watch, "filed")}
    assert len(found) == len(STRANGE)
    for raw, verdict, state in STRANGE:
        row = found[hashlib.sha256(raw).hexdigest()]
        assert (row.verdict, row.state) == (verdict, state), raw[:200]
        assert watch.vault.read(row.sha256) == raw
        show_mail(watch.vault, row)


def test_a_person_makes_a_complaint_of_what_waits(watch: MailboxWatch, server: ImapServer) -> None:
    server.put(
        [
            mails.write(X_Spam_Flag="YES"),
            mails.write("Buy!", identity="<s@s.invalid>", X_Spam_Flag="YES"),
        ]
    )
    watch.read_once()
    first, second = rows(watch)
    number = register_from_mail(watch.runtime, watch.vault, first.key, actor=CLERK, now=NOW)
    assert [each.number for each in complaints(watch)] == [number]
    with pytest.raises(InvalidInput, match="reason"):
        dismiss_mail(watch.runtime, second.key, " ", actor=CLERK, now=NOW)
    dismiss_mail(watch.runtime, second.key, "advertising", actor=CLERK, now=NOW)
    assert rows(watch) == []
    with watch.runtime.database.read() as connection:
        assert count_mail(connection) == {("complaint", "filed"): 1, ("spam", "dismissed"): 1}
    with pytest.raises(StateConflict):
        register_from_mail(watch.runtime, watch.vault, first.key, actor=CLERK, now=NOW)


def test_one_reader_at_a_time(watch: MailboxWatch, server: ImapServer) -> None:
    server.put([mails.write()])
    with watch.runtime.database.transaction() as connection:
        assert jobs.claim_duty(
            connection, "mailbox", owner="other", now=NOW, until=NOW + timedelta(minutes=1)
        )
    assert watch.read_once() == 0
    watch.clock.advance(timedelta(minutes=2))  # type: ignore[attr-defined]
    assert watch.read_once() == 1


def test_the_alarm_goes_out_once_and_is_taken_back(
    watch: MailboxWatch, server: ImapServer, tmp_path: Path
) -> None:
    with watch.runtime.database.transaction() as connection:
        create_account(
            connection,
            "root",
            None,
            ["admin"],
            now=NOW,
            email="root@bank.invalid",
            language="zh-Hant",
        )
    clock: VirtualClock = watch.clock  # type: ignore[assignment]
    dead = MailboxWatch(
        watch.runtime,
        watch.vault,
        parse_address("imap://u:p@127.0.0.1:1/INBOX"),
        clock,
        own_address="",
        most_bytes=1,
        pause_seconds=30,
    )
    with pytest.raises(Unavailable, match="cannot be read"):
        dead.read_once()
    assert not check_heartbeat(watch.runtime, alarm_mail="duty@bank.invalid", now=clock.now())
    clock.advance(timedelta(minutes=16))
    for _ in range(3):
        assert check_heartbeat(watch.runtime, alarm_mail="duty@bank.invalid", now=clock.now())
    with watch.runtime.database.read() as connection:
        [incident] = jobs.list_incidents(connection)
    assert incident["kind"] == "mailbox-silent" and "16 minutes" in incident["message"]
    assert "Unavailable" in incident["message"]
    sent = send_letters(watch, tmp_path / "out")
    assert sorted(each["To"] for each in sent) == ["duty@bank.invalid", "root@bank.invalid"]
    assert any("投訴信箱" in each["Subject"] for each in sent)
    watch.read_once()
    assert not check_heartbeat(watch.runtime, alarm_mail="", now=clock.now())
    with watch.runtime.database.read() as connection:
        assert jobs.list_incidents(connection) == []


@pytest.mark.parametrize("url", ["http://a/b", "imap://host/INBOX", "imaps://", "imap"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="REDRESS_IMAP_URL"):
        parse_address(url)


@pytest.mark.parametrize("most", [4_000, 100])
def test_a_mail_of_any_size_is_passed_and_those_behind_it_are_read(
    watch: MailboxWatch, server: ImapServer, most: int
) -> None:
    """One larger than is read by itself, and one larger than anything that is kept."""
    large = mails.write(files=(("film.mp4", b"x" * 3_000),))
    server.put([large, mails.write()], at=NOW - timedelta(hours=3))
    small = replace(watch, most_bytes=2_000, vault=Vault(watch.vault.folder, limit=most))
    assert small.read_once() == 2
    assert small.read_once() == 0
    [waiting] = rows(watch)
    assert waiting.sender == "wang@customer.invalid" and f"{len(large):,}" in waiting.reason
    kept = watch.vault.read(waiting.sha256)
    assert kept == large if most == 4_000 else large.startswith(kept.rstrip())
    assert len(complaints(watch)) == 1
