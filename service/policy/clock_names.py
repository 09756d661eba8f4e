"""What clocks are called: those of the leading regime by their own names, those of another with its
name behind."""

from __future__ import annotations

UNDER = " under "
"""Between the name of a clock and the regime it belongs to, where that does not lead the case."""


def named(clock: str, regime: str) -> str:
    """The name of a clock of a regime that does not lead."""
    return f"{clock}{UNDER}{regime}"


def base_of(clock: str) -> str:
    """The clock that it is, whatever regime it belongs to."""
    return clock.partition(UNDER)[0]


def regime_of(clock: str) -> str:
    """The regime of a clock; "" for the leading one."""
    return clock.partition(UNDER)[2]
