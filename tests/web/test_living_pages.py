"""The pages of a bank that lives, as each of its people sees them: at the widths people have, light
and dark, in three languages. Nothing is pushed sideways, no label is narrower than its longest
word, no text lies over another, and axe finds nothing serious.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from service import demo
from service.cases.tables import complaint
from service.i18n.languages import LANGUAGES
from service.identity import Role, shown_names
from service.intake import portal_access
from service.notifications import Mailer
from service.tasks.tables import user_task
from tests.kit.browser import choose_language, opened, sign_in
from tests.kit.crawling import pages_from, words_of
from tests.kit.overlaps import OVERLAPS
from tests.kit.site import Site, served
from tests.web.test_every_page import serious
from tests.web.test_layout import FINDINGS, SCHEMES, SEED, WIDTHS

STORIES = ("p12", "n04", "n12", "n16", "n23", "n28", "n34", "n42")
"""What the short test shows: long names, late tasks, money, files, a dispute, an emergency."""
SAMPLE = 9
CUSTOMER = "customer"
EVERYBODY = ("/today", "/tasks?show=all", "/complaints", "/notices", "/procedure")
OWN = {
    Role.CLERK: ("/letters", "/mailbox", "/register"),
    Role.HANDLER: ("/emergencies",),
    Role.APPROVER: ("/team",),
    Role.OWNER: ("/workbench",),
    Role.COMPLIANCE: ("/reviews", "/clauses"),
    Role.ADMIN: ("/people", "/incidents"),
}
NOT_READING = (Role.DEPARTMENT, Role.OWNER)
"""Whom the list of complaints is not for."""


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A few stories of the demo."""
    yield from _bank(tmp_path_factory.mktemp("bank"), STORIES)


@pytest.fixture(scope="module")
def whole_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """All of them."""
    yield from _bank(tmp_path_factory.mktemp("bank"), None)


def _bank(folder: Path, only: tuple[str, ...] | None) -> Iterator[Site]:
    with served(folder, living=True) as site:
        demo.fill(
            site.runtime,
            site.vault,
            Mailer(None, "bank@bank.invalid", folder / "mail"),
            secret="k" * 40,
            now=datetime.now(UTC),
            only=only,
        )
        yield site


def pages_of(site: Site) -> list[tuple[str, str]]:
    """Who looks at which page: the lists of each role, every case, every open task by somebody who
    may do it, and the portal of a customer."""
    with site.runtime.database.read() as connection:
        numbers = list(connection.execute(sa.select(complaint.c.number)).scalars())
        open_tasks = connection.execute(
            sa.select(
                user_task.c.key,
                user_task.c.assignee,
                user_task.c.candidate_groups,
                user_task.c.candidate_users,
            ).where(user_task.c.state == "open")
        ).all()
    found = [(role.value, path) for role in Role for path in EVERYBODY if _reads(role, path)]
    found += [(role.value, path) for role, paths in OWN.items() for path in paths]
    for number in numbers:
        case = f"/complaints/{number}"
        found += [(Role.HANDLER.value, f"{case}{part}") for part in ("", "/evidence", "/related")]
    for task in open_tasks:
        who = {task.assignee, *task.candidate_users, *task.candidate_groups} & set(Role)
        found += [(name, f"/tasks/{task.key}") for name in sorted(who)[:1]]
    return [*found, (CUSTOMER, "/portal/case"), (CUSTOMER, "/sign-in"), (CUSTOMER, "/portal")]


def _reads(role: Role, path: str) -> bool:
    return path != "/complaints" or role not in NOT_READING


def faults(page: Page, path: str, width: int, scheme: str, language: str) -> list[str]:
    """What is wrong with a page as it is seen so."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 768})
    cookie = {"name": "language", "value": language, "url": page.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    answer = page.goto(path)
    if answer is None or answer.status != 200:
        return [f"{path}: expected a page, got {answer and answer.status}"]
    found = [*page.evaluate(FINDINGS), *page.evaluate(OVERLAPS), *serious(Axe(), page)]
    return [f"{path} at {width}, {scheme}, {language}: {each}" for each in found]


def enter(page: Page, site: Site, who: str) -> None:
    """As one of the bank's people, or as the customer who was asked a question."""
    if who != CUSTOMER:
        sign_in(page, who)
        return
    with site.runtime.database.read() as connection:
        root = connection.execute(
            sa.select(complaint.c.root_key).where(complaint.c.external_id == "demo:n16")
        ).scalar_one()
    address = portal_access.mail_link(site.runtime.database, "k" * 40, "", root, datetime.now(UTC))
    page.context.clear_cookies()
    page.goto(str(address))
    page.click("main form button")
    page.wait_for_url("**/portal/case")


def test_some_pages_of_a_bank_are_laid_out_well(bank: Site, browser: Browser) -> None:
    chance = random.Random(SEED)
    pages = pages_of(bank)
    asked = [*chance.sample(pages[:-3], SAMPLE), ("clerk", "/today"), pages[-3]]
    bad = []
    with opened(bank, browser) as page:
        for who, path in sorted(asked):
            enter(page, bank, who)
            kinds = (chance.choice(WIDTHS), chance.choice(SCHEMES), chance.choice([*LANGUAGES]))
            bad += faults(page, path, *kinds)
    assert bad == []


@pytest.mark.long
@pytest.mark.parametrize(("scheme", "language"), list(product(SCHEMES, LANGUAGES)))
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_the_bank_is_laid_out_well(
    whole_bank: Site, browser: Browser, width: int, scheme: str, language: str
) -> None:
    bad, inside = [], ""
    with opened(whole_bank, browser) as page:
        for who, path in sorted(pages_of(whole_bank)):
            if who != inside:
                enter(page, whole_bank, who)
                inside = who
            bad += faults(page, path, width, scheme, language)
    assert bad == []


def test_texts_over_each_other_are_seen(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 768})
    page.set_content(
        "<main><p>one</p><p style='margin-top:-35px'>two</p>"
        "<p style='overflow:hidden;width:2ch;white-space:nowrap'>cut off behind its edge</p></main>"
    )
    found = page.evaluate(OVERLAPS)
    page.close()
    assert found == ['"one" lies over "two"'] or found == ['"two" lies over "one"']


ABOUT_ACCOUNTS = ("/account", "/sign-in")
"""Pages on which somebody is looked after by the name of their account."""
SIGNED = ("/report", "/file")
"""Documents that name who signs by name and by account."""


@pytest.mark.parametrize("who", ["admin", "handler", "compliance"])
def test_people_are_called_by_their_names(bank: Site, browser: Browser, who: str) -> None:
    with bank.runtime.database.read() as connection:
        names = [name for name, shown in shown_names(connection).items() if shown != name]
    bad = []
    with opened(bank, browser) as page:
        sign_in(page, who)
        choose_language(page, "zh-Hant")  # the names of roles are no English words there
        for path, text in pages_from(page, "/today", most=150, of_a_kind=3):
            if path.startswith(ABOUT_ACCOUNTS) or any(part in path for part in SIGNED):
                continue
            bad += [f"{path}: {name}" for name in names if calls(words_of(text), name)]
    assert len(names) > 10
    assert bad == []


def calls(words: str, name: str) -> bool:
    """Whether somebody is called by the name of their account."""
    return re.search(rf"(?<![\w.@/-]){re.escape(name)}(?![\w.@/-])", words) is not None
