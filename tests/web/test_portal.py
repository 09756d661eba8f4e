"""The customer's portal on a phone, in a real browser; and over plain requests what nobody should
get from it."""

from __future__ import annotations

import io
import os
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service import cases, tasks
from service.app import create_app
from service.cases import parse_number
from service.clock import VirtualClock
from service.config import Settings
from service.execution import Runtime
from service.intake import portal_access, portal_door, portal_standing
from service.operations import complete_task, fire_timer
from service.players.people import answer, performer
from service.reporting import get_standing
from tests.kit.browser import follow, sign_in
from tests.kit.clock import NOW
from tests.kit.site import Site

PHONE = {"width": 360, "height": 740}
SHOTS = os.environ.get("REDRESS_SCREENSHOTS", "")


def look_at(page: Page, name: str) -> None:
    """The page fits the phone and has no serious fault of accessibility; a picture is kept where
    one is wanted."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
    found = Axe().run(page).response["violations"]
    assert [(each["id"], name) for each in found if each["impact"] in ("serious", "critical")] == []
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/portal-{name}.png", full_page=True)


def choose(page: Page, language: str) -> None:
    follow(page, f".languages button[value={language}]")


def complain(page: Page, text: str, *, files: list[Path] | None = None) -> tuple[str, str]:
    page.goto("/portal/complain")
    page.fill("#f-content", text)
    page.fill("#f-customerName", "林美玲")
    page.fill("#f-email", "meiling@customer.invalid")
    if files:
        page.set_input_files("#f-files", files)
    page.click("main form.form button")
    page.wait_for_selector("#secret")
    return page.inner_text("#number"), page.inner_text("#secret")


def enter(page: Page, number: str, secret: str) -> None:
    page.goto("/portal/follow")
    page.fill("#f-number", number)
    page.fill("#f-secret", secret)
    page.click("main form.form button")


def drive(site: Site, number: str, until: str) -> None:
    """Let the bank's people work on the case until it waits for that message."""
    chance, now = random.Random(7), datetime.now(UTC)
    with site.runtime.database.read() as connection:
        root = cases.get_complaint(connection, number).root_key
    for _ in range(60):
        with site.runtime.database.read() as connection:
            standing = get_standing(connection, root)
            if until in standing.messages and portal_standing.look(connection, root).may_answer:
                return
        if not standing.tasks:
            due, key = standing.timers[0]
            now = max(now, due)
            fire_timer(site.runtime, key, now=now)
            continue
        task = standing.tasks[0]
        with site.runtime.database.read() as connection:
            performers = tasks.list_performers(connection, root, task.excluded)
            form = site.runtime.bundles.get(connection, standing.bundle_key).forms.get(
                task.form_id or ""
            )
        now += timedelta(seconds=1)
        filled, actor = answer(task, form, chance, now.date()), performer(task, performers, chance)
        if (
            task.element_id == "assign-investigator"
        ):  # the one whom the bank proposes has an account here
            filled["investigator"] = task.variables["investigator"]
        complete_task(site.runtime, task.key, filled, actor=actor, now=now)
    raise AssertionError("the case never asked the customer")


def test_the_link_in_a_letter_opens_the_case_and_leaves_no_trace(phone: Page, site: Site) -> None:
    number, _ = complain(phone, "The link in the mail.")
    with site.runtime.database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key
    link = portal_access.mail_link(
        site.runtime.database, "k" * 40, site.url, root_key, datetime.now(UTC)
    )
    phone.goto("about:blank")
    phone.goto(str(link))
    assert phone.url.endswith("/portal/follow")
    expect(phone.locator("#f-number")).to_have_value(number)
    look_at(phone, "from-letter")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/portal/case")
    expect(phone.locator("main")).to_contain_text(number, use_inner_text=True)


