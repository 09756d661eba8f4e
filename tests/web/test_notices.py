"""Notices in the header and on their page, how a person is told; and the team's work, given to
another by keys."""

from __future__ import annotations

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
    "customerName": "何美",
    "channel": "phone",
    "contact": {"phone": "02-5550-9911"},
    "content": "匯款手續費有誤。",
}


@pytest.fixture(scope="module")
def task(site: Site) -> tasks.UserTask:
    now = datetime.now(UTC)
    new = operations.register_complaint(
        site.runtime, parse_complaint(FACTS, now=now), actor=CLERK, now=now
    )
    with site.runtime.database.read() as connection:
        found: tasks.UserTask = tasks.list_case_tasks(connection, new.root_key)[0]
    return found


def test_a_mention_rings_is_read_and_can_be_declined(
    page: Page, site: Site, task: tasks.UserTask
) -> None:
    sign_in(page, "admin")
    page.goto("/notices")  # what other tests of this site gave the administrator is read by that
    page.goto("/tasks")
    expect(page.locator(".bell .count")).to_have_count(0)
    operations.comment_case(
        site.runtime, task.root_key, "@admin?", actor=CLERK, now=datetime.now(UTC)
    )
    page.goto("/tasks")
    expect(page.locator(".bell")).to_have_attribute("aria-label", "Notices: 1")
    page.click(".bell")
    page.wait_for_url("**/notices")
    expect(page.locator(".story .new")).to_contain_text(
        "clerk mentioned you in a comment", use_inner_text=True
    )
    page.uncheck("input[name=page][value=mention]")
    page.uncheck("input[name=mail][value=mention]")
    with page.expect_navigation():
        page.click("form[action$=choice] button")
    expect(page.locator(".bell .count")).to_have_count(0)
    expect(page.locator("input[value=mention]:checked")).to_have_count(0)
    told = page.locator(".story li", has_text="mentioned").count()
    operations.comment_case(
        site.runtime, task.root_key, "@admin!", actor=CLERK, now=datetime.now(UTC)
    )
    page.goto("/notices")
    expect(page.locator(".story li", has_text="mentioned")).to_have_count(told)


def test_a_lead_gives_work_to_another_by_keys(page: Page, site: Site, task: tasks.UserTask) -> None:
    sign_in(page, "admin")
    page.goto("/team?holder=-")
    page.locator(f"input[name=task][value='{task.key}']").focus()
    page.keyboard.press("Space")
    page.focus("#to")
    page.keyboard.type("clerk")
    expect(page.locator("#to")).to_have_value("clerk")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto("/team?holder=clerk")
    expect(page.locator(f"input[name=task][value='{task.key}']")).to_have_count(1)
    assert int(page.locator("aside tr", has_text="clerk").locator("td").first.inner_text()) >= 1
    with site.runtime.database.read() as connection:
        assert tasks.get_task(connection, task.key).assignee == "clerk"


def test_the_team_is_for_those_who_give_out_work(page: Page, site: Site) -> None:
    sign_in(page, "clerk")
    answer = page.goto("/team")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("nav a[href='/team']")).to_have_count(0)
