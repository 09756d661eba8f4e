"""Deadline arithmetic against cases worked out by hand, and laws that hold for any."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.policy import Calendar

TW = Calendar("TW", "Asia/Taipei")
CN = Calendar("CN", "Asia/Shanghai")
HK = Calendar("HK", "Asia/Hong_Kong")
GB = Calendar("GB", "Europe/London", "ENG")
US = Calendar("US", "America/New_York")
START = datetime(2025, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 545 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("calendar", "received", "days", "last"),
    [
        (
            TW,
            "2026-02-13T10:00+08:00",
            1,
            date(2026, 2, 23),
        ),  # the lunar new year of 2026: 14 to 22 February
        (TW, "2025-12-31T10:00+08:00", 1, date(2026, 1, 2)),
        (CN, "2025-09-26T10:00+08:00", 1, date(2025, 9, 28)),  # a Sunday worked for the golden week
        (CN, "2025-09-30T10:00+08:00", 1, date(2025, 10, 9)),
        (CN, "2025-10-10T10:00+08:00", 1, date(2025, 10, 11)),  # a Saturday worked
        (HK, "2025-12-24T10:00+08:00", 1, date(2025, 12, 29)),
        (
            HK,
            "2025-04-17T10:00+08:00",
            1,
            date(2025, 4, 22),
        ),  # Good Friday and Easter Monday are general holidays
        (GB, "2025-12-24T10:00+00:00", 2, date(2025, 12, 30)),
        (GB, "2026-04-02T10:00+01:00", 1, date(2026, 4, 7)),  # Good Friday and Easter Monday
        (US, "2025-11-26T10:00-05:00", 1, date(2025, 11, 28)),
        (
            US,
            "2026-07-02T10:00-04:00",
            1,
            date(2026, 7, 6),
        ),  # 4 July is a Saturday: kept on Friday the 3rd
        (TW, "2026-01-30T20:00+00:00", 1, date(2026, 2, 2)),  # a Saturday in Taipei already
    ],
)
def test_working_days(calendar: Calendar, received: str, days: int, last: date) -> None:
    due = calendar.working_days_after(datetime.fromisoformat(received), days)
    assert due.astimezone(calendar.zone).date() == last
    assert due.astimezone(calendar.zone).timetuple()[3:6] == (23, 59, 59)


def test_the_day_of_receipt_does_not_count() -> None:
    due = TW.calendar_days_after(datetime(2026, 1, 1, 0, 0, tzinfo=TW.zone), 30)
    assert due == datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)


def test_working_hours_go_over_a_change_of_summer_time() -> None:
    friday = datetime(2026, 3, 27, 16, 30, tzinfo=UTC)
    assert GB.working_hours_after(friday, 2) == datetime(2026, 3, 30, 9, 0, tzinfo=UTC)


def test_the_end_of_a_day_follows_summer_time() -> None:
    assert GB.end_of_day(date(2026, 3, 28)) == datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC)
    assert GB.end_of_day(date(2026, 3, 29)) == datetime(2026, 3, 29, 22, 59, 59, tzinfo=UTC)


def test_hours_before_opening_and_after_closing_do_not_count() -> None:
    opens = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Taipei
    assert TW.working_hours_after(opens - timedelta(hours=3), 1) == opens + timedelta(hours=1)
    assert TW.working_hours_after(opens + timedelta(hours=12), 1) == opens + timedelta(
        days=1, hours=1
    )


@settings(max_examples=60, deadline=None)
@given(INSTANTS, st.integers(0, 40), st.integers(0, 40))
def test_working_days_add_up(start: datetime, first: int, second: int) -> None:
    assert TW.working_days_after(
        TW.working_days_after(start, first), second
    ) == TW.working_days_after(start, first + second)


@settings(max_examples=60, deadline=None)
@given(INSTANTS, st.integers(0, 60), st.integers(0, 60))
def test_working_hours_add_up_and_never_go_back(start: datetime, first: int, second: int) -> None:
    halfway = GB.working_hours_after(start, first)
    assert halfway >= start
    if first and second:
        assert GB.working_hours_after(halfway, second) == GB.working_hours_after(
            start, first + second
        )


@pytest.mark.parametrize("days", [-1, 4_000])
def test_silly_limits_are_refused(days: int) -> None:
    with pytest.raises(InvalidInput):
        TW.working_days_after(datetime(2026, 1, 1, tzinfo=UTC), days)
