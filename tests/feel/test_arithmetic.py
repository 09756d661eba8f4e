"""Arithmetic between all kinds of values (DMN 1.5, tables 57 to 59): what has a meaning, and that
all else is null."""

from __future__ import annotations

import itertools

import pytest

from service.feel import Why, compile_expression, equal

SAMPLES = {
    "number": "10",
    "string": '"10"',
    "boolean": "true",
    "date": '@"2021-01-02"',
    "time": '@"10:10:10"',
    "date and time": '@"2021-01-02T10:10:10"',
    "days": '@"P1DT1H"',
    "months": '@"P1Y2M"',
    "list": "[10]",
    "context": "{a: 10}",
    "range": "[1..10]",
    "function": "(function(a) a)",
    "null": "null",
}
MEANINGS = {
    "+": {
        ("number", "number"): "20",
        ("string", "string"): '"1010"',
        ("days", "days"): '@"P2DT2H"',
        ("months", "months"): '@"P2Y4M"',
        ("date", "days"): '@"2021-01-03"',
        ("days", "date"): '@"2021-01-03"',
        ("date", "months"): '@"2022-03-02"',
        ("months", "date"): '@"2022-03-02"',
        ("time", "days"): '@"11:10:10"',
        ("days", "time"): '@"11:10:10"',
        ("date and time", "days"): '@"2021-01-03T11:10:10"',
        ("days", "date and time"): '@"2021-01-03T11:10:10"',
        ("date and time", "months"): '@"2022-03-02T10:10:10"',
        ("months", "date and time"): '@"2022-03-02T10:10:10"',
    },
    "-": {
        ("number", "number"): "0",
        ("days", "days"): '@"PT0S"',
        ("months", "months"): '@"P0M"',
        ("date", "date"): '@"PT0S"',
        ("time", "time"): '@"PT0S"',
        ("date and time", "date and time"): '@"PT0S"',
        ("date", "days"): '@"2020-12-31"',
        ("date", "months"): '@"2019-11-02"',
        ("time", "days"): '@"09:10:10"',
        ("date and time", "days"): '@"2021-01-01T09:10:10"',
        ("date and time", "months"): '@"2019-11-02T10:10:10"',
    },
    "*": {
        ("number", "number"): "100",
        ("number", "days"): '@"P10DT10H"',
        ("days", "number"): '@"P10DT10H"',
        ("number", "months"): '@"P11Y8M"',
        ("months", "number"): '@"P11Y8M"',
    },
    "/": {
        ("number", "number"): "1",
        ("days", "number"): '@"PT2H30M"',
        ("months", "number"): '@"P1M"',
        ("days", "days"): "1",
        ("months", "months"): "1",
    },
    "**": {("number", "number"): "10000000000"},
}


@pytest.mark.parametrize("sign", MEANINGS)
def test_every_pair_of_kinds(sign: str) -> None:
    for left, right in itertools.product(SAMPLES, repeat=2):
        why = Why()
        found = compile_expression(f"{SAMPLES[left]} {sign} {SAMPLES[right]}").evaluate({}, why=why)
        wanted = MEANINGS[sign].get((left, right))
        if wanted is None:
            assert found is None, f"{left} {sign} {right} is {found!r}"
            assert why.reasons, f"{left} {sign} {right} is null without a reason"
        else:
            assert equal(found, compile_expression(wanted).evaluate({})) is True, (
                f"{left} {sign} {right} is {found!r}"
            )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a date counts as midnight UTC beside a date and time that has a zone; without one they do
        # not compare
        ('@"2021-01-02" - @"2021-01-01T10:10:10+11:00"', '@"P1DT49M50S"'),
        ('@"2021-01-02" - @"2021-01-01T10:10:10@Australia/Melbourne"', '@"P1DT49M50S"'),
        ('@"2021-01-02" - @"2021-01-01T10:10:10"', "null"),
        ('@"2021-01-02T00:00:00Z" - @"2021-01-02"', '@"PT0S"'),
        ('@"10:00:00Z" - @"10:00:00"', "null"),
        # hours take a date back to the day they end in
        ('@"2021-01-02" - @"PT1H"', '@"2021-01-01"'),
        ('@"2021-01-02" + @"PT1H"', '@"2021-01-02"'),
        ('@"2021-01-02" + @"PT25H"', '@"2021-01-03"'),
        ('@"2020-03-01" - @"PT24H"', '@"2020-02-29"'),
        # the last day of a month stays inside the month
        ('@"2021-01-31" + @"P1M"', '@"2021-02-28"'),
        ('@"2020-02-29" + @"P1Y"', '@"2021-02-28"'),
        ('@"2020-02-29T12:00:00Z" - @"P1Y"', '@"2019-02-28T12:00:00Z"'),
        # times run round the clock; a zone stays as it is written
        ('@"23:30:00" + @"PT1H"', '@"00:30:00"'),
        ('@"00:30:00Z" - @"P1DT1H"', '@"23:30:00Z"'),
        (
            'string(@"2021-01-01T10:10:10@Australia/Melbourne" - @"P1D")',
            '"2020-12-31T10:10:10@Australia/Melbourne"',
        ),
        # over the change of the clocks a day is a day of instants
        (
            'string(@"2026-03-29T01:30:00@Europe/Paris" + @"PT1H")',
            '"2026-03-29T03:30:00@Europe/Paris"',
        ),
        # years beyond four digits and before the first
        ('@"9999-12-31" + @"P1D"', '@"10000-01-01"'),
        ('string(@"0001-01-01" - @"P1D")', '"0000-12-31"'),
        ('string(@"-0001-12-31" + @"P1D")', '"0000-01-01"'),
        ('@"999999999-12-31" + @"P1D"', "null"),
        # parts of durations are cut towards zero
        ('@"P10Y11M" / 2.5', '@"P4Y4M"'),
        ('-2.5 * @"P1Y11M"', '@"-P4Y9M"'),
        ('@"PT1S" / 3', '@"PT0.333333333S"'),
        ('@"P1D" / @"PT36H" = 2/3', "true"),
        ('@"P1D" / 0', "null"),
        ('@"P1Y" / @"P0Y"', "null"),
        ('-@"P1DT1H"', '@"-P1DT1H"'),
        ('-"a"', "null"),
        ("0.1 + 0.2 = 0.3", "true"),
        ("1e3", "1000"),
        ("1.5E-2", "0.015"),
        ("2 ** -1", "0.5"),
        ("(-8) ** (1/3)", "null"),
        ("-2 ** 2", "4"),
        ("2 ** 3 ** 2", "64"),
        ("10 / 3 * 3 = 10", "false"),
    ],
)
def test_values(text: str, expected: str) -> None:
    found = compile_expression(text).evaluate({})
    assert equal(found, compile_expression(expected).evaluate({})) is True, found
