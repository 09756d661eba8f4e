"""Compliance reads which clause is fulfilled by what, and the execution plan, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.web.conftest import choose_language, sign_in


def test_the_clauses_and_the_plan(page: Page) -> None:
    sign_in(page, "compliance")
    page.click("nav a[href='/clauses']")
    assert page.locator("tbody tr").count() == 47
    assert page.locator("strong.late").count() == 0
    assert "acknowledge-complaint" in page.locator("[id='S2-a']").inner_text()
    page.click(".more > summary")
    page.click("nav a[href='/plan']")
    assert "in 5 working days" in page.locator("tbody").first.inner_text()
    assert "by the clock “final response”" in page.locator("tbody").first.inner_text()
    assert page.locator("tbody tr", has_text="Assign investigator").count() == 1
    assert "to be confirmed by the bank" in page.locator("main").inner_text()
    choose_language(page, "zh-Hant")
    assert "指派調查人員" in page.locator("main").inner_text()
    assert "5 個工作日後" in page.locator("tbody").first.inner_text()
    answer = page.request.get("/plan.csv")
    assert (answer.status, answer.text().splitlines()[0][:10]) == (200, "sheet,task")
