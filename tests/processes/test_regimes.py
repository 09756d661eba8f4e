"""A complaint comes under the regimes that the table of its procedure chooses among those that the
bank has enabled; a person may choose others; old cases keep what they had."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service import cases
from service.cases.tables import complaint, deadline
from service.cases.tables import complaint as complaint_table
from service.db import Database
from service.definitions import shipped_files
from service.errors import Forbidden, FormInvalid, StateConflict
from service.execution import Runtime
from service.identity import Actor, Role
from service.jobs import list_timers
from service.operations import register_complaint, set_regime
from service.policy import load_profile
from tests.kit.installation import release_files
from tests.kit.walker import CLERK, complain

RECEIVED = datetime(2026, 3, 2, 10, tzinfo=UTC)
OFFICER = Actor("carol", frozenset({Role.COMPLIANCE}))


def bank(database: Database, *profiles: str) -> Runtime:
    """A bank that has enabled these profiles; the first is the installation's."""
    runtime = release_files(database, shipped_files())
    enabled = tuple(load_profile(each) for each in profiles)
    return replace(runtime, profile=enabled[0], enabled=enabled)


def case(runtime: Runtime, **facts: Any) -> cases.Complaint:
    """A complaint of 2 March 2026 with these facts."""
    legal = {name: facts.pop(name) for name in list(facts) if name in LEGAL}
    triage = facts.pop("triage", {})
    new = cases.NewComplaint(
        "Owen",
        None,
        "owen@customer.invalid",
        None,
        "online",
        "They took it twice.",
        RECEIVED,
        **{"language": "en", "currency": "GBP", **facts},
        legal=legal,
        triage=triage,
    )
    done = register_complaint(runtime, new, actor=CLERK, now=RECEIVED)
    with runtime.database.read() as connection:
        return cases.get_complaint(connection, done.number)


LEGAL = ("entity", "customerType", "newAccount", "pointOfSaleOrForeign", "cycleEndsOn")


def dues(runtime: Runtime, found: cases.Complaint) -> dict[str, str]:
    """The local day that each clock ends on."""
    zone = runtime.profile_of(found).calendar.zone
    with runtime.database.read() as connection:
        return {
            each.clock: f"{each.due_at.astimezone(zone):%Y-%m-%d}"
            for each in cases.list_deadlines(connection, found.root_key)
        }


@pytest.mark.parametrize(
    ("product", "profile", "final"),
    [
        ("faster payment", "UK-DISP-PSD", "2026-03-23"),
        ("Credit card", "UK-DISP-PSD", "2026-03-23"),
        ("mortgage", "UK-DISP", "2026-04-27"),
        (None, "UK-DISP", "2026-04-27"),
    ],
)
def test_the_product_chooses_the_regime_of_a_british_bank(
    database: Database, product: str | None, profile: str, final: str
) -> None:
    runtime = bank(database, "UK-DISP", "UK-DISP-PSD")
    found = case(runtime, product=product)
    assert found.regime is not None and found.regime["profiles"] == [profile]
    assert found.regime["ground"] == "table" and found.regime["rules"]
    assert dues(runtime, found)["final response"] == final


def test_the_entity_chooses_the_country(database: Database) -> None:
    runtime = bank(database, "TW-FCPA", "HK-HKMA-IC4", "UK-DISP")
    assert case(runtime).regime["profiles"] == ["TW-FCPA"]  # type: ignore[index]
    there = case(runtime, entity="HK Central")
    assert there.regime["profiles"] == ["HK-HKMA-IC4"]  # type: ignore[index]


def test_several_regimes_have_each_their_own_clocks(database: Database) -> None:
    runtime = bank(database, "US-CFPB", "US-REGE", "US-REGZ")
    found = case(runtime, product="ATM debit", currency="USD", triage={"regulatorReferral": True})
    assert found.regime is not None and found.regime["profiles"] == ["US-CFPB", "US-REGE"]
    clocks = dues(runtime, found)
    assert clocks["final response"] == "2026-03-17"
    assert clocks["final response under US-REGE"] == "2026-03-16"
    walk = complain(runtime)  # the nearest of them is the case's
    assert walk.complaint.due_at is not None


def test_without_a_matching_row_the_strictest_governs_and_says_so(database: Database) -> None:
    runtime = bank(database, "ISO10002", "HK-HKMA-IC4", "SG-FAA2021")
    found = case(runtime, entity="BR Rio")
    assert found.regime is not None
    assert (found.regime["ground"], found.regime["profiles"]) == ("strictest", ["SG-FAA2021"])


def test_a_bank_with_one_profile_has_that(database: Database) -> None:
    runtime = bank(database, "TW-FCPA")
    found = case(runtime, product="payment", entity="GB")
    assert found.regime is not None
    assert (found.regime["ground"], found.regime["profiles"]) == ("default", ["TW-FCPA"])


