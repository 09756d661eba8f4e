"""What a person types into a task is never lost: closed browser, double completion, stale page,
four eyes, released."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from service import operations, tasks
from service.identity import Actor
from service.intake import parse_complaint
from tests.kit.browser import sign_in
from tests.kit.site import Site

CLERK = Actor("clerk", frozenset({"clerk"}))
FACTS = {
    "channel": "letter",
    "content": "Unsigned letter about the queue.",
    "contact": {"address": "10 Harbour Road"},
}


@pytest.fixture
def key(site: Site) -> Iterator[int]:
    """A task “Clarify missing facts” that the clerk holds."""
    now = datetime.now(UTC)
    new = operations.register_complaint(
        site.runtime, parse_complaint(FACTS, now=now), actor=CLERK, now=now
    )
    with site.runtime.database.read() as connection:
        task = tasks.list_case_tasks(connection, new.root_key)[0]
    operations.claim_task(site.runtime, task.key, actor=CLERK, now=now)
    yield task.key


def type_note(page: Page, key: int, text: str) -> None:
    page.goto(f"/tasks/{key}")
    expect(page.locator("[data-field=note]")).to_be_hidden()
    page.check("input[value=withheld]")
    expect(page.locator("[data-field=note]")).to_be_visible()
    with page.expect_response(re.compile("/draft$")):
        page.fill("#f-note", text)
    expect(page.locator("#draft")).to_contain_text("Kept as a draft")


def test_a_draft_survives_the_browser(site: Site, page: Page, key: int) -> None:
    sign_in(page, "clerk")
    type_note(page, key, "客戶不願提供姓名")
    with site.runtime.database.read() as connection:
        draft = tasks.find_draft(connection, key, "clerk")
    assert draft is not None
    again = page.context.new_page()
    page.close()  # without leaving the form: as when the browser dies
    again.goto(f"/tasks/{key}")
    expect(again.locator("#f-note")).to_have_value("客戶不願提供姓名")
    expect(again.locator("input[value=withheld]")).to_be_checked()
    again.click(".restored button")
    expect(again.locator("input[value=withheld]")).not_to_be_checked()


def test_a_condition_is_shown_and_enforced(page: Page, key: int) -> None:
    sign_in(page, "clerk")
    page.goto(f"/tasks/{key}")
    page.check("input[value=withheld]")
    expect(page.locator("[data-field=note]")).to_be_visible()
    page.click("button[form=form][value=list]")
    expect(page.locator("#errors").get_by_text("Please fill in this field.")).to_have_count(1)
    expect(page.locator("#errors")).to_be_focused()
    page.locator("#errors a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#f-note")).to_be_focused()


def test_completed_twice(site: Site, page: Page, key: int) -> None:
    sign_in(page, "clerk")
    type_note(page, key, "typed before somebody else was quicker")
    answer = {"clarified": "withheld", "note": "the other window"}
    operations.complete_task(site.runtime, key, answer, actor=CLERK, now=datetime.now(UTC))
    page.click("button[form=form][value=list]")
    expect(page.locator("#refused")).to_contain_text("completed by clerk", use_inner_text=True)
    expect(page.locator(".work")).to_contain_text(
        "typed before somebody else was quicker", use_inner_text=True
    )


def test_a_stale_page(site: Site, page: Page, key: int) -> None:
    sign_in(page, "clerk")
    type_note(page, key, "typed on an old page")
    operations.release_task(site.runtime, key, actor=CLERK, now=datetime.now(UTC))
    operations.claim_task(site.runtime, key, actor=CLERK, now=datetime.now(UTC))
    page.click("button[form=form][value=list]")
    expect(page.locator("#refused")).to_contain_text(
        "has changed since you opened it", use_inner_text=True
    )
    expect(page.locator("#f-note")).to_have_value("typed on an old page")
    page.click("button[form=form][value=list]")
    expect(page.locator("#refused")).to_have_count(0)
    with site.runtime.database.read() as connection:
        assert tasks.get_task(connection, key).answer == {
            "clarified": "withheld",
            "note": "typed on an old page",
        }
        assert tasks.find_draft(connection, key, "clerk") is None


def test_released_meanwhile(site: Site, page: Page, key: int) -> None:
    sign_in(page, "clerk")
    type_note(page, key, "typed while it was taken away")
    operations.release_task(site.runtime, key, actor=CLERK, now=datetime.now(UTC))
    other = Actor("clerk2", frozenset({"clerk"}))
    operations.claim_task(site.runtime, key, actor=other, now=datetime.now(UTC))
    page.click("button[form=form][value=list]")
    assert (
        "is held by clerk2" in page.locator("#refused").inner_text()
        or "has changed" in page.locator("#refused").inner_text()
    )
    expect(page.locator(".work")).to_contain_text(
        "typed while it was taken away", use_inner_text=True
    )
