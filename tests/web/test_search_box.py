"""The box on every page finds a complaint by its number, name, contact and text."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from service import operations
from service.identity import Actor
from service.intake import parse_complaint
from tests.kit.browser import sign_in
from tests.kit.site import Site

FACTS = {
    "customerName": "歐陽靜",
    "channel": "phone",
    "contact": {"phone": "02-5550-7788"},
    "content": "手續費被重複扣款。",
}


def test_a_search_finds_by_number_name_contact_and_text(page: Page, site: Site) -> None:
    now = datetime.now(UTC)
    new = operations.register_complaint(
        site.runtime,
        parse_complaint(FACTS, now=now),
        actor=Actor("clerk", frozenset({"clerk"})),
        now=now,
    )
    sign_in(page, "compliance")
    for text in ("歐陽", "0255507788", "重複扣款", new.number[:14]):
        page.goto("/tasks")
        page.fill("#find", text)
        with page.expect_navigation():
            page.press("#find", "Enter")
        expect(page.locator("tbody tr", has_text=new.number), text).to_have_count(1)
    page.fill("#find", new.number.lower())
    with page.expect_navigation():
        page.press("#find", "Enter")
    assert page.url.endswith(f"/complaints/{new.number}")
