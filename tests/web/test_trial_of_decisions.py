"""A draft that holds only decisions is tried out like any other: there is no sheet to show."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import Page

from service import definitions
from tests.kit.browser import sign_in
from tests.kit.site import Site

DECISION = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="rate"
 namespace="urn:rate"><decision id="rate" name="rate"><variable name="rate"/>
<literalExpression><text>1 + 1</text></literalExpression></decision></definitions>"""


def test_the_trial_of_a_draft_without_a_process_is_shown(site: Site, page: Page) -> None:
    key, now = site.runtime.keys.root_key(), datetime.now(UTC)
    with site.runtime.database.transaction() as connection:
        definitions.open_draft(
            connection,
            key=key,
            name="rates",
            title="Rates",
            base_bundle_key=None,
            actor="owner",
            now=now,
        )
        definitions.save_draft_file(
            connection, key, "processes/rate.dmn", DECISION, revision=0, actor="owner", now=now
        )
    sign_in(page, "owner")
    shown = page.goto(f"/workbench/drafts/{key}/trial")
    assert shown is not None
    assert shown.status == 200
    assert page.locator(".diagram").count() == 0
