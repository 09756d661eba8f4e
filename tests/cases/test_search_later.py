"""What is written in a case after its registration finds it too, in the transaction that writes
it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import cases, intake
from service.builtins.effects import RecordEffect
from service.cases import rebuild_search, search_roots
from service.cases.search import MOST_LETTERS, extend_case
from service.cases.tables import complaint as complaint_table
from service.cases.tokens import phrases_of
from service.db import Connection
from service.execution import Runtime
from service.execution.apply_effects import write_effects
from service.execution.execute import get_instance  # type: ignore[attr-defined]
from service.execution.load_view import view_of
from service.execution.write import Write
from service.identity import SYSTEM, Actor
from service.intake import mail_queries, parse_complaint
from service.intake.kept_texts import texts_in
from service.intake.mail_queries import MailRow
from service.operations import (
    NewContact,
    add_evidence,
    comment_case,
    log_contact,
    register_complaint,
)
from service.vault import Vault
from tests.kit import mails
from tests.kit.clock import NOW

AMY = Actor("amy", frozenset({"handler"}))
FACTS = {
    "customerName": "林美玲",
    "content": "年費",
    "contact": {"email": "mei.ling@post.customer.invalid"},
}


@pytest.fixture
def case(runtime: Runtime) -> int:
    for _ in range(3):  # others that are not to be found
        register_complaint(
            runtime, parse_complaint({"content": "手續費"}, now=NOW), actor=SYSTEM, now=NOW
        )
    return register_complaint(
        runtime, parse_complaint(FACTS, now=NOW), actor=SYSTEM, now=NOW
    ).root_key


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "evidence")


def found(runtime: Runtime, *queries: str) -> list[list[int]]:
    with runtime.database.read() as connection:
        return [list(search_roots(connection, query, limit=10)) for query in queries]


def index_of(connection: Connection) -> list[tuple[int, set[str]]]:
    """Which tokens each case is found by."""
    key = "rowid" if connection.dialect.name == "sqlite" else "root_key"
    tokens = (
        "tokens"
        if connection.dialect.name == "sqlite"
        else "array_to_string(tsvector_to_array(tokens), ' ')"
    )
    rows = connection.exec_driver_sql(f"SELECT {key}, {tokens} FROM case_text ORDER BY 1")
    return [(row[0], set(row[1].split())) for row in rows]


def test_comments_contacts_and_names_of_files_are_found(
    runtime: Runtime, case: int, vault: Vault
) -> None:
    comment_case(runtime, case, "請向清算中心查證 Ref QX-7781", actor=AMY, now=NOW)
    contact = NewContact(NOW, "amy", "林先生(配偶)", "phone", "reached", "同意改約星期五上午")
    log_contact(runtime, case, contact, actor=AMY, now=NOW)
    kept = vault.keep_bytes(b"%PDF-1.7 x")
    add_evidence(
        runtime,
        case,
        [cases.examine(vault, kept, name="存摺影本 2026.pdf", kind="document", source="desk")],
        actor=AMY,
        now=NOW,
    )
    for query in (
        "清算中心",
        "qx-7781",
        "配偶",
        "星期五",
        "存摺影本",
        "年費 清算 存摺",
        "林美玲 改約",
    ):
        assert found(runtime, query) == [[case]], query
    assert found(runtime, "手續費 清算中心") == [[]]


def test_an_address_is_one_word_and_its_ending_is_not(runtime: Runtime, case: int) -> None:
    whole, start, other = (
        "mei.ling@post.customer.invalid",
        "MEI.LING@post",
        "mei.lin@post.customer.invalid",
    )
    assert found(runtime, whole, start, other, "x@post.customer.invalid") == [
        [case],
        [case],
        [],
        [],
    ]
    assert phrases_of(whole) == [(["meilingpostcustomerinvalid"], True)]


def test_facts_that_people_write_are_found_and_words_of_the_procedure_are_not(
    runtime: Runtime, case: int
) -> None:
    facts = {
        "decisionText": "退還重複收取的費用",
        "rootCause": "批次作業重跑",
        "route": "problem manager",
        "representatives": [{"name": "歐陽靜"}],
    }
    with runtime.database.transaction() as connection:
        instance = get_instance(connection, case)
        view = view_of(connection, runtime, instance, NOW)
        view.effects.append(RecordEffect(facts))
        write_effects(Write(connection, instance, NOW, instance.next_child), view)
    assert found(runtime, "重複收取", "批次作業", "歐陽靜", "problem manager") == [
        [case],
        [case],
        [case],
        [],
    ]


def test_mails_and_messages_of_the_portal_are_found(
    runtime: Runtime, case: int, vault: Vault
) -> None:
    raw = mails.write(
        "附上收據,請查照。 Invoice 4711",
        subject="補件",
        sender="Mei <mei.ling@post.customer.invalid>",
    )
    kept = vault.keep_bytes(raw)
    with runtime.database.transaction() as connection:
        [complaint] = [
            each for each in cases.list_complaints(connection)[0] if each.root_key == case
        ]
        mail_queries.insert_mail(
            connection, _mail(kept.sha256, kept.size), mail_queries.Place("INBOX", 1, 1)
        )
    intake.attach_mail(runtime, vault, 1, complaint.number, actor=AMY, now=NOW)
    text = vault.keep_bytes("我已換了電話".encode())
    said = cases.examine(vault, text, name="message.txt", kind="statement", source="portal")
    add_evidence(runtime, case, [replace(said, text="我已換了電話")], actor=AMY, now=NOW)
    assert found(runtime, "查照", "invoice 4711", "補件", "換了電話") == [[case]] * 4
    with runtime.database.transaction() as connection:
        before = index_of(connection)
        assert rebuild_search(connection, texts_in(connection, vault)) == 4
        assert index_of(connection) == before


def test_what_is_rolled_back_is_not_found(runtime: Runtime, case: int) -> None:
    with pytest.raises(ZeroDivisionError), runtime.database.transaction() as connection:
        cases.insert_comment(
            connection, cases.Comment(case, case + 60_000, "amy", "清算中心", [], NOW)
        )
        raise ZeroDivisionError
    assert found(runtime, "清算中心", "年費") == [[], [case]]


def test_a_case_without_an_index_and_one_that_is_full_stay_as_they_are(
    runtime: Runtime, case: int
) -> None:
    with runtime.database.transaction() as connection:
        extend_case(connection, 77 << 16, "清算中心")
        for number in range(12):
            extend_case(
                connection, case, " ".join(f"{number}w{each}{'y' * 50}" for each in range(2_500))
            )
        length = (
            "length(tokens)"
            if connection.dialect.name == "sqlite"
            else "octet_length(tokens::text)"
        )
        assert (
            connection.exec_driver_sql(f"SELECT max({length}) FROM case_text").scalar_one()
            < MOST_LETTERS
        )
    assert found(runtime, "清算中心", "0w7", "11w7") == [[], [case], []]


def test_the_newest_are_the_same_with_and_without_the_index_of_words(
    runtime: Runtime, case: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a hit is among the newest or only the index of words knows it, page by page."""
    rows = sa.select(complaint_table.c.root_key.label("k")).subquery()
    with runtime.database.read() as connection:
        for query in ("手續費", "手", "c-2026", "mei.ling@post", "手續費 c", "zebra"):
            monkeypatch.setattr("service.cases.search.NEWEST", 3_000)
            roots = list(search_roots(connection, query, limit=10))
            assert roots == sorted(roots, reverse=True)
            paged: list[int] = []
            while some := search_roots(
                connection, query, limit=2, before=paged[-1] if paged else None
            ):
                paged += some
            held = (
                sa.select(rows.c.k)
                .where(cases.has_words(connection, query, rows.c.k))
                .order_by(rows.c.k.desc())
            )
            assert list(connection.execute(held).scalars()) == roots == paged, query
            monkeypatch.setattr("service.cases.search.NEWEST", 1)
            assert list(search_roots(connection, query, limit=10)) == roots, query


def _mail(sha256: str, size: int) -> MailRow:
    return MailRow(
        1,
        "f" * 64,
        "<m1@customer.invalid>",
        sha256,
        size,
        "mei.ling@post.customer.invalid",
        "補件",
        "",
        NOW,
        NOW,
        "unclear",
        "waiting",
        "",
        None,
        None,
        None,
    )
