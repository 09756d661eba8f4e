"""The legal hold on a case's page: for compliance, with a reason, seen by everybody who reads the
case."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from service.identity import Actor
from service.intake import parse_complaint
from service.operations import register_complaint
from tests.kit.browser import sign_in
from tests.kit.site import Site

CLERK = Actor("clerk", frozenset({"clerk"}))
FACTS = {
    "customerName": "周七",
    "channel": "phone",
    "contact": {"phone": "02-5550-7777"},
    "content": "利息計算有誤。",
}


def test_compliance_holds_a_case_and_lifts_it(page: Page, site: Site) -> None:
    now = datetime.now(UTC)
    number = register_complaint(
        site.runtime, parse_complaint(FACTS, now=now), actor=CLERK, now=now
    ).number
    sign_in(page, "clerk")
    page.goto(f"/complaints/{number}")
    expect(page.locator("#hold-reason")).to_have_count(0)
    origin = {"Sec-Fetch-Site": "same-origin"}
    answer = page.request.post(
        f"/complaints/{number}/hold", form={"held": "yes", "reason": "x"}, headers=origin
    )
    assert answer.status == 403
    sign_in(page, "compliance")
    page.goto(f"/complaints/{number}")
    for word, reason in (
        ("Set a legal hold", "A court asks"),
        ("Lift the legal hold", "The court is done"),
    ):
        page.click("button[popovertarget=case-more]")
        page.locator("summary", has_text=word).click()
        page.fill("#hold-reason", reason)
        with page.expect_navigation():
            page.locator("button", has_text=word).click()
        expect(page.locator(".story")).to_contain_text(reason, use_inner_text=True)
        expect(page.locator(".facts", has_text="kept beyond its retention")).to_have_count(
            int(word == "Set a legal hold")
        )
