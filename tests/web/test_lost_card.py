"""From an empty canvas to a completed task, as new users would: an owner draws "Lost card" with
forms, a decision, a timer and a letter and plays it through, compliance approves and releases it, a
clerk starts it, a handler completes its task. No API, no JSON, no file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from service import identity
from service.identity import Role
from tests.kit.browser import choose_language, opened, sign_in
from tests.kit.site import PASSWORD, Site, served

DIST = Path(__file__).parents[2] / "service" / "web" / "static" / "dist"
pytestmark = pytest.mark.skipif(
    not (DIST / "bpmn.js").is_file(),
    reason="the editors are not built: install the project with npm at hand",
)
PEOPLE = {
    "nora": Role.OWNER,
    "carl": Role.COMPLIANCE,
    "clea": Role.CLERK,
    "hana": Role.HANDLER,
    "dora": Role.DEPARTMENT,
}
PANEL = "#bio-properties-panel-"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own, with accounts that are new."""
    with served(tmp_path_factory.mktemp("lost-card")) as site:
        with site.runtime.database.transaction() as connection:
            for name, role in PEOPLE.items():
                identity.create_account(connection, name, PASSWORD, [role], now=datetime.now(UTC))
        yield site


@pytest.fixture
def page(bank: Site, browser: Browser) -> Iterator[Page]:
    with opened(bank, browser, width=1366, height=768) as page:
        yield page


def make(page: Page, kind: str, title: str) -> None:
    """Something new in the draft that is open."""
    page.click(f"text=New {kind}")
    page.fill("#title-en", title)
    page.click("button:has-text('Create')")
    page.wait_for_selector("[data-ready]")


def back(page: Page) -> None:
    expect(page.locator("[data-island]")).to_have_attribute("data-state", "saved")
    page.click(".editor-head > a >> nth=0")
    page.wait_for_selector("text=Submit for review")


def changed(page: Page) -> None:
    expect(page.locator("[data-island]")).to_have_attribute(
        "data-state", re.compile("^(?!changed)")
    )


def add_field(page: Page, title: str, kind: str = "", *, tick: str = "") -> None:
    page.click("text=Add field")
    page.keyboard.type(title)
    page.keyboard.press("Tab")
    card = page.locator("[data-field-card]").last
    expect(card.locator("summary b")).to_have_text(title)
    if kind:
        card.locator("[aria-label$=': Kind']").select_option(kind)
    if tick:
        card.locator(f"[aria-label$=': {tick}']").check()


def draw_table(page: Page) -> None:
    """Below 50,000 the risk is low, from there on it is high."""
    page.dblclick("th.input-cell")
    page.fill("[aria-label='Input label']", "Amount lost")
    page.click("[aria-label='Input expression']")
    page.keyboard.type("amountLost")
    page.fill("[aria-label=Type]", "number")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.dblclick("th.output-cell")
    page.fill("[aria-label='Output name']", "risk")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    for number, rule in enumerate((("< 50000", '"low"'), (">= 50000", '"high"')), start=1):
        page.click("td.add-rule-add, .add-rule")
        rows = page.locator(".dmn-decision-table-container tbody tr:not(.add-rule)")
        expect(rows.locator("td.output-cell")).to_have_count(number)
        for at, text in enumerate(rule):
            cell = rows.last.locator("td.input-cell, td.output-cell").nth(at)
            cell.click()
            expect(cell.locator("[contenteditable=true]:focus")).to_have_count(1)
            page.keyboard.type(text)
            expect(cell).to_contain_text(text)


def append(page: Page, what: str, name: str, kind: str = "") -> None:
    """After what is chosen, by the menu beside it."""
    page.click(f".djs-context-pad [data-action='append.{what}']")
    page.wait_for_selector(".djs-direct-editing-content")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    if kind:
        turn_into(page, kind)


def turn_into(page: Page, kind: str) -> None:
    page.click(".djs-context-pad [data-action='replace']")
    page.click(f".djs-popup .entry:has-text('{kind}') >> nth=0")


def choose(page: Page, what: str, value: str) -> None:
    page.select_option(f"{PANEL}choose-{what}", value)


def drawn(page: Page, name: str) -> Locator:
    return page.locator(f".djs-element:has-text('{name}')").first


def attach_timer(page: Page) -> None:
    """An event from the palette onto the lower border of the task."""
    page.click(".djs-palette [data-action='create.intermediate-event']")
    box = drawn(page, "Block the").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 9
    page.mouse.move(x - 40, y + 60)
    page.mouse.move(x, y, steps=5)
    page.mouse.click(x, y)
    page.wait_for_selector(".djs-direct-editing-content")
    page.keyboard.type("A day has passed")
    page.keyboard.press("Enter")
    turn_into(page, "Timer boundary event (non-interrupting)")
    choose(page, "time", "P1D")


def draw(page: Page) -> None:
    page.click("[data-element-id=start] .djs-hit")
    choose(page, "start-form", "report-of-a-loss")
    page.check(f"{PANEL}start-clerk")
    append(page, "append-task", "How great is the risk?", "Business rule task")
    choose(page, "decision", "risk-of-the-loss")
    append(page, "append-task", "Block the card", "User task")
    choose(page, "form", "block-the-card")
    choose(page, "role", "handler")
    attach_timer(page)
    append(page, "append-task", "Look into the delay", "User task")
    choose(page, "form", "block-the-card")
    choose(page, "role", "approver")
    append(page, "end-event", "Looked into")
    drawn(page, "Block the").locator(".djs-hit").first.click()
    append(page, "append-task", "Tell the customer", "Send task")
    choose(page, "service", "redress.letter")
    choose(page, "letter", "your-card-is-blocked")
    append(page, "end-event", "Blocked")
    expect(page.locator("[data-list]")).to_have_text("", timeout=8000)
    expect(page.locator("[data-count]")).to_have_text("nothing found")


