"""Policy files: each figure with its source, typos that stop the start, clocks that stop, go on and
are extended."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service import policy
from service.errors import InvalidInput
from service.policy import Deadline, Profile, load_profile
from service.policy.files import SHIPPED, read_policies

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
IDS = sorted(path.stem for path in (SHIPPED / "profiles").glob("*.json"))


def _clocks(profile: Profile, severity: str = "P3") -> dict[str, Deadline]:
    entries = policy.first_deadlines(profile, MONDAY) + policy.severity_deadlines(
        profile, severity, MONDAY
    )
    return {entry.clock: entry for entry in entries}


@pytest.mark.parametrize("profile_id", IDS)
def test_every_shipped_profile_gives_its_clocks(profile_id: str) -> None:
    clocks = _clocks(load_profile(profile_id))
    assert {
        "acknowledgement",
        "final response",
        "assign",
        "first contact",
        "internal target",
    } <= set(clocks)
    assert all(
        entry.source and entry.confidence in "ABCD" and entry.due_at > MONDAY
        for entry in clocks.values()
    )


@pytest.mark.parametrize(
    ("file", "change", "place"),
    [
        ("profiles/TW-FCPA.json", {"clokcs": []}, "clokcs"),
        ("profiles/TW-FCPA.json", {"currency": "dollars"}, "at currency"),
        ("profiles/TW-FCPA.json", {"id": "TW"}, "at id"),
        ("profiles/TW-FCPA.json", {"timezone": "Asia/Tapei"}, "Asia/Tapei"),
        ("profiles/TW-FCPA.json", {"country": "ZZ"}, "calendar for ZZ"),
        ("severity.json", {"targets": {"P1": {"assign": "15 minuets"}}}, "at targets"),
        ("calendars.json", {"calendars": {"TW": {"hours": [["9", "17:30"]]}}}, "at calendars/TW"),
        ("emergency.json", {"levels": []}, "at levels"),
    ],
)
def test_a_typo_stops_the_start_and_is_named(
    tmp_path: Path, file: str, change: dict[str, Any], place: str
) -> None:
    document = json.loads((SHIPPED / file).read_text("utf-8")) | change
    target = tmp_path / file
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(document), "utf-8")
    with pytest.raises(InvalidInput, match=place):
        load_profile("TW-FCPA", tmp_path)


def test_broken_json_and_strange_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "severity.json").write_text("{", "utf-8")
    with pytest.raises(InvalidInput, match="no JSON"):
        read_policies(tmp_path)
    (tmp_path / "severity.json").rename(tmp_path / "severities.json")
    with pytest.raises(InvalidInput, match=r"severities\.json"):
        load_profile("TW-FCPA", Path(tmp_path / "."))


def test_the_banks_own_file_goes_over_the_shipped_one(tmp_path: Path) -> None:
    document = json.loads((SHIPPED / "calendars.json").read_text("utf-8"))
    document["calendars"]["TW"]["closed"] = ["2026-03-03"]
    (tmp_path / "calendars.json").write_text(json.dumps(document), "utf-8")
    calendar = load_profile("TW-FCPA", tmp_path).calendar
    assert calendar.local_day(calendar.working_days_after(MONDAY, 1)).isoformat() == "2026-03-04"


def test_a_pause_stops_the_banks_own_clocks_and_never_a_statutory_one() -> None:
    profile = load_profile("TW-FCPA")
    stopped = {
        name: policy.paused(entry, MONDAY + timedelta(days=1))
        for name, entry in _clocks(profile).items()
    }
    assert {name for name, entry in stopped.items() if entry.paused_at is None} == {
        "final response"
    }


def test_a_statutory_clock_may_be_paused_where_the_law_says_so() -> None:
    entry = _clocks(load_profile("CN-CBIRC-2020-3"))["final response"]
    assert policy.paused(entry, MONDAY + timedelta(days=1)).paused_at is not None


@pytest.mark.parametrize("severity", ["P1", "P2", "P3", "P4"])
def test_after_a_pause_a_clock_has_as_much_left_as_before(severity: str) -> None:
    profile = load_profile("TW-FCPA")
    for entry in _clocks(profile, severity).values():
        at, back = (
            MONDAY + timedelta(minutes=5),
            MONDAY + timedelta(days=7, minutes=5),
        )  # Monday again: no holiday
        again = policy.resumed(profile, policy.paused(entry, at), back)
        assert again.due_at == entry.due_at + (
            timedelta(days=7) if entry.pausable else timedelta(0)
        ), entry.clock


def test_an_extension_counts_from_the_start_and_only_forward() -> None:
    profile = load_profile("CN-CBIRC-2020-3")
    entry = _clocks(profile)["final response"]
    longer = policy.extended(profile, entry, profile.extensions[0])
    assert (longer.due_at - entry.due_at).days == 15
    with pytest.raises(InvalidInput, match="later date"):
        policy.extended(
            profile, policy.extended(profile, entry, profile.extensions[1]), profile.extensions[0]
        )


def test_working_days_beyond_the_published_calendar_are_provisional_and_calendar_days_are_not() -> (
    None
):
    profile = load_profile("TW-FCPA")
    december = datetime(2026, 12, 20, tzinfo=UTC)
    assert not policy.first_deadlines(profile, december)[1].provisional
    assert policy.other_deadline(profile, "next answer", december).provisional
