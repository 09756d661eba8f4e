"""The complaint number: every slip of one character and every swap of neighbours is caught."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cases import make_number, parse_number
from service.errors import InvalidInput

COUNTS = st.integers(1, 9_999_999)


@given(st.integers(2000, 2100), COUNTS)
def test_a_number_reads_back(year: int, count: int) -> None:
    number = make_number(year, count)
    assert parse_number(f" {number.lower()} ") == number


@given(COUNTS, st.sampled_from([2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13]), st.integers(1, 9))
def test_a_wrong_digit_is_caught(count: int, place: int, by: int) -> None:
    number = make_number(2026, count)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    with pytest.raises(InvalidInput, match="check character"):
        parse_number(wrong)


DIGITS = st.sampled_from([2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13])


@given(COUNTS, DIGITS, DIGITS)
def test_swapped_digits_are_caught(count: int, one: int, other: int) -> None:
    number = make_number(2026, count)
    if number[one] != number[other]:
        swapped = list(number)
        swapped[one], swapped[other] = number[other], number[one]
        with pytest.raises(InvalidInput):
            parse_number("".join(swapped))


@pytest.mark.parametrize(
    "text", ["", "C-2026-1-A", "C-2026-0000001", "２０２６", "C-2026-0000001-!", "x" * 1000]
)
def test_other_shapes_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="expected a complaint number"):
        parse_number(text)


def test_a_year_has_room_for_so_many() -> None:
    assert make_number(2026, 9_999_999).startswith("C-2026-9999999-")
    for count in (0, 10_000_000):
        with pytest.raises(InvalidInput):
            make_number(2026, count)
