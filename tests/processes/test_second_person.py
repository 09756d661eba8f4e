"""Where a decision can harm a customer, one person alone does not make it."""

from __future__ import annotations

from typing import Any

import pytest

from service.db import Database
from service.definitions import shipped_files
from service.errors import Forbidden, FormInvalid
from tests.kit.installation import release_files
from tests.kit.walker import complain
from tests.processes.test_tables import decide

WHY = (
    "We looked at the slips of both days; the fee was agreed in the contract.",
    "經調閱兩日交易紀錄，該費用已載明於契約，本行依約收取並無不當。",
)


@pytest.mark.parametrize(
    ("facts", "decider"),
    [
        ({"outcome": "upheld"}, "handler"),
        ({"outcome": "partly upheld", "vulnerable": False}, "handler"),
        ({"outcome": "upheld", "vulnerable": True, "compensationAmount": 500}, "handler"),
        ({"outcome": "not upheld"}, "approver"),
        ({"outcome": "not upheld", "compensationAmount": 500}, "approver"),
        ({"outcome": "upheld", "vulnerable": True}, "approver"),
        ({"outcome": "upheld", "vulnerable": True, "compensationAmount": 0}, "approver"),
        ({"outcome": "not upheld", "compensationAmount": 300_000}, "executive"),
        ({"outcome": "not upheld", "round": 2}, "approver"),
    ],
)
def test_who_decides(facts: dict[str, Any], decider: str) -> None:
    given = dict.fromkeys(("compensationAmount", "round", "outcome", "vulnerable")) | facts
    assert decide("authority.dmn", "authority", given)["decider"] == decider


@pytest.mark.parametrize("reason", ["No", "Unfounded.", "x" * 40, "不成立", "not upheld"])
def test_a_rejection_says_why_in_more_than_a_word(sqlite_database: Database, reason: str) -> None:
    walk = complain(release_files(sqlite_database, shipped_files())).work(until="propose-solution")
    rejected = {"outcome": "not upheld", "remedies": [], "reason": reason}
    with pytest.raises(FormInvalid) as caught:
        walk.answer("propose-solution", **rejected)
    assert {each.pointer for each in caught.value.errors} == {"/reason"}


@pytest.mark.parametrize("reason", WHY)
def test_a_rejection_is_decided_by_somebody_else(sqlite_database: Database, reason: str) -> None:
    walk = complain(release_files(sqlite_database, shipped_files())).work(until="propose-solution")
    walk.by["propose-solution"] = "wu"
    walk.answer("propose-solution", outcome="not upheld", remedies=[], reason=reason)
    assert walk.open() == ["approve-solution"]
    walk.by["approve-solution"] = "wu"
    with pytest.raises(Forbidden):
        walk.answer("approve-solution")
    walk.by["approve-solution"] = "chen"
    walk.answer("approve-solution")
    assert "write-reply" in walk.open()


@pytest.mark.parametrize("nature", ["inquiry", "not ours"])
def test_nobody_alone_says_that_it_is_no_complaint(sqlite_database: Database, nature: str) -> None:
    walk = complain(release_files(sqlite_database, shipped_files())).work(until="assess-facts")
    walk.by["assess-facts"] = "amy"
    for reason in ("Question", "x" * 40, None):
        with pytest.raises(FormInvalid) as caught:
            walk.answer(
                "assess-facts", nature=nature, **({"natureReason": reason} if reason else {})
            )
        assert {each.pointer for each in caught.value.errors} == {"/natureReason"}
    walk.answer("assess-facts", nature=nature, natureReason=WHY[1])
    assert walk.open() == ["confirm-not-for-us"]
    assert "set-aside" not in walk.letters
    walk.by["confirm-not-for-us"] = "amy"
    with pytest.raises(Forbidden):
        walk.answer("confirm-not-for-us")
    walk.by["confirm-not-for-us"] = "chen"
    walk.answer("confirm-not-for-us", nature="complaint")
    assert walk.open() == ["assign-investigator"]
    assert walk.complaint.status == "open"
