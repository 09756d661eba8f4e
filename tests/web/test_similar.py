"""While a complaint is typed, those that are like it are shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from service import cases, operations
from service.identity import Actor
from service.intake import parse_complaint
from tests.kit.browser import sign_in
from tests.kit.site import Site

CLERK = Actor("clerk", frozenset({"clerk"}))
FACTS = {
    "customerName": "顏如玉",
    "channel": "phone",
    "contact": {"phone": "02-5550-6677"},
    "content": "信用卡在國外被盜刷三筆,客服不處理。",
}


def test_the_same_telephone_is_shown_while_typing_and_nothing_else_is(
    page: Page, site: Site
) -> None:
    now = datetime.now(UTC)
    new = operations.register_complaint(
        site.runtime, parse_complaint(FACTS, now=now), actor=CLERK, now=now
    )
    with site.runtime.database.transaction() as connection:
        cases.mark_new(connection, since=now - timedelta(minutes=1), now=now)
    sign_in(page, "clerk")
    page.goto("/register")
    with page.expect_response("**/register/similar") as answered:
        page.fill("#f-customerName", "某某某")
        page.press("#f-customerName", "Tab")
    assert answered.value.status == 200
    expect(page.locator("#similar .notice")).to_have_count(0)
    page.fill("#f-contact-phone", "0255506677")
    page.press("#f-contact-phone", "Tab")
    hint = page.locator("#similar", has_text=new.number)
    hint.wait_for()
    expect(hint).to_contain_text("same telephone number", use_inner_text=True)
    expect(page.locator("#f-contact-phone")).to_have_value("0255506677")
