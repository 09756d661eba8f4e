"""The page of a case: earlier steps, the diagram as a table, comments; the case as a PDF and as one
archive."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from service import cases, operations, tasks
from service.cases import LedgerEntry, Movement, NewEvidence
from service.identity import Actor
from service.intake import parse_complaint
from service.vault import Verdict
from tests.kit.browser import sign_in
from tests.kit.site import Site, fetch

CLERK = Actor("clerk", frozenset({"clerk"}))
FACTS = {
    "customerName": "李大同",
    "channel": "phone",
    "contact": {"phone": "02-5550-3344"},
    "content": "年費未經同意扣款。",
}
PAPER = b"%PDF-1.4 a statement of account"


@pytest.fixture(scope="module")
def number(site: Site) -> str:
    """A case of two steps of which the second leaves what the first entered, with one file kept and
    one locked away."""
    now = datetime.now(UTC)
    new = operations.register_complaint(
        site.runtime, parse_complaint(FACTS, now=now), actor=CLERK, now=now
    )
    with site.runtime.database.read() as connection:
        task = tasks.list_case_tasks(connection, new.root_key)[0]
    operations.claim_task(site.runtime, task.key, actor=CLERK, now=now)
    files = [
        NewEvidence(
            "customer",
            "phone",
            "對帳單.pdf",
            site.vault.keep_bytes(PAPER),
            Verdict("application/pdf"),
        ),
        NewEvidence(
            "customer",
            "phone",
            "run.exe",
            site.vault.keep_bytes(b"MZ"),
            Verdict("application/octet-stream", "a program, or a file that a system would run"),
        ),
    ]
    operations.add_evidence(site.runtime, new.root_key, files, actor=CLERK, now=now)
    return str(new.number)


def read(page: Page, site: Site, path: str) -> tuple[int, dict[str, str], bytes]:
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
    return fetch(site.url + path, {"Cookie": cookie})


def test_the_table_says_what_the_diagram_shows(page: Page, number: str) -> None:
    sign_in(page, "compliance")
    page.goto(f"/complaints/{number}?sheet=complaint")
    page.locator(".stops summary").focus()
    page.keyboard.press("Enter")
    rows = page.locator(".stops tbody tr")
    drawn = page.locator(".diagram [data-element].active").count()
    assert drawn >= 1
    expect(rows.filter(has_text="here now")).to_have_count(drawn)
    expect(rows.filter(has_text="passed").first).to_be_attached()


def test_the_slider_goes_back_by_keys_and_without_a_script(
    page: Page, site: Site, number: str
) -> None:
    sign_in(page, "compliance")
    page.goto(f"/complaints/{number}")
    last = int(page.locator("#at").get_attribute("max") or 0)
    assert last >= 3
    page.focus("#at")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_url("**at=1#diagram")
    expect(page.locator(".slider output")).to_contain_text(f"1/{last}")
    page.click(".slider a")
    page.wait_for_url(lambda url: "at=" not in url)
    for wrong in ("0", "99999", "x", "-1"):
        assert read(page, site, f"/complaints/{number}?at={wrong}")[0] == 200


def test_a_comment_is_shown_and_told_of(page: Page, number: str) -> None:
    sign_in(page, "compliance")
    page.goto(f"/complaints/{number}")
    page.fill("#comment", "Please look at the fee. @handler <b>")
    page.click("#comments button")
    page.wait_for_url("**#comments")
    expect(page.locator("#comments .comment").last).to_contain_text("@handler <b>")
    expect(page.locator(".story li").first).to_contain_text("said something about the case")


def test_money_that_came_back_is_told_on_the_page(page: Page, site: Site, number: str) -> None:
    now = datetime.now(UTC)
    paid = Movement(LedgerEntry.OFFERED, Decimal(500), "clerk", now)
    with site.runtime.database.transaction() as connection:
        case = cases.get_complaint(connection, number)
        cases.enter_decision(connection, case.root_key, paid, currency=case.currency)
        cases.enter_paid(connection, case.root_key, paid, currency=case.currency)
    back = operations.Recovery(Decimal(200), "R-1", "the transfer bounced")
    operations.record_recovery(site.runtime, number, back, actor=CLERK, now=now)
    sign_in(page, "compliance")
    page.goto(f"/complaints/{number}")
    expect(page.locator(".story li").first).to_contain_text(
        f"entered that 200 {case.currency} came back: the transfer bounced"
    )


def test_the_archive_holds_the_whole_file_under_its_hashes(
    page: Page, site: Site, number: str
) -> None:
    sign_in(page, "compliance")
    status, headers, content = read(page, site, f"/complaints/{number}/file.zip")
    assert (status, headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))["sha256"]
        assert sorted([*manifest, "manifest.json"]) == sorted(archive.namelist())
        assert all(
            sha256(archive.read(name)).hexdigest() == hashed for name, hashed in manifest.items()
        )
        files = [name for name in manifest if name.startswith("evidence/")]
        assert [archive.read(name) for name in files] == [PAPER]
        history = json.loads(archive.read("history.json"))
        assert all(
            later["previous_hash"] == earlier["hash"] for earlier, later in pairwise(history)
        )
        assert {each["state"] for each in json.loads(archive.read("evidence.json"))} == {
            "kept",
            "quarantined",
        }
    sign_in(page, "clerk")
    assert read(page, site, f"/complaints/{number}/file.zip")[0] == 403


def test_the_case_is_printed_or_the_reason_is_said(page: Page, site: Site, number: str) -> None:
    sign_in(page, "compliance")
    status, _, content = read(page, site, f"/complaints/{number}/file.pdf")
    if status == 503:
        assert "Pango" in content.decode()
    else:
        assert (status, content[:5]) == (200, b"%PDF-")
    page.emulate_media(media="print")
    page.goto(f"/complaints/{number}")
    expect(page.locator(".slider")).not_to_be_visible()
    expect(page.locator(".story li").first).to_be_visible()


def test_a_case_that_is_not_yours_is_not_there(page: Page, site: Site, number: str) -> None:
    sign_in(page, "department")
    for path in ("", "/file.pdf"):
        assert read(page, site, f"/complaints/{number}{path}")[0] == 404
    assert read(page, site, f"/complaints/{number}/file.zip")[0] == 403
    with site.runtime.database.read() as connection:
        assert cases.get_complaint(connection, number).number == number
