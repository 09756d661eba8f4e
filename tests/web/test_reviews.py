"""The review desk in a real browser: a changed timer is submitted, seen in words and picture,
commented, approved."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.definitions import deploy, find_released, shipped_files
from service.execution import Runtime
from tests.kit.browser import choose_language, follow, sign_in
from tests.kit.clock import NOW
from tests.kit.desk import Desk
from tests.kit.installation import ON_SQLITE
from tests.kit.site import Site
from tests.kit.small import SMALL

SHEET = "processes/check-satisfaction.bpmn"
WAS, IS = b"working days after(now(), 10)", b"working days after(now(), 5)"


def stored(site: Site, changed: bytes) -> int:
    """Another version, by the owner, in which the customer has this time to answer."""
    files = shipped_files()
    assert WAS in files[SHEET]
    fresh = [site.runtime.keys.root_key() for _ in range(60)]
    with site.runtime.database.transaction() as connection:
        return deploy(
            connection,
            {**files, SHEET: files[SHEET].replace(WAS, changed, 1)},
            name="procedure",
            actor="owner",
            now=datetime.now(UTC),
            next_key=fresh.pop,
        ).bundle_key


@pytest.fixture
def version(site: Site) -> int:
    return stored(site, IS)


def test_an_owner_submits_and_compliance_comments_returns_and_approves(
    page: Page, version: int
) -> None:
    sign_in(page, "owner")
    page.goto(f"/reviews/{version}")
    expect(page.locator("#changes")).to_contain_text(
        "is now due in 5 working days, was 10 working days.", use_inner_text=True
    )
    expect(page.locator(f"[data-pictured='{SHEET}'] .boundaryEvent.changed")).to_have_count(1)
    page.fill("#submit textarea", "Answers come within the week.")
    page.click("#submit button")
    expect(page.locator("#approve")).to_have_count(0)  # not for an owner
    page.context.clear_cookies()
    sign_in(page, "compliance")
    page.goto("/reviews")
    page.click(f"a[href='/reviews/{version}']")
    expect(page.locator("#rules li").nth(9)).to_be_attached()
    expect(page.locator("#scenarios")).not_to_contain_text("✗", use_inner_text=True)
    page.select_option("#about", f"{SHEET}#no-answer")
    page.fill("form[action$=comment] textarea", "Is five enough?")
    page.click("form[action$=comment] button")
    page.fill("#approve textarea", "Fine")
    page.click("#approve button")
    expect(page.locator("main")).to_contain_text("1 comments are not resolved", use_inner_text=True)
    page.goto(f"/reviews/{version}")
    page.fill("form[action$=resolve] input[name=text]", "The survey says so.")
    page.click("form[action$=resolve] button")
    page.fill("#approve textarea", "Checked")
    page.click("#approve button")
    choose_language(page, "zh-Hant")
    expect(page.locator("main")).to_contain_text("已核准", use_inner_text=True)
    expect(page.locator("#changes")).to_contain_text("5 個工作日後", use_inner_text=True)
    answer = page.request.get(f"/reviews/{version}/dossier.pdf")
    assert answer.status in (200, 503)
    if answer.status == 200:
        assert answer.body().startswith(b"%PDF")


def test_compliance_decides_from_the_list_of_tasks(page: Page, site: Site) -> None:
    """Submitted by its owner, found in the list, approved there; returned after all on the page of
    the review."""
    version = stored(site, b"working days after(now(), 6)")
    sign_in(page, "owner")
    page.goto(f"/reviews/{version}")
    page.fill("#submit textarea", "Answers come within the week.")
    follow(page, "#submit button")
    number = f"R-procedure-{page.locator('h1').inner_text().rpartition(' ')[2]}"
    sign_in(page, "compliance")
    page.goto("/tasks?show=groups")
    follow(page, f".item:has-text('{number}') .what")
    expect(page.locator("h1")).to_have_text("Review change", use_inner_text=True)
    expect(page.locator("#review")).to_contain_text(
        "Answers come within the week.", use_inner_text=True
    )
    expect(page.locator("#review")).to_contain_text("Authors: owner", use_inner_text=True)
    expect(page.locator(f"#review a[href='/reviews/{version}']")).to_have_count(1)
    follow(page, "form[action*='/claim'] button")
    page.check("#form input[value=approve]")
    page.fill("#form textarea", "Checked in the list")
    follow(page, "button[form=form][value=next]")
    expect(page.locator("h1")).to_have_text("Release version", use_inner_text=True)
    follow(page, f"#review a[href='/reviews/{version}']")
    expect(page.locator("main")).to_contain_text("approved", use_inner_text=True)
    expect(page.locator("#history")).to_contain_text("Checked in the list", use_inner_text=True)
    page.fill("#return textarea", "The survey is not over.")
    follow(page, "#return button")
    page.goto("/tasks?show=all")
    expect(page.locator(f".item:has-text('{number}')")).to_have_count(0)


def test_others_do_not_see_the_desk(page: Page) -> None:
    sign_in(page, "handler")
    assert page.request.get("/reviews").status == 403


def test_the_only_version_in_force_cannot_be_retired(page: Page, site: Site) -> None:
    with site.runtime.database.read() as connection:
        released = find_released(connection, "complaint")
    assert released is not None
    sign_in(page, "compliance")
    page.goto(f"/reviews/{released.bundle_key}")
    page.fill("#retire textarea", "Not needed any more")
    with page.expect_response(lambda answer: answer.url.endswith("/retire")) as answered:
        page.click("#retire button")
    assert answered.value.status == 409
    expect(page.locator("main")).to_contain_text("is the only one that starts", use_inner_text=True)


@ON_SQLITE
def test_compliance_says_who_reviews_a_procedure(runtime: Runtime, tmp_path: Path) -> None:
    desk = Desk.of(runtime, tmp_path)
    key = runtime.keys.root_key()
    with runtime.database.transaction() as connection:
        spare = [key, *(runtime.keys.root_key() for _ in range(4))]
        files = {"processes/small.bpmn": SMALL.encode()}
        deploy(connection, files, name="loans", actor="owner-1", now=NOW, next_key=spare.pop)
    desk.sign_in("owner-1")
    page = desk.see("/workbench")
    assert "loans" in page and "A second owner, or compliance" in page
    sent = {"name": "loans", "review": "none", "reason": "It is only tried."}
    assert 'action="/workbench/review-policy"' not in page
    assert desk.post("/workbench/review-policy", **sent).status_code == 403
    desk.sign_in("compliance-1")
    assert desk.post("/workbench/review-policy", **sent).status_code == 302
    page = desk.see("/workbench")
    assert "A second owner, or compliance" in page and "Waits for a second person" in page
    assert " Agree " not in page  # whoever asked does not agree as well
    desk.sign_in("compliance-2")
    assert " Agree " in desk.see("/workbench")
    assert desk.post("/workbench/review-policy", **sent).status_code == 302
    page = desk.see("/workbench")
    assert "Waits for a second person" not in page
    for said in ("said who reviews the changes of the procedure", "loans", sent["reason"]):
        assert said in page.split("Who changed what")[1], said