@pytest.fixture
def phone(page: Page) -> Page:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return page


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_a_customer_complains_adds_and_withdraws(
    phone: Page, site: Site, tmp_path: Path, language: str
) -> None:
    photo = tmp_path / "收據.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(40))
    phone.goto("/portal")
    choose(phone, language)
    expect(phone.locator("html")).to_have_attribute("lang", language)
    look_at(phone, f"home-{language}")
    follow(phone, "a[href='/portal/complain']")
    look_at(phone, f"complain-{language}")
    phone.click("main form.form button")
    phone.wait_for_selector(".notice.bad")
    look_at(phone, f"complain-empty-{language}")
    number, secret = complain(phone, "同一筆消費被重複扣款兩次。", files=[photo])
    assert parse_number(number) == number and re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", secret)
    look_at(phone, f"receipt-{language}")
    enter(phone, number, secret.lower().replace("-", " "))
    phone.wait_for_url("**/portal/case")
    look_at(phone, f"case-{language}")
    phone.click("details:has(form[action$=add]) > summary")
    phone.fill("#f-text", "還有一件事。")
    phone.click("form[action$=add] button")
    phone.wait_for_url("**done=added")
    with site.runtime.database.read() as connection:
        complaint = cases.get_complaint(connection, number)
        files = cases.list_evidence(connection, complaint.root_key)
    assert [each.name for each in files] == [
        "收據.png",
        "message.txt",
    ] and complaint.channel == "online"
    assert complaint.language == language
    phone.click("form[action$=withdraw] >> xpath=ancestor::details/summary")
    phone.check("input[name=freely]")
    follow(phone, "form[action$=withdraw] button")
    phone.wait_for_url("**done=withdrawn")
    look_at(phone, f"withdrawing-{language}")
    expect(phone.locator("form[action$=withdraw]")).to_have_count(0)
    with site.runtime.database.read() as connection:
        assert (
            portal_standing.look(connection, complaint.root_key).stage
            is portal_standing.Stage.WITHDRAWING
        )
    follow(phone, "form[action$=leave] button")
    phone.goto("/portal/case")
    phone.wait_for_url("**/portal/follow")


@pytest.mark.parametrize("settled", ["yes", "no"])
def test_a_customer_accepts_or_disputes_the_outcome(phone: Page, site: Site, settled: str) -> None:
    number, secret = complain(phone, "The fee was charged twice.")
    drive(site, number, portal_standing.ANSWER)
    enter(phone, number, secret)
    phone.wait_for_selector("form[action$=answer]")
    look_at(phone, "asked")
    expect(phone.locator("details summary", has_text=number).nth(1)).to_be_attached()
    phone.check(f"input[name=satisfaction][value='{5 if settled == 'yes' else 1}']")
    phone.check(f"input[name=settled][value={settled}]")
    phone.fill("#f-comment", "Thank you." if settled == "yes" else "The amount is wrong.")
    follow(phone, "form[action$=answer] button")
    phone.wait_for_url("**done=answered")
    look_at(phone, f"answered-{settled}")
    expect(phone.locator("form[action$=answer]")).to_have_count(0)
    with site.runtime.database.read() as connection:
        root = cases.get_complaint(connection, number).root_key
        steps = {task.element_id for task in get_standing(connection, root).tasks}
    assert ("review-complaint" in steps) == (settled == "yes"), steps


def test_a_wrong_code_says_nothing_of_the_number(phone: Page) -> None:
    number, _ = complain(phone, "A fee nobody explained.")
    texts = set()
    for tried in (number, "C-2026-0999999-Z", "nonsense"):
        enter(phone, tried, "AAAA-BBBB-CCCC-DDDD")
        texts.add(phone.inner_text("[role=alert]"))
        expect(phone.locator(".number")).to_have_count(0)
    assert len(texts) == 1
    look_at(phone, "wrong")
    phone.goto("/portal/case")
    assert phone.url.endswith("/portal/follow")


def test_the_bank_gives_a_code_for_one_visit(page: Page, site: Site) -> None:
    number, _ = complain(page, "Complained from home.")
    sign_in(page, "clerk")
    page.goto(f"/complaints/{number}")
    page.click("button[popovertarget=case-more]")
    follow(page, "#case-more a[href$=portal]")
    page.select_option("#check", "document")
    page.fill("#seen", "passport, photograph compared")
    follow(page, "form[action$=code] button")
    code = page.inner_text("#secret")
    enter(page, number, code)
    page.wait_for_url("**/portal/case")
    expect(page.locator("#helped")).to_be_visible()
    expect(page.locator("form[action$=withdraw]")).to_have_count(0)
    page.click("details:has(form[action$=add]) > summary")
    page.fill("#f-text", "One more thing.")
    follow(page, "form[action$=add] button")
    enter(page, number, code)
    expect(page.locator("[role=alert]")).to_have_count(1)
    page.goto(f"/complaints/{number}")
    expect(page.locator("main")).to_contain_text("passport, photograph compared")
    expect(page.locator("main")).to_contain_text("with the code of clerk")


