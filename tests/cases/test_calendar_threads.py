"""A calendar that several threads ask at once for years it has not seen."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from service.policy import calendar as module
from service.policy.calendar import Calendar

YEARS = range(2031, 2041)
DAYS = [date(year, 1, 1) + timedelta(days=each) for year in YEARS for each in range(0, 365, 7)]


def test_threads_that_ask_at_once_are_told_the_same() -> None:
    calendar = Calendar("TW", ZoneInfo("Asia/Taipei"))
    barrier = threading.Barrier(8)

    def ask(_: int) -> list[bool]:
        barrier.wait()
        return [calendar.is_working_day(day) for day in DAYS]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        module._holidays.cache_clear()
        assert not calendar.is_working_day(date(2030, 1, 1))
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(ask, range(8)))
    finally:
        sys.setswitchinterval(interval)
    module._holidays.cache_clear()
    alone = [calendar.is_working_day(day) for day in DAYS]
    assert told == [alone] * 8
