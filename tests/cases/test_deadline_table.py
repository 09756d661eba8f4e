"""Due dates worked out by hand for five jurisdictions over 2025 to 2027, and laws that hold for any
clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.policy import Calendar, Limit, Profile, Unit, due_after, load_profile, parse_limit

CALENDARS = {
    profile.calendar.country: profile.calendar
    for profile in map(
        load_profile, ("TW-FCPA", "CN-CBIRC-2020-3", "HK-HKMA-IC4", "UK-DISP", "US-CFPB")
    )
}
TABLE = [
    # Taiwan: lunar new year of 2026 is 14 to 22 February, of 2027 it is 4 to 10 February
    ("TW", "2025-12-31T17:00+08:00", "1 business_days", "2026-01-02T23:59:59+08:00"),
    ("TW", "2026-02-13T16:00+08:00", "3 business_days", "2026-02-25T23:59:59+08:00"),
    ("TW", "2026-02-13T16:30+08:00", "2 business_hours", "2026-02-23T10:00:00+08:00"),
    (
        "TW",
        "2026-02-26T10:00+08:00",
        "1 business_days",
        "2026-03-02T23:59:59+08:00",
    ),  # the 27th is kept for the 28th
    (
        "TW",
        "2026-10-08T10:00+08:00",
        "1 business_days",
        "2026-10-12T23:59:59+08:00",
    ),  # 9 October is kept for the 10th
    ("TW", "2027-02-03T10:00+08:00", "1 business_days", "2027-02-11T23:59:59+08:00"),
    (
        "TW",
        "2026-01-18T10:00+08:00",
        "30 calendar_days",
        "2026-02-17T23:59:59+08:00",
    ),  # a holiday: the date stays
    ("TW", "2025-12-02T23:59+08:00", "30 calendar_days", "2026-01-01T23:59:59+08:00"),
    ("TW", "2026-01-31T10:00+08:00", "1 months", "2026-02-28T23:59:59+08:00"),
    # China: weekends worked before and after the golden weeks
    (
        "CN",
        "2025-01-24T10:00+08:00",
        "1 business_days",
        "2025-01-26T23:59:59+08:00",
    ),  # Sunday, worked
    ("CN", "2025-01-27T10:00+08:00", "1 business_days", "2025-02-05T23:59:59+08:00"),
    (
        "CN",
        "2025-02-07T10:00+08:00",
        "1 business_days",
        "2025-02-08T23:59:59+08:00",
    ),  # Saturday, worked
    (
        "CN",
        "2025-09-26T17:00+08:00",
        "1 business_hours",
        "2025-09-28T09:30:00+08:00",
    ),  # Sunday, worked
    ("CN", "2025-09-30T17:30+08:00", "1 business_hours", "2025-10-09T10:00:00+08:00"),
    (
        "CN",
        "2025-12-31T10:00+08:00",
        "2 business_days",
        "2026-01-05T23:59:59+08:00",
    ),  # 4 January 2026 is worked
    (
        "CN",
        "2026-02-13T10:00+08:00",
        "1 business_days",
        "2026-02-14T23:59:59+08:00",
    ),  # Saturday, worked
    ("CN", "2026-02-14T10:00+08:00", "1 business_days", "2026-02-24T23:59:59+08:00"),
    ("CN", "2026-09-30T10:00+08:00", "1 business_days", "2026-10-08T23:59:59+08:00"),
    (
        "CN",
        "2026-10-09T10:00+08:00",
        "1 business_days",
        "2026-10-10T23:59:59+08:00",
    ),  # Saturday, worked
    ("CN", "2026-09-20T10:00+08:00", "15 calendar_days", "2026-10-05T23:59:59+08:00"),
    # Hong Kong: general holidays, Monday to Friday
    ("HK", "2025-01-28T10:00+08:00", "1 business_days", "2025-02-03T23:59:59+08:00"),
    ("HK", "2025-04-17T10:00+08:00", "1 business_days", "2025-04-22T23:59:59+08:00"),
    ("HK", "2025-12-24T10:00+08:00", "7 calendar_days", "2025-12-31T23:59:59+08:00"),
    ("HK", "2026-02-16T10:00+08:00", "1 business_days", "2026-02-20T23:59:59+08:00"),
    (
        "HK",
        "2026-04-02T17:00+08:00",
        "1 business_hours",
        "2026-04-08T09:30:00+08:00",
    ),  # Easter and Ching Ming
    (
        "HK",
        "2027-06-30T10:00+08:00",
        "1 business_days",
        "2027-07-02T23:59:59+08:00",
    ),  # establishment day
    # Great Britain: bank holidays of England, summer time
    ("GB", "2025-04-17T10:00+01:00", "1 business_days", "2025-04-22T23:59:59+01:00"),
    ("GB", "2025-12-24T10:00+00:00", "3 business_days", "2025-12-31T23:59:59+00:00"),
    (
        "GB",
        "2026-03-27T17:00+00:00",
        "1 business_hours",
        "2026-03-30T09:30:00+01:00",
    ),  # the clocks go forward
    ("GB", "2026-10-23T17:00+01:00", "1 business_hours", "2026-10-26T09:30:00+00:00"),  # and back
    ("GB", "2026-03-28T12:00+00:00", "1 calendar_days", "2026-03-29T23:59:59+01:00"),
    ("GB", "2025-11-30T10:00+00:00", "8 weeks", "2026-01-25T23:59:59+00:00"),
    ("GB", "2025-08-31T10:00+01:00", "6 months", "2026-02-28T23:59:59+00:00"),
    (
        "GB",
        "2026-12-24T10:00+00:00",
        "1 business_days",
        "2026-12-29T23:59:59+00:00",
    ),  # Boxing Day kept on the 28th
    ("GB", "2027-12-24T10:00+00:00", "1 business_days", "2027-12-29T23:59:59+00:00"),
    # United States: federal holidays, summer time
    ("US", "2025-11-26T10:00-05:00", "1 business_days", "2025-11-28T23:59:59-05:00"),
    (
        "US",
        "2026-07-02T10:00-04:00",
        "1 business_days",
        "2026-07-06T23:59:59-04:00",
    ),  # the 4th is kept on the 3rd
    ("US", "2026-03-06T17:00-05:00", "1 business_hours", "2026-03-09T09:30:00-04:00"),
    ("US", "2026-10-30T17:00-04:00", "1 business_hours", "2026-11-02T09:30:00-05:00"),
    ("US", "2025-12-31T10:00-05:00", "10 business_days", "2026-01-15T23:59:59-05:00"),
    (
        "US",
        "2026-03-07T10:00-05:00",
        "24 hours",
        "2026-03-08T11:00:00-04:00",
    ),  # hours are hours, whatever the clock
    (
        "US",
        "2027-12-30T10:00-05:00",
        "1 business_days",
        "2028-01-03T23:59:59-05:00",
    ),  # 1 January 2028 kept on the 31st
]
START = datetime(2025, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
COUNTRIES = st.sampled_from(sorted(CALENDARS))


@pytest.mark.parametrize(("country", "start", "limit", "due"), TABLE)
def test_by_hand(country: str, start: str, limit: str, due: str) -> None:
    found = due_after(CALENDARS[country], datetime.fromisoformat(start), parse_limit(limit))
    assert found == datetime.fromisoformat(due), found.astimezone(CALENDARS[country].zone)


@settings(max_examples=80, deadline=None)
@given(COUNTRIES, INSTANTS, INSTANTS, st.sampled_from(list(Unit)), st.integers(0, 60))
def test_a_later_start_is_never_due_earlier(
    country: str, one: datetime, other: datetime, unit: Unit, value: int
) -> None:
    first, second = sorted((one, other))
    calendar, limit = CALENDARS[country], Limit(value, unit)
    assert due_after(calendar, first, limit) <= due_after(calendar, second, limit)


@settings(max_examples=80, deadline=None)
@given(COUNTRIES, INSTANTS, st.sampled_from(list(Unit)), st.integers(0, 60), st.integers(0, 60))
def test_a_longer_limit_is_never_due_earlier(
    country: str, start: datetime, unit: Unit, one: int, other: int
) -> None:
    calendar = CALENDARS[country]
    dues = [due_after(calendar, start, Limit(value, unit)) for value in sorted((one, other))]
    assert dues == sorted(dues)


@settings(max_examples=80, deadline=None)
@given(
    COUNTRIES,
    INSTANTS,
    st.sampled_from(
        [Unit.HOURS, Unit.BUSINESS_HOURS, Unit.BUSINESS_DAYS, Unit.CALENDAR_DAYS, Unit.WEEKS]
    ),
    st.integers(0, 40),
    st.integers(1, 40),
)
def test_limits_add_up(country: str, start: datetime, unit: Unit, one: int, other: int) -> None:
    calendar = CALENDARS[country]
    halfway = due_after(calendar, start, Limit(one, unit))
    assert due_after(calendar, halfway, Limit(other, unit)) == due_after(
        calendar, start, Limit(one + other, unit)
    )


@settings(max_examples=80, deadline=None)
@given(COUNTRIES, INSTANTS, st.integers(0, 200))
def test_working_time_there_and_back(country: str, start: datetime, hours: int) -> None:
    calendar = CALENDARS[country]
    there = calendar.working_hours_after(start, hours)
    assert calendar.working_seconds_between(start, there) == pytest.approx(hours * 3_600, abs=1e-3)


def test_the_banks_own_days_go_over_the_published_ones() -> None:
    typhoon, saturday = date(2026, 7, 10), date(2026, 7, 11)
    calendar = replace(CALENDARS["TW"], closed=frozenset({typhoon}), worked=frozenset({saturday}))
    start = datetime(2026, 7, 9, 2, 0, tzinfo=UTC)
    assert calendar.working_days_after(start, 1).astimezone(calendar.zone).date() == saturday


def test_hours_with_a_lunch_break() -> None:
    calendar = Calendar(
        "TW", "Asia/Taipei", hours=((time(9), time(12)), (time(13, 30), time(17, 30)))
    )
    eleven = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    assert calendar.working_hours_after(eleven, 2) == datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


def test_beyond_the_published_calendar_working_days_are_provisional() -> None:
    profile: Profile = load_profile("TW-FCPA")
    assert profile.calendar.is_provisional(datetime(2027, 1, 4, tzinfo=UTC))
    assert not profile.calendar.is_provisional(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize("text", ["", "3", "three business_days", "-1 hours", "3 fortnights"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_limit(text)
