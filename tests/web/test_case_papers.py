"""Evidence with its upload, the contact log, the mailbox's triage, and letters on paper, in a real
browser."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service.identity import Actor
from service.intake import parse_complaint
from service.intake.mail_queries import Place
from service.intake.take_mail import Raw, take_mail
from service.operations import register_complaint
from service.vault import Vault
from tests.kit import mails
from tests.kit.browser import sign_in
from tests.kit.site import Site

CLERK = Actor("clerk", frozenset({"clerk"}))


def new_case(site: Site, **more: object) -> str:
    now = datetime.now(UTC)
    given = {
        "customerName": "林美玲",
        "contact": {"address": "台北市信義路 1 號"},
        "content": "重複扣款",
        **more,
    }
    return register_complaint(
        site.runtime, parse_complaint(given, now=now), actor=CLERK, now=now
    ).number


def check_axe(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


def test_files_are_added_with_progress_and_contacts_are_logged(
    page: Page, site: Site, tmp_path: Path
) -> None:
    number = new_case(site)
    good, bad = tmp_path / "對帳單.pdf", tmp_path / "tool.exe"
    good.write_bytes(b"%PDF-1.7 statement")
    bad.write_bytes(b"MZ\x00\x00")
    sign_in(page, "handler")
    page.goto(f"/complaints/{number}")
    page.click(".tabs a[href$=evidence]")
    page.set_input_files("#f-files", [good, bad])
    page.select_option("#f-kind", "statement")
    page.click("form[data-upload] button")
    page.wait_for_selector("text=對帳單.pdf")
    expect(page.locator(".chip.warn")).to_have_count(1)
    with page.expect_download() as download:
        page.click("text=對帳單.pdf")
    assert Path(download.value.path()).read_bytes() == b"%PDF-1.7 statement"
    page.fill("#f-party", "林美玲")
    page.select_option("#f-means", "visit")
    page.fill("#f-note", "希望書面答覆")
    page.click("form[action$=contacts] button")
    page.wait_for_selector("td:has-text('希望書面答覆')")
    check_axe(page)


def test_an_upload_without_a_file_says_so(page: Page, site: Site, tmp_path: Path) -> None:
    number = new_case(site)
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    sign_in(page, "handler")
    page.goto(f"/complaints/{number}/evidence")
    page.set_input_files("#f-files", empty)
    page.click("form[data-upload] button")
    page.wait_for_selector("form[data-upload] [role=alert]:visible")
    expect(page.locator("form[data-upload] [role=alert]")).to_contain_text(
        "empty", use_inner_text=True
    )


def test_a_person_decides_on_mail_that_waits(page: Page, site: Site) -> None:
    now, vault = datetime.now(UTC), site.vault
    for uid, raw in enumerate(_waiting(), 1):
        put(site, vault, raw, uid, now)
    sign_in(page, "clerk")
    page.goto("/mailbox")
    check_axe(page)
    page.click("a:has-text('Fee twice')")
    assert "harmless" in page.content()
    expect(page.locator(".mail img, .mail script, .mail a")).to_have_count(0)
    check_axe(page)
    page.click("form[action$=register] button")
    page.wait_for_url("**/complaints/C-*")
    page.goto("/mailbox")
    page.click("a:has-text('Cheap watches')")
    page.fill("#f-reason", "advertising")
    page.click("form[action$=dismiss] button")
    page.wait_for_url("**/mailbox")
    expect(page.locator("a:has-text('Cheap watches')")).to_have_count(0)
    page.goto("/mailbox?state=dismissed")
    expect(page.locator("a:has-text('Cheap watches')")).to_have_count(1)


def _waiting() -> list[bytes]:
    html = (
        b"From: Owen <owen@customer.invalid>\r\nSubject: Fee twice\r\nX-Spam-Flag: YES\r\n"
        b"Message-ID: <w1@c.invalid>\r\nContent-Type: text/html\r\n\r\n<p>The <b>fee</b></p>"
        b"<img src=http://t.invalid/x><script>1</script><a href=http://t.invalid>see</a>"
    )
    return [
        html,
        mails.write("Buy!", subject="Cheap watches", identity="<w2@c.invalid>", X_Spam_Flag="YES"),
    ]


def put(site: Site, vault: Vault, raw: bytes, uid: int, now: datetime) -> None:
    where = Place("test", int(now.timestamp()), uid)
    take_mail(
        site.runtime, vault, Raw(where, now, raw, vault.keep_bytes(raw)), own_address="", now=now
    )


def test_a_letter_without_an_address_is_printed(page: Page, site: Site) -> None:
    number = new_case(site, language="zh-Hant")
    sign_in(page, "clerk")
    page.goto("/letters")
    row = page.locator("tr", has_text=number)
    check_axe(page)
    with page.expect_download() as download:
        row.locator("a:has-text('PDF')").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    row.locator("button").click()
    page.wait_for_load_state()
    expect(page.locator("tr", has_text=number)).to_have_count(0)


@pytest.mark.parametrize("path", ["/mailbox", "/letters"])
def test_these_pages_fit_a_phone_and_are_not_for_everybody(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, "clerk")
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    sign_in(page, "approver")
    answer = page.goto(path)
    assert answer is not None and answer.status == 403
