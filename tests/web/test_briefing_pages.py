"""Nobody decides blind: what each person sees above the form, by what is visible to their account;
and fields that are more than a value: the signer, people, what is only shown."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service import identity, tasks
from service.errors import FormInvalid
from service.execution import Runtime
from service.identity import Actor
from service.operations import complete_task
from service.operations.find_blind import needs_of
from service.proof.briefing_needs import Derivation
from service.proof.briefing_origins import From
from service.tasks import UserTask
from tests.kit.desk import PEOPLE, Desk
from tests.kit.walker import Walk, complain
from tests.proof.test_briefing import FILES, PARTS

MONEY = {
    "outcome": "partly upheld",
    "remedies": ["compensation", "correction"],
    "compensationAmount": 60_000,
    "payTo": "004-123-456789",
    "reason": "The second fee had no ground.",
    "draftReply": "We return the second fee.",
}
REPORT = {
    "facts": "Two fees were booked on 3 March.",
    "findings": "The batch ran twice.",
    "recommendation": "Return one fee.",
}
COLLECTED = {"evidence": "Statement of March, batch log", "complete": True}
CASE = {"amount": 50_000, "product": "Deposit", "content": "I was charged two fees in March."}


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path)


@pytest.fixture(scope="module")
def derivation() -> Derivation:
    return needs_of(PARTS, FILES)


def to(runtime: Runtime, element: str, **more: dict[str, Any]) -> Walk:
    given = {
        "write_report": REPORT,
        "collect_evidence": COLLECTED,
        "propose_solution": MONEY,
    } | more
    return complain(runtime, **CASE).work(until=element, **given)


def the_task(walk: Walk, element: str) -> UserTask:
    return next(task for task in walk.standing().tasks if task.element_id == element)


def viewer(task: UserTask) -> str:
    """An account that may do the task."""
    if task.assignee:
        return task.assignee
    group = task.candidate_groups[0]
    return next(name for name, roles in PEOPLE.items() if group in roles)


def look(desk: Desk, walk: Walk, element: str, *, by: str = "") -> str:
    task = the_task(walk, element)
    return desk.at(walk.now).sign_in(by or viewer(task)).see(f"/tasks/{task.key}")


@pytest.mark.parametrize("committee", [False, True])
def test_who_approves_sees_what_is_decided(desk: Desk, runtime: Runtime, committee: bool) -> None:
    amount = 900_000 if committee else 60_000
    element = "approve-by-committee" if committee else "approve-solution"
    walk = to(runtime, element, propose_solution=MONEY | {"compensationAmount": amount})
    page = look(desk, walk, element)
    wanted = [f"TWD {amount:,}", "TWD 50,000", "Partly upheld", "Compensation", MONEY["reason"]]
    wanted += [REPORT["findings"], COLLECTED["evidence"], MONEY["draftReply"]]
    wanted += ["Redress in 12 months", "Authority needed", "My authority"]
    wanted += [f"Our compensation comes to TWD {amount:,}"]  # the letter as it would be
    assert [each for each in wanted if str(each) not in page] == []


def test_who_pays_sees_payee_amount_and_account(desk: Desk, runtime: Runtime) -> None:
    walk = to(runtime, "pay-compensation")
    page = look(desk, walk, "pay-compensation")
    for each in ("Payee Lin", "Decided amount TWD 60,000", "004-123-456789"):
        assert each in page, each


def test_who_corrects_sees_the_error(desk: Desk, runtime: Runtime) -> None:
    page = look(desk, to(runtime, "correct-error"), "correct-error")
    assert "The error to be corrected" in page and REPORT["findings"] in page


def test_three_departments_see_their_question(desk: Desk, runtime: Runtime) -> None:
    plan = {"issues": "Two fees", "departments": ["cards", "it"], "question": "Why did it run?"}
    walk = to(runtime, "consult-department", plan_investigation=plan)
    pages = [
        desk.at(walk.now).sign_in("department-1").see(f"/tasks/{task.key}")
        for task in walk.standing().tasks
    ]
    assert all("Why did it run?" in page for page in pages) and len(set(pages)) == 2
    assert "Department Cards" in pages[0] or "Department Cards" in pages[1]


def test_who_compares_sees_the_other_complaint(desk: Desk, runtime: Runtime) -> None:
    same = {"email": "one@customer.invalid"}
    first = complain(runtime, "The first complaint about a fee", **same)
    walk = complain(runtime, "Another complaint about a fee", **same)
    number = first.complaint.number
    task = the_task(walk, "compare-complaints")
    desk.at(walk.now).sign_in("clerk")
    assert "The first complaint about a fee" in desk.see(f"/tasks/{task.key}")
    page = desk.client.get(f"/tasks/{task.key}").get_data(as_text=True)
    assert f'href="/complaints/{number}"' in page.split('id="briefing"')[1].split("<aside")[0]


def test_report_proposal_and_reply_start_with_what_is_known(desk: Desk, runtime: Runtime) -> None:
    walk = to(runtime, "write-report")
    assert COLLECTED["evidence"] in _field(desk, walk, "write-report", "facts")
    walk.work(until="propose-solution", write_report=REPORT)
    assert REPORT["findings"] in _field(desk, walk, "propose-solution", "reason")
    walk.work(until="write-reply", propose_solution=MONEY)
    assert _field(desk, walk, "write-reply", "decisionText").startswith(MONEY["draftReply"])


def _field(desk: Desk, walk: Walk, element: str, name: str) -> str:
    task = the_task(walk, element)
    desk.at(walk.now).sign_in(viewer(task))
    if task.assignee is None:
        desk.post(f"/tasks/{task.key}/claim")
    page = desk.client.get(f"/tasks/{task.key}").get_data(as_text=True)
    return page.split(f'name="{name}"', 1)[1].split(">", 1)[1].split("</textarea>")[0]


WAYS: dict[str, dict[str, dict[str, Any]]] = {
    "compensation": {},
    "committee": {"propose_solution": MONEY | {"compensationAmount": 900_000}},
    "departments": {
        "plan_investigation": {
            "issues": "Two fees",
            "departments": ["cards"],
            "question": "Why did it run?",
        }
    },
    "refused once": {"approve_solution": {"approved": False, "reason": "The sum is too large."}},
    "improvement": {
        "review_complaint": {
            "rootCause": "human error",
            "lesson": "Look at the batch log.",
            "improvementWanted": True,
        }
    },
    "tracking": {
        "propose_solution": MONEY
        | {"remedies": ["tracking", "compensation"], "compensationAmount": 1},
        "promise_tracking": {"promise": "Call every month.", "promisedBy": "2026-06-01"},
    },
    "unhappy": {
        "ask_customer": {
            "reached": True,
            "satisfaction": 1,
            "disputed": True,
            "comment": "I want the interest too.",
        }
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_all_that_a_task_needs_is_on_its_page(
    desk: Desk, runtime: Runtime, derivation: Derivation, way: str
) -> None:
    """On every task of a walk: each recorded answer that the derivation says it needs is there to
    be read by who does it."""
    given = {
        "write_report": REPORT,
        "collect_evidence": COLLECTED,
        "propose_solution": MONEY,
    } | WAYS[way]
    walk, seen = complain(runtime, **CASE), set[str]()
    for _ in range(40):
        standing = walk.standing()
        if standing.state != "active":
            break
        for task in standing.tasks:
            _read_page(desk, walk, task, derivation)
            seen.add(task.element_id)
        if not standing.tasks:
            walk.wait()
            continue
        element = standing.tasks[0].element_id
        walk.answer(element, **given.get(element.replace("-", "_"), {}))
        if element == "approve-solution":
            given.pop("approve_solution", None)
    assert len(seen) >= 8


def _read_page(desk: Desk, walk: Walk, task: UserTask, derivation: Derivation) -> None:
    page = " ".join(desk.at(walk.now).sign_in(viewer(task)).see(f"/tasks/{task.key}").split())
    needs = derivation.needs(task.process_id, task.element_id)
    wanted = {need.origin.name for need in needs if need.origin.kind is From.ANSWER}
    with walk.runtime.database.read() as connection:
        done = tasks.list_answers(connection, walk.root, elements=wanted, forms=())
    last = {each.element_id: each for each in done}
    for name in wanted - {task.element_id}:
        for field, value in ((last[name].answer or {}) if name in last else {}).items():
            if isinstance(value, str) and " " in value:
                said = " ".join(value.split()).casefold()
                assert said in page.casefold(), (task.element_id, name, field)
    assert CASE["content"] in page


def test_the_signer_is_the_account(desk: Desk, runtime: Runtime) -> None:
    walk = to(runtime, "approve-solution")
    task = the_task(walk, "approve-solution")
    approver = Actor("approver-1", frozenset({"approver"}))
    for wrong in ("somebody else", "Approver-1"):
        with pytest.raises(FormInvalid) as refused:
            complete_task(
                runtime,
                task.key,
                {"approved": True, "approvedBy": wrong},
                actor=approver,
                now=walk.now,
            )
        assert refused.value.errors[0].pointer == "/approvedBy"
    desk.at(walk.now).sign_in("approver-1").post(f"/tasks/{task.key}/claim")
    page = desk.client.get(f"/tasks/{task.key}").get_data(as_text=True)
    assert (
        'name="approvedBy"' not in page and "approver-1" in page.split('data-field="approvedBy"')[1]
    )
    desk.post(f"/tasks/{task.key}/complete", approved="true")
    with runtime.database.read() as connection:
        assert (tasks.get_task(connection, task.key).answer or {})["approvedBy"] == "approver-1"
    assert walk.complaint.facts["approvedBy"] == "approver-1"


def test_people_are_chosen_and_have_to_be_there(desk: Desk, runtime: Runtime) -> None:
    walk = to(runtime, "assign-investigator")
    task = the_task(walk, "assign-investigator")
    today = walk.now.date()
    with runtime.database.transaction() as connection:
        identity.set_absence(connection, "lin", first=today, last=today + timedelta(days=9))
    desk.at(walk.now).sign_in("approver-1")
    name = viewer(task)
    desk.sign_in(name).post(f"/tasks/{task.key}/claim")
    page = desk.client.get(f"/tasks/{task.key}").get_data(as_text=True)
    picker = page.split('name="investigator"')[1].split("</select>")[0]
    assert 'value="wu"' in picker and "0 open" in picker and "absent" in picker
    form = {"responsibleUnit": "head office", "independent": "true"}
    for wrong in ("lin", "I think it should be Wu", "approver-1"):
        answer = desk.post(f"/tasks/{task.key}/complete", investigator=wrong, **form)
        assert answer.status_code == 422, wrong
    answer = desk.post(f"/tasks/{task.key}/complete", investigator="wu", **form)
    assert answer.status_code == 302


def test_what_is_only_shown_cannot_be_written(desk: Desk, runtime: Runtime) -> None:
    tracking = MONEY | {"remedies": ["tracking"]}
    del tracking["compensationAmount"]
    promise = {"promise": "A call a month.", "promisedBy": "2026-06-01"}
    walk = to(runtime, "write-reply", propose_solution=tracking, promise_tracking=promise)
    [follower] = walk.followers
    follower.wait()
    [task] = follower.standing().tasks
    assert promise["promise"] in desk.at(follower.now).sign_in("wu").see(f"/tasks/{task.key}")
    with pytest.raises(FormInvalid) as refused:
        complete_task(
            runtime,
            task.key,
            {"kept": True, "done": "Called", "promise": "Another one"},
            actor=Actor("wu", frozenset(task.candidate_groups)),
            now=follower.now,
        )
    assert refused.value.errors[0].message.startswith("is shown only")
