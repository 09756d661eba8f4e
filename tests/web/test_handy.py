"""What handlers take for granted: tasks put aside, saved replies, the palette, help, first days."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from service import tasks
from service.execution import Runtime
from service.i18n.help_texts import help_in
from service.i18n.languages import LANGUAGES
from service.identity import CUSTOMER
from service.operations import claim_task
from service.operations.hear_customer import Said, hear_customer
from service.reporting import inbox_keys
from service.tasks import UserTask
from service.web import inbox
from tests.kit.desk import PEOPLE, SAME, Desk, words_of
from tests.kit.walker import CLERK, Walk, complain


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path)


def task_of(walk: Walk) -> UserTask:
    with walk.runtime.database.read() as connection:
        return tasks.list_open_tasks(connection, walk.root)[0]


def local(walk: Walk, at: object) -> str:
    zone = walk.runtime.profile.calendar.zone
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"  # type: ignore[attr-defined]


def put_aside(desk: Desk, walk: Walk, hours: float = 1, reason: str = "Calls back at three") -> int:
    until = local(walk, walk.now + timedelta(hours=hours))
    answer = desk.post(f"/tasks/{task_of(walk).key}/snooze", until=until, reason=reason)
    return int(answer.status_code)


@pytest.fixture
def held(desk: Desk, runtime: Runtime) -> Walk:
    """A case whose first task the clerk at the desk holds, due in four working hours."""
    walk = complain(runtime)
    desk.at(walk.now).sign_in("clerk")
    desk.post(f"/tasks/{task_of(walk).key}/claim")
    return walk


def test_a_task_put_aside_comes_back_by_itself(desk: Desk, held: Walk) -> None:
    number, before = held.complaint.number, (task_of(held).due_at, held.clocks)
    assert number in desk.see("/tasks?show=mine")
    assert put_aside(desk, held) == 302
    assert number not in desk.see("/tasks?show=mine") and "1 put aside" in desk.see(
        "/tasks?show=mine"
    )
    today = desk.see("/today")
    assert "Put aside" in today and "Calls back at three" in today and number in today
    assert "Put aside until" in desk.see(f"/tasks/{task_of(held).key}")
    assert (task_of(held).due_at, held.clocks) == before, "no clock moves"
    desk.at(held.now + timedelta(hours=1))
    assert number in desk.see("/tasks?show=mine") and "Calls back" not in desk.see("/today")
    assert held.events.count("case:task:put-aside") == 1


def test_a_task_is_taken_up_again_by_hand_or_by_what_the_customer_says(
    desk: Desk, runtime: Runtime, held: Walk
) -> None:
    number, key = held.complaint.number, task_of(held).key
    assert put_aside(desk, held) == 302
    desk.post(f"/tasks/{key}/take-up")
    assert number in desk.see("/tasks?show=mine")
    assert put_aside(desk, held) == 302
    said = Said("information", "mail", "It happened on Monday.")
    hear_customer(runtime, held.root, said, actor=CUSTOMER, now=held.now)
    assert number in desk.see("/tasks?show=mine")
    assert put_aside(desk, held) == 302
    desk.post(f"/tasks/{key}/release")
    claim_task(runtime, key, actor=CLERK, now=held.now)
    assert "Put aside until" not in desk.see(f"/tasks/{key}")


@pytest.mark.parametrize(
    ("hours", "reason", "said"),
    [
        (1, " ", "expected 1 to 500 characters"),
        (1, "x" * 501, "expected 1 to 500 characters"),
        (-1, "why", "still to come"),
        (5_000, "why", "before the task is due"),
    ],
)
def test_a_task_is_not_put_aside_past_its_date_or_without_a_reason(
    desk: Desk, held: Walk, hours: float, reason: str, said: str
) -> None:
    until = local(held, held.now + timedelta(hours=hours))
    answer = desk.post(f"/tasks/{task_of(held).key}/snooze", until=until, reason=reason)
    assert answer.status_code == 422 and said in answer.text
    assert held.complaint.number in desk.see("/tasks?show=mine")


def test_only_its_holder_puts_a_task_aside(desk: Desk, runtime: Runtime) -> None:
    walk = complain(runtime)
    desk.at(walk.now).sign_in("clerk")
    assert put_aside(desk, walk) == 409


TEXTS = {
    "en": "Dear {{ customer }}, about {{ number }}: please wait.",
    "zh-Hant": "{{ number }}：請稍候。已付{{ paid | money(currency) }}。",
}


def test_a_saved_reply_is_filled_in_the_language_of_the_case(desk: Desk, runtime: Runtime) -> None:
    english = complain(runtime)
    chinese = complain(runtime, "重複扣款", email="b@customer.invalid", language="zh-Hant")
    simplified = complain(runtime, "重复扣款", email="c@customer.invalid", language="zh-Hans")
    desk.at(english.now).sign_in("wu")
    assert desk.post("/replies", name="Wait", **TEXTS).status_code == 302
    page = desk.client.get("/replies", headers=SAME).text
    reply = page.split("/replies/")[1].split("/")[0]
    for walk, wanted in (
        (english, f"Dear Lin, about {english.complaint.number}: please wait."),
        (chinese, f"{chinese.complaint.number}：請稍候。已付新臺幣0元。"),
    ):
        path = f"/complaints/{walk.complaint.number}/letters"
        sent = {"template": "holding", "text": "First.", "reply": reply}
        answer = desk.post(f"{path}/new", insert="yes", **sent)
        assert "First." in answer.text and wanted in answer.text
        shown = desk.post(f"{path}/preview", template="holding", text=wanted)
        assert (
            shown.status_code == 200 and wanted in shown.text and "Send this letter" in shown.text
        )
    path = f"/complaints/{simplified.complaint.number}/letters/new"
    refused = desk.post(path, insert="yes", template="holding", text="Kept", reply=reply)
    assert refused.status_code == 422 and "not written in zh-Hans" in refused.text
    assert "Kept" in refused.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dear {{ nobody }}", "There is no placeholder nobody"),
        ("Dear {{ customer", "cannot be read"),
        ("{{ variables.question }}", "There is no placeholder"),
        ("{% include 'x' %}", "cannot be read"),
        ("Dear [name]", "still something to be filled in"),
        ("x" * 4_001, "is longer than"),
    ],
)
def test_a_reply_is_checked_as_a_letter_is(desk: Desk, text: str, said: str) -> None:
    answer = desk.sign_in("wu").post("/replies", name="Bad", en=text)
    assert answer.status_code == 422 and said in answer.text
    assert "No reply is kept yet" in desk.see("/replies")


def test_who_may_share_replies_and_who_sees_them(desk: Desk) -> None:
    assert desk.sign_in("wu").post("/replies", name="Own", en="Mine").status_code == 302
    assert desk.post("/replies", name="All", en="Ours", shared="true").status_code == 403
    desk.sign_in("approver-1")
    assert desk.post("/replies", name="All", en="Ours", shared="true").status_code == 302
    assert "Own" not in desk.see("/replies")
    seen = desk.sign_in("lin").see("/replies")
    assert "All" in seen and "Own" not in seen


def test_the_palette_offers_what_this_person_may_do(desk: Desk, runtime: Runtime) -> None:
    walk = complain(runtime)
    number = walk.complaint.number
    desk.at(walk.now).sign_in("clerk")
    assert number in desk.see(f"/palette?q={number}") and "Log a contact" in desk.see(
        f"/palette?q={number}"
    )
    assert number in desk.see("/palette?q=Lin")
    assert "Register a complaint" in desk.see("/palette?q=regis")
    assert "Nothing fits" in desk.see("/palette?q=zzzz-nothing")
    desk.sign_in("department-1")
    page = desk.see(f"/palette?q={number}")
    assert "Complaints" not in page and "Log a contact" not in page
    assert "Register" not in desk.see("/palette")


def test_the_palette_finds_the_task_of_a_case_however_late_it_is_due(
    desk: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = complain(runtime)
    number = walk.complaint.number
    monkeypatch.setattr(inbox_keys, "WINDOW", 0)
    desk.at(walk.now).sign_in("clerk")
    assert "Tasks Assess the facts" in desk.see(f"/palette?q={number}")


def test_people_are_counted_only_where_the_list_has_changed(
    desk: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = complain(runtime)
    desk.at(walk.now).sign_in("approver-1")
    page = desk.client.get("/tasks/list?show=all").get_data(as_text=True)
    seen = page.split("seen=")[1][:16]
    asked: list[object] = []
    monkeypatch.setattr(inbox, "people_with", lambda *given: asked.append(given) or ())
    again = desk.client.get(f"/tasks/list?show=all&seen={seen}")
    assert again.status_code == 204 and not asked
    assert desk.client.get("/tasks/list?show=all&seen=other").status_code == 200 and asked


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_the_first_day_of_every_role_leads_where_it_may_go(desk: Desk, name: str) -> None:
    desk.sign_in(name)
    page = desk.client.get("/today", headers=SAME).text
    card = page.split('id="first-day"')[1].split("</ol>")[0]
    paths = [part.split('"')[0] for part in card.split('href="')[1:]]
    told = [words_of(part) for part in card.split("<li>")[1:]]
    assert len(paths) >= 2 and len(set(told)) == len(told) == len(paths)
    for path in paths:
        assert desk.client.get(path.split("#")[0], headers=SAME).status_code == 200, path
    desk.post("/first-day")
    assert 'id="first-day"' not in desk.client.get("/today", headers=SAME).text


def test_help_says_the_same_in_three_languages() -> None:
    plain = help_in("en")
    assert len(plain) > 5 and all(topic.title and topic.paragraphs for topic in plain)
    for language in LANGUAGES:
        shape = [(topic.name, len(topic.paragraphs)) for topic in help_in(language)]
        assert shape == [(topic.name, len(topic.paragraphs)) for topic in plain], language


def test_files_come_with_the_registration_and_pictures_are_shown(desk: Desk) -> None:
    desk.sign_in("clerk")
    picture = b"\x89PNG\r\n\x1a\n" + bytes(40)
    sent = {
        "customerName": "Lin",
        "contact.phone": "02-5550-0101",
        "receivedAt": "2026-03-02T09:00",
        "channel": "phone",
        "language": "en",
        "content": "Charged twice.",
        "files": (BytesIO(picture), "receipt.png"),
    }
    answer = desk.client.post(
        "/register", data=sent, headers=SAME, content_type="multipart/form-data"
    )
    assert answer.status_code == 302, answer.text
    number = answer.headers["Location"].rpartition("/")[2]
    page = desk.client.get(f"/complaints/{number}/evidence", headers=SAME).text
    assert "receipt.png" in page and f'src="/complaints/{number}/evidence/' in page
    sent["files"] = (BytesIO(b"%PDF-1.4\n%%EOF\n"), "letter.pdf")
    answer = desk.client.post(
        "/register", data=sent, headers=SAME, content_type="multipart/form-data"
    )
    number = answer.headers["Location"].rpartition("/")[2]
    seen = desk.client.get(f"/complaints/{number}/evidence", headers=SAME)
    assert "frame-src 'self'" in seen.headers["Content-Security-Policy"]
    assert "PDF document" in seen.text
    framed = re.search(r'<iframe[^>]* src="([^"]+)"', seen.text)
    assert framed is not None
    shown = desk.client.get(framed[1], headers=SAME)
    assert shown.headers["Content-Disposition"] == "inline"
    assert shown.headers["Content-Security-Policy"] == "frame-ancestors 'self'"
    taken = desk.client.get(framed[1].partition("?")[0], headers=SAME)
    assert taken.headers["Content-Disposition"].startswith("attachment")
    sent["files"] = (BytesIO(b""), "empty.txt")
    refused = desk.client.post(
        "/register", data=sent, headers=SAME, content_type="multipart/form-data"
    )
    assert refused.status_code == 422 and "Charged twice." in refused.text


def test_the_letter_is_read_below_the_form_while_it_is_typed(desk: Desk, runtime: Runtime) -> None:
    walk = complain(runtime).work(until="write-reply")
    task = task_of(walk)
    desk.at(walk.now).sign_in("lin" if task.assignee is None else task.assignee)
    page = desk.client.get(f"/tasks/{task.key}", headers=SAME).text
    assert f'hx-post="/tasks/{task.key}/letters"' in page
    before = len(walk.letters)
    told = "We were wrong on the tenth, and say so."
    answer = desk.post(f"/tasks/{task.key}/letters", decisionText=told)
    assert answer.status_code == 200 and told in answer.text  # though nothing is ticked yet
    assert len(walk.letters) == before and task_of(walk).key == task.key