def fill_in_the_report(page: Page) -> None:
    page.fill("[name=customerName]", "Lin Mei-ling")
    page.fill("[name=customerEmail]", "lin@example.org")
    page.fill("[name=amountLost]", "60000")


def play(page: Page) -> None:
    page.click("text=Try it out")
    page.click("text=Play it through")
    page.click("text=Go on")
    expect(page.locator("#errors")).to_contain_text("Customer name")
    fill_in_the_report(page)
    page.click("text=Go on")
    expect(page.locator("h2", has_text="Block the card")).to_be_visible()
    page.click("text=Let the time pass: A day has passed")
    page.click("text=Open too: Look into the delay")
    for _ in range(2):
        page.fill("[name=blockedOn]", "2026-03-02")
        page.click("text=Go on")
    expect(page.locator(".banner.ok")).to_contain_text("It has ended.")
    page.fill("#name", "A card is blocked after a delay")
    page.click("text=Keep as a scenario")
    expect(page.locator("main")).to_contain_text("1 / 1")


def test_from_an_empty_canvas_to_a_completed_task(page: Page) -> None:
    sign_in(page, "nora")
    page.goto("/workbench")
    page.click("text=New procedure")
    page.fill("#title-en", "Lost card")
    page.fill("#title-zh-Hant", "掛失信用卡")
    page.click("button:has-text('Create')")
    page.wait_for_selector("text=Submit for review")
    draft = page.url
    make(page, "decision table", "Risk of the loss")
    draw_table(page)
    changed(page)
    back(page)
    make(page, "form", "Report of a loss")
    add_field(page, "Customer name", tick="has to be filled in")
    add_field(page, "Customer email", "e-mail")
    add_field(page, "Amount lost", "money", tick="has to be filled in")
    expect(page.locator(".preview [data-field]")).to_have_count(3)
    back(page)
    make(page, "form", "Block the card")
    add_field(page, "Blocked on", "date", tick="has to be filled in")
    add_field(page, "Amount lost", "money", tick="only shown")
    changed(page)
    back(page)
    make(page, "letter", "Your card is blocked")
    expect(page.locator("[data-preview]")).to_contain_text("Your card is blocked")
    back(page)
    page.click("details tbody a:has-text('Lost card')")
    page.wait_for_selector("[data-ready]")
    draw(page)
    changed(page)
    page.goto(draft)
    play(page)
    page.goto(draft)
    page.click("text=Submit for review")
    page.wait_for_url("**/reviews/*")
    review = page.url
    sign_in(page, "carl")
    page.goto(review)
    page.fill("form[action$='/approve'] textarea", "Looks right.")
    page.click("form[action$='/approve'] button")
    page.click("form[action$='/release'] button")
    expect(page.locator("main")).to_contain_text("released")
    sign_in(page, "dora")
    page.goto("/start")
    expect(page.locator("main")).to_contain_text("no procedure that you may start")
    sign_in(page, "clea")
    page.click("nav a:has-text('Other procedures')")
    page.click("#offered a")
    fill_in_the_report(page)
    page.fill("[name=business-key]", "LC-1")
    page.click("main button:has-text('Start')")
    page.wait_for_url("**/cases/*")
    case = page.url
    expect(page.locator("#tasks")).to_contain_text("Block the card")
    sign_in(page, "dora")
    assert page.request.get(case).status == 404
    sign_in(page, "hana")
    page.goto("/tasks?show=groups")
    page.click("a.what:has-text('Block the card')")
    expect(page.locator("#work")).to_contain_text("60,000")
    page.fill("[name=blockedOn]", "2026-12-01")
    page.click("button[value=list]")
    page.goto(case)
    expect(page.locator("main")).to_contain_text("ended")
    page.click("#letters summary")
    expect(page.locator("#letters")).to_contain_text("Dear Lin Mei-ling,")
    expect(page.locator("#letters")).to_contain_text("lin@example.org")
    choose_language(page, "zh-Hant")
    expect(page.locator("h1")).to_contain_text("掛失信用卡 LC-1")


def test_what_cannot_be_played_or_started_says_so(page: Page) -> None:
    sign_in(page, "nora")
    page.goto("/workbench/new")
    page.click("button:has-text('Create')")
    expect(page.locator(".banner.danger")).to_contain_text("title of 1 to 200 characters")
    page.fill("#title-zh-Hant", "卡" * 200)
    page.check("[value=approval]")
    page.click("button:has-text('Create')")
    page.wait_for_selector("text=Submit for review")
    draft = page.url
    expect(page.locator("main")).to_contain_text("procedure-2-approval.form.json")
    assert page.request.get(f"{draft}/play/nothing").status == 404
    assert page.request.get(f"{draft}/new/nothing").status == 404
    assert page.request.get("/start/nothing").status == 404
    assert page.request.get("/cases/1").status == 404
    page.goto(f"{draft}/play/procedure-2")
    page.evaluate("document.querySelector('[name=script]').value = '[]'")
    page.click("text=Go on")
    expect(page.locator("main")).to_contain_text("Begin anew")
