"""Emergencies in a real browser: called by a person, seen with tasks, complaints and log;
complaints are linked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service import cases
from service.identity import Actor
from service.intake import parse_complaint
from service.operations import register_complaint
from tests.kit.browser import choose_language, sign_in
from tests.kit.site import Site

CLERK = Actor("clerk", frozenset({"clerk"}))


@pytest.fixture(scope="module")
def numbers(site: Site) -> list[str]:
    now = datetime.now(UTC)
    given = [
        {
            "customerName": name,
            "channel": "phone",
            "contact": {"phone": f"02-5551-000{at}"},
            "content": text,
        }
        for at, (name, text) in enumerate(
            (("何美", "分行淹水,保管箱受損。"), ("丁一", "分行關閉,無法提款。"))
        )
    ]
    return [
        register_complaint(
            site.runtime, parse_complaint(each, now=now), actor=CLERK, now=now
        ).number
        for each in given
    ]


def test_a_person_calls_an_emergency_and_links_complaints(
    page: Page, site: Site, numbers: list[str]
) -> None:
    first, second = numbers
    sign_in(page, "executive")
    page.goto("/emergencies")
    page.select_option("#f-level", "III")
    page.fill("#f-cause", "Branch flooded")
    page.fill("#f-numbers", first)
    with page.expect_navigation():
        page.click("form.form button")
    number = page.locator("h1").inner_text().partition(":")[0]
    assert number.startswith("E-")
    expect(page.locator("tr a", has_text=first)).to_have_count(1)
    expect(page.locator("aside li", has_text="Declare emergency")).to_have_count(1)
    expect(page.locator(".story")).to_contain_text("Branch flooded", use_inner_text=True)
    page.fill("#f-number", second)
    with page.expect_navigation():
        page.click("aside form button")
    expect(page.locator("td.number")).to_have_count(2)
    page.fill("#f-number", second)
    with page.expect_navigation():
        page.click("aside form button")
    expect(page.locator("[role=alert]")).to_contain_text(
        "belongs to an emergency already", use_inner_text=True
    )
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    page.goto(f"/complaints/{first}")
    page.click(f"a[href='/emergencies/{number}']")
    choose_language(page, "zh-Hant")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.locator("main")).to_contain_text("處置紀錄", use_inner_text=True)
    with site.runtime.database.read() as connection:
        assert cases.get_emergency(connection, number).complaints == 2


def test_a_clerk_sees_emergencies_but_calls_none(page: Page, site: Site) -> None:
    sign_in(page, "clerk")
    page.goto("/emergencies")
    expect(page.locator("h1")).to_have_text("Emergencies", use_inner_text=True)
    expect(page.locator("main form")).to_have_count(0)
    origin = {"Sec-Fetch-Site": "same-origin"}
    answer = page.request.post("/emergencies", form={"level": "IV", "cause": "x"}, headers=origin)
    assert answer.status == 403


def test_what_is_missing_is_said(page: Page) -> None:
    sign_in(page, "executive")
    page.goto("/emergencies")
    page.fill("#f-cause", "Branch flooded")
    page.fill("#f-numbers", "C-2026-9999999-0")
    with page.expect_navigation():
        page.click("form.form button")
    expect(page.locator("[role=alert]")).to_contain_text("C-2026-9999999-0", use_inner_text=True)
    expect(page.locator("#f-cause")).to_have_value("Branch flooded")
