"""Related complaints are proposed with their reasons; a person links or merges them, and both
histories say so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service import audit, cases, letters
from service.cases import NewEvidence
from service.errors import Forbidden, InvalidInput, StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.intake import parse_complaint
from service.operations import add_evidence, link_cases, merge_cases, register_complaint
from service.reporting import get_standing
from service.vault import Kept, Verdict
from tests.kit.clock import NOW

CLERK = Actor("clara", frozenset({"clerk"}))
TEXT = "同一筆信用卡消費被重複扣款兩次,致電客服後三週仍未收到回覆,請盡速退還款項。"


def register(
    runtime: Runtime,
    content: str = TEXT,
    *,
    email: str = "mei@customer.invalid",
    name: str = "林美玲",
) -> str:
    given = {"content": content, "contact": {"email": email}, "customerName": name}
    return register_complaint(runtime, parse_complaint(given, now=NOW), actor=CLERK, now=NOW).number


def find(runtime: Runtime, number: str) -> cases.Complaint:
    with runtime.database.read() as connection:
        return cases.get_complaint(connection, number)


def proposals(runtime: Runtime, number: str) -> dict[str, cases.Proposal]:
    with runtime.database.transaction() as connection:
        cases.mark_new(connection, since=NOW - timedelta(hours=1), now=NOW)
        found = cases.propose_for(connection, cases.get_complaint(connection, number))
    return {each.complaint.number: each for each in found}


def test_alike_complaints_are_proposed_with_reason_and_score(runtime: Runtime) -> None:
    one = register(runtime)
    again = register(runtime, TEXT.replace("盡速", "立刻"))
    stranger = register(runtime, "我的" + TEXT, email="wang@customer.invalid", name="王小明")
    register(
        runtime,
        "分行排隊太久,希望增加人手,行員態度也不好。",
        email="lee@customer.invalid",
        name="李四",
    )
    found = proposals(runtime, one)
    assert list(found) == [again, stranger]
    assert found[again].same_customer and "same e-mail address" in found[again].reasons
    assert not found[stranger].same_customer and 0.4 <= found[stranger].score < found[again].score


def test_a_link_is_seen_from_both_and_proposed_no_more(runtime: Runtime) -> None:
    one, other = register(runtime), register(runtime, email="wang@customer.invalid", name="王小明")
    assert other in proposals(runtime, one)
    link_cases(runtime, one, other, "related", reason="same terminal", actor=CLERK, now=NOW)
    assert proposals(runtime, one) == {} == proposals(runtime, other)
    for number, counterpart in ((one, other), (other, one)):
        case = find(runtime, number)
        with runtime.database.read() as connection:
            [link] = cases.list_links(connection, case.root_key)
            last = audit.list_history(connection, case.root_key)[-1]
            assert audit.verify(connection, case.root_key) is None
        assert (link.kind, link.other_key) == ("related", find(runtime, counterpart).root_key)
        assert last.event == "case:relation:decided" and last.details["other"] == counterpart
    link_cases(runtime, one, other, "not related", reason="two terminals", actor=CLERK, now=NOW)
    with runtime.database.read() as connection:
        assert [
            link.kind for link in cases.list_links(connection, find(runtime, one).root_key)
        ] == ["not related"]


def test_a_duplicate_goes_on_in_the_other_case(runtime: Runtime) -> None:
    main, again = register(runtime), register(runtime)
    item = NewEvidence("photo", "mail", "receipt.png", Kept("a" * 64, 9), Verdict("image/png"))
    add_evidence(runtime, find(runtime, again).root_key, [item], actor=CLERK, now=NOW)
    merge_cases(runtime, again, main, reason="sent twice", actor=CLERK, now=NOW)
    closed, open_one = find(runtime, again), find(runtime, main)
    assert (closed.status, closed.outcome, open_one.status) == ("closed", "duplicate", "open")
    with runtime.database.read() as connection:
        standing = get_standing(connection, closed.root_key)
        assert standing.state == "terminated" and standing.tasks == ()
        assert [each.sha256 for each in cases.list_evidence(connection, open_one.root_key)] == [
            "a" * 64
        ]
        filed = letters.list_letters(connection, closed.root_key)
        assert filed[-1]["template"] == "merged" and main in filed[-1]["body"]
        kinds = {cases.list_links(connection, each.root_key)[0].kind for each in (closed, open_one)}
        assert kinds == {"duplicate of", "has duplicate"}
        assert all(clock.met_at for clock in cases.list_deadlines(connection, closed.root_key))
        for each in (closed, open_one):
            assert audit.verify(connection, each.root_key) is None
    with pytest.raises(StateConflict):
        merge_cases(runtime, again, main, reason="", actor=CLERK, now=NOW)


def test_what_may_not_be_merged(runtime: Runtime) -> None:
    one, other = register(runtime), register(runtime, email="wang@customer.invalid")
    with pytest.raises(StateConflict, match="two customers"):
        merge_cases(runtime, other, one, reason="", actor=CLERK, now=NOW)
    with pytest.raises(InvalidInput, match="twice"):
        merge_cases(runtime, one, one.lower(), reason="", actor=CLERK, now=NOW)
    with pytest.raises(InvalidInput, match="kind"):
        link_cases(runtime, one, other, "cousin", reason="", actor=CLERK, now=NOW)
    with pytest.raises(Forbidden):
        link_cases(
            runtime,
            one,
            other,
            "related",
            reason="",
            actor=Actor("d", frozenset({"department"})),
            now=NOW,
        )
    assert find(runtime, other).status == "open"