@pytest.fixture
def client(runtime: Runtime, tmp_path: Path) -> Any:
    settings = Settings(secret_key="k" * 40, evidence_dir=str(tmp_path / "evidence"))
    return create_app(settings, runtime=runtime, clock=VirtualClock(NOW)).test_client()


def send(client: Any, path: str, **form: str) -> Any:
    return client.post(
        path, data=form, headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    )


def test_the_same_form_again_is_the_same_complaint(client: Any) -> None:
    form = {"content": "Twice.", "once": "a" * 32}
    first, second = (
        send(client, "/portal/complain", **form),
        send(client, "/portal/complain", **form),
    )
    assert (first.status_code, second.status_code) == (201, 200)
    found = [
        re.findall(r'id="(?:number|secret)">([^<]+)', answer.get_data(as_text=True))
        for answer in (first, second)
    ]
    assert found[0] == found[1] and len(found[0]) == 2


def test_wrong_secrets_of_a_stranger_keep_no_customer_out(client: Any) -> None:
    receipt = send(client, "/portal/complain", content="Twice.", once="a" * 32).text
    number, secret = re.findall(r'id="(?:number|secret)">([^<]+)', receipt)

    def enter(address: str, secret: str) -> int:
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        form, where = {"number": number, "secret": secret}, {"REMOTE_ADDR": address}
        sent = client.post("/portal/follow", data=form, headers=headers, environ_base=where)
        return int(sent.status_code)

    assert [enter("192.0.2.9", "x") for _ in range(22)] == [403] * 20 + [429] * 2
    assert enter("192.0.2.9", secret) == 429
    assert enter("192.0.2.1", secret) == 302


def test_one_address_sends_only_so_many_bytes_a_day(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal_door, "UPLOADS", replace(portal_door.UPLOADS, most=700_000))
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    statuses = []
    for n in range(4):
        form = {"content": "Twice.", "once": f"{n:032d}"}
        file = (io.BytesIO(b"%PDF-1.7 " + bytes([n]) * 300_000), "a.pdf")
        sent = client.post("/portal/complain", data={**form, "files": file}, headers=headers)
        statuses.append(sent.status_code)
    assert statuses == [201, 201, 429, 429]
    assert send(client, "/portal/complain", content="Twice.", once="f" * 32).status_code == 201


def test_complaints_from_one_address_are_limited(client: Any) -> None:
    statuses = [
        send(client, "/portal/complain", content="Twice.", once=f"{n:032d}").status_code
        for n in range(12)
    ]
    assert statuses == [201] * 10 + [429] * 2


def test_nothing_is_shown_or_done_without_the_secret(client: Any) -> None:
    assert client.get("/portal/case").status_code == 302
    for path in ("add", "answer", "withdraw"):
        answered = send(
            client, f"/portal/case/{path}", freely="true", satisfaction="5", settled="yes"
        )
        assert answered.status_code == 302 and answered.headers["Location"].endswith(
            "/portal/follow"
        )
    client.set_cookie("redress_portal", "guessed", path="/portal")
    assert client.get("/portal/case").status_code == 302
    assert (
        client.post("/portal/follow", data={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code
        == 403
    )


def test_a_visit_ends_and_questions_are_asked_in_their_time(client: Any, runtime: Runtime) -> None:
    page = send(client, "/portal/complain", content="Twice.", once="b" * 32).get_data(as_text=True)
    number, secret = re.findall(r'id="(?:number|secret)">([^<]+)', page)
    entered = send(client, "/portal/follow", number=number, secret=secret)
    cookie = entered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/portal" in cookie
    assert secret not in cookie and number in client.get("/portal/case").get_data(as_text=True)
    early = send(client, "/portal/case/answer", satisfaction="5", settled="yes")
    assert early.status_code == 409
    assert send(client, "/portal/case/answer", satisfaction="9").status_code == 422
    assert send(client, "/portal/case/withdraw").status_code == 422
    assert send(client, "/portal/case/add").status_code == 422
    client.application.extensions["redress"].clock.advance(timedelta(hours=3))
    assert client.get("/portal/case").status_code == 302
