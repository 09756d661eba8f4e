"""A change of the shipped procedure from the owner's first click to its release, in browsers alone:
drawn, broken, proved broken with the way to it, mended, tried on the scenarios, submitted, reviewed
by compliance, released; and the running cases moved to it, tried first. `REDRESS_TEST_CROWD` says
how many cases."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from service import audit, definitions, identity
from service.engine import load_bundle
from service.instances.tables import process_instance
from service.operations import COMPLAINT_PROCESS
from tests.kit.browser import follow, opened, sign_in
from tests.kit.crowd import ROUTES, bring, has_late, kept
from tests.kit.site import PASSWORD, Site, served
from tests.web.test_migrations import worked
from tests.web.test_workbench import DIST, open_editor, saved, start_draft

CROWD = int(os.environ.get("REDRESS_TEST_CROWD", "6"))
PLAIN = sum(not state.startswith("a job") for state, _ in ROUTES)
SHOTS = os.environ.get("REDRESS_SCREENSHOTS", "")
SATISFACTION, WITHDRAWAL = "processes/check-satisfaction.bpmn", "processes/withdraw-complaint.bpmn"
pytestmark = pytest.mark.skipif(
    not (DIST / "bpmn.js").is_file(),
    reason="the editors are not built: install the project with npm at hand",
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site of its own: another version comes into force in it. The scripted cases give theirs to
    Wu."""
    with served(tmp_path) as site:
        with site.runtime.database.transaction() as connection:
            identity.create_account(connection, "wu", PASSWORD, ["handler"], now=datetime.now(UTC))
        yield site


@pytest.fixture
def people(site: Site, browser: Browser) -> Iterator[dict[str, Page]]:
    with ExitStack() as stack:
        pages = {
            name: stack.enter_context(opened(site, browser)) for name in ("owner", "compliance")
        }
        for name, page in pages.items():
            sign_in(page, name)
        yield pages


def test_a_change_is_drawn_proved_mended_tried_reviewed_and_released(
    site: Site, people: dict[str, Page]
) -> None:
    owner, compliance = people["owner"], people["compliance"]
    before = in_force(site)
    for number in itertools.islice(
        (each for each in itertools.count() if each % len(ROUTES) < PLAIN), CROWD
    ):
        bring(site.runtime, number)
    draft = start_draft(owner, "Ask for an answer sooner, and let withdrawals be approved")
    change_timer(owner, draft)
    add_approval(owner, draft)
    break_and_mend(owner, draft)

    owner.goto(draft)
    follow(owner, "a[href$='/trial']")
    expect(owner.locator("main")).to_contain_text(re.compile(r"(\d+) / \1 go as they are written"))
    expect(owner.locator("#rules .bad")).to_have_count(0)
    elements = str(
        sum(len(each.elements) for each in load_bundle(definitions.shipped_files()).models.values())
        + 1
    )
    assert owner.locator(".reached li").first.inner_text().split()[-3:] == [elements, "/", elements]
    shoot(owner, "trial")
    owner.goto(draft)
    follow(owner, "button:has-text('Submit for review')")
    assert re.search(r"/reviews/\d+$", owner.url)
    expect(owner.locator("#approve"), "nobody approves their own change").to_have_count(0)

    review = owner.url
    compliance.goto(review)
    words = compliance.locator("#changes").inner_text()
    assert "is now due in 5 working days, was 10 working days." in words
    assert "The task “Approve withdrawal” is new." in words
    expect(compliance.locator(f"[data-pictured='{WITHDRAWAL}'] .added")).not_to_have_count(0)
    expect(compliance.locator("#effects")).to_contain_text("Every rule is kept as before.")
    shoot(compliance, "review")
    task = compliance.locator(f"[data-pictured='{WITHDRAWAL}'] .userTask.added")
    task.click()
    chosen = compliance.locator("#about").input_value()
    assert chosen == f"{WITHDRAWAL}#{task.get_attribute('data-element')}"
    compliance.fill("#said", "Who may approve it?")
    follow(compliance, "form[action$=comment] button")
    expect(compliance.locator(f"[data-pictured='{WITHDRAWAL}'] .pin")).to_have_text("1")

    owner.goto(review)
    owner.fill(
        "form[action$=resolve] input[name=text]", "Every approver; the withdrawal is on file."
    )
    follow(owner, "form[action$=resolve] button")
    compliance.goto(review)
    compliance.fill("#approve textarea", "The rules hold and every scenario passes.")
    follow(compliance, "#approve button")
    follow(compliance, "#release button")
    expect(compliance.locator("main")).to_contain_text("released")
    assert f"/reviews/{in_force(site)}" in review and in_force(site) != before
    compliance.goto("/procedure?sheet=withdraw-complaint")
    expect(compliance.locator("main")).to_contain_text("Approve withdrawal")
    move_running_cases(site, owner, compliance, before, in_force(site))


