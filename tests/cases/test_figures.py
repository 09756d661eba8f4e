"""Which figure of a profile holds: by the facts of a case, and by the day of a law."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.errors import InvalidInput
from service.policy import (
    Deadline,
    Profile,
    blocks_of,
    choose,
    first_deadlines,
    in_force,
    load_profile,
    named,
    nearest_of,
    wanted_of,
)
from service.policy.blocks import check_blocks
from service.policy.files import SHIPPED
from service.policy.regimes import FINAL, strictest

OLD = {
    "clock": "final response",
    "limit": "30 calendar_days",
    "statutory": True,
    "pausable": False,
    "confidence": "A",
    "source": "the old law",
}
NEW = {**OLD, "limit": "20 calendar_days", "source": "the new law", "from": "2026-07-01"}
BEFORE, AFTER = datetime(2026, 6, 20, 2, tzinfo=UTC), datetime(2026, 7, 2, 2, tzinfo=UTC)
PROFILES = sorted(path.stem for path in (SHIPPED / "profiles").glob("*.json"))


def law(*clocks: dict[str, object]) -> Profile:
    return replace(load_profile("TW-FCPA"), clocks=clocks)


def final(profile: Profile, at: datetime) -> Deadline:
    return next(each for each in first_deadlines(profile, at) if each.clock == "final response")


def test_a_new_law_holds_for_complaints_received_from_its_day_on() -> None:
    profile = law(OLD, NEW)
    assert final(profile, BEFORE).limit == "30 calendar_days"
    assert final(profile, AFTER).limit == "20 calendar_days"
    kept = in_force(profile, final(profile, BEFORE), BEFORE, {}, today=AFTER)
    assert kept.limit == "30 calendar_days"


def test_a_new_law_reaches_open_cases_where_it_says_so() -> None:
    profile = law(OLD, {**NEW, "openCases": True})
    before = final(profile, BEFORE)
    assert before.limit == "30 calendar_days"
    moved = in_force(profile, before, BEFORE, {}, today=AFTER)
    assert (moved.limit, moved.source) == ("20 calendar_days", "the new law")
    assert moved.started_at == before.started_at
    assert in_force(profile, before, BEFORE, {}, today=BEFORE) == before
    extended_one = replace(before, limit="60 calendar_days")
    assert in_force(profile, extended_one, BEFORE, {}, today=AFTER) == extended_one


def test_an_extension_needs_what_the_law_asks_for() -> None:
    rege = load_profile("US-REGE")
    long = {each.code: each for each in rege.extensions}["new-account-pos-foreign"]
    assert long.requires == "provisional credit"
    assert {"newAccount": True} in long.document["when"]


def test_the_strictest_is_the_one_that_answers_first() -> None:
    found = [load_profile(each) for each in ("UK-DISP", "HK-HKMA-IC4", "CN-CBIRC-2020-3")]
    assert strictest(found).id == "CN-CBIRC-2020-3"


@pytest.mark.parametrize("result", [None, [], {}, "UK-DISP", [{"regime": None}], [3]])
def test_a_decision_that_names_no_regime_wants_none(result: object) -> None:
    assert wanted_of(result) == ()


def test_a_regime_wanted_twice_is_chosen_once_in_the_order_of_the_rows() -> None:
    enabled = [load_profile(each) for each in ("UK-DISP", "UK-DISP-PSD")]
    rows = [
        {"regime": each, "rule": each, "reason": "r"}
        for each in ("UK-DISP-PSD", "TW-FCPA", "UK-DISP", "UK-DISP-PSD")
    ]
    assert choose(wanted_of(rows), enabled).profiles == ("UK-DISP-PSD", "UK-DISP")


@pytest.mark.parametrize("name", PROFILES)
def test_every_figure_that_was_read_says_when(name: str) -> None:
    document = load_profile(name).document
    figures = [
        *document["clocks"],
        *document["extensions"],
        *document.get("steps", ()),
        *document.get("windows", ()),
        *(block for _, block in blocks_of(document)),
        document["retention"],
        *([document["referral"]] if document["referral"] else []),
    ]
    for each in figures:
        assert each["source"]
        assert ("read" in each) == (each["confidence"] in "AB"), each


def test_words_without_a_part_that_the_law_wants_are_refused() -> None:
    document = dict(load_profile("UK-DISP").document)
    rights = dict(document["rights"])
    short = {**rights["text"], "en": "You may turn to the Financial Ombudsman Service."}
    with pytest.raises(InvalidInput, match="lack the"):
        check_blocks({**document, "rights": {**rights, "text": short}})


def met_clocks(*order: str) -> dict[str, Deadline]:
    """The final response under each regime of a case, all met, in this order; "" leads."""
    entry = replace(final(law(OLD), BEFORE), met_at=AFTER)
    names = {each: named(FINAL, each) if each else FINAL for each in order}
    return {name: replace(entry, clock=name, source=each) for each, name in names.items()}


@pytest.mark.parametrize("order", [("", "UK-DISP"), ("UK-DISP", "")])
def test_the_leading_clock_is_the_nearest_where_all_are_met(order: tuple[str, ...]) -> None:
    found = nearest_of(met_clocks(*order), FINAL)
    assert found is not None and found.clock == FINAL


def test_the_nearest_clock_is_one_that_runs_where_one_does() -> None:
    clocks = met_clocks("", "A", "B", "C")
    for regime, due in (("B", AFTER), ("C", BEFORE)):
        name = named(FINAL, regime)
        clocks[name] = replace(clocks[name], met_at=None, due_at=due)
    assert nearest_of(clocks, FINAL) == clocks[named(FINAL, "C")]


def test_a_clock_of_no_leading_regime_is_found_though_it_is_met() -> None:
    clocks = met_clocks("A")
    assert nearest_of(clocks, FINAL) == clocks[named(FINAL, "A")]
    assert nearest_of(clocks, "report") is None
