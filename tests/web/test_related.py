"""Related complaints in a real browser: proposed with reasons, linked, merged; and over the API."""

from __future__ import annotations

from datetime import UTC, datetime

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service.clock import SystemClock
from service.identity import Actor
from service.intake import Marker, parse_complaint
from service.operations import register_complaint
from tests.kit.browser import sign_in
from tests.kit.site import Site

CLERK = Actor("clerk", frozenset({"clerk"}))
TEXT = "手機轉帳後餘額短少三千元,客服三次承諾回電皆未回電,希望儘快查明並退款。"


def register(site: Site, *, email: str, text: str = TEXT) -> str:
    now = datetime.now(UTC)
    given = {"customerName": "陳大文", "contact": {"email": email}, "content": text}
    return register_complaint(
        site.runtime, parse_complaint(given, now=now), actor=CLERK, now=now
    ).number


def test_a_person_links_and_merges(page: Page, site: Site) -> None:
    main = register(site, email="chen@customer.invalid")
    again = register(site, email="chen@customer.invalid", text=TEXT + "謝謝。")
    other = register(site, email="else@customer.invalid", text="同樣的事:" + TEXT)
    assert Marker(site.runtime, SystemClock()).mark_once() >= 3
    sign_in(page, "clerk")
    page.goto(f"/complaints/{main}")
    page.click(".tabs a[href$=related]")
    expect(page.locator("article").nth(1)).to_be_attached()
    first = page.locator("article").first
    expect(first).to_contain_text(again, use_inner_text=True)
    expect(first).to_contain_text("same e-mail address", use_inner_text=True)
    stranger = page.locator("article", has_text=other)
    expect(stranger.locator("button.danger")).to_have_count(0)
    assert [
        v["id"]
        for v in Axe().run(page).response["violations"]
        if v["impact"] in ("serious", "critical")
    ] == []
    stranger.locator("input[name=reason]").fill("same outage")
    stranger.locator("button[value='related']").click()
    page.wait_for_selector("aside li:has-text('same outage')")
    page.goto(f"/complaints/{again}/related")
    page.locator("article", has_text=main).locator("button.danger").click()
    page.wait_for_url(f"**/complaints/{main}")
    page.goto(f"/complaints/{again}")
    expect(page.locator("#outcome")).to_contain_text("duplicate", use_inner_text=True)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/complaints/{main}/related")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.fill("#f-number", "nonsense")
    page.click("aside form button")
    expect(page.locator("[role=alert]")).to_have_count(1)
