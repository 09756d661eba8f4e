"""A migration plan in a real browser: drawn up, mapped, tried, started by another person, followed, taken back."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from service.definitions import deploy, release
from service.identity import Actor
from service.operations import start_instance, work_migrations
from tests.operations.small import SMALL
from tests.operations.test_migrate import RENAMED
from tests.web.conftest import Site, choose_language, follow, sign_in

SHOTS = os.environ.get("REDRESS_SCREENSHOTS", "")
CLERK = Actor("clerk", frozenset({"clerk"}))


@pytest.fixture
def versions(site: Site) -> tuple[int, int]:
    """Two versions of a process of its own; three cases run in the first."""
    keys, now = [], datetime.now(UTC)
    for text in (SMALL, RENAMED):
        fresh = [site.runtime.keys.root_key() for _ in range(8)]
        content = text.replace('process id="small"', 'process id="crossing"').encode()
        with site.runtime.database.transaction() as connection:
            keys.append(
                deploy(
                    connection, {"processes/crossing.bpmn": content}, name="crossing", actor="owner", now=now,
                    next_key=fresh.pop,
                ).bundle_key
            )  # fmt: skip
            if len(keys) == 1:
                release(connection, keys[0], actor="compliance", now=now)
    for number in range(3):
        start_instance(site.runtime, "crossing", {"x": number}, actor=CLERK, now=now)
    return keys[0], keys[1]


def worked(site: Site) -> None:
    while work_migrations(site.runtime, now=datetime.now(UTC)):
        pass


def shot(page: Page, name: str) -> None:
    for width in (1280, 360) if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=f"{SHOTS}/migration-{name}-{width}.png", full_page=True)


def test_a_plan_from_its_mapping_to_its_way_back(page: Page, site: Site, versions: tuple[int, int]) -> None:
    old, new = versions
    sign_in(page, "owner")
    page.goto(f"/migrations?to={new}")
    page.fill("#title", "Clearer names")
    page.select_option("#from", str(old))
    assert "3 running cases" in page.locator("#from option:checked").inner_text()
    assert page.locator("#to").input_value() == str(new)
    shot(page, "list")
    follow(page, "form[action='/migrations'] button")
    chosen = page.locator("select[name='to:first']")
    assert chosen.input_value() == "primary"
    assert "proposed: same name" in page.locator("#mapping").inner_text()

    chosen.select_option("")  # no place for a token
    follow(page, "#mapping button")
    follow(page, "#try button")
    assert page.locator("#state").inner_text() == "being tried"
    worked(site)
    expect(page.locator("#state")).to_have_text("tried")  # the page follows by itself
    assert "3\tcannot be moved\tIt stands at First, which is not in the new version" in (
        page.locator("#reasons tbody").inner_text()
    )
    shot(page, "stuck")
    chosen.select_option("primary")
    follow(page, "#mapping button")
    follow(page, "#try button")
    worked(site)
    expect(page.locator("#counts")).to_contain_text("can be moved 3")
    assert "Somebody who did not draw it up has to start it." in page.locator("#run").inner_text()
    assert page.locator("#start").count() == 0
    plan = page.url

    sign_in(page, "compliance")
    page.goto(plan)
    choose_language(page, "zh-Hant")
    page.fill("#start input", "名稱更清楚")
    follow(page, "#start button")
    assert page.locator("#progress").count() == 1
    shot(page, "running")
    worked(site)
    expect(page.locator("#counts")).to_contain_text("已移動 3")
    shot(page, "done")
    page.goto(f"{plan}?cases=moved")
    assert page.locator("#cases tbody tr").count() == 3
    page.fill("#revert input", "太早了")
    follow(page, "#revert button")
    worked(site)
    expect(page.locator("#counts")).to_contain_text("已撤回至原版本 3")
    page.goto(plan)
    assert "太早了" in page.locator("#history").inner_text()
    shot(page, "back")


def test_bad_plans_are_refused_with_a_reason(page: Page, site: Site, versions: tuple[int, int]) -> None:
    sign_in(page, "owner")
    page.goto("/migrations")
    page.fill("#title", "To itself")
    page.select_option("#from", str(versions[0]))
    page.select_option("#to", str(versions[0]))
    follow(page, "form[action='/migrations'] button")
    assert "expected two versions" in page.locator("[role=alert]").inner_text()
    assert page.locator("#title").input_value() == "To itself"


def test_migrations_are_not_for_everybody(page: Page) -> None:
    sign_in(page, "handler")
    assert page.request.get("/migrations").status == 403
