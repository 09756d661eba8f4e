"""One complaint from the customer's telephone to the archive, in browsers alone: the customer and
all eight roles.

Each person has a browser of their own. The customer disputes the first outcome, so the second round
goes to a higher authority; the review ends in an improvement, whose effect compliance verifies.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from service.clock import SystemClock
from service.identity import Role
from service.notifications import Mailer
from service.operations import make_worker
from tests.kit.browser import follow, opened, sign_in
from tests.kit.site import Site

SHOTS = os.environ.get("REDRESS_SCREENSHOTS", "")
ROWS = ("issueFindings", "redressParts")
LEFT_EMPTY = (
    "groupSize",
    "mediaReach",
    "customersAffected",
    "reopened",
    "similarIn24h",
    "compensationAmount",
)
CHOICES: dict[str, Any] = {
    "satisfaction": "5",
    "present": "3",
    "disputed": "false",
    "improvementWanted": "false",
    "askCustomer": "false",
    "nature": "complaint",
    "vulnerable": "false",
    "regulatorReferral": "false",
    "legalThreat": "false",
    "threatToLife": "false",
    "moneyMoving": "false",
    "systemFault": "false",
    "misconduct": "false",
    "executiveChannel": "false",
    "attitudeOnly": "false",
    "hardship": "false",
}
UPHELD = {"outcome": "upheld", "remedies": ["compensation", "apology"]}


@dataclass
class Desk:
    """Somebody of the bank at their own browser."""

    name: str
    page: Page
    site: Site

    def does(self, number: str, task: str, **answers: Any) -> None:
        """Find the task of a case in the list, claim it where nobody has, fill its form, complete
        it."""
        page = self.page
        for show in ("mine", "groups"):
            page.goto(f"/tasks?show={show}")
            rows = page.locator(".item", has_text=number).filter(has_text=task)
            if rows.count():
                break
        assert rows.count(), (
            f"{self.name} has no task {task} of {number}: {page.locator('main').inner_text()}"
        )
        rows.first.locator(".what").click()
        expect(page.locator(".work h1")).to_have_text(task)
        claim = page.locator("form[action*='/claim'] button")
        if claim.count():
            claim.click()
        expect(page.locator("#form")).to_be_visible()
        fill_form(page, answers)
        shoot(page, f"{self.name}-{task.lower().replace(' ', '-')}")
        page.click("button[form=form][value=list]")
        page.wait_for_url(lambda url: url.partition("?")[0].endswith("/tasks"))

    def sees(self, number: str) -> str:
        self.page.goto(f"/complaints/{number}")
        return self.page.locator("main").inner_text()


@pytest.fixture
def desks(site: Site, browser: Browser) -> Iterator[dict[str, Desk]]:
    with ExitStack() as stack:
        found = {
            role.value: Desk(role.value, stack.enter_context(opened(site, browser)), site)
            for role in Role
        }
        for desk in found.values():
            sign_in(desk.page, desk.name)
        yield found


@pytest.fixture
def phone(site: Site, browser: Browser) -> Iterator[Page]:
    with opened(site, browser, width=360, height=740) as page:
        yield page


def test_a_complaint_walks_from_the_customer_to_the_archive(
    site: Site, desks: dict[str, Desk], phone: Page, tmp_path: Path
) -> None:
    clerk, handler, approver = desks["clerk"], desks["handler"], desks["approver"]
    number = complain(phone, tmp_path)

    clerk.does(number, "Assess the facts")
    approver.does(
        number, "Assign investigator", investigator="handler", responsibleUnit="head office"
    )
    handler.does(number, "Contact customer", reached="true")
    handler.does(
        number, "Plan investigation", departments=["cards"], question="Was the fee charged twice?"
    )
    desks["department"].does(number, "Give department opinion", agreed="true")
    add_evidence(handler, number, tmp_path)
    handler.does(number, "Collect evidence", complete="true")
    handler.does(number, "Write investigation report")
    handler.does(number, "Propose solution", **UPHELD, compensationAmount="8000")
    handler.page.goto("/tasks?show=groups")
    expect(
        handler.page.locator(".item", has_text=number).filter(has_text="Approve solution")
    ).to_have_count(0)
    approver.does(number, "Approve solution", approved="true")
    handler.does(number, "Write apology")
    handler.does(number, "Write reply", decisionText="We were wrong and pay TWD 8,000.")
    accept(phone, "TWD 8,000")
    clerk.does(number, "Pay compensation", paidOn=_day(0), amountPaid="8000")

    answer(phone, satisfaction=1, settled="no")
    handler.does(number, "Propose solution", **UPHELD, compensationAmount="300000")
    desks["executive"].does(
        number,
        "Approve in committee",
        members="Lin\nWang\nChen",
        votesFor="3",
        approved="true",
    )
    handler.does(number, "Write apology")
    handler.does(number, "Write reply", decisionText="We pay TWD 300,000 in all.")
    accept(phone, "TWD 300,000")
    clerk.does(number, "Pay compensation", paidOn=_day(0), amountPaid="292000")
    answer(phone, satisfaction=5, settled="yes")

    handler.does(number, "Find root cause", improvementWanted="true")
    desks["owner"].does(number, "Plan improvement", actionOwner="owner", dueOn=_day(7))
    assert "archived" in handler.sees(number)
    phone.goto("/portal/case")
    expect(phone.locator("main")).to_contain_text("Your complaint is closed", use_inner_text=True)
    shoot(phone, "customer-closed")

    desks["owner"].does("", "Carry out action", effectSeenOn=_day(-1))
    worker = make_worker(site.runtime, Mailer(None, "bank@bank.invalid", tmp_path), SystemClock())
    while worker.run_once():  # the day of the effect has come
        pass
    desks["compliance"].does("", "Verify the effect", effective="true")
    reads_the_record(desks["compliance"], number)
    manages_people(desks["admin"], number)


def complain(phone: Page, folder: Path) -> str:
    """The customer complains with a file, and goes on to follow the complaint."""
    photo = folder / "receipt.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(40))
    phone.goto("/portal")
    follow(phone, "a[href='/portal/complain']")
    phone.fill("#f-content", "帳戶被重複扣年費,要求退還。")
    phone.fill("#f-customerName", "陳大文")
    phone.fill(
        "#f-email", f"walker-{os.urandom(4).hex()}@customer.invalid"
    )  # who never complained before
    phone.set_input_files("#f-files", [photo])
    phone.click("main form.form button")
    phone.wait_for_selector("#secret")
    number, secret = phone.inner_text("#number"), phone.inner_text("#secret")
    assert re.fullmatch(r"C-\d{4}-\d{7}-[0-9A-Z*]", number)
    phone.goto("/portal/follow")
    phone.fill("#f-number", number)
    phone.fill("#f-secret", secret)
    phone.click("main form.form button")
    phone.wait_for_url("**/portal/case")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    return number


def accept(phone: Page, amount: str) -> None:
    """The customer reads what is offered, and takes it."""
    phone.goto("/portal/case")
    expect(phone.locator("#offer")).to_contain_text(amount)
    phone.check("#offer input[name=accepted][value=yes]")
    follow(phone, "#offer button")
    expect(phone.locator("#offer")).to_have_count(0)


def answer(phone: Page, *, satisfaction: int, settled: str) -> None:
    """The customer reads the outcome and says what they think of it."""
    phone.goto("/portal/case")
    phone.check(f"input[name=satisfaction][value='{satisfaction}']")
    phone.check(f"input[name=settled][value={settled}]")
    shoot(phone, f"customer-answers-{settled}")
    follow(phone, "form[action$=answer] button")
    phone.wait_for_url("**done=answered")


def add_evidence(desk: Desk, number: str, folder: Path) -> None:
    statement = folder / "statement.txt"
    statement.write_text(
        "2026-02-28 annual fee 1,280\n2026-02-28 annual fee 1,280\n", encoding="utf-8"
    )
    page = desk.page
    page.goto(f"/complaints/{number}/evidence")
    page.set_input_files("input[type=file]", [statement])
    page.click("form[data-upload] button")
    expect(page.locator("main")).to_contain_text("statement.txt")


def reads_the_record(desk: Desk, number: str) -> None:
    """Compliance reads the story, sees the clauses fulfilled, and holds the file."""
    text = desk.sees(number)
    for said in ("archived", "Approve in committee", "Pay compensation"):
        assert said in text, text
    shoot(desk.page, "compliance-record")
    desk.page.goto(f"/clauses?case={number}")
    expect(desk.page.locator("main input").first).to_have_value(number)


def manages_people(desk: Desk, number: str) -> None:
    """The administrator sees the people and finds the case again by the customer's name."""
    desk.page.goto("/people")
    expect(desk.page.locator("main tbody tr").nth(len(Role) - 1)).to_be_attached()
    desk.page.goto("/tasks")
    desk.page.fill("#find", "陳大文")
    desk.page.press("#find", "Enter")
    expect(desk.page.locator("main")).to_contain_text(number)


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/walk-{name}.png", full_page=True)


