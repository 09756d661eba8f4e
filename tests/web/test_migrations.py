"""A migration plan in a real browser: drawn up, mapped, tried, started by another person, followed,
taken back."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from service.definitions import deploy, release
from service.identity import Actor
from service.operations import start_instance, work_migrations
from tests.kit.browser import choose_language, follow, sign_in
from tests.kit.site import Site
from tests.kit.small import SMALL
from tests.operations.test_migrate import RENAMED

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
                    connection,
                    {"processes/crossing.bpmn": content},
                    name="crossing",
                    actor="owner",
                    now=now,
                    next_key=fresh.pop,
                ).bundle_key
            )
            if len(keys) == 1:
                release(connection, keys[0], actor="compliance", now=now)
    for number in range(3):
        start_instance(site.runtime, "crossing", {"x": number}, actor=CLERK, now=now)
    with site.runtime.database.transaction() as connection:
        release(connection, keys[1], actor="compliance", now=now)
    return keys[0], keys[1]


def worked(site: Site) -> None:
    while work_migrations(site.runtime, now=datetime.now(UTC)):
        pass


def shot(page: Page, name: str) -> None:
    for width in (1280, 360) if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=f"{SHOTS}/migration-{name}-{width}.png", full_page=True)


def test_a_plan_from_its_mapping_to_its_way_back(
    page: Page, site: Site, versions: tuple[int, int]
) -> None:
    old, new = versions
    sign_in(page, "owner")
    page.goto(f"/migrations?to={new}")
    page.fill("#title", "Clearer names")
    page.select_option("#from", str(old))
    expect(page.locator("#from option:checked")).to_contain_text(
        "3 running cases", use_inner_text=True
    )
    expect(page.locator("#to")).to_have_value(str(new))
    shot(page, "list")
    follow(page, "form[action='/migrations'] button")
    chosen = page.locator("select[name='to:first']")
    expect(chosen).to_have_value("primary")
    expect(page.locator("#mapping")).to_contain_text("proposed: same name", use_inner_text=True)

    chosen.select_option("")  # no place for a token
    follow(page, "#mapping button")
    follow(page, "#try button")
    expect(page.locator("#state")).to_have_text("being tried", use_inner_text=True)
    worked(site)
    expect(page.locator("#state")).to_have_text("tried")  # the page follows by itself
    expect(page.locator("#reasons tbody")).to_contain_text(
        "3 cannot be moved It stands at First, which is not in the new version", use_inner_text=True
    )
    shot(page, "stuck")
    chosen.select_option("primary")
    follow(page, "#mapping button")
    follow(page, "#try button")
    worked(site)
    expect(page.locator("#counts")).to_contain_text("can be moved 3")
    expect(page.locator("#run")).to_contain_text(
        "Somebody who did not draw it up has to start it.", use_inner_text=True
    )
    expect(page.locator("#start")).to_have_count(0)
    plan = page.url

    sign_in(page, "compliance")
    page.goto(plan)
    choose_language(page, "zh-Hant")
    page.fill("#start input", "名稱更清楚")
    follow(page, "#start button")
    expect(page.locator("#progress")).to_have_count(1)
    shot(page, "running")
    worked(site)
    expect(page.locator("#counts")).to_contain_text("已移動 3")
    shot(page, "done")
    page.goto(f"{plan}?cases=moved")
    expect(page.locator("#cases tbody tr")).to_have_count(3)
    page.fill("#revert input", "太早了")
    follow(page, "#revert button")
    worked(site)
    expect(page.locator("#counts")).to_contain_text("已撤回至原版本 3")
    page.goto(plan)
    expect(page.locator("#history")).to_contain_text("太早了", use_inner_text=True)
    shot(page, "back")


def test_bad_plans_are_refused_with_a_reason(
    page: Page, site: Site, versions: tuple[int, int]
) -> None:
    sign_in(page, "owner")
    page.goto("/migrations")
    page.fill("#title", "To itself")
    page.select_option("#from", str(versions[0]))
    page.select_option("#to", str(versions[0]))
    follow(page, "form[action='/migrations'] button")
    expect(page.locator("[role=alert]")).to_contain_text(
        "expected two versions", use_inner_text=True
    )
    expect(page.locator("#title")).to_have_value("To itself")


def test_migrations_are_not_for_everybody(page: Page) -> None:
    sign_in(page, "handler")
    assert page.request.get("/migrations").status == 403
