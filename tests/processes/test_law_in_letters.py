"""What the law wants of letters, and what it allows: words of an acknowledgement, the window of a
summary resolution, reasons for more time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service import letters
from service.builtins.case_view import is_open
from service.db import Database
from service.definitions import shipped_files
from service.errors import FormInvalid
from service.execution import Runtime
from service.letters.rights import block_of, says
from service.operations import send_letter
from service.policy import load_profile
from tests.kit.installation import release_files
from tests.kit.walker import CLERK, Walk, complain


def bank(database: Database, profile: str) -> Runtime:
    found = load_profile(profile)
    return replace(release_files(database, shipped_files()), profile=found, enabled=(found,))


def letter_of(walk: Walk, template: str) -> dict[str, Any]:
    with walk.runtime.database.read() as connection:
        found = letters.list_letters(connection, walk.root)
    return next(each for each in found if each["template"] == template)


def test_an_acknowledgement_says_what_the_law_wants_of_it(database: Database) -> None:
    walk = complain(bank(database, "UK-DISP-PSD")).work(until="assess-facts")
    body = letter_of(walk, "acknowledgement")["body"]
    assert "within 15 business days" in body and "35 business days" in body
    assert "final answer by" not in body


def test_a_summary_resolution_closes_the_law_within_its_window(database: Database) -> None:
    walk = complain(bank(database, "UK-DISP")).work(until="assess-facts")
    number = walk.complaint.number
    send_letter(
        walk.runtime,
        number,
        "summary-resolution",
        "We refunded the fee, and you accepted that.",
        actor=CLERK,
        now=walk.now,
    )
    assert walk.clocks["final response"].met_at == walk.now
    block = block_of(walk.runtime.profile, "summary", "en")
    assert says(block, letter_of(walk, "summary-resolution")["body"])


@pytest.mark.parametrize(("profile", "days"), [("UK-DISP", 4), ("TW-FCPA", 0)])
def test_outside_the_window_there_is_no_summary_resolution(
    database: Database, profile: str, days: int
) -> None:
    walk = complain(bank(database, profile)).work(until="assess-facts")
    later = walk.now + timedelta(days=days)
    with pytest.raises(FormInvalid):
        send_letter(
            walk.runtime,
            walk.complaint.number,
            "summary-resolution",
            "We refunded the fee.",
            actor=CLERK,
            now=later,
        )
    assert walk.clocks["final response"].met_at is None


def nearly_due(runtime: Runtime) -> Walk:
    """A case whose approver is asked to unblock it."""
    walk = complain(runtime).work(until="plan-investigation")
    for _ in range(9):
        if "unblock-case" in walk.open():
            return walk
        walk.wait()
    raise AssertionError(walk.open())


@pytest.mark.parametrize("reason", [None, "because", "beyond-control"])
def test_more_time_wants_a_reason_that_the_law_lists(
    database: Database, reason: str | None
) -> None:
    walk = nearly_due(bank(database, "HK-HKMA-IC4"))
    given = {} if reason is None else {"extensionReason": reason}
    with pytest.raises(FormInvalid):
        walk.answer("unblock-case", extend=True, **given)
    walk.answer("unblock-case", extend=True, extensionReason="complex")
    assert walk.clocks["final response"].limit == "60 calendar_days"
    assert "the matter is complex" in letter_of(walk, "extension")["body"]
    assert walk.complaint.facts["extensions"][0]["reason"] == "complex"


def test_a_law_without_extensions_gives_none(database: Database) -> None:
    walk = nearly_due(bank(database, "TW-FCPA"))
    with pytest.raises(FormInvalid):
        walk.answer("unblock-case", extend=True, extensionReason="complex")
    walk.answer("unblock-case")
    assert "draft-holding-letter" in walk.open()
    walk.answer("draft-holding-letter")
    body = letter_of(walk, "holding")["body"]
    assert "The card scheme has not answered our question." in body
    assert says(block_of(walk.runtime.profile, "delay", "en"), body)


def test_regulation_e_gives_more_time_only_after_provisional_credit(database: Database) -> None:
    walk = complain(bank(database, "US-REGE"), currency="USD").work(
        until="give-provisional-credit", first_contact={"expectedDate": "2026-03-10"}
    )
    early = walk.runtime.profile.extensions[0]
    assert not is_open(early, walk.complaint, walk.clocks)
    walk.answer("give-provisional-credit", creditedOn="2026-03-01")
    assert walk.clocks["provisional credit"].met_at is not None
    assert is_open(early, walk.complaint, walk.clocks)
    assert "USD" in letter_of(walk, "provisional-credit")["body"]