def _day(ahead: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=ahead):%Y-%m-%d}"


def fill_form(page: Page, answers: dict[str, Any]) -> None:
    """Give every control of the form that is asked for a plausible value, also those that only then
    are asked for."""
    while True:
        before = page.locator("#form [data-field]:visible").count()
        _fill_visible(page, {**CHOICES, **answers})
        if page.locator("#form [data-field]").count() > before:
            _settle(page)
        if page.locator("#form [data-field]:visible").count() == before:
            return


def _settle(page: Page) -> None:
    """Wait until the page shows the fields that the server wants for what the form holds now: an
    answer to what it held a moment ago may still be on its way."""
    form = page.locator("#form")
    held = form.evaluate("form => [...new FormData(form)]")
    now = {(name, value) for name, value in held}

    def is_of_now(response: Response) -> bool:
        sent = response.request.post_data or ""
        return response.url.endswith("/draft") and now <= set(
            parse_qsl(sent, keep_blank_values=True)
        )

    with page.expect_response(is_of_now) as answered:
        form.dispatch_event("input")
    hidden = json.loads(answered.value.headers["hx-trigger"])["form-state"]["hidden"]
    for field in form.locator("[data-field]").all():
        expect(field).to_have_js_property("hidden", field.get_attribute("data-field") in hidden)


