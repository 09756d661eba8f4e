"""Compliance reads which clause is fulfilled by what, and the execution plan, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.kit.browser import choose_language, sign_in


def test_the_clauses_and_the_plan(page: Page) -> None:
    sign_in(page, "compliance")
    page.click("nav a[href='/clauses']")
    expect(page.locator("tbody tr")).to_have_count(47)
    expect(page.locator("strong.late")).to_have_count(0)
    expect(page.locator("[id='S2-a']")).to_contain_text(
        "acknowledge-complaint", use_inner_text=True
    )
    page.click("nav a[href='/plan']")
    expect(page.locator("tbody").first).to_contain_text("in 5 working days", use_inner_text=True)
    expect(page.locator("tbody").first).to_contain_text(
        "by the clock “final response”", use_inner_text=True
    )
    expect(page.locator("tbody tr", has_text="Assign investigator")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("to be confirmed by the bank", use_inner_text=True)
    choose_language(page, "zh-Hant")
    expect(page.locator("main")).to_contain_text("指派調查人員", use_inner_text=True)
    expect(page.locator("tbody").first).to_contain_text("5 個工作日後", use_inner_text=True)
    answer = page.request.get("/plan.csv")
    assert (answer.status, answer.text().splitlines()[0][:10]) == (200, "sheet,task")
