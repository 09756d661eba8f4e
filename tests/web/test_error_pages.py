"""A form that the bank refuses: the page says why, leads back, and has what was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.execution import Runtime
from tests.kit.desk import SAME, Desk
from tests.kit.walker import complain

WORDS = "He waits for a call from the ombudsman before noon."
CHINESE = "客戶在等評議中心的電話，今天中午以前要回覆。"


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path)


@pytest.mark.parametrize("words", [WORDS, CHINESE])
def test_a_refused_form_gives_back_what_was_written(
    desk: Desk, runtime: Runtime, words: str
) -> None:
    number = complain(runtime).complaint.number
    desk.sign_in("wu")
    came_from = {**SAME, "Referer": f"http://localhost/complaints/{number}?view=more"}
    answer = desk.client.post(
        f"/complaints/{number}/hold", data={"reason": words}, headers=came_from
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert f"readonly>{words}</textarea>" in page
    assert f'href="/complaints/{number}?view=more"' in page


def test_whoever_was_signed_out_meanwhile_keeps_what_they_wrote(
    desk: Desk, runtime: Runtime
) -> None:
    number = complain(runtime).complaint.number
    came_from = {**SAME, "Referer": f"http://localhost/complaints/{number}"}
    answer = desk.client.post(
        f"/complaints/{number}/comment", data={"comment": WORDS}, headers=came_from
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 401 and f"readonly>{WORDS}</textarea>" in page
    assert f'href="/sign-in?next=/complaints/{number}"' in page
    assert desk.client.get("/tasks", headers=SAME).headers["Location"].startswith("/sign-in")


def test_no_secret_and_nothing_chosen_is_shown(desk: Desk) -> None:
    answer = desk.post("/no-such-page", password="four words of mine", kind="a-choice-of-a-form")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "four words of mine" not in page and "a-choice-of-a-form" not in page


@pytest.mark.parametrize("came_from", ["https://elsewhere.example/x", "http://localhost//evil", ""])
def test_the_way_back_stays_within_the_bank(desk: Desk, came_from: str) -> None:
    desk.sign_in("clerk")
    headers = {**SAME, "Referer": came_from}
    page = desk.client.post("/no-such-page", headers=headers).get_data(as_text=True)
    assert 'class="btn btn-primary" href="/">' in page
