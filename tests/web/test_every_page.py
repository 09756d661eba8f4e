"""Every page for the bank's people: three languages, wide and narrow, no serious finding of axe,
few bytes."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect

from service import definitions, operations, tasks
from service.i18n.languages import LANGUAGES
from service.identity import Actor
from service.intake import parse_complaint
from service.migration_plans import Verb
from service.web.navigation import LINKS
from tests.kit.browser import choose_language, sign_in
from tests.kit.site import Site, fetch

CLERK = Actor("clerk", frozenset({"clerk"}))
FACTS = {
    "customerName": "林美玲",
    "channel": "phone",
    "product": "信用卡",
    "contact": {"phone": "02-5550-0101"},
    "content": "同一筆消費被重複扣款兩次,致電客服後三週仍未收到回覆。" * 4,
}
MOST_BYTES = 60_000
WIDTHS = {
    "en": (360, 1280),
    "zh-Hant": (360, 1280) if os.environ.get("REDRESS_SCREENSHOTS") else (360,),
    "zh-Hans": (),
}
"""Simplified is as wide as Traditional."""
SHOTS = os.environ.get("REDRESS_SCREENSHOTS", "")
EDITED = (
    "processes/triage-complaint.bpmn",
    "processes/severity.dmn",
    "forms/assess-facts.form.json",
    "processes/letters/outcome.zh-Hant.letter.txt",
)


@pytest.fixture(scope="module")
def paths(site: Site) -> tuple[str, ...]:
    """One address of every page, for the administrator; the task is held by the clerk."""
    now = datetime.now(UTC)
    new = operations.register_complaint(
        site.runtime, parse_complaint(FACTS, now=now), actor=CLERK, now=now
    )
    with site.runtime.database.read() as connection:
        task = tasks.list_case_tasks(connection, new.root_key)[0]
    operations.claim_task(site.runtime, task.key, actor=CLERK, now=now)
    operations.comment_case(site.runtime, new.root_key, "請 @admin 看一下", actor=CLERK, now=now)
    emergency = operations.declare_emergency(
        site.runtime, [new.number], level="III", cause="分行淹水", actor=CLERK, now=now
    )
    draft, version = start_draft(site, now)
    plan = draw_up_plan(site, version, now)
    return (
        "/tasks?show=all",
        "/tasks?show=all&severity=P1&q=年費",
        f"/tasks/{task.key}?show=all",
        "/complaints?q=信用卡",
        f"/complaints/{new.number}",
        f"/complaints/{new.number}?at=1",
        f"/complaints/{new.number}/evidence",
        f"/complaints/{new.number}/related",
        f"/complaints/{new.number}/report",
        f"/registered/{new.number}",
        f"/instances/{new.root_key}",
        f"/clauses?case={new.number}",
        f"/emergencies/{emergency.number}",
        f"/reviews/{version}",
        f"/migrations/{plan}",
        f"/workbench/drafts/{draft}",
        f"/workbench/drafts/{draft}/trial",
        "/workbench/new",
        f"/workbench/drafts/{draft}/new/letter",
        *(f"/workbench/drafts/{draft}/edit/{path}" for path in EDITED),
        "/procedure/live",
        "/procedure/live?sheet=triage-complaint&by=late",
        "/procedure/live/cases?sheet=triage-complaint&element=assess-facts",
        "/team?holder=clerk",
        "/accounts/clerk",
        "/account",
        "/notices",
        *(link.path for link in LINKS),
    )


def start_draft(site: Site, now: datetime) -> tuple[int, int]:
    """A draft of the released procedure, and the version it starts from."""
    key = site.runtime.keys.root_key()
    with site.runtime.database.transaction() as connection:
        base = definitions.find_released(connection, operations.COMPLAINT_PROCESS)
        assert base is not None
        definitions.open_draft(
            connection,
            key=key,
            name="procedure",
            title="看一看",
            base_bundle_key=base.bundle_key,
            actor="owner",
            now=now,
        )
    return key, base.bundle_key


def draw_up_plan(site: Site, version: int, now: datetime) -> int:
    """A migration plan, tried on the cases that are there, to a version in which one element is
    called otherwise."""
    files = definitions.shipped_files()
    path, fresh = (
        "processes/triage-complaint.bpmn",
        [site.runtime.keys.root_key() for _ in range(60)],
    )
    files[path] = (
        files[path]
        .replace(b'"assess-facts"', b'"weigh-facts"')
        .replace(b">assess-facts<", b">weigh-facts<")
    )
    files[path] = files[path].replace(b'formId="weigh-facts"', b'formId="assess-facts"')
    with site.runtime.database.transaction() as connection:
        to = definitions.deploy(
            connection, files, name="procedure", actor="owner", now=now, next_key=fresh.pop
        ).bundle_key
    owner = Actor("owner", frozenset({"owner"}))
    plan = operations.draw_up_migration(
        site.runtime, title="新名稱", from_bundle=version, to_bundle=to, actor=owner, now=now
    )
    operations.edit_migration(site.runtime, plan, {}, revision=1, actor=owner, now=now)
    operations.carry_on_migration(site.runtime, plan, Verb.TRY, actor=owner, now=now)
    while operations.work_migrations(site.runtime, now=now):
        pass
    return plan


def serious(axe: Axe, page: Page) -> list[str]:
    """What axe finds serious or critical on a page."""
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    grave = [each for each in found if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {node['html'][:120]}" for each in grave for node in each["nodes"][:3]]


@pytest.mark.parametrize(
    "whole",
    [pytest.param(False, id="in turn"), pytest.param(True, id="all", marks=pytest.mark.long)],
)
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_pages_fit_and_are_accessible(
    page: Page, paths: tuple[str, ...], language: str, whole: bool
) -> None:
    """Each page fits in every language; axe looks at it in one, in turn, or in all of them."""
    turn = list(LANGUAGES).index(language)
    if language == "zh-Hans":
        page.emulate_media(color_scheme="dark")
    sign_in(page, "admin")
    choose_language(page, language)
    axe, bad = Axe(), []
    for number, path in enumerate(paths):
        page.set_viewport_size({"width": 1280, "height": 800})
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        expect(page.locator("html")).to_have_attribute("lang", language)
        if whole or number % len(LANGUAGES) == turn:
            bad += [f"{path}: {each}" for each in serious(axe, page)]
        for width in WIDTHS[language]:
            page.set_viewport_size({"width": width, "height": 740})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                bad.append(f"{path} is {wide} wide at {width}")
            if SHOTS:
                name = path.strip("/").replace("/", "-")[:60]
                page.screenshot(path=f"{SHOTS}/page-{language}-{width}-{name}.png")
    assert bad == []


def test_the_clerks_own_task_is_accessible_in_the_dark(
    page: Page, site: Site, paths: tuple[str, ...]
) -> None:
    page.emulate_media(color_scheme="dark")
    sign_in(page, "clerk")
    page.goto(paths[2])
    expect(page.locator("#form")).to_have_count(1)
    assert serious(Axe(), page) == []
    page.goto(f"{paths[4]}/letters/new")
    expect(page.locator("main form").first).to_be_attached()
    assert serious(Axe(), page) == []


def test_a_first_visit_to_the_task_list_is_light_and_asks_one_host(page: Page, site: Site) -> None:
    sign_in(page, "handler")
    heard: list[Request] = []
    page.on("request", lambda request: heard.append(request))
    page.goto("/tasks?show=all", wait_until="networkidle")
    assert {urlsplit(each.url).netloc for each in heard} == {urlsplit(site.url).netloc}
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
    sizes = {
        each.url: len(fetch(each.url, {"Accept-Encoding": "gzip", "Cookie": cookie})[2])
        for each in heard
    }
    assert len(sizes) >= 4
    assert sum(sizes.values()) < MOST_BYTES, sizes


def test_keys_go_everywhere(page: Page, paths: tuple[str, ...]) -> None:
    sign_in(page, "clerk")
    page.goto("/tasks?show=all")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator(".item .what").first).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator(".item input:checked")).to_have_count(1)
    page.keyboard.press("o")
    page.wait_for_url("**/tasks/*")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/complaints")