def test_a_person_chooses_another_regime_and_the_timers_follow(database: Database) -> None:
    runtime = bank(database, "UK-DISP", "UK-DISP-PSD")
    walk = complain(runtime)
    before = walk.clocks["final response"]
    with database.read() as connection:
        number = walk.complaint.number
        early = {row["element_id"]: row["due_at"] for row in list_timers(connection, walk.root)}
    set_regime(
        runtime,
        number,
        ["UK-DISP-PSD"],
        reason="It is about a payment",
        actor=OFFICER,
        now=walk.now,
    )
    after = walk.clocks["final response"]
    assert after.due_at < before.due_at and after.started_at == before.started_at
    with database.read() as connection:
        late = {row["element_id"]: row["due_at"] for row in list_timers(connection, walk.root)}
    moved = [name for name in early if late[name] != early[name]]
    assert moved and all(late[name] < early[name] for name in moved)
    assert walk.complaint.regime is not None
    assert walk.complaint.regime["by"] == "carol"
    assert walk.complaint.due_at == min(
        each.due_at for each in walk.clocks.values() if each.met_at is None
    )
    walk.work(until="first-contact")  # triage chooses by its table, but a person has chosen
    assert walk.complaint.regime["profiles"] == ["UK-DISP-PSD"]


def test_the_dates_of_open_tasks_follow_the_other_regime(database: Database) -> None:
    walk = complain(bank(database, "UK-DISP", "US-REGE")).work(until="write-reply")
    (before,) = [task.due_at for task in walk.standing().tasks]
    set_regime(
        walk.runtime,
        walk.complaint.number,
        ["US-REGE"],
        reason="It is about a transfer",
        actor=OFFICER,
        now=walk.now + timedelta(minutes=1),
    )
    (after,) = [task.due_at for task in walk.standing().tasks]
    final = walk.clocks["final response"].due_at
    assert before is not None and final < before
    assert after is not None and after <= final


def test_triage_chooses_again_by_what_was_found_out(database: Database) -> None:
    runtime = bank(database, "UK-DISP", "HK-HKMA-IC4")
    walk = complain(runtime)
    assert walk.complaint.regime is not None
    assert walk.complaint.regime["profiles"] == ["UK-DISP"]
    walk.work(until="assess-facts").answer("assess-facts", entity="HK Central")
    assert walk.complaint.regime["profiles"] == ["HK-HKMA-IC4"]
    assert walk.complaint.regime["rules"] and walk.complaint.regime["reason"]
    assert walk.clocks["final response"].limit == "30 calendar_days"


@pytest.mark.parametrize("profiles", [[], ["TW-FCPA"], ["nonsense"]])
def test_only_enabled_regimes_with_a_reason(database: Database, profiles: list[str]) -> None:
    runtime = bank(database, "UK-DISP", "UK-DISP-PSD")
    found = case(runtime)
    with pytest.raises(FormInvalid):
        set_regime(runtime, found.number, profiles, reason="why", actor=OFFICER, now=RECEIVED)
    with pytest.raises(FormInvalid):
        set_regime(runtime, found.number, ["UK-DISP-PSD"], reason=" ", actor=OFFICER, now=RECEIVED)
    with pytest.raises(Forbidden):
        set_regime(
            runtime,
            found.number,
            ["UK-DISP-PSD"],
            reason="why",
            actor=Actor("henry", frozenset({Role.HANDLER})),
            now=RECEIVED,
        )
    with pytest.raises(StateConflict):
        set_regime(runtime, found.number, ["UK-DISP"], reason="why", actor=OFFICER, now=RECEIVED)


def test_an_old_case_goes_on_under_the_profile_that_it_had(database: Database) -> None:
    runtime = bank(database, "UK-DISP")
    found = case(runtime)
    with database.transaction() as connection:
        connection.execute(sa.update(complaint).values(regime=None))
        assert cases.keep_regimes(connection, "UK-DISP", at=RECEIVED) == 1
        assert cases.keep_regimes(connection, "TW-FCPA", at=RECEIVED) == 0
    later = bank(database, "TW-FCPA", "UK-DISP")
    with database.read() as connection:
        kept = cases.get_complaint(connection, found.number)
        rows = connection.execute(sa.select(deadline.c.clock)).scalars().all()
    assert later.profile_of(kept).id == "UK-DISP" and rows


def test_a_regime_whose_file_is_gone_leaves_the_installations(database: Database) -> None:
    runtime = bank(database, "TW-FCPA")
    found = case(runtime)
    gone = replace(found, regime={"profiles": ["ATLANTIS"], "ground": "table"})
    assert runtime.profile_of(gone) is runtime.profile
    assert complaint_table.c.regime.nullable
