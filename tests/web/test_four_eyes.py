"""Four eyes in the browser: who proposed a solution does not approve it, and is told why and by
whom it can be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from service import identity
from service.identity.tables import account
from tests.kit.browser import sign_in
from tests.kit.site import PASSWORD, Site
from tests.kit.walker import Walk, complain

BOTH = "proposes-and-approves"


@pytest.fixture
def proposed(site: Site) -> Iterator[Walk]:
    """A case whose solution somebody proposed who is an approver too; the account is for this test
    only."""
    with site.runtime.database.transaction() as connection:
        identity.create_account(
            connection, BOTH, PASSWORD, ["handler", "approver"], now=datetime.now(UTC)
        )
    given = {"investigator": BOTH, "responsibleUnit": "head office", "independent": True}
    money = {"outcome": "upheld", "remedies": ["compensation"], "compensationAmount": 8_000}
    yield complain(site.runtime, now=datetime.now(UTC)).work(
        until="approve-solution", assign_investigator=given, propose_solution=money
    )
    with site.runtime.database.transaction() as connection:
        connection.execute(sa.update(account).where(account.c.name == BOTH).values(active=False))


def test_who_proposed_does_not_approve(page: Page, site: Site, proposed: Walk) -> None:
    [task] = [each for each in proposed.standing().tasks if each.element_id == "approve-solution"]
    sign_in(page, BOTH)
    page.goto(f"/tasks/{task.key}")
    claim = page.locator("form[action*='/claim'] button")
    assert claim.count() == 0
    expect(page.locator(".work .notice")).to_contain_text("You did “Propose solution” in this case")
    sign_in(page, "approver")
    page.goto(f"/tasks/{task.key}")
    page.locator("form[action*='/claim'] button").click()
    expect(page.locator("#form")).to_be_visible()
