"""A real browser at a site: opened so that whatever goes wrong on its console fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Error, Page, expect

from tests.kit.clock import PATIENCE
from tests.kit.site import PASSWORD, Site

CHROMIUM = "/usr/bin/chromium"
MILLISECONDS = 1000 * PATIENCE
expect.set_options(timeout=MILLISECONDS)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

EXPECTED = (
    "the server responded with a status of 4",
    "TypeError: Failed to fetch",
    "ContextPad#getPad is deprecated",
)
"""On the console of a page that works: an answer that refuses, a request that leaving the page has
cut off, and what the simulation in the editor says of a function of the editor that it calls."""


@contextmanager
def opened(site: Site, browser: Browser, *, width: int = 1280, height: int = 800) -> Iterator[Page]:
    """A page in a fresh profile. Anything else on its console fails the test: also what the content
    security policy stopped."""
    context = browser.new_context(
        base_url=site.url, locale="en-US", viewport={"width": width, "height": height}
    )
    page = context.new_page()
    page.set_default_timeout(MILLISECONDS)
    complaints: list[str] = []

    def heard(message: Any) -> None:
        if message.type in ("error", "warning") and not any(
            each in message.text for each in EXPECTED
        ):
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def sign_in(page: Page, name: str) -> None:
    page.context.clear_cookies()
    try:
        page.goto("/sign-in")
    except Error as error:  # a page that was still on its way comes between
        if "interrupted by another navigation" not in error.message:
            raise
        page.goto("/sign-in")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/today")


def follow(page: Page, selector: str) -> None:
    """Click what leads to another page, and wait until that is there: nothing can be asked of a
    page on its way."""
    with page.expect_navigation():
        page.click(selector)


def choose_language(page: Page, language: str) -> None:
    page.click("button.me")
    follow(page, f"button[value={language}]")
    page.wait_for_selector(f"html[lang={language}]")
