"""Cases are found by any text of theirs, in Chinese too, the same on both databases."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.cases import rebuild_search, search_roots
from service.cases.tokens import index_text, phrases_of, tokens_of
from service.db import Connection
from service.execution import Runtime
from service.identity import SYSTEM
from service.intake import parse_complaint
from service.operations import register_complaint
from tests.kit.clock import NOW

CASES = {
    "lin": {
        "customerName": "林美玲",
        "contact": {"phone": "02-5550-0101", "email": "meiling@customer.invalid"},
        "product": "信用卡",
        "content": "同一筆消費被重複扣款兩次,年費也沒有退還。",
    },
    "owen": {
        "customerName": "Owen Hartley",
        "contact": {"address": "10 Harbour Road"},
        "content": (
            "The early repayment fee was explained as 1 %, the statement shows 3 %. Café bill."
        ),
    },
    "wang": {
        "customerName": "王明",
        "contact": {"phone": "(04) 2222 3333"},
        "content": "ATM吐鈔短少500元;客服態度差",
    },
}


@pytest.fixture
def found(runtime: Runtime) -> dict[str, int]:
    return {
        name: register_complaint(
            runtime, parse_complaint(facts, now=NOW), actor=SYSTEM, now=NOW
        ).root_key
        for name, facts in CASES.items()
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("林美玲", ["lin"]),
        ("美玲", ["lin"]),
        ("玲", ["lin"]),
        ("王明", ["wang"]),
        ("明王", []),
        ("年費", ["lin"]),
        ("扣款兩次", ["lin"]),
        ("扣款三次", []),
        ("年費 信用卡", ["lin"]),
        ("年費 王明", []),
        ("hartley", ["owen"]),
        ("HART", ["owen"]),
        ("artley", []),
        ("cafe", ["owen"]),
        ("early repayment", ["owen"]),
        ("harbour 10", ["owen"]),
        ("meiling@customer.invalid", ["lin"]),
        ("0255500101", ["lin"]),
        ("02-5550-0101", ["lin"]),
        ("5550", ["lin"]),
        ("0422223333", ["wang"]),
        ("ATM吐鈔", ["wang"]),
        ("500元", ["wang"]),
        ("", []),
        ("!!! ---", []),
        ("%", []),
        ("' OR 1=1 --", []),
        ('"年費" NEAR', []),
        ("fee:*", ["owen"]),
        ("C-2026", ["wang", "owen", "lin"]),
    ],
)
def test_cases_are_found(
    runtime: Runtime, found: dict[str, int], query: str, names: list[str]
) -> None:
    with runtime.database.read() as connection:
        assert list(search_roots(connection, query, limit=10)) == [found[name] for name in names]


def test_newest_first_and_no_more_than_asked(runtime: Runtime, found: dict[str, int]) -> None:
    with runtime.database.read() as connection:
        assert list(search_roots(connection, "c", limit=2)) == [found["wang"], found["owen"]]


def test_a_rebuilt_index_finds_the_same(runtime: Runtime, found: dict[str, int]) -> None:
    with runtime.database.transaction() as connection:
        before = _dump(connection)
        assert rebuild_search(connection) == len(CASES)
        assert _dump(connection) == before


def test_a_registration_that_fails_leaves_nothing_to_find(runtime: Runtime) -> None:
    with pytest.raises(ZeroDivisionError), runtime.database.transaction() as connection:
        from service.cases.search import index_cases

        index_cases(connection, {1 << 16: ("轉帳",)})
        raise ZeroDivisionError
    with runtime.database.read() as connection:
        assert search_roots(connection, "轉帳", limit=5) == []


def _dump(connection: Connection) -> list[tuple[object, ...]]:
    key = "rowid" if connection.dialect.name == "sqlite" else "root_key"
    rows = connection.exec_driver_sql(
        f"SELECT {key}, CAST(tokens AS text) FROM case_text ORDER BY 1"
    )
    return [tuple(row) for row in rows]


def test_tokens() -> None:
    assert tokens_of("帳戶費 ABC-12") == ["帳戶", "戶費", "費", "abc", "12"]
    assert index_text("02-5550 0101", None) == "02 5550 0101 0255500101"
    assert phrases_of("帳戶費 Ab") == [(["帳戶", "戶費"], False), (["ab"], True)]
    assert len(index_text("字" * 50_000).split()) == 16_000


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_whatever_is_indexed_is_safe_to_write_and_to_ask(text: str) -> None:
    for token in [
        *index_text(text).split(),
        *(each for tokens, _ in phrases_of(text) for each in tokens),
    ]:
        assert not set(token) & set(" '\"\\:*&|!()<>"), token
