"""Every case of the standard's test kit: `python -m pytest tests/tck --tck DIR`."""

from __future__ import annotations

from tck_kit import Case, run_case, same


def test_case(case: Case) -> None:
    value, why = run_case(case)
    assert same(value, case.expected), f"expected {case.expected!r}, found {value!r} ({why})"