def _is_row(name: str) -> bool:
    """Whether a field is one of a list or a group that need not be filled."""
    return name.startswith(ROWS)


def _fill_visible(page: Page, wanted: dict[str, Any]) -> None:
    form = page.locator("#form")
    for box in form.locator(".tick input:visible").all():
        box.check()
    for group in form.locator(".choices:visible").all():
        inputs = group.locator("input")
        name = inputs.first.get_attribute("name") or ""
        if inputs.first.get_attribute("type") == "checkbox":
            for each in wanted.get(name, ()):
                group.locator(f"input[value='{each}']").check()
            continue
        if _is_row(name):
            continue
        asked = name in wanted or group.locator(".label small:not([hidden])").count() == 0
        if asked and group.locator("input:checked").count() == 0:
            chosen = group.locator(f"input[value='{wanted.get(name, 'true')}']")
            (chosen if chosen.count() else inputs).first.check()
    for chooser in form.locator("select:visible").all():
        name = chooser.get_attribute("name") or ""
        if not chooser.input_value() and not _is_row(name):
            if name in wanted:
                chooser.select_option(wanted[name])
            else:
                chooser.select_option(index=1)
    # by name, not by place: an answer of the server may show more fields at any moment
    typed = form.locator("textarea:visible, input:not([type=radio], [type=checkbox]):visible")
    for name, kind, mode, held in typed.evaluate_all(
        "all => all.map(each => [each.name, each.type, each.inputMode, each.value])"
    ):
        if name in wanted or not (held or name in LEFT_EMPTY or _is_row(name)):
            form.locator(f"[name='{name}']").fill(wanted.get(name) or _value_for(kind, mode))


def _value_for(kind: str, mode: str) -> str:
    if kind == "date":
        return _day(7)
    if mode == "decimal":
        return "1"
    return "someone@customer.invalid" if kind == "email" else "Checked and recorded."