def change_timer(page: Page, draft: str) -> None:
    """From ten working days to five, in the properties."""
    open_editor(page, draft, SATISFACTION)
    choose(page, "Ten working days")
    page.click("[data-panel] .bio-properties-panel-group-header:has-text('Timer')")
    page.click("[data-entry-id=timerEventDefinitionValue] .cm-content")
    page.keyboard.press("Control+A")
    page.keyboard.type("working days after(now(), 5)")
    page.keyboard.press("Escape")
    expect(page.locator("[data-island]")).to_have_attribute("data-state", "changed")
    saved(page)
    expect(page.locator("[data-list] .finding")).to_have_count(0)


def add_approval(page: Page, draft: str) -> None:
    """A user task dropped onto the flow behind “Confirm withdrawal”, named, and given to the
    approvers."""
    open_editor(page, draft, WITHDRAWAL)
    page.click(".djs-palette .entry[data-action='create.task']")
    box = page.locator(
        "[data-element-id='confirm-withdrawal-to-send-withdrawal-letter']"
    ).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 5, y)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.up()
    page.keyboard.press("Escape")
    page.click(".djs-context-pad .entry[data-action='replace']")
    page.click(".djs-popup .entry[data-id='replace-with-user-task']")
    page.click("[data-panel] .bio-properties-panel-group-header:has-text('General')")
    page.fill("[data-panel] #bio-properties-panel-name", "Approve withdrawal")
    page.keyboard.press("Tab")
    page.click("[data-panel] .bio-properties-panel-group-header:has-text('Assignment')")
    page.fill("[data-panel] [name=assignmentDefinitionCandidateGroups]", "approver")
    page.keyboard.press("Tab")
    expect(page.locator("[data-island]")).to_have_attribute("data-state", "changed")
    saved(page)
    expect(page.locator("[data-list] .finding.error")).to_have_count(0)


def break_and_mend(page: Page, draft: str) -> None:
    """Archiving is deleted by mistake: rules are broken, and the way to it is shown; undoing mends
    it."""
    choose(page, "Archive complaint")
    page.keyboard.press("Delete")
    broken = page.locator("[data-list] .finding.error", has_text="closed-then-archived")
    expect(broken).to_contain_text("after close-withdrawn a case can end without archive")
    broken.click()
    expect(page.locator(".way-number").last).to_be_visible()
    expect(page.locator(".on-the-way[data-element-id=confirm-withdrawal]")).to_have_count(1)
    shoot(page, "broken")
    trial = page.context.new_page()
    trial.goto(f"{draft}/trial")
    expect(trial.locator("#findings .error", has_text="closed-then-archived")).to_contain_text(
        "Close complaint"
    )
    trial.locator("#findings figure:visible [data-play]").first.click()
    expect(trial.locator("#findings figure:visible .at")).to_be_visible()
    shoot(trial, "way")
    trial.close()
    page.locator("[data-canvas]").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("[data-list] .finding.error")).to_have_count(0)


def move_running_cases(site: Site, owner: Page, compliance: Page, old: int, new: int) -> None:
    """The owner draws up a plan and has it tried on every case; compliance starts it. Nothing is
    lost or late by it."""
    at = datetime.now(UTC)
    before = {root: kept(site.runtime, root) for root in running(site, old)}
    late = has_late(site.runtime, at)
    assert len(before) >= CROWD
    owner.goto(f"/migrations?to={new}")
    owner.fill("#title", "Sooner answers for those who wait")
    owner.select_option("#from", str(old))
    follow(owner, "form[action='/migrations'] button")
    follow(owner, "#try button")
    worked(site)
    expect(owner.locator("#counts")).to_contain_text(f"can be moved {len(before)}")
    assert running(site, new) == []
    shoot(owner, "tried")
    compliance.goto(owner.url)
    compliance.fill("#start input", "The shorter time is for everybody.")
    follow(compliance, "#start button")
    worked(site)
    expect(compliance.locator("#counts")).to_contain_text(f"moved {len(before)}")
    shoot(compliance, "moved")
    assert running(site, old) == []
    assert {root: kept(site.runtime, root) for root in running(site, new)} == before
    assert has_late(site.runtime, at) == late
    with site.runtime.database.read() as connection:
        assert all(audit.verify(connection, root) is None for root in before)
    print(f"\n{len(before)} running cases moved; clocks missed before and after: {late}")


def running(site: Site, version: int) -> list[int]:
    where = (process_instance.c.state == "active", process_instance.c.bundle_key == version)
    query = (
        sa.select(process_instance.c.root_key).where(*where).order_by(process_instance.c.root_key)
    )
    with site.runtime.database.read() as connection:
        return list(connection.execute(query).scalars())


def choose(page: Page, name: str) -> None:
    page.click("details:has([data-elements]) > summary")
    page.click(f"[data-elements] button:text-is('{name}')")
    page.locator("[data-canvas]").focus()


def in_force(site: Site) -> int:
    with site.runtime.database.read() as connection:
        released = definitions.find_released(connection, COMPLAINT_PROCESS)
    assert released
    return released.bundle_key


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/change-{name}.png", full_page=True)
