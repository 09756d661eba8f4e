"""The pictures of README, taken from the demo's bank: python tools/pictures.py.

A bank is made in a folder that goes again, served on a free port, and looked at in Chromium.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from service import cases, demo, tasks
from service.app import create_app
from service.cli.demo import prepare
from service.config import Settings
from service.db import Database, migrate
from service.execution import Runtime
from service.notifications import Mailer
from service.vault import open_vault

CHROMIUM = "/usr/bin/chromium"
DOCS = Path(__file__).parent.parent / "docs"
KEY = "pictures of the demo, no secret of anybody"
WIDTH, HEIGHT = 1366, 768


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as somebody sees it. In an address `{n42}` is the number of that story's complaint,
    `{task_n42}` its first open task."""

    name: str
    account: str
    address: str


PICTURES = (
    Picture("today", "handler", "/today"),
    Picture("case", "handler", "/complaints/{n33}"),
    Picture("decision", "approver", "/tasks/{task_n23}"),
    Picture("live", "compliance", "/procedure/live"),
)


def main() -> int:
    """Take them all; the exit status."""
    with (
        tempfile.TemporaryDirectory(prefix="redress-pictures-") as folder,
        _served(Path(folder)) as (url, runtime),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for each in PICTURES:
            _take(browser, url, runtime, each)
            sys.stdout.write(f"docs/{each.name}.png\n")
        browser.close()
    return 0


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, Runtime]]:
    settings = Settings(database_url=f"sqlite:///{folder}/redress.db", secret_key=KEY, demo=True)
    database, now = Database(settings.database_url), datetime.now(UTC)
    migrate(database)
    prepare(database, settings, now=now, say=lambda _: None, living=True)
    runtime = Runtime.of(database, settings)
    vault = open_vault("", database, limit=settings.evidence_max_bytes)
    mailer = Mailer(None, settings.mail_from, folder / "mail")
    demo.fill(runtime, vault, mailer, secret=KEY, now=now)
    server = make_server("127.0.0.1", 0, create_app(settings, runtime=runtime), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", runtime
    finally:
        server.shutdown()
        thread.join()
        database.dispose()


def _take(browser: Browser, url: str, runtime: Runtime, wanted: Picture) -> None:
    size = {"width": WIDTH, "height": HEIGHT}
    context = browser.new_context(base_url=url, locale="en-US", viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/sign-in")
    page.click(f"button[value={wanted.account}]")
    page.wait_for_url("**/today")
    page.goto(wanted.address.format_map(_names(runtime)))
    _settle(page)
    _save(page.screenshot(), DOCS / f"{wanted.name}.png")
    context.close()


def _settle(page: Page) -> None:
    """Wait until everything is drawn."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")


def _save(taken: bytes, path: Path) -> None:
    """In 256 colours, which is what a page has: a third of the bytes."""
    with Image.open(BytesIO(taken)) as picture:
        picture.convert("RGB").quantize(256).save(path, optimize=True)


def _names(runtime: Runtime) -> dict[str, str]:
    """What the addresses stand for."""
    found = {}
    with runtime.database.read() as connection:
        for story in demo.read_stories():
            number = demo.find_number(connection, story.id)
            assert number is not None, story.id
            root_key = cases.get_complaint(connection, number).root_key
            found[story.id] = number
            for task in tasks.list_open_tasks(connection, root_key)[:1]:
                found[f"task_{story.id}"] = str(task.key)
    return found


if __name__ == "__main__":
    sys.exit(main())
