"""A deadline is told in the zone of its case on every page and in the letter; the reader decides
language and form only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service import cases, letters, operations
from service.execution import Runtime
from service.i18n.dates import Times
from service.identity import Actor
from service.intake import parse_complaint
from service.policy import load_profile
from tests.kit.clock import NOW
from tests.kit.desk import Desk

CLERK = Actor("clerk", frozenset({"clerk"}))
FACTS = {
    "customerName": "Owen Hartley",
    "channel": "email",
    "product": "Mortgage",
    "contact": {"email": "owen@customer.invalid"},
    "content": "The early repayment fee was explained as 1 %, the statement shows 3 %.",
    "language": "en",
}


@pytest.fixture
def british(runtime: Runtime) -> Runtime:
    """A bank whose clocks show Taipei's time, under the policy of another country."""
    return replace(runtime, profile=load_profile("UK-DISP"))


def test_the_desk_and_the_letter_name_the_same_day(british: Runtime, tmp_path: Path) -> None:
    new = operations.register_complaint(
        british, parse_complaint(FACTS, now=NOW), actor=CLERK, now=NOW
    )
    with british.database.read() as connection:
        clocks = {each.clock: each for each in cases.list_deadlines(connection, new.root_key)}
        written = letters.list_letters(connection, new.root_key)
    final = clocks["final response"].due_at
    zone = british.profile.calendar.zone
    assert final.astimezone(zone).date() != final.astimezone(_TAIPEI).date()
    desk = Desk.of(british, tmp_path).sign_in("wu")
    page = desk.see(f"/complaints/{new.number}")
    told = Times("en", zone, _TAIPEI).moment(final)
    assert told.endswith("Time)")
    assert told in page
    bodies = [each["body"] for each in written if each["template"] == "acknowledgement"]
    assert Times("en", zone).letter_day(final) in bodies[0]
    desk.client.set_cookie("language", "zh-Hant")
    assert Times("zh-Hant", zone, _TAIPEI).moment(final) in desk.see(f"/complaints/{new.number}")


def test_where_the_clocks_agree_no_zone_is_named(runtime: Runtime, tmp_path: Path) -> None:
    new = operations.register_complaint(
        runtime, parse_complaint(FACTS, now=NOW), actor=CLERK, now=NOW
    )
    desk = Desk.of(runtime, tmp_path).sign_in("wu")
    page = desk.see(f"/complaints/{new.number}")
    assert "Time)" not in page
    assert Times("en", runtime.profile.calendar.zone).moment(NOW) in page


_TAIPEI = load_profile("TW-FCPA").calendar.zone
