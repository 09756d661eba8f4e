"""One complaint from registration to the archive, through the pages alone, by the demo's accounts."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from playwright.sync_api import Page, Response, expect

from tests.web.conftest import sign_in

PEOPLE = ("clerk", "handler", "department", "approver", "executive", "compliance", "owner")
MAX_TASKS = 40
LEFT_EMPTY = ("groupSize", "mediaReach", "customersAffected", "reopened", "similarIn24h", "compensationAmount")
CHOICES = {"satisfaction": "5", "present": "3", "disputed": "false", "improvementWanted": "false"}


def test_a_complaint_walks_from_registration_to_the_archive(page: Page) -> None:
    number = _register(page)
    done: list[str] = []
    for _ in range(MAX_TASKS):
        if not (step := _complete_one(page, number)):
            break
        done.append(step)
    sign_in(page, "compliance")
    page.goto(f"/complaints/{number}")
    assert "archived" in page.locator(".facts").inner_text(), done
    assert page.locator(".story li").count() > len(done)
    assert len(done) >= 8, done


def _register(page: Page) -> str:
    sign_in(page, "clerk")
    page.goto("/register")
    page.fill("#f-customerName", "陳大文")
    page.fill("#f-contact-phone", "02-5550-0199")
    page.fill("#f-content", "帳戶被誤扣年費,要求退還。")
    page.click(".intake .buttons button")
    number = page.locator(".number").inner_text()
    assert re.fullmatch(r"C-\d{4}-\d{7}-[0-9A-Z*]", number)
    return number


def _complete_one(page: Page, number: str) -> str:
    """Complete the first open task of the case that one of the people may do; its name, "" when nobody has one."""
    for person in PEOPLE:
        sign_in(page, person)
        page.goto("/tasks?show=groups")
        rows = page.locator(".item", has_text=number)
        if rows.count() == 0:
            page.goto("/tasks?show=mine")
            rows = page.locator(".item", has_text=number)
        if rows.count() == 0:
            continue
        with page.expect_navigation():
            rows.first.locator(".what").click()
        name = page.locator(".work h1").inner_text()
        claim = page.locator("form[action*='/claim'] button")
        if claim.count():
            with page.expect_navigation():
                claim.click()
        if page.locator("#form").count() == 0:
            continue
        url = page.url
        fill_form(page)
        with page.expect_navigation():
            page.click("#form button[value=list]")
        assert page.url != url.replace("?", "/complete?"), f"{person}: {name}: {page.locator('.work').inner_text()}"
        return f"{person}: {name}"
    return ""


def fill_form(page: Page) -> None:
    """Give every control of the form that is asked for a plausible value, also those that only then are asked for."""
    while True:
        before = page.locator("#form [data-field]:visible").count()
        _fill_visible(page)
        if page.locator("#form [data-field]").count() > before:
            _settle(page)
        if page.locator("#form [data-field]:visible").count() == before:
            return


def _settle(page: Page) -> None:
    """Wait until the page shows the fields that the server wants for what the form holds now: an answer to what it
    held a moment ago may still be on its way."""
    form = page.locator("#form")
    held = form.evaluate("form => [...new FormData(form)]")
    now = {(name, value) for name, value in held}

    def is_of_now(response: Response) -> bool:
        sent = response.request.post_data or ""
        return response.url.endswith("/draft") and now <= set(parse_qsl(sent, keep_blank_values=True))

    with page.expect_response(is_of_now) as answered:
        form.dispatch_event("input")
    hidden = json.loads(answered.value.headers["hx-trigger"])["form-state"]["hidden"]
    for field in form.locator("[data-field]").all():
        expect(field).to_have_js_property("hidden", field.get_attribute("data-field") in hidden)


def _fill_visible(page: Page) -> None:
    form = page.locator("#form")
    for box in form.locator(".tick input:visible").all():
        box.check()
    for group in form.locator(".choices:visible").all():
        inputs = group.locator("input")
        name = inputs.first.get_attribute("name") or ""
        asked = name in CHOICES or group.locator(".label small:not([hidden])").count() == 0
        if asked and inputs.first.get_attribute("type") == "radio" and group.locator("input:checked").count() == 0:
            wanted = group.locator(f"input[value='{CHOICES.get(name, 'true')}']")
            (wanted if wanted.count() else inputs).first.check()
    for chooser in form.locator("select:visible").all():
        if not chooser.input_value():
            name = chooser.get_attribute("name") or ""
            if name in CHOICES:
                chooser.select_option(CHOICES[name])
            else:
                chooser.select_option(index=1)
    for control in form.locator("textarea:visible, input:not([type=radio], [type=checkbox]):visible").all():
        name = control.get_attribute("name") or ""
        if not control.input_value() and name not in LEFT_EMPTY:
            control.fill(_value_for(control.get_attribute("type"), control.get_attribute("inputmode"), name))


def _value_for(kind: str | None, mode: str | None, name: str) -> str:
    if kind == "date":
        return f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%d}"
    if mode == "decimal":
        return CHOICES.get(name, "1")
    if kind == "email":
        return "someone@customer.invalid"
    return "handler" if name in ("investigator", "assignee") else "Checked and recorded."
