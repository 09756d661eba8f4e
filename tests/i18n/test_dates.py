"""Days and times by the CLDR of the reader, in the zone of what they are about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from service.i18n.dates import Times, clock_time, day, weekday
from service.i18n.languages import LANGUAGES, PSEUDO

LONDON, TAIPEI, HONG_KONG = (
    ZoneInfo("Europe/London"),
    ZoneInfo("Asia/Taipei"),
    ZoneInfo("Asia/Hong_Kong"),
)
MIDNIGHT = datetime(2027, 1, 25, 23, 59, 59, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("30 Nov 2026", "30 November 2026", "Mon 30 Nov")),
        ("zh-Hant", ("2026年11月30日", "2026年11月30日", "11月30日週一")),
        ("zh-Hans", ("2026年11月30日", "2026年11月30日", "11月30日周一")),
    ],
)
def test_a_day_is_written_as_its_readers_do(language: str, words: tuple[str, str, str]) -> None:
    on = date(2026, 11, 30)
    assert (day(on, language), day(on, language, form="long"), weekday(on, language)) == words


@pytest.mark.parametrize("language", [*LANGUAGES, PSEUDO])
def test_a_deadline_is_told_in_the_zone_of_its_case_which_is_named_for_others(
    language: str,
) -> None:
    plain = Times(language, LONDON).moment(MIDNIGHT)
    assert "25" in plain
    assert plain.endswith("23:59")
    assert Times(language, LONDON, LONDON).moment(MIDNIGHT) == plain
    elsewhere = Times(language, LONDON, TAIPEI).moment(MIDNIGHT)
    assert elsewhere.startswith(plain)
    assert elsewhere != plain


def test_the_zone_has_the_name_it_goes_by_on_that_day() -> None:
    assert (
        Times("en", LONDON, TAIPEI).moment(MIDNIGHT) == "25 Jan 2027, 23:59 (Greenwich Mean Time)"
    )
    assert Times("en", LONDON, TAIPEI).moment(SUMMER) == "1 Jul 2026, 10:05 (British Summer Time)"
    assert Times("zh-Hant", LONDON, TAIPEI).moment(SUMMER) == "2026年7月1日 10:05（英國夏令時間）"


def test_clocks_that_show_the_same_need_no_name() -> None:
    assert Times("en", HONG_KONG, TAIPEI).moment(MIDNIGHT) == "26 Jan 2027, 07:59"


def test_the_day_is_that_of_the_zone_and_no_time_is_nothing() -> None:
    assert Times("en", LONDON, TAIPEI).day(MIDNIGHT) == "25 Jan 2027"
    assert Times("en", TAIPEI).letter_day(MIDNIGHT) == "26 January 2027"
    assert Times("en", LONDON).letter_moment(SUMMER) == "1 July 2026, 10:05"
    assert (Times("en", LONDON).moment(None), Times("en", LONDON).day(None)) == ("", "")
    assert clock_time(SUMMER, "zh-Hans") == "09:05"
