"""One scenario per path that the written procedure leaves open, to its expected end, letters, tasks
and clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service import cases, identity, policy
from service.engine.commands import Modify, Which
from service.errors import FormInvalid
from service.execution import Runtime
from service.identity import Actor
from service.operations import cancel_instance, modify_instance
from tests.kit.clock import NOW
from tests.kit.installation import ON_SQLITE
from tests.kit.walker import complain

pytestmark = ON_SQLITE


def test_a_satisfied_customer(runtime: Runtime) -> None:
    walk = complain(runtime).work()
    assert walk.ends == ("archived-satisfied",)
    assert walk.letters == ["acknowledgement", "outcome", "satisfaction"]
    assert walk.complaint.status == "archived"
    assert walk.complaint.facts["retainUntil"] == "2031-03-02"
    clocks = walk.clocks
    assert all(
        entry.met_at is not None and entry.met_at <= entry.due_at for entry in clocks.values()
    ), clocks
    assert walk.events[0] == "case:complaint:registered"


def test_two_more_rounds_each_decided_higher_then_deadlock_with_referral(runtime: Runtime) -> None:
    walk = complain(runtime).work(ask_customer={"satisfaction": 1})
    assert walk.ends == ("archived-deadlock",)
    levels = [
        walk.done[: at + 1].count("propose-solution")
        for at, name in enumerate(walk.done)
        if "approve" in name
    ]
    assert levels == [2, 3]  # the first round is the handler's own, both later ones go higher
    assert walk.complaint.facts["authorityLevel"] == "A4"
    assert walk.letters.count("outcome") == 3
    assert walk.letters[-1] == "deadlock"
    assert walk.clocks["next answer"].met_at is not None


def test_silence_is_not_satisfaction(runtime: Runtime) -> None:
    walk = complain(runtime).work(until="ask-customer")
    while walk.open() == ["ask-customer"]:
        walk.wait()
    assert walk.work().ends == ("archived-no-answer",)
    assert "satisfaction" not in walk.complaint.facts


def test_a_disputed_outcome_counts_as_unhappy_whatever_the_mark(runtime: Runtime) -> None:
    walk = complain(runtime).work(until="ask-customer")
    walk.say("customer-answer", satisfaction=4, disputed=True)
    assert walk.open() == ["propose-solution"]


def test_a_withdrawal_stops_the_work_and_is_confirmed(runtime: Runtime) -> None:
    walk = complain(runtime).work(until="collect-evidence")
    walk.say("complaint-withdrawn", reason="settled")
    assert walk.open() == ["confirm-withdrawal"]
    walk.work()
    assert walk.letters[-1] == "withdrawn"
    assert walk.complaint.outcome == "withdrawn"


def test_a_proxy_without_authority_is_asked_for_it(runtime: Runtime) -> None:
    walk = complain(runtime, triage={"byProxy": True}).work(until="check-proxy")
    walk.answer("check-proxy", authority="not shown")
    assert "question" in walk.letters
    assert walk.work().ends == ("archived-satisfied",)
    assert walk.complaint.facts["proxyAuthority"] == "not shown"


def test_a_group_names_at_most_five_representatives(runtime: Runtime) -> None:
    walk = complain(runtime, triage={"groupSize": 12}).work(until="record-representatives")
    with pytest.raises(FormInvalid):
        walk.answer("record-representatives", representatives=[str(number) for number in range(6)])
    walk.work(until="assign-investigator")
    assert (walk.complaint.severity, walk.complaint.facts["rule"]) == ("P2", "T11")
    with runtime.database.read() as connection:
        assert cases.find_emergency_of(connection, walk.root) is not None


def test_an_anonymous_complaint_is_handled_without_a_reply(runtime: Runtime) -> None:
    walk = complain(runtime, customer_name=None, email=None).work(
        clarify_facts={"clarified": "withheld", "note": "anonymous"}
    )
    assert walk.ends == ("archived-no-answer",)
    assert "first-contact" not in walk.done
    assert "ask-customer" not in walk.done


def test_a_case_that_is_cancelled_is_closed_and_kept_as_long_as_any(runtime: Runtime) -> None:
    admin = Actor("root", frozenset({"admin"}))
    walk = complain(runtime).work(until="collect-evidence")
    cancel_instance(runtime, walk.root, reason="Entered twice", actor=admin, now=walk.now)
    known = walk.complaint
    assert (known.status, known.outcome, known.closed_at, known.due_at) == (
        "archived",
        "cancelled",
        walk.now,
        None,
    )
    assert known.facts["retainUntil"] == "2031-03-02"
    assert all(entry.met_at is not None for entry in walk.clocks.values())
    with runtime.database.read() as connection:
        assert cases.count_open_by_investigator(connection) == {}
    moved = complain(runtime, "The card was swallowed", email="b@customer.invalid").work(
        until="collect-evidence"
    )
    end = Modify(terminate=(Which(element_id="collect-evidence"),))
    modify_instance(runtime, moved.root, end, reason="Nothing is left", actor=admin, now=moved.now)
    assert (moved.standing().state, moved.complaint.status) == ("terminated", "archived")


def test_a_duplicate_is_set_aside_by_a_person_and_linked(runtime: Runtime) -> None:
    first = complain(runtime).work(until="assess-facts")
    again = complain(runtime)
    assert again.open() == ["compare-complaints"]
    with pytest.raises(FormInvalid, match=r".*"):
        again.answer("compare-complaints", relation="duplicate", otherNumber=again.complaint.number)
    again.answer("compare-complaints", relation="duplicate", otherNumber=first.complaint.number)
    assert again.ends == ("archived-set-aside",)
    assert again.letters == ["acknowledgement", "set-aside"]
    with runtime.database.read() as connection:
        assert [link.kind for link in cases.list_links(connection, first.root)] == ["has duplicate"]


def test_a_reopened_matter_goes_one_level_up(runtime: Runtime) -> None:
    first = complain(runtime).work()
    later = first.now + timedelta(days=20)
    again = complain(runtime, now=later)
    again.answer("compare-complaints", relation="reopened", otherNumber=first.complaint.number)
    again.work(until="assign-investigator")
    assert (again.complaint.facts["rule"], again.complaint.severity) == ("T15", "P2")


@pytest.mark.parametrize("nature", ["inquiry", "not ours"])
def test_what_is_no_complaint_for_us_is_set_aside(runtime: Runtime, nature: str) -> None:
    why = "They only ask when the branch opens."
    walk = complain(runtime).work(
        assess_facts={"nature": nature, "natureReason": why},
        confirm_not_for_us={"nature": nature, "confirmReason": why},
    )
    assert walk.ends == ("archived-set-aside",)
    assert walk.complaint.outcome == "mistaken"


def test_a_promise_becomes_a_dated_task_after_closure(runtime: Runtime) -> None:
    walk = complain(runtime).work(propose_solution={"remedies": ["tracking"]})
    (promise,) = walk.followers
    assert promise.open() == []
    promise.work(until="keep-promise-task")
    assert promise.now.date().isoformat() == "2026-05-29"
    promise.answer("keep-promise-task", kept=False)
    assert promise.open() == ["answer-for-promise"]
    assert promise.work().ends == ("promise-is-kept",)


def test_an_improvement_is_carried_out_and_its_effect_verified_by_another(runtime: Runtime) -> None:
    walk = complain(runtime).work(review_complaint={"improvementWanted": True})
    (improvement,) = walk.followers
    improvement.work(until="verify-effect")
    improvement.answer("verify-effect", effective=False, newDue="2026-06-01")
    assert improvement.open() == ["carry-out-action"]
    assert improvement.work().ends == ("improvement-verified",)


def test_a_question_to_the_customer_stops_the_banks_own_clocks_only(runtime: Runtime) -> None:
    walk = complain(runtime).work(until="collect-evidence")
    before = walk.clocks
    walk.answer("collect-evidence", askCustomer=True, question="the receipt")
    stopped = walk.clocks
    assert stopped["final response"].paused_at is None
    assert stopped["internal target"].paused_at is not None
    walk.now += timedelta(days=7)
    walk.say("customer-information")
    after = walk.clocks
    assert after["final response"].due_at == before["final response"].due_at
    assert after["internal target"].due_at > before["internal target"].due_at
    assert walk.letters[-1] == "question"


def test_warnings_at_half_eighty_and_breach_go_to_whom_the_table_says(runtime: Runtime) -> None:
    walk = complain(runtime, triage={"amount": None}).work(until="collect-evidence")
    seen: list[tuple[str, str]] = []
    while walk.standing().timers and len(seen) < 3:
        walk.wait()
        for task in walk.standing().tasks:
            if (
                task.element_id in ("unblock-case", "take-charge-of-delay")
                and (task.element_id, "") not in seen
            ):
                seen.append((task.element_id, ""))
        if len(seen) == 2:
            break
    assert [name for name, _ in seen] == ["unblock-case", "take-charge-of-delay"]
    assert walk.now >= walk.clocks["final response"].due_at


def test_compensation_counts_with_what_the_customer_had_before(runtime: Runtime) -> None:
    paid: dict[str, Any] = {"remedies": ["compensation"], "compensationAmount": 2_000}
    first = complain(runtime).work(propose_solution=paid)
    assert not [name for name in first.done if name.startswith("approve")]
    second = complain(runtime, now=first.now + timedelta(days=100)).work(propose_solution=paid)
    assert "approve-solution" in second.done  # 4,000 in twelve months are beyond the handler
    assert second.complaint.facts["authorityLevel"] == "A2"
    third = complain(runtime, now=second.now + timedelta(days=400)).work(propose_solution=paid)
    assert not [name for name in third.done if name.startswith("approve")]


def test_a_committee_needs_a_quorum_and_a_majority(runtime: Runtime) -> None:
    large = {"remedies": ["compensation"], "compensationAmount": 300_000}
    walk = complain(runtime).work(until="approve-by-committee", propose_solution=large)
    for wrong in (
        {"members": ["a", "b"]},
        {"members": ["a", "b", "A"]},
        {"votesFor": 1},
        {"members": ["wu", "b", "c"]},
    ):
        with pytest.raises(FormInvalid):
            walk.answer("approve-by-committee", **wrong)
    walk.answer("approve-by-committee")
    assert "write-reply" in walk.open()


def test_the_person_complained_about_does_not_vote(runtime: Runtime) -> None:
    large = {"remedies": ["compensation"], "compensationAmount": 300_000}
    walk = complain(runtime).work(
        until="approve-by-committee",
        propose_solution=large,
        assess_facts={"complainedPerson": "Mei"},
    )
    with pytest.raises(FormInvalid) as refused:
        walk.answer("approve-by-committee", members=["mei", "b", "c"])
    assert [each.message for each in refused.value.errors] == ["the complaint is about this person"]
    walk.answer("approve-by-committee")


def test_the_investigator_is_proposed_by_skill_load_and_absence(runtime: Runtime) -> None:
    today = NOW.date()
    with runtime.database.transaction() as connection:
        for name, unit in (("amy", "cards"), ("ben", "loans"), ("cho", "loans"), ("dan", "wealth")):
            identity.create_account(connection, name, None, ["handler"], now=NOW)
            identity.set_staff(
                connection,
                name,
                unit=unit,
                skills=["general complaints team"] if name == "cho" else [],
            )
        identity.set_absence(connection, "cho", first=today, last=today)
    walk = complain(runtime).work(
        until="assign-investigator",
        assess_facts={"complainedPerson": "ben", "complainedUnit": "Cards"},
    )
    task = walk.standing().tasks[0]
    assert task.variables["investigator"] == "dan"
    for wrong in ("ben", "amy", "cho", "nobody"):
        with pytest.raises(FormInvalid):
            walk.answer("assign-investigator", investigator=wrong)
    walk.answer("assign-investigator", investigator="dan")
    assert walk.complaint.investigator == "dan"
    assert walk.standing().tasks[0].assignee == "dan"


SEVERITY = [
    ({"threatToLife": True}, "T01", "P1", "III"),
    ({"groupSize": 100}, "T02", "P1", "I"),
    ({"groupSize": 20}, "T03", "P1", "II"),
    ({"mediaReach": 2_000_000}, "T04", "P1", "II"),
    ({"systemFault": True, "customersAffected": 500}, "T05", "P1", "III"),
    ({"moneyMoving": True}, "T06", "P1", "none"),
    ({"regulatorReferral": True}, "T07", "P2", "none"),
    ({"hardship": True}, "T08", "P2", "none"),
    ({"vulnerable": True}, "T09", "P3", "none"),
    ({"mediaReach": 1_000}, "T10", "P2", "III"),
    ({"groupSize": 5}, "T11", "P2", "III"),
    ({"misconduct": True}, "T12", "P2", "none"),
    ({"amount": 1_000_000}, "T13", "P2", "none"),
    ({"legalThreat": True}, "T14", "P2", "none"),
    ({"reopened": 1}, "T15", "P2", "none"),
    ({"similarIn24h": 10}, "T16", "P2", "IV"),
    ({"amount": 50_000}, "T17", "P3", "none"),
    ({"executiveChannel": True}, "T18", "P2", "none"),
    ({"attitudeOnly": True}, "T19", "P4", "none"),
    ({}, "T20", "P3", "none"),
]


@pytest.mark.parametrize(
    ("facts", "rule", "severity", "level"), SEVERITY, ids=[rule for _, rule, *_ in SEVERITY]
)
def test_a_severity_rule_sets_its_clocks_and_alarms(
    runtime: Runtime, facts: dict[str, Any], rule: str, severity: str, level: str
) -> None:
    triage = {name: value for name, value in facts.items() if name != "amount"}
    walk = complain(runtime, triage=triage, amount=facts.get("amount")).work(
        until="assign-investigator"
    )
    known = walk.complaint
    assert (known.facts["rule"], known.severity, known.facts["emergencyLevel"]) == (
        rule,
        severity,
        level,
    )
    wanted = {
        entry.clock: entry.due_at
        for entry in policy.severity_deadlines(runtime.profile, severity, NOW)
    }  # from the registration on, where all of it was known
    assert {clock: walk.clocks[clock].due_at for clock in wanted} == wanted
    with runtime.database.read() as connection:
        found = cases.find_emergency_of(connection, walk.root)
    assert (found.level if found else "none") == level
