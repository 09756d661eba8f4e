"""The ordinary complaint, a telephone call to the archive with one department and a compensation
that is approved, clicked by each person at 1366 × 768: how many clicks it takes, and that the next
step is always in sight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.kit.browser import opened, sign_in
from tests.kit.site import Site

MOST = 45
"""So many clicks may it take all people together, sign-ins aside."""
PEOPLE = ("clerk", "handler", "department", "approver")
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"
SOON = f"{datetime.now(UTC) + timedelta(days=14):%Y-%m-%d}"


@dataclass
class Hand:
    """The hand of somebody: every press of the mouse is counted, typing is not, and goes from field
    to field with Tab."""

    name: str
    page: Page
    clicks: Counter[str] = field(default_factory=Counter)

    def click(self, what: Locator, why: str) -> None:
        self.clicks[why] += 1
        what.click()

    def press(self, what: Locator, why: str) -> None:
        """The one button that goes on: it has to be in sight without scrolling."""
        expect(what).to_be_in_viewport(ratio=1)
        with self.page.expect_navigation():
            self.click(what, why)

    def type(self, **texts: str) -> None:
        for name, text in texts.items():
            box = self.page.locator(f"#form [name='{name}'], form.intake [name='{name}']").first
            box.focus()
            box.fill(text)

    def choose(self, **options: str) -> None:
        """A choice out of a few is a click; one out of a list is typed."""
        for name, value in options.items():
            at = self.page.locator(f"#form [name='{name}'], form.intake [name='{name}']")
            if at.first.evaluate("each => each.tagName") == "SELECT":
                at.first.select_option(value)
            else:
                found = self.page.locator(f"#form [name='{name}'][value='{value}']")
                self.click(found, f"choose {name}")

    def opens(self, number: str, task: str) -> None:
        """The next task of the case: it is there already after the one before, else it is taken
        from Today."""
        if self.page.locator(".work h1", has_text=task).count() == 0:
            self.page.goto("/today")
            row = self.page.locator("a.row, a.card-link", has_text=number).filter(has_text=task)
            row.first.scroll_into_view_if_needed()  # other tests' cases may stand before it
            self.press(row.first, f"open {task}")
        expect(self.page.locator(".work h1")).to_have_text(task)

    def completes(self, task: str) -> None:
        self.press(self.page.locator("button[form=form][value=next]"), f"complete {task}")
        wrong = self.page.locator("#errors, #refused")
        assert wrong.count() == 0, f"{task}: {wrong.first.inner_text()}"


@pytest.fixture
def hands(site: Site, browser: Browser) -> Iterator[dict[str, Hand]]:
    with ExitStack() as stack:
        found = {}
        for name in PEOPLE:
            page = stack.enter_context(opened(site, browser, width=1366, height=768))
            page.set_default_timeout(40_000)
            sign_in(page, name)
            found[name] = Hand(name, page)
        yield found


def register(clerk: Hand) -> str:
    clerk.press(clerk.page.locator(".rail a[href='/register']"), "go to Register")
    clerk.type(
        customerName="Chen Da-wen",
        content="The annual fee of my card was charged twice in February.",
        product="Credit card",
        amount="1280",
    )
    clerk.page.locator("form.intake [name='contact.phone']").fill("02-5550-0177")
    clerk.press(clerk.page.locator(".acts-bar .btn-primary"), "register")
    return clerk.page.url.rpartition("/")[2]


STEPS: tuple[tuple[str, str, dict[str, str], dict[str, str]], ...] = (
    ("clerk", "Assess the facts", {"nature": "complaint"}, {}),
    (
        "approver",
        "Assign investigator",
        {"investigator": "handler", "independent": "true"},
        {"responsibleUnit": "head office"},
    ),
    (
        "handler",
        "Contact customer",
        {"reached": "true", "concernExpressed": "true", "processExplained": "true"},
        {"expectedDate": SOON},
    ),
    (
        "handler",
        "Plan investigation",
        {"departments": "cards"},
        {"issues": "Whether the fee was charged twice", "question": "Was it charged twice?"},
    ),
    ("department", "Give department opinion", {"agreed": "true"}, {"opinion": "It was."}),
    ("handler", "Collect evidence", {"complete": "true"}, {"evidence": "Statement of February"}),
    (
        "handler",
        "Write investigation report",
        {},
        {"facts": "Two fees", "findings": "Our error", "recommendation": "Pay back and more"},
    ),
    (
        "handler",
        "Propose solution",
        {"outcome": "upheld", "remedies": "compensation"},
        {"compensationAmount": "8000", "reason": "The fee was charged twice by our error."},
    ),
    ("approver", "Approve solution", {"approved": "true"}, {}),
    ("handler", "Write reply", {"rightsExplained": "true"}, {"decisionText": "We pay TWD 8,000."}),
    (
        "handler",
        "Record the answer to the offer",
        {"offerAnswer": "accepted", "offerChannel": "phone"},
        {"offerAnsweredBy": "Chen Da-wen"},
    ),
    ("clerk", "Pay compensation", {}, {"paidOn": TODAY, "amountPaid": "8000", "reference": "P-1"}),
    (
        "handler",
        "Ask customer by phone",
        {"reached": "true", "disputed": "false"},
        {"satisfaction": "5"},
    ),
    (
        "handler",
        "Find root cause",
        {"rootCause": "human error", "improvementWanted": "false"},
        {"lesson": "Check the fee run twice"},
    ),
)


def test_the_ordinary_complaint_takes_few_clicks(hands: dict[str, Hand]) -> None:
    number = register(hands["clerk"])
    for who, task, chosen, typed in STEPS:
        hand = hands[who]
        hand.opens(number, task)
        hand.choose(**chosen)
        hand.type(**typed)
        hand.completes(task)
    handler = hands["handler"].page
    handler.wait_for_url("**/tasks?*")  # nothing follows
    handler.goto(f"/complaints/{number}")
    expect(handler.locator("main")).to_contain_text("archived", use_inner_text=True)
    counts = {name: sum(hand.clicks.values()) for name, hand in hands.items()}
    told = {name: dict(hand.clicks) for name, hand in hands.items()}
    print(counts, sum(counts.values()), told)
    assert sum(counts.values()) <= MOST, told
