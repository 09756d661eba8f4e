"""The live view in a real browser: figures on the elements and in the table, and one click to the
cases."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service import operations, tasks
from service.identity import Actor
from service.intake import parse_complaint
from service.web.live import heat_of
from tests.kit.browser import choose_language, follow, sign_in
from tests.kit.site import Site
from tests.web.test_every_page import FACTS, serious

FIRST = "assess-facts"
CLERK = Actor("clerk", frozenset({"clerk"}))


@pytest.fixture
def numbers(site: Site) -> list[str]:
    """Two complaints at the same task; one of them has been there for nine days."""
    now = datetime.now(UTC)
    found = []
    for days, words in ((9, "自動櫃員機吞卡"), (0, "網路轉帳後收款人未收到款項")):
        at, token = now - timedelta(days=days), token_hex(6)
        contact = {"email": f"{token}@customer.invalid"}
        facts = {
            **FACTS,
            "customerName": f"客戶 {token}",
            "contact": contact,
            "content": f"{words} {token}。" * 9,
        }
        new = operations.register_complaint(
            site.runtime, parse_complaint(facts, now=at), actor=CLERK, now=at
        )
        found.append(new.number)
    with site.runtime.database.read() as connection:
        task = tasks.list_case_tasks(connection, new.root_key)[0]
    assert (task.process_id, task.element_id) == ("triage-complaint", FIRST)
    return found


def test_from_the_procedure_to_the_cases_at_an_element(page: Page, numbers: list[str]) -> None:
    sign_in(page, "owner")
    page.goto("/procedure")
    follow(page, "#live")
    called = page.locator(".picture a:has([data-element=triage-complaint-call])")
    assert re.search(r"Cases now: \d+", called.get_attribute("aria-label") or "")
    assert "heat-" in (called.locator("g.shape").get_attribute("class") or "")
    here = page.locator("#e-triage-complaint-call td >> nth=1").inner_text().split()[-1]
    assert called.locator(".badge").text_content() == here
    with page.expect_navigation():
        called.click()
    assert "sheet=triage-complaint" in page.url
    row = page.locator(f"#e-{FIRST}")
    assert int(row.locator("td >> nth=1").inner_text().split()[-1]) >= 2
    follow(page, "thead a[href*='by=late']")
    expect(page.locator("thead th[aria-sort]")).to_have_text("Late", use_inner_text=True)
    page.select_option("#version", "all")
    follow(page, "form[action='/procedure/live'] button")
    expect(page.locator("#by")).to_have_value("late")
    with page.expect_navigation():
        page.locator(f".picture a:has([data-element={FIRST}])").click()
    listed = page.locator("main table").inner_text()
    assert all(number in listed for number in numbers)
    follow(page, "nav.tabs a[href*='only=late']")
    expect(page.locator("main")).not_to_contain_text(numbers[1], use_inner_text=True)
    follow(page, "nav.tabs a[href*='only=failures']")
    expect(page.locator("main")).not_to_contain_text(numbers[0], use_inner_text=True)
    assert serious(Axe(), page) == []


def test_the_keyboard_follows_an_element_and_words_are_chinese(
    page: Page, numbers: list[str]
) -> None:
    sign_in(page, "compliance")
    choose_language(page, "zh-Hant")
    page.goto("/procedure/live?sheet=triage-complaint&by=cases")
    link = page.locator(f".picture a:has([data-element={FIRST}])")
    assert "目前案件" in (link.get_attribute("aria-label") or "")
    link.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(f"a[href='/complaints/{numbers[0]}']")).to_have_count(1)


def test_it_is_for_those_who_answer_for_the_procedure(page: Page) -> None:
    sign_in(page, "handler")
    assert page.request.get("/procedure/live").status == 403
    assert page.request.get(f"/procedure/live/cases?element={FIRST}").status == 403
    page.goto("/procedure")
    expect(page.locator("#live")).to_have_count(0)


@pytest.mark.parametrize(
    ("value", "step"), [(0, 0), (0.1, 1), (20, 1), (21, 2), (60, 3), (80, 4), (81, 5), (100, 5)]
)
def test_few_steps_of_heat(value: float, step: int) -> None:
    assert heat_of(value, 100) == step
