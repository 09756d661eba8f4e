"""The time at which tests begin, and the only one that they name."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Monday morning, ten o'clock in Taipei: a working hour of a working day."""

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
"""A Saturday that is the last of a month: what counts in months or working days is seen to."""

PATIENCE = 60.0
"""Seconds that a test waits for what happens by itself. Only what is broken takes so long, however
busy the machine is: no test passes or fails by how fast it is."""

EXAMPLES_AT = datetime(2026, 3, 15, 10, 30, tzinfo=UTC)
"""The Sunday on which the examples of `docs/feel.md` are evaluated."""
