"""A draft outlives the browser that is killed and the server that is killed and started again."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.browser import CHROMIUM, FLAGS, sign_in
from tests.kit.server_processes import Site, children_of, kill, stop, until
from tests.kit.site import PASSWORD

NOTE = "客戶來電:不願提供姓名,五分鐘後再打"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    settings = {
        "REDRESS_DATABASE_URL": f"sqlite:///{tmp_path}/redress.db",
        "REDRESS_SECRET_KEY": "k" * 40,
        "REDRESS_DEMO_PASSWORD": PASSWORD,
        "REDRESS_MAIL_DIR": str(tmp_path / "mail"),
    }
    yield Site(tmp_path, settings)


def start_browser(browser: Browser) -> tuple[Browser, int]:
    """A browser of its own, and its process."""
    mark = f"--redress-test={uuid4().hex}"
    fresh = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, mark])
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = found.read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if mark in words and not any(word.startswith("--type=") for word in words):
            return fresh, int(found.parent.name)
    raise AssertionError("the browser that was started is not among the processes")


def open_task(page: Page) -> None:
    """The clerk's task of the unsigned letter; claimed where it is not yet."""
    sign_in(page, "clerk")
    page.goto("/tasks?show=groups")
    row = page.locator(".item", has_text="Clarify missing facts")
    if row.count() == 0:
        page.goto("/tasks?show=mine")
    row.first.locator(".what").click()
    expect(page.locator(".work h1")).to_have_text("Clarify missing facts")
    claim = page.locator("form[action*='/claim'] button")
    if claim.count():
        claim.click()
    expect(page.locator("#form")).to_be_visible()


def test_a_draft_outlives_browser_and_server(site: Site, browser: Browser) -> None:
    server = site.serve("--demo", "--small")
    try:
        until(site.ready, "the server to be ready")
        first, pid = start_browser(browser)
        page = first.new_context(base_url=site.url, locale="en-US").new_page()
        open_task(page)
        page.check("input[value=withheld]")
        expect(page.locator("[data-field=note]")).to_be_visible()
        with page.expect_response(re.compile("/draft$")):
            page.fill("#f-note", NOTE)
        expect(page.locator("#draft")).to_contain_text("Kept as a draft")

        os.kill(pid, signal.SIGKILL)
        serving = children_of(server.pid)
        kill(server)
        until(lambda: not site.answers(), "the server to be gone with its processes")
        assert serving
        server = site.serve("--demo", "--small")
        until(site.ready, "the server to be ready again")

        second, _ = start_browser(browser)
        page = second.new_context(base_url=site.url, locale="en-US").new_page()
        open_task(page)
        expect(page.locator("#f-note")).to_have_value(NOTE)
        expect(page.locator("input[value=withheld]")).to_be_checked()
        expect(page.locator(".restored")).to_be_visible()
        page.click("button[form=form][value=list]")
        page.wait_for_url(lambda url: url.partition("?")[0].endswith("/tasks"))
        second.close()
    finally:
        stop(server)
