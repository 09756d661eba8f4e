"""A claim, a release and an assignment are taken back by whoever made them, for a moment."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from service import notifications, tasks
from service.execution import Runtime
from tests.kit.desk import SAME, Desk
from tests.kit.walker import Walk, complain


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path)


def task_of(walk: Walk) -> tasks.UserTask:
    with walk.runtime.database.read() as connection:
        return tasks.list_open_tasks(connection, walk.root)[0]


def offer(answer: str) -> dict[str, str]:
    """What the button that takes something back sends."""
    form = re.search(r'<form class="toast".*?</form>', answer, re.DOTALL)
    assert form, "nothing to take back"
    return dict(re.findall(r'name="(back|task)" value="([^"]*)"', form.group()))


def press(desk: Desk, path: str, **form: str) -> str:
    answer = desk.client.post(path, data=form, headers=SAME, follow_redirects=True)
    assert answer.status_code == 200, answer.status_code
    return str(answer.get_data(as_text=True))


def test_a_claim_and_a_release_are_taken_back(desk: Desk, runtime: Runtime) -> None:
    walk = complain(runtime)
    desk.at(walk.now).sign_in("clerk")
    path = f"/tasks/{task_of(walk).key}"
    page = press(desk, f"{path}/claim")
    assert "Claimed" in page and task_of(walk).assignee == "clerk"
    press(desk, "/tasks/undo", **offer(page))
    assert task_of(walk).assignee is None

    press(desk, f"{path}/claim")
    page = press(desk, f"{path}/release")
    assert "Released" in page and task_of(walk).assignee is None
    press(desk, "/tasks/undo", **offer(page))
    assert task_of(walk).assignee == "clerk"
    assert "toast" not in desk.client.get(path, headers=SAME).get_data(as_text=True)


def test_an_assignment_is_taken_back_with_its_notice(desk: Desk, runtime: Runtime) -> None:
    walk = complain(runtime).work(until="first-contact")
    held = task_of(walk)
    desk.at(walk.now).sign_in("approver-1")
    page = press(desk, "/tasks/bulk", task=str(held.key), action="assign", to="lin")
    assert task_of(walk).assignee == "lin" and told(walk, "lin") == ["assignment"]
    press(desk, "/tasks/undo", **offer(page))
    assert task_of(walk).assignee == held.assignee and told(walk, "lin") == []
    events = walk.events
    assert events.count("case:task:assigned") == 2  # what was done, and that it was taken back


def test_another_priority_is_not_offered_as_a_hold_to_take_back(
    desk: Desk, runtime: Runtime
) -> None:
    walk = complain(runtime).work(until="first-contact")
    held = task_of(walk)
    desk.at(walk.now).sign_in("approver-1")
    assert "toast" in press(desk, "/tasks/bulk", task=str(held.key), action="assign", to="lin")
    page = press(desk, "/tasks/bulk", task=str(held.key), action="priority-high")
    assert task_of(walk).priority == 75 and "toast" not in page


def told(walk: Walk, name: str) -> list[str]:
    with walk.runtime.database.read() as connection:
        return [each.kind for each in notifications.list_notices(connection, name)]


def test_what_is_too_long_ago_or_has_moved_on_is_not_taken_back(
    desk: Desk, runtime: Runtime
) -> None:
    walk = complain(runtime)
    desk.at(walk.now).sign_in("clerk")
    key = task_of(walk).key
    page = press(desk, f"/tasks/{key}/claim")
    later = desk.at(walk.now + timedelta(seconds=9))
    assert "toast" not in later.client.get(f"/tasks/{key}?did=1", headers=SAME).text
    desk.at(walk.now + timedelta(seconds=61))
    refused = desk.post("/tasks/undo", **offer(page))
    assert refused.status_code == 409 and "taken back any more" in refused.text
    assert task_of(walk).assignee == "clerk"

    sent = offer(press(desk, f"/tasks/{key}/release"))
    desk.sign_in("wu")
    assert desk.post("/tasks/undo", **sent).status_code == 409, "that of another"
    desk.sign_in("clerk")
    assert desk.post("/tasks/undo", task="1:x").status_code == 400
    assert task_of(walk).assignee is None
