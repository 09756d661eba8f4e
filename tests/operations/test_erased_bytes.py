"""After an erasure nothing of a case is found: no name, address, number or text, in the database's
files, in its dump, or among the files of evidence. One that fails does not stop the others."""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import cases, operations
from service.cases import NewEvidence
from service.cases.tables import complaint
from service.db import Database, write_backup
from service.execution import Runtime
from service.identity import CUSTOMER, SYSTEM, Actor
from service.instances.tables import process_instance
from service.intake import parse_complaint, portal
from service.intake.mail_queries import Place, last_uid
from service.intake.take_mail import Raw, take_mail
from service.operations import erase_case, list_expired, register_complaint
from service.vault import Vault
from tests.kit import mails
from tests.kit.clock import NOW

CLERK = Actor("clerk", frozenset({"clerk"}))
AFTER = date(2031, 3, 3)
NAME, STREET, PHONE, WORD = "Zebedeeson", "Quagmire", "0255509988", "snollygoster"
MAIL = f"{NAME}@customer.invalid".lower()
TEXT = f"{WORD} charged {WORD} twice"
TRACES = [each.lower().encode() for each in (NAME, STREET, PHONE, WORD)]


def register(runtime: Runtime, vault: Vault, channel: str) -> None:
    """A complaint by that channel, with the same words in it."""
    contact = {"phone": "02-5550-9988", "email": MAIL, "address": f"1 {STREET} Street"}
    given = {"customerName": f"Mei {NAME}", "contact": contact, "content": TEXT}
    new = parse_complaint(given, now=NOW)

    def statement() -> NewEvidence:
        file = vault.keep_bytes(f"a statement of {NAME}".encode())
        return cases.examine(vault, file, name=f"{NAME}.txt", kind="document", source="portal")

    match channel:
        case "mail":
            raw = mails.write(sender=f"{NAME} <{MAIL}>", subject=WORD, text=TEXT)
            place = Place("INBOX", 1, 7)
            kept = vault.keep_bytes(raw)
            message = Raw(place, NOW, raw, kept)
            assert (
                take_mail(runtime, vault, message, own_address="b@b.invalid", now=NOW)
                == "complaint"
            )
        case "portal":
            portal.complain(runtime, new, [statement()], secret="AAAA", once="a" * 32, now=NOW)
        case _:
            done = register_complaint(
                runtime, new, actor=CLERK, now=NOW, idempotency_key="k", request=given
            )
            operations.comment_case(runtime, done.root_key, TEXT, actor=CLERK, now=NOW)
            operations.add_evidence(runtime, done.root_key, [statement()], actor=CUSTOMER, now=NOW)


def end_all(runtime: Runtime) -> None:
    """Every case has ended and is kept until yesterday."""
    with runtime.database.transaction() as connection:
        ended = {"state": "completed", "engine_state": None, "ended_at": NOW}
        connection.execute(sa.update(process_instance).values(**ended))
        for row in connection.execute(sa.select(complaint.c.root_key, complaint.c.facts)).all():
            facts = {**row.facts, "retainUntil": "2031-03-02"}
            where = complaint.c.root_key == row.root_key
            closed = {"status": "archived", "closed_at": NOW, "archived_at": NOW, "due_at": None}
            connection.execute(sa.update(complaint).where(where).values(**closed, facts=facts))


def traces(database: Database, folder: Path) -> list[str]:
    """Where something of the cases is still found."""
    write_backup(database, folder / "dump")
    found = {"dump": gzip.decompress((folder / "dump").read_bytes())}
    found |= {
        str(path): path.read_bytes() for path in (folder / "evidence").rglob("*") if path.is_file()
    }
    if database.dialect == "sqlite":
        base = Path(str(database.url.database))
        found |= {path.name: path.read_bytes() for path in base.parent.glob(f"{base.name}*")}
    return [
        f"{trace.decode()} in {name}"
        for name, content in found.items()
        for trace in TRACES
        if trace in content.lower()
    ]


@pytest.mark.parametrize("channel", ["mail", "portal", "api"])
def test_nothing_of_an_erased_case_is_found(runtime: Runtime, tmp_path: Path, channel: str) -> None:
    vault = Vault(tmp_path / "evidence")
    register(runtime, vault, channel)
    end_all(runtime)
    assert len(traces(runtime.database, tmp_path)) > 2  # the search finds what is there
    with runtime.database.read() as connection:
        [found] = list_expired(connection, today=AFTER)
    assert erase_case(runtime, vault, found, today=AFTER, actor=SYSTEM, now=NOW)
    runtime.database.scrub()
    assert traces(runtime.database, tmp_path) == []


def test_a_mailbox_goes_on_where_it_was_after_an_erasure(runtime: Runtime, tmp_path: Path) -> None:
    vault = Vault(tmp_path / "evidence")
    register(runtime, vault, "mail")
    end_all(runtime)
    with runtime.database.read() as connection:
        [found] = list_expired(connection, today=AFTER)
    assert erase_case(runtime, vault, found, today=AFTER, actor=SYSTEM, now=NOW)
    with runtime.database.read() as connection:
        assert last_uid(connection, "INBOX", 1) == 7
    raw = mails.write(subject="Another")
    took = Raw(Place("INBOX", 1, 8), NOW + timedelta(hours=1), raw, vault.keep_bytes(raw))
    assert take_mail(runtime, vault, took, own_address="b@b.invalid", now=NOW) == "complaint"
