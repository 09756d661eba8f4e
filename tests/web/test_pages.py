"""Each page in a real browser: signing in, errors in forms, permissions, languages, keys only,
small windows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.kit.browser import choose_language, sign_in
from tests.kit.site import PASSWORD

PAGES = ("/tasks", "/complaints", "/register", "/procedure", "/incidents")


def test_a_wrong_password_is_refused(page: Page) -> None:
    page.goto("/complaints?q=x")
    assert "/sign-in" in page.url
    page.fill("#name", "clerk")
    page.fill("#password", "no")
    page.press("#password", "Enter")
    expect(page.locator("[role=alert]")).to_have_text(
        "Wrong name or password.", use_inner_text=True
    )
    page.fill("#name", "clerk")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/complaints?q=x")


def test_an_incomplete_form_names_its_fields_and_keeps_what_was_typed(page: Page) -> None:
    sign_in(page, "clerk")
    page.goto("/register")
    page.fill("#f-content", "A fee nobody explained.")
    page.fill("#f-contact-email", "no address")
    page.click(".intake .acts-bar button")
    expect(page.locator("#f-content")).to_have_value("A fee nobody explained.")
    page.click("[role=alert] a")
    page.wait_for_url("**#f-contact-email")


def test_keys_alone_register_a_complaint_and_claim_its_task(page: Page) -> None:
    sign_in(page, "clerk")
    page.goto("/register")
    page.focus("#f-customerName")
    page.keyboard.type("王小明")
    page.keyboard.press("Tab")
    page.keyboard.type("02-5550-0123")
    page.focus("#f-content")
    page.keyboard.type("轉帳未入帳")
    page.focus(".intake .acts-bar button")
    page.keyboard.press("Enter")
    number = page.locator(".number").inner_text()
    page.goto("/tasks")
    page.locator(".item", has_text=number).locator(".what").focus()
    page.keyboard.press("Enter")
    page.locator("form[action*='/claim'] button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#form")
    page.goto(f"/complaints/{number}")
    expect(page.locator(".diagram svg [data-element]").nth(5)).to_be_attached()
    expect(page.locator(".facts")).to_contain_text("王小明", use_inner_text=True)


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_no_page_is_wider_than_a_phone(page: Page, language: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, "admin")
    choose_language(page, language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    first = page.goto("/complaints") and page.locator("tbody a").first.get_attribute("href")
    for path in (*PAGES, first or ""):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_pages_that_are_not_for_a_role_are_refused(page: Page) -> None:
    sign_in(page, "department")
    for path, status in (
        ("/complaints", 403),
        ("/register", 403),
        ("/incidents", 403),
        ("/tasks/12345", 404),
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status, path
        expect(page.locator("main .notice")).to_have_count(1)


def test_a_search_without_a_find_and_a_number_that_is_none(page: Page) -> None:
    sign_in(page, "compliance")
    page.goto("/complaints?q=nothing-of-that-name")
    expect(page.locator("main").get_by_text("No complaints found.")).to_have_count(1)
    answer = page.goto("/complaints/C-2026-9999999-0")
    assert answer is not None
    assert answer.status in (400, 404)
