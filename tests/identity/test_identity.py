"""Who gets in, for how long, and how often one may try."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service import identity
from service.identity import Attempts, TooManyAttempts

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_stops_guessing_and_lets_go_after_the_window() -> None:
    attempts = Attempts(limit=3)
    for _ in range(3):
        attempts.check("a", now=NOW)
        attempts.failed("a", now=NOW)
    with pytest.raises(TooManyAttempts):
        attempts.check("a", now=NOW)
    attempts.check("b", now=NOW)
    attempts.check("a", now=NOW + identity.WINDOW + timedelta(seconds=1))
