"""What is kept from somebody is kept from them everywhere: a matrix of roles, routes and cases.

Every route of the application that reads is asked, with what names the case where the route has a
place for it; nothing of the case may be in the answer. Every route that names the case, whatever
its method, answers as if the case were not there. The same requests of somebody who may know find
it, so that the matrix cannot be empty.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service import audit, cases, identity, notifications, operations, tasks
from service.app import create_app
from service.cases import NewComplaint
from service.clock import VirtualClock
from service.config import Settings
from service.errors import Forbidden, NotFound, StateConflict
from service.execution import Runtime
from service.identity import OPERATOR, SYSTEM, Actor, Role
from tests.kit.clock import NOW

MARK = "zqxwv"
CUSTOMER = "Quillon Zarathustra"
MAIL = "quillon@customer.example"
ADMIN = Actor("admin", frozenset({Role.ADMIN}))
COMPLIANCE = Actor("compliance", frozenset({Role.COMPLIANCE}))
ABOUT, BOSS = "nora", "bert"
"""Whom the complaint is about, and whom they answer to."""
SAMPLE = 60
"""So many cells of each matrix are tried in `make test`."""
SKIPPED = {"/metrics", "/sign-out", "/break-glass", "/sign-in"}


@dataclass(frozen=True, slots=True)
class Bank:
    """An application, a case that is kept from some, and one that is not."""

    runtime: Runtime
    app: Any
    tokens: dict[str, str]
    kept: cases.Complaint
    open: cases.Complaint
    task: int

    def ask(self, who: str, method: str, path: str, **more: Any) -> Any:
        client = self.app.test_client()
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Sec-Fetch-Site": "same-origin"}
        return client.open(path, method=method, headers=headers, **more)

    def cells(self) -> list[tuple[str, str, bool]]:
        """Method and path of every route, filled in, and whether it names the kept case."""
        found = []
        for rule in self.app.url_map.iter_rules():
            path = self._filled(rule)
            if path is None or path in SKIPPED:
                continue
            named = path != rule.rule
            found += [(each, path, named) for each in sorted(rule.methods - {"HEAD", "OPTIONS"})]
        return sorted(found)

    def _filled(self, rule: Any) -> str | None:
        given = {"number": self.kept.number, "sheet": "complaint", "verb": "suspend"}
        path: str = rule.rule
        for argument in rule.arguments:
            value = given.get(argument)
            if value is None and argument.lower().endswith("key"):
                value = str(self.task if "task" in rule.rule.lower() else self.kept.root_key)
            if value is None:
                return None
            path = re.sub(rf"<(?:[^<>]*:)?{argument}>", value, path)
        return path


def new(text: str, customer: str, mail: str) -> NewComplaint:
    return NewComplaint(customer, None, mail, None, "email", text, NOW, language="en")


@pytest.fixture
def bank(runtime: Runtime, tmp_path: Path) -> Iterator[Bank]:
    settings = Settings(secret_key="k" * 40, evidence_dir=str(tmp_path / "evidence"))
    app = create_app(settings, runtime=runtime, clock=VirtualClock(NOW + timedelta(minutes=1)))
    tokens = {}
    with runtime.database.transaction() as connection:
        people = {**{role.value: [role.value] for role in Role}}
        people |= {ABOUT: ["handler", "admin", "compliance"], BOSS: ["executive", "admin"]}
        for name, roles in people.items():
            identity.create_account(connection, name, None, roles, now=NOW)
            tokens[name] = identity.create_token(connection, name, now=NOW)
        identity.set_superior(connection, ABOUT, BOSS)
    kept = operations.register_complaint(
        runtime, new(f"about a person {MARK}", CUSTOMER, MAIL), actor=SYSTEM, now=NOW
    )
    other = operations.register_complaint(
        runtime, new("about a queue", "Olive Other", "olive@x.example"), actor=SYSTEM, now=NOW
    )
    operations.comment_case(runtime, kept.root_key, f"a note {MARK}", actor=ADMIN, now=NOW)
    operations.declare_emergency(
        runtime, [kept.number], level="III", cause="a branch", actor=ADMIN, now=NOW
    )
    with runtime.database.read() as connection:
        found = cases.get_complaint(connection, kept.number)
        seen = cases.get_complaint(connection, other.number)
        task = tasks.list_open_tasks(connection, kept.root_key)[0].key
    yield Bank(runtime, app, tokens, found, seen, task)


def is_about(bank: Bank) -> None:
    """The case is about somebody."""
    with bank.runtime.database.transaction() as connection:
        facts = {**bank.kept.facts, "complainedPerson": f" {ABOUT.upper()} "}
        cases.save_complaint(connection, replace(bank.kept, facts=facts))


def is_restricted(bank: Bank) -> None:
    """The case is for compliance only."""
    operations.restrict_case(
        bank.runtime,
        bank.kept.number,
        kind="fraud",
        readers=[],
        reason="an inquiry",
        actor=COMPLIANCE,
        now=NOW,
    )


WALLS = {
    "about": (is_about, (ABOUT, BOSS)),
    "restricted": (is_restricted, (*sorted(set(Role) - {Role.COMPLIANCE}), ABOUT, BOSS)),
}


def leaks(bank: Bank, answer: Any) -> list[str]:
    """What of the kept case is in an answer."""
    body = answer.get_data().decode(errors="replace")
    wanted = (MARK, CUSTOMER, MAIL, bank.kept.number, str(bank.kept.root_key), str(bank.task))
    asked = answer.request.path
    return [each for each in wanted if each in body.replace(asked, "")]


def body_of(method: str, path: str) -> dict[str, Any]:
    return {"json": {}} if method != "GET" and path.startswith(("/api", "/v2")) else {}


def check_cell(bank: Bank, who: str, method: str, path: str, *, named: bool) -> str:
    """What is wrong with the answer of one cell, or nothing."""
    answer = bank.ask(who, method, path, **body_of(method, path))
    wrong = []
    if named and answer.status_code != 404:
        wrong.append(f"answers {answer.status_code}")
    if not named or answer.status_code != 404:
        wrong += leaks(bank, answer)
    if answer.status_code >= 500 and answer.status_code != 501:
        wrong.append(f"answers {answer.status_code}")
    answer.close()
    return f"{who} {method} {path}: {', '.join(wrong)}" if wrong else ""


def reads(method: str, path: str) -> bool:
    return method == "GET" or path.endswith("/search") or "statistics" in path


def check_matrix(bank: Bank, wall: str, *, sample: int | None, seed: int) -> None:
    build, barred = WALLS[wall]
    build(bank)
    cells = [
        (who, method, path, named)
        for method, path, named in bank.cells()
        for who in barred
        if named or reads(method, path)
    ]
    if sample is not None:
        cells = random.Random(seed).sample(cells, sample)
    wrong = [check_cell(bank, who, method, path, named=named) for who, method, path, named in cells]
    assert [each for each in wrong if each] == []
    lists = ("/complaints?q=", "/api/complaints?q=")
    for who in barred[:3]:
        for path in lists:
            for text in (MARK, CUSTOMER, MAIL, bank.kept.number):
                found = bank.ask(who, "GET", path + text)
                assert found.status_code in (200, 403, 404), (who, path)
                body = found.get_data(as_text=True).replace(text, "")
                assert CUSTOMER not in body and bank.kept.number not in body, (who, path, text)


@pytest.mark.parametrize("wall", WALLS)
def test_a_sample_of_the_matrix(bank: Bank, wall: str) -> None:
    check_matrix(bank, wall, sample=SAMPLE, seed=20260302)


@pytest.mark.long
@pytest.mark.parametrize("wall", WALLS)
def test_the_whole_matrix(bank: Bank, wall: str) -> None:
    check_matrix(bank, wall, sample=None, seed=0)


def test_the_matrix_is_not_empty(bank: Bank) -> None:
    """Somebody who may know finds the case at many of the same routes."""
    is_restricted(bank)
    told = []
    for method, path, _ in bank.cells():
        if method == "GET":
            answer = bank.ask("compliance", method, path)
            if answer.status_code == 200 and leaks(bank, answer):
                told.append(path)
            answer.close()
    assert len(told) >= 15, told


NAMING = (
    ("POST", "/api/complaints/{open}/related", {"number": "{kept}", "kind": "related"}),
    ("POST", "/api/complaints/{open}/related", {"into": "{kept}", "reason": "x"}),
    ("POST", "/v2/messages/correlation", {"name": "x", "correlationKey": "{kept}"}),
    ("POST", "/v2/messages/publication", {"name": "x", "correlationKey": " {kept} "}),
    ("POST", "/v2/process-instances/search", {"filter": {"processInstanceKey": "{key}"}}),
    ("POST", "/v2/user-tasks/search", {"filter": {"userTaskKey": "{task}"}}),
    ("POST", "/complaints/{open}/comment", {"comment": "see {kept}"}),
    ("POST", "/tasks/bulk", {"task": "{task}", "action": "claim"}),
)


@pytest.mark.parametrize(("method", "path", "body"), NAMING)
def test_naming_it_in_a_body_is_naming_nothing(
    bank: Bank, method: str, path: str, body: dict[str, Any]
) -> None:
    is_about(bank)
    given = {
        "open": bank.open.number,
        "kept": bank.kept.number.lower(),
        "key": str(bank.kept.root_key),
        "task": str(bank.task),
    }

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(each) for name, each in value.items()}
        return value.format(**given)

    form = "json" if path.startswith(("/api", "/v2")) else "data"
    answer = bank.ask(ABOUT, method, path.format(**given), **{form: filled(body)})
    assert answer.status_code == 404, answer.get_data(as_text=True)[:300]


def test_no_job_of_any_case_is_handed_to_somebody_with_walls(bank: Bank) -> None:
    is_about(bank)
    asked = {"type": "x", "timeout": 1000, "maxJobsToActivate": 1, "requestTimeout": -1}
    assert bank.ask(ABOUT, "POST", "/v2/jobs/activation", json=asked).status_code == 403
    assert bank.ask("admin", "POST", "/v2/jobs/activation", json=asked).status_code == 200


def kinds_told(connection: Any, name: str) -> set[str]:
    return {each.kind for each in notifications.list_notices(connection, name)}


def test_nobody_behind_the_wall_is_told_or_given_anything(bank: Bank) -> None:
    is_about(bank)
    root_key = bank.kept.root_key
    operations.comment_case(
        bank.runtime, root_key, f"ask @{ABOUT} and @clerk", actor=ADMIN, now=NOW
    )
    with bank.runtime.database.read() as connection:
        assert "mention" not in kinds_told(connection, ABOUT)
        assert "mention" in kinds_told(connection, "clerk")
        task = tasks.get_task(connection, bank.task)
    nora = Actor(ABOUT, frozenset(task.candidate_groups))
    with pytest.raises(NotFound):
        operations.claim_task(bank.runtime, task.key, actor=nora, now=NOW)
    with pytest.raises(Forbidden):
        operations.assign_task(bank.runtime, task.key, nora, actor=ADMIN, now=NOW)


def test_the_glass_is_broken_for_an_hour_and_everybody_hears(bank: Bank) -> None:
    is_restricted(bank)
    number, later = bank.kept.number, NOW + timedelta(hours=1)
    executive = Actor("executive", frozenset({Role.EXECUTIVE}))
    with pytest.raises(Forbidden):
        clerk = Actor("clerk", frozenset({Role.CLERK}))
        operations.break_glass(bank.runtime, number, reason="x", actor=clerk, now=NOW)
    until = operations.break_glass(
        bank.runtime, number, reason="a threat", actor=executive, now=NOW
    )
    assert until == later
    assert bank.ask("executive", "GET", f"/complaints/{number}").status_code == 200
    with bank.runtime.database.read() as connection:
        hidden = cases.hidden_from(connection, "executive", now=later)
        assert bank.kept.root_key in hidden
        assert audit.list_history(connection, bank.kept.root_key)[-1].event == "case:glass:broken"
        assert "glass" in kinds_told(connection, "compliance")
        assert "glass" not in kinds_told(connection, "executive")
    is_about(bank)
    bert = Actor(BOSS, frozenset({Role.EXECUTIVE}))
    with pytest.raises(NotFound):
        operations.break_glass(bank.runtime, number, reason="x", actor=bert, now=NOW)


def test_a_list_keeps_somebody_who_decides(bank: Bank) -> None:
    is_restricted(bank)
    number = bank.kept.number
    operations.admit_reader(
        bank.runtime, number, "handler", reason="investigates", actor=COMPLIANCE, now=NOW
    )
    assert bank.ask("handler", "GET", f"/complaints/{number}").status_code == 200
    with pytest.raises(StateConflict):
        operations.dismiss_reader(bank.runtime, number, "compliance", actor=COMPLIANCE, now=NOW)
    operations.dismiss_reader(bank.runtime, number, "handler", actor=COMPLIANCE, now=NOW)
    assert bank.ask("handler", "GET", f"/complaints/{number}").status_code == 404
    operations.lift_restriction(bank.runtime, number, reason="over", actor=COMPLIANCE, now=NOW)
    assert bank.ask("handler", "GET", f"/complaints/{number}").status_code == 200


def test_who_reads_a_case_is_kept_once_an_hour(bank: Bank) -> None:
    number = bank.kept.number
    for _ in range(3):
        assert bank.ask("clerk", "GET", f"/complaints/{number}").status_code == 200
        assert bank.ask("clerk", "GET", f"/api/complaints/{number}/history").status_code == 200
    bank.ask("handler", "GET", f"/tasks/{bank.task}")
    with bank.runtime.database.read() as connection:
        assert cases.list_reads(connection, bank.kept.root_key) == [], "not while they wait"
    taken = bank.ask("admin", "GET", f"/complaints/{number}/file.zip")
    assert taken.status_code == 200 and taken.get_data()
    taken.close()
    with bank.runtime.database.read() as connection:
        [first] = cases.list_reads(connection, bank.kept.root_key)
        assert (first.account, first.how) == ("admin", "export"), "before it leaves the house"
    readings = bank.app.extensions["redress"].readings
    readings.flush()
    readings.flush()
    with bank.runtime.database.read() as connection:
        found = cases.list_reads(connection, bank.kept.root_key)
    assert [(each.account, each.how) for each in found if each.account == "clerk"] == [
        ("clerk", "read")
    ]
    page = bank.ask("compliance", "GET", f"/complaints/{number}/access").get_data(as_text=True)
    assert "clerk" in page and OPERATOR.name not in page.split("<main")[1]
