"""A live server on a free port with the demo's accounts and the shipped procedure, and a real
browser to visit it."""

from __future__ import annotations

import http.client
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright
from werkzeug.serving import make_server

from service.app import create_app
from service.cli import demo
from service.config import Settings
from service.db import Database, migrate
from service.execution import Runtime
from service.vault import Vault, open_vault

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "a password for the demo"
expect.set_options(timeout=60_000)
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


@dataclass(frozen=True, slots=True)
class Site:
    """Where the server listens, and the runtime behind it."""

    url: str
    runtime: Runtime

    @property
    def vault(self) -> Vault:
        return open_vault("", self.runtime.database, limit=26_214_400)


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """A site with a database of its own."""
    settings = Settings(
        database_url=f"sqlite:///{folder}/redress.db",
        secret_key="k" * 40,
        demo_password=PASSWORD,
        demo=True,
    )
    database = Database(settings.database_url)
    migrate(database)
    demo.prepare(database, settings, now=datetime.now(UTC), say=lambda _: None)
    runtime = Runtime.open(database, policy=settings.policy)
    server = make_server("127.0.0.1", 0, create_app(settings, runtime=runtime), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", runtime)
    server.shutdown()
    thread.join()
    server.server_close()
    database.dispose()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no {CHROMIUM}: install Debian's chromium to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(site: Site, browser: Browser, *, width: int = 1280, height: int = 800) -> Iterator[Page]:
    """A page in a fresh profile. Anything else on its console fails the test: also what the content
    security policy stopped."""
    context = browser.new_context(
        base_url=site.url, locale="en-US", viewport={"width": width, "height": height}
    )
    page = context.new_page()
    page.set_default_timeout(120_000)  # a very busy machine; nothing waits so long otherwise
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


@pytest.fixture
def page(site: Site, browser: Browser) -> Iterator[Page]:
    with opened(site, browser) as page:
        yield page


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


def fetch(url: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """One plain request, as it was answered."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.netloc, timeout=60
    )  # the first PDF finds the fonts of the machine
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()
