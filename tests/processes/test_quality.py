"""Quality checks: who is drawn can be repeated from the number of the case, and nobody checks their
own work."""

from __future__ import annotations

from typing import Any

import pytest

from service.builtins.functions import sample_number
from service.cases import make_number
from service.db import Database
from service.definitions import shipped_files
from service.errors import FormInvalid
from service.execution import Runtime
from tests.kit.installation import release_files
from tests.kit.walker import Walk, complain
from tests.processes.test_tables import decide

REJECTED = {
    "outcome": "not upheld",
    "remedies": [],
    "reason": "We looked at the slips of both days; the fee was agreed in the contract.",
}
FEEDBACK = "The second issue was not answered in the letter."


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"outcome": "not upheld", "vulnerable": True}, "vulnerable customer, rejected"),
        ({"outcome": "not upheld", "sampleNumber": 19}, "rejected"),
        ({"outcome": "not upheld", "sampleNumber": 20}, None),
        ({"outcome": "withdrawn", "sampleNumber": 0}, "withdrawn"),
        ({"screening": "duplicate", "sampleNumber": 5}, "set aside"),
        ({"screening": "mistaken", "sampleNumber": 19}, "set aside"),
        ({"screening": "mistaken", "sampleNumber": 20}, None),
        ({"outcome": "upheld", "sampleNumber": 4}, "drawn"),
        ({"outcome": "upheld", "sampleNumber": 5}, None),
        ({"outcome": "upheld", "vulnerable": True, "sampleNumber": 5}, None),
        ({}, None),
    ],
)
def test_who_is_drawn(facts: dict[str, Any], why: str | None) -> None:
    given = dict.fromkeys(("sampleNumber", "outcome", "screening", "vulnerable")) | facts
    found = decide("quality.dmn", "quality", given)
    assert (found["check"], found["why"]) == (why is not None, why or "not drawn")


def test_the_number_of_a_case_is_spread_evenly_and_always_the_same() -> None:
    numbers = [sample_number(make_number(2026, each)) for each in range(1, 2_001)]
    assert numbers == [sample_number(make_number(2026, each)) for each in range(1, 2_001)]
    assert all(0 <= each < 100 for each in numbers)
    assert 300 < sum(each < 20 for each in numbers) < 500


@pytest.fixture
def runtime(sqlite_database: Database) -> Runtime:
    return release_files(sqlite_database, shipped_files())


def drawn(runtime: Runtime) -> tuple[Walk, Walk]:
    """A case that is always drawn, and its check."""
    walk = complain(runtime).work(assess_facts={"vulnerable": True}, propose_solution=REJECTED)
    (check,) = walk.followers
    assert check.open() == ["check-quality"]
    return walk, check


def test_nobody_checks_a_case_in_which_they_had_a_part(runtime: Runtime) -> None:
    walk, check = drawn(runtime)
    for name in ("wu", "approver-1"):
        check.by["check-quality"] = name
        with pytest.raises(FormInvalid) as caught:
            check.answer("check-quality")
        assert [each.pointer for each in caught.value.errors] == ["/result"]
    check.by["check-quality"] = "approver-7"
    check.answer("check-quality", result="improve", feedback=FEEDBACK)
    assert check.open() == ["take-feedback"]
    check.work()
    assert check.ends == ("feedback-taken",)
    assert walk.complaint.status == "archived"


def test_a_case_that_went_wrong_goes_on_in_another(runtime: Runtime) -> None:
    walk, check = drawn(runtime)
    check.by["check-quality"] = "approver-7"
    check.answer("check-quality", result="reopen", feedback=FEEDBACK)
    with pytest.raises(FormInvalid):
        check.answer("reopen-complaint", otherNumber="C-2026-0000099-X")
    again = complain(runtime, now=check.now)
    again.answer("compare-complaints", relation="reopened", otherNumber=walk.complaint.number)
    check.answer("reopen-complaint", otherNumber=again.complaint.number)
    check.work()
    assert check.ends == ("feedback-taken",)


@pytest.mark.parametrize("feedback", ["Good", "x" * 40, ""])
def test_feedback_is_more_than_a_word(runtime: Runtime, feedback: str) -> None:
    _, check = drawn(runtime)
    check.by["check-quality"] = "approver-7"
    with pytest.raises(FormInvalid) as caught:
        check.answer("check-quality", feedback=feedback)
    assert {each.pointer for each in caught.value.errors} == {"/feedback"}


def test_a_customer_found_vulnerable_at_triage_is_decided_on_by_two(runtime: Runtime) -> None:
    walk = complain(runtime).work(assess_facts={"vulnerable": True}, until="propose-solution")
    walk.answer("propose-solution", outcome="upheld", remedies=["apology"], reason="Our error")
    assert walk.open() == ["approve-solution"]
