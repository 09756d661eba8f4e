"""A day is the day in the zone of the law that a case goes by, in what is kept and in what diagrams
ask."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from service import policy
from service.builtins import CaseView, functions_of
from service.feel import compile_expression
from service.policy import load_profile

EVENING_THERE = datetime(2026, 12, 1, 3, 30, tzinfo=UTC)
"""The evening of 30 November in New York, midday of 1 December in Taipei."""
LEAP = datetime(2028, 3, 1, 3, 30, tzinfo=UTC)
DAYS = [("US-CFPB", date(2026, 11, 30)), ("TW-FCPA", date(2026, 12, 1))]


@pytest.mark.parametrize(("profile", "day"), DAYS)
def test_today_is_the_day_where_the_law_is(profile: str, day: date) -> None:
    view = CaseView(None, load_profile(profile), EVENING_THERE)
    today = compile_expression("today()")
    assert today.evaluate(dict(functions_of(view)), now=EVENING_THERE) == day
    assert today.evaluate({}, now=EVENING_THERE) == date(2026, 12, 1)


@pytest.mark.parametrize(("profile", "day"), DAYS)
def test_a_file_is_kept_by_the_day_it_was_completed_where_the_law_is(
    profile: str, day: date
) -> None:
    law = load_profile(profile)
    kept = policy.retain_until(law, EVENING_THERE)
    assert kept == day.replace(year=day.year + law.retention_years)


def test_the_29_february_of_the_law_is_kept_until_the_28th() -> None:
    law = load_profile("US-CFPB")
    assert policy.retain_until(law, LEAP) == date(2028 + law.retention_years, 2, 28)
