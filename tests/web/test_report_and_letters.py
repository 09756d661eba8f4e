"""The investigation report, read and signed off; and a letter that is read before it is sent, in a
real browser."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service import audit, cases, letters, tasks
from service.operations import NewContact, complete_task, fire_timer, log_contact
from service.players.people import answer, performer
from service.reporting import get_standing
from tests.kit.browser import sign_in
from tests.kit.site import Site
from tests.web.test_case_papers import CLERK, new_case


def axe(page: Page) -> list[str]:
    return [
        v["id"]
        for v in Axe().run(page).response["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def drive_to_findings(site: Site, root: int) -> None:
    """Let people work until the investigation report's findings are written."""
    chance, now = random.Random(11), datetime.now(UTC)
    for _ in range(40):
        with site.runtime.database.read() as connection:
            standing = get_standing(connection, root)
            done = tasks.list_case_tasks(connection, root)
        if any(
            t.element_id == "write-report" and t.state is tasks.TaskState.COMPLETED for t in done
        ):
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
    raise AssertionError("no findings were ever written")


def test_the_report_says_what_is_recorded_and_is_signed_off(page: Page, site: Site) -> None:
    number = new_case(site, content="<b>重複扣款</b>", contact={"email": "mei@customer.invalid"})
    with site.runtime.database.read() as connection:
        root = cases.get_complaint(connection, number).root_key
    spoke = NewContact(
        datetime.now(UTC),
        "handler",
        "林美玲",
        "phone",
        "reached",
        "She was upset. <script>1</script>",
    )
    log_contact(site.runtime, root, spoke, actor=CLERK, now=datetime.now(UTC))
    sign_in(page, "handler")
    page.goto(f"/complaints/{number}/report")
    page.click("main form button")
    expect(page.locator("[role=alert]")).to_contain_text(
        "findings are not written", use_inner_text=True
    )
    drive_to_findings(site, root)
    page.goto(f"/complaints/{number}/report")
    assert axe(page) == []
    page.click("main form button")
    page.wait_for_selector("a:has-text('investigation-report.pdf')")
    with page.expect_download() as download:
        page.click("a:has-text('investigation-report.pdf')")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    with site.runtime.database.read() as connection:
        [signed] = [
            row for row in audit.list_history(connection, root) if row.event == "case:report:signed"
        ]
        files = {
            each.name: each
            for each in cases.list_evidence(connection, root)
            if each.kind == "report"
        }
        [findings] = [
            t for t in tasks.list_case_tasks(connection, root) if t.element_id == "write-report"
        ]
    assert [each["sha256"] for each in signed.details["documents"]] == [
        each.sha256 for each in files.values()
    ]
    text = site.vault.read(files["investigation-report.html"].sha256).decode()
    assert (
        "Signed off by: handler" in text and str((findings.answer or {})["findings"])[:20] in text
    )
    assert (
        "&lt;b&gt;重複扣款&lt;/b&gt;" in text and "<script" not in text and "She was upset" in text
    )
    answered = page.goto(f"/complaints/{number}/report.html")
    assert answered is not None and "sandbox" in answered.headers["content-security-policy"]


def test_a_letter_is_read_before_it_is_sent(page: Page, site: Site) -> None:
    number = new_case(site, language="en", contact={"email": "owen@customer.invalid"})
    sign_in(page, "handler")
    page.goto(f"/complaints/{number}/letters/new")
    page.click("main form button")
    expect(page.locator(".error")).to_have_count(1)
    page.fill("#f-text", "Which card was it?\nPlease send the statement.")
    page.click("main form button")
    expect(page.locator("pre.card")).to_contain_text("Which card was it?", use_inner_text=True)
    assert axe(page) == []
    page.click("button:has-text('Send this letter')")
    page.wait_for_url(f"**/complaints/{number}")
    with site.runtime.database.read() as connection:
        root = cases.get_complaint(connection, number).root_key
        letter = letters.list_letters(connection, root)[-1]
        last = audit.list_history(connection, root)[-1]
    assert (letter["template"], letter["delivery"], last.event) == (
        "clarification",
        "queued",
        "case:letter:written",
    )
    assert "Which card was it?\nPlease send the statement." in letter["body"]
