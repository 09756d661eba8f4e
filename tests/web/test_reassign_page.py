"""Handing a case to another investigator on its page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from service import identity
from service.identity.tables import account
from tests.kit.browser import sign_in
from tests.kit.site import Site
from tests.kit.walker import complain

OTHER = "other-handler"


@pytest.fixture
def other(site: Site) -> Iterator[str]:
    """Another handler, for this test only: the proposals of other tests go by who is there."""
    with site.runtime.database.transaction() as connection:
        identity.create_account(connection, OTHER, None, ["handler"], now=datetime.now(UTC))
    yield OTHER
    with site.runtime.database.transaction() as connection:
        connection.execute(sa.update(account).where(account.c.name == OTHER).values(active=False))


def test_a_lead_hands_a_case_over(page: Page, site: Site, other: str) -> None:
    given = {"investigator": "handler", "responsibleUnit": "head office", "independent": True}
    walk = complain(site.runtime, now=datetime.now(UTC)).work(
        until="first-contact", assign_investigator=given
    )
    number = walk.complaint.number
    sign_in(page, "handler")
    page.goto(f"/complaints/{number}")
    expect(page.locator("#reassign-to")).to_have_count(0)
    sign_in(page, "approver")
    page.goto(f"/complaints/{number}")
    page.click("button[popovertarget=case-more]")
    page.locator("summary", has_text="Hand the case to somebody else").click()
    page.select_option("#reassign-to", other)
    page.fill("#reassign-reason", "On leave from Monday")
    with page.expect_navigation():
        page.locator("button", has_text="Hand the case to somebody else").click()
    expect(page.locator(".story")).to_contain_text(
        f"handed the case to {other}: On leave from Monday", use_inner_text=True
    )
    assert walk.complaint.investigator == other
