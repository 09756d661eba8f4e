"""The people page in a real browser: unit, skills and absences are kept, and proposals follow
them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from service import identity
from service.cli import main
from service.db import Database, migrate
from service.identity import Permission
from tests.kit.browser import choose_language, sign_in
from tests.kit.site import Site

PERSON = "wei-of-people"


@pytest.fixture(scope="module")
def person(site: Site) -> str:
    with site.runtime.database.transaction() as connection:
        identity.create_account(connection, PERSON, None, ["handler"], now=datetime.now(UTC))
    return PERSON


def test_unit_skills_and_days_away_are_kept(page: Page, site: Site, person: str) -> None:
    today = datetime.now(UTC).date()
    sign_in(page, "executive")
    page.goto("/people")
    row = page.locator("tr", has=page.locator("th", has_text=person))
    row.locator("summary").first.click()
    row.locator("input[name=unit]").fill("信用卡中心")
    row.locator("input[name=skills]").fill("credit-card, 轉帳")
    row.locator("input[name=capacity]").fill("7")
    with page.expect_navigation():
        row.locator("form[action$=staff] button").click()
    expect(row).to_contain_text("信用卡中心 · credit-card and 轉帳", use_inner_text=True)
    expect(row).to_contain_text("0 / 7", use_inner_text=True)
    row.locator("summary").last.click()
    row.locator("input[name=first][type=date]").fill((today - timedelta(days=1)).isoformat())
    row.locator("input[name=last]").fill((today + timedelta(days=2)).isoformat())
    with page.expect_navigation():
        row.locator("form.form[action$=absence] button").click()
    expect(row).to_contain_text("away today", use_inner_text=True)
    with site.runtime.database.read() as connection:
        [found] = [
            each
            for each in identity.list_candidates(
                connection, Permission.INVESTIGATE_COMPLAINTS, on=today
            )
            if each.name == person
        ]
    assert (found.unit, found.capacity, found.absent) == ("信用卡中心", 7, True)
    serious = [
        each["id"]
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []
    choose_language(page, "zh-Hant")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    with page.expect_navigation():
        row.locator("button[name=drop]").click()
    expect(row).not_to_contain_text("今日請假", use_inner_text=True)


def test_what_cannot_be_is_said(page: Page, person: str) -> None:
    sign_in(page, "admin")
    page.goto("/people")
    row = page.locator("tr", has=page.locator("th", has_text=person))
    row.locator("summary").first.click()
    row.locator("input[name=capacity]").fill("none")
    with page.expect_navigation():
        row.locator("form[action$=staff] button").click()
    expect(page.locator("[role=alert]")).to_contain_text(
        "expected a whole number", use_inner_text=True
    )


def test_only_those_who_plan_see_it(page: Page) -> None:
    sign_in(page, "handler")
    answer = page.goto("/people")
    assert answer is not None
    assert answer.status == 403


def test_the_commands_say_the_same(tmp_path, monkeypatch) -> None:
    url = f"sqlite:///{tmp_path}/r.db"
    monkeypatch.setenv("REDRESS_DATABASE_URL", url)
    monkeypatch.setenv("REDRESS_SECRET_KEY", "k" * 40)
    database = Database(url)
    migrate(database)
    with database.transaction() as connection:
        identity.create_account(connection, "amy", None, ["handler"], now=datetime.now(UTC))
    run = CliRunner().invoke
    done = run(
        main,
        ["user", "staff", "amy", "--unit", "Cards", "--skill", "credit-card", "--capacity", "3"],
    )
    assert (done.exit_code, done.output) == (0, "amy: Cards, credit-card, at most 3\n")
    done = run(main, ["user", "away", "amy", "2026-12-24", "2027-01-02"])
    assert done.exit_code == 0, done.output
    assert run(main, ["user", "away", "amy", "2026-12-24", "2026-12-20"]).exit_code == 1
    assert run(main, ["user", "staff", "nobody", "--unit", "Cards"]).exit_code == 1
    with database.read() as connection:
        [found] = identity.list_staff(connection, on=datetime(2026, 12, 31, tzinfo=UTC).date())
    database.dispose()
    assert (found.unit, found.skills, found.capacity, len(found.absences)) == (
        "Cards",
        ("credit-card",),
        3,
        1,
    )
