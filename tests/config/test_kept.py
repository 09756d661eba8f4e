"""What is kept for the next who asks: bounded, made once, and nothing of a failure."""

from __future__ import annotations

from functools import partial

import pytest

from service.kept import Kept


def test_a_value_is_made_once_and_no_more_are_kept_than_there_may_be() -> None:
    kept: Kept[int, int] = Kept(3)
    made: list[int] = []

    def make(key: int) -> int:
        made.append(key)
        return key * key

    for key in (1, 1, 2, 3, 4, 4, 5, 6, 7):
        assert kept.get(key, partial(make, key)) == key * key
        assert len(kept) <= 3
    assert made == [1, 2, 3, 4, 5, 6, 7]


def test_a_failure_is_not_kept() -> None:
    kept: Kept[str, int] = Kept(3)

    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError):
        kept.get("a", fail)
    assert kept.get("a", lambda: 7) == 7
