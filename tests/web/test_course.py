"""The course of a case in a real browser: what is done to it by hand, each with a reason that the
history keeps."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service import operations, tasks
from service.definitions import deploy, release
from service.identity import Actor
from service.intake import parse_complaint
from service.jobs import list_incidents_of
from tests.kit.browser import choose_language, follow, sign_in
from tests.kit.crowd import JOBS
from tests.kit.site import Site
from tests.web.test_every_page import serious

SHOTS = os.environ.get("REDRESS_SCREENSHOTS", "")
CLERK, ADMIN = (Actor(name, frozenset({name})) for name in ("clerk", "admin"))
FACTS = {"channel": "phone", "product": "信用卡"}


@pytest.fixture
def case(site: Site) -> tuple[str, int, int]:
    """Number, key and first task of a complaint, which the clerk holds."""
    now = datetime.now(UTC)
    mark = uuid4().hex  # like no other complaint, of a customer of its own
    told = FACTS | {
        "customerName": mark[:8],
        "contact": {"phone": str(int(mark[:9], 16)).zfill(11)},
        "content": mark,
    }
    new = operations.register_complaint(
        site.runtime, parse_complaint(told, now=now), actor=CLERK, now=now
    )
    with site.runtime.database.read() as connection:
        task = tasks.list_open_tasks(connection, new.root_key)[0]
    operations.claim_task(site.runtime, task.key, actor=CLERK, now=now)
    return new.number, new.root_key, task.key


def shot(page: Page, name: str) -> None:
    for width in (1280, 360) if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=f"{SHOTS}/course-{name}-{width}.png", full_page=True)


def test_a_case_is_suspended_corrected_moved_and_resumed(
    page: Page, case: tuple[str, int, int]
) -> None:
    number, key, _ = case
    sign_in(page, "admin")
    page.goto(f"/complaints/{number}")
    page.click("button[popovertarget=case-more]")
    follow(page, f"#case-more a[href='/instances/{key}']")
    page.click("#suspend summary")
    page.fill("#suspend [name=reason]", "An injunction")
    follow(page, "#suspend button")
    expect(page.locator("#state")).to_contain_text("suspended since", use_inner_text=True)
    assert serious(Axe(), page) == []

    row = page.locator("#variables tr", has=page.locator("th", has_text="channel")).first
    row.locator("summary").click()
    row.locator("[name=value]").fill("branch")  # no JSON
    row.locator("[name=reason]").fill("She came in")
    with page.expect_navigation():
        row.locator("button").click()
    expect(page.locator("[role=alert]")).to_contain_text(
        "expected a value as JSON", use_inner_text=True
    )
    row.locator("summary").click()
    row.locator("[name=value]").fill('"branch"')
    row.locator("[name=reason]").fill("She came in")
    with page.expect_navigation():
        row.locator("button").click()
    expect(row).to_contain_text('"branch"', use_inner_text=True)
    expect(page.locator("#variables b:text-is('channel')")).to_have_count(
        1
    )  # corrected wherever it is known

    page.click("#stands summary")
    page.select_option("#stands select", "assign-investigator")
    page.fill("#stands [name=reason]", "Assessed on paper")
    shot(page, "suspended")
    follow(page, "#stands button")
    expect(page.locator("#stands")).to_contain_text("assign-investigator", use_inner_text=True)
    page.click("#resume summary")
    page.fill("#resume [name=reason]", "It was lifted")
    follow(page, "#resume button")
    expect(page.locator("#state")).to_have_text("running", use_inner_text=True)

    page.goto(f"/complaints/{number}")
    story = page.locator(".story").inner_text()
    for said in (
        "suspended the case: An injunction",
        "corrected facts of the case: She came in",
        "repaired the course of the case: Assessed on paper",
        "resumed the case: It was lifted",
    ):
        assert said in story
    choose_language(page, "zh-Hant")
    expect(page.locator(".story")).to_contain_text("暫停了案件：An injunction", use_inner_text=True)


def test_who_holds_a_task_sees_that_the_case_is_suspended_and_loses_nothing(
    page: Page, site: Site, case: tuple[str, int, int]
) -> None:
    _, key, task = case
    operations.suspend_instance(site.runtime, key, reason="x", actor=ADMIN, now=datetime.now(UTC))
    sign_in(page, "clerk")
    page.goto(f"/tasks/{task}")
    expect(page.locator("#suspended")).to_contain_text(
        "can be completed once the case is resumed", use_inner_text=True
    )
    follow(page, "button[form=form][name=then] >> nth=0")
    expect(page.locator("#refused")).to_contain_text("has to be resumed first", use_inner_text=True)
    shot(page, "task")
    assert page.request.get(f"/instances/{key}").status == 403


def test_what_stopped_is_tried_again_and_a_case_is_cancelled(page: Page, site: Site) -> None:
    now, fresh = datetime.now(UTC), [site.runtime.keys.root_key() for _ in range(8)]
    with site.runtime.database.transaction() as connection:
        made = deploy(
            connection,
            {"processes/fetch.bpmn": JOBS},
            name="fetch",
            actor="owner",
            now=now,
            next_key=fresh.pop,
        )
        release(connection, made.bundle_key, actor="compliance", now=now)
    kind = f"fetch-{made.bundle_key}"
    key = operations.start_instance(
        site.runtime, "fetch", {"kind": kind}, actor=CLERK, now=now
    ).root_key
    [job] = operations.activate_jobs(
        site.runtime, kind, worker="w", lease=timedelta(minutes=1), now=now
    )
    operations.fail_job(
        site.runtime, job["key"], retries=0, message="no line", actor=ADMIN, now=now
    )
    sign_in(page, "owner")
    page.goto("/incidents")
    follow(page, f"a[href='/instances/{key}']")
    expect(page.locator("#incidents")).to_contain_text("no line", use_inner_text=True)
    expect(page.locator("#cancel")).to_have_count(0)  # not for an owner
    page.fill("#incidents [name=reason]", "The line is back")
    follow(page, "#incidents button")
    expect(page.locator("#incidents")).to_have_count(0)
    now = datetime.now(UTC)
    [again] = operations.activate_jobs(
        site.runtime, kind, worker="w", lease=timedelta(minutes=1), now=now
    )
    assert again["key"] == job["key"]
    with site.runtime.database.read() as connection:
        assert list_incidents_of(connection, key) == []
    sign_in(page, "admin")
    page.goto(f"/instances/{key}")
    page.click("#cancel summary")
    page.fill("#cancel [name=reason]", "Entered twice")
    follow(page, "#cancel button")
    expect(page.locator("#state")).to_have_text("ended", use_inner_text=True)
