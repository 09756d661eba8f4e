"""A colleague is named in a comment by choosing them, with the keyboard too, and is called by their
name where the comment is read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from service import identity, operations
from service.db import Database
from service.identity.tables import account
from service.intake import parse_complaint
from service.notifications.notices import list_notices
from service.web import persons
from service.web.mentions import mentioned
from tests.kit.browser import sign_in
from tests.kit.clock import NOW
from tests.kit.site import Site
from tests.web.test_every_page import CLERK, FACTS

PEOPLE = {
    "ho.chingwen": "Ho Ching-wen",
    "wu": "Wu Ho-ming",
    "shosta": "Dmitri Shosta",
    "ho.jiaqi": "何佳琪",
    "gone": "Ho Gone",
}


@pytest.fixture
def people(database: Database) -> Database:
    with database.transaction() as connection:
        for name, shown in PEOPLE.items():
            identity.create_account(
                connection, name, None, ["handler"], now=NOW, display_name=shown
            )
        connection.execute(sa.update(account).where(account.c.name == "gone").values(active=False))
    return database


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ho", ["ho.chingwen", "wu", "ho.jiaqi"]),
        ("HO C", ["ho.chingwen"]),
        ("ming", ["wu"]),
        ("osta", []),
        ("佳", ["ho.jiaqi"]),
        ("%", []),
        ("_", []),
        ("'", []),
    ],
)
def test_people_are_found_by_the_beginning_of_a_name(
    people: Database, text: str, found: list[str]
) -> None:
    with people.read() as connection:
        assert [each.name for each in identity.find_people(connection, text, limit=8)] == found
        assert len(identity.find_people(connection, "", limit=2)) == 2


def test_a_comment_is_text_whatever_is_named_in_it() -> None:
    for body in ("@<b>x</b>", '@a" onclick="x', "<script>@admin</script>", "&@admin;"):
        shown = mentioned(body)
        assert "<b>" not in shown
        assert "<script" not in shown
        assert 'onclick="' not in shown


def test_a_colleague_is_chosen_with_the_keyboard_and_called_by_name(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persons, "KEPT_SECONDS", 0.0)
    now = datetime.now(UTC)
    with site.runtime.database.transaction() as connection:
        identity.create_account(
            connection, "li.yawen", None, ["approver"], now=now, display_name="Li Yawen"
        )
    new = operations.register_complaint(
        site.runtime, parse_complaint(FACTS, now=now), actor=CLERK, now=now
    )
    sign_in(page, "clerk")
    page.goto(f"/complaints/{new.number}")
    box = page.locator("#comment")
    box.press_sequentially("Please look, @li")
    offer = page.get_by_role("option", name="Li Yawen")
    expect(offer).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", offer.get_attribute("id") or "")
    box.press("Escape")
    expect(offer).to_have_count(0)
    expect(box).to_have_value("Please look, @li")
    box.press_sequentially(" A")
    expect(offer).to_have_count(0)
    box.press("Backspace")
    box.press("Backspace")
    expect(offer).to_be_visible()
    box.press("Enter")
    expect(box).to_have_value("Please look, @li.yawen ")
    page.click("form[action$='/comment'] button")
    expect(page.locator("#comments .mention")).to_have_text("@Li Yawen")
    with site.runtime.database.read() as connection:
        told = list_notices(connection, "li.yawen")
    assert [each.kind for each in told] == ["mention"]
