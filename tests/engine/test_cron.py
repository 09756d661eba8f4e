"""Cron in timer cycles: when it comes next, what it refuses, and that an engine's timer uses it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.bpmn.cron import is_cron, parse_cron
from service.engine import start_timers
from service.engine.starts import next_start
from tests.kit.clock import NOON
from tests.kit.playing import Player, bundle_of

# 2026-01-31 is a Saturday.
SECOND = timedelta(seconds=1)
NEXT = {
    "0 0 9-17 * * MON-FRI": "2026-02-02T09:00:00",
    "0 0/30 8-10 * * *": "2026-02-01T08:00:00",
    "*/10 * * * * *": "2026-01-31T12:00:10",
    "30 0 12 * * ?": "2026-01-31T12:00:30",
    "0 0 0 25 12 ?": "2026-12-25T00:00:00",
    "0 0 0 L * *": "2026-02-28T00:00:00",
    "0 0 0 L-3 * *": "2026-02-25T00:00:00",
    "0 0 0 1W * *": "2026-02-02T00:00:00",
    "0 0 0 15W 8 *": "2026-08-14T00:00:00",
    "0 0 0 LW * *": "2026-02-27T00:00:00",
    "0 0 0 * * 5L": "2026-02-27T00:00:00",
    "0 0 0 * * THUL": "2026-02-26T00:00:00",
    "0 0 0 ? * MON#1": "2026-02-02T00:00:00",
    "0 0 0 ? * 5#5": "2026-05-29T00:00:00",
    "0 0 0 29 FEB 7": "2032-02-29T00:00:00",
    "0 0 6,18 * jan,mar *": "2026-01-31T18:00:00",
    "@monthly": "2026-02-01T00:00:00",
    "@hourly": "2026-01-31T13:00:00",
    "@weekly": "2026-02-01T00:00:00",
    "@yearly": "2027-01-01T00:00:00",
}
WRONG = (
    "0 0 9 * *",
    "0 9 * * MON-FRI",
    "60 0 0 * * *",
    "0 0 24 * * *",
    "0 0 0 0 * *",
    "0 0 0 * 13 *",
    "0 0 0 * * 8",
    "0 0 0 * * MON#6",
    "0 0 17-9 * * *",
    "0 0/0 * * * *",
    "@often",
    "0 0 0 * * FUNDAY",
    "0 " * 150,
)


@pytest.mark.parametrize(("text", "due"), NEXT.items())
def test_it_comes_next(text, due):
    assert parse_cron(text).after(NOON) == datetime.fromisoformat(f"{due}+00:00")


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_says_so(text):
    assert is_cron(text)
    with pytest.raises(ValueError, match=r"expected .*cron"):
        parse_cron(text)


def test_a_day_that_never_comes_says_so():
    with pytest.raises(ValueError, match="never"):
        parse_cron("0 0 0 31 2 *").after(NOON)


@given(
    st.integers(0, 2_800_000_000).map(lambda s: datetime(2000, 1, 1, tzinfo=UTC) + s * SECOND),
    st.sets(st.integers(0, 59), min_size=1, max_size=4),
    st.sets(st.integers(0, 23), min_size=1, max_size=4),
    st.sets(st.integers(1, 28), min_size=1, max_size=4),
)
def test_the_next_time_is_the_first_that_fits(moment, minutes, hours, days):
    def listed(numbers):
        return ",".join(map(str, sorted(numbers)))

    due = parse_cron(f"0 {listed(minutes)} {listed(hours)} {listed(days)} * *").after(moment)
    assert due > moment
    assert (due.second, due.microsecond) == (0, 0)
    assert due.minute in minutes
    assert due.hour in hours
    assert due.day in days
    between = [
        moment.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=day)
        for day in range(min(40, (due - moment).days + 2))
        for hour in hours
        for minute in minutes
    ]
    assert not [each for each in between if moment < each < due and each.day in days]


@pytest.mark.parametrize("mode", ["straight", "restored"])
def test_missed_times_are_not_made_up_for(mode):
    it = Player(
        bundle_of(
            """process p {
              startEvent start
              userTask work
              boundaryEvent nine on=work "cycle=0 0 9 * * MON-FRI" interrupting=no
              task note
              start -> work
              nine -> note
            }"""
        ),
        mode,
    ).start()
    assert it.find("nine").due_at == datetime(2026, 2, 2, 9, tzinfo=UTC)
    assert it.find("nine").repetitions == -1
    it.now = datetime(2026, 2, 5, 10, tzinfo=UTC)
    it.fire("nine")
    assert it.find("nine").due_at == datetime(2026, 2, 6, 9, tzinfo=UTC)


def test_cycles_are_feel_too():
    bundle = bundle_of(
        """process p {
          startEvent often "cycle==cycle(3, duration(\\"PT2H\\"))"
          startEvent cron "cycle==\\"0 0 \\" + string(7 + 1) + \\" * * *\\""
          startEvent ever "cycle==cycle(duration(\\"P1D\\"))"
          userTask t
          often -> t
          cron -> t
          ever -> t
        }"""
    )
    assert [(each.due_at, each.repetitions) for each in start_timers(bundle, now=NOON)] == [
        (NOON + timedelta(hours=2), 2),
        (datetime(2026, 2, 1, 8, tzinfo=UTC), -1),
        (NOON + timedelta(days=1), -1),
    ]
    late = NOON + timedelta(days=5)
    assert next_start(bundle, "p", "cron", anchor=NOON, fired=1, now=late) == datetime(
        2026, 2, 6, 8, tzinfo=UTC
    )
