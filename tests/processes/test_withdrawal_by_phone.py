"""A withdrawal that somebody of the bank records ends nothing before somebody else has confirmed
it."""

from __future__ import annotations

import pytest

from service import cases
from service.db import Database
from service.definitions import shipped_files
from service.errors import Forbidden, FormInvalid, StateConflict
from service.identity import Actor
from service.operations import record_withdrawal
from tests.kit.installation import release_files
from tests.kit.walker import Walk, complain

AMY = Actor("amy", frozenset({"clerk"}))
SAID = "He called and said that the fee was paid back and nothing is left to settle."


def begun(database: Database) -> Walk:
    return complain(release_files(database, shipped_files())).work(until="plan-investigation")


def record(walk: Walk, words: str = SAID, means: str = "phone") -> None:
    number = walk.complaint.number
    record_withdrawal(walk.runtime, number, words, means=means, actor=AMY, now=walk.now)


def test_another_person_confirms_what_was_told_by_phone(database: Database) -> None:
    walk = begun(database)
    record(walk)
    assert walk.open() == ["confirm-withdrawal"] and walk.complaint.status == "open"
    walk.by["confirm-withdrawal"] = AMY.name
    with pytest.raises(Forbidden):
        walk.answer("confirm-withdrawal")
    walk.by["confirm-withdrawal"] = "ben"
    walk.answer("confirm-withdrawal")
    assert walk.complaint.outcome == "withdrawn"
    assert "case:withdrawal:recorded" in walk.events
    with walk.runtime.database.read() as connection:
        [word] = cases.list_words(connection, walk.root, limit=9)
    assert (word.kind, word.channel, word.body) == ("withdrawal", "phone", SAID)


@pytest.mark.parametrize(
    ("words", "means", "pointer"),
    [("He withdraws", "phone", "/words"), ("x" * 4_001, "phone", "/words"), (SAID, "x", "/means")],
)
def test_it_is_recorded_in_the_customers_words(
    sqlite_database: Database, words: str, means: str, pointer: str
) -> None:
    walk = begun(sqlite_database)
    with pytest.raises(FormInvalid) as caught:
        record(walk, words, means)
    assert [each.pointer for each in caught.value.errors] == [pointer]
    assert walk.open() == ["plan-investigation"]


def test_a_case_that_was_withdrawn_cannot_be_withdrawn_again(sqlite_database: Database) -> None:
    walk = begun(sqlite_database)
    record(walk)
    with pytest.raises(StateConflict):
        record(walk)
