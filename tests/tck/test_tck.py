"""Every case of the standard's test kit: `python -m pytest tests/tck --tck DIR`."""

from __future__ import annotations

from pathlib import Path

from tests.kit.tck import Case, count_elements, find_cases, run_case, same


def test_every_case_of_the_kit_is_run(kit: Path) -> None:
    """No case is lost between the files and the tests: counted in the text, and as they run."""
    tally, run = count_elements(kit), find_cases(kit)
    assert len(run) == tally.results + tally.without_result
    assert tally.without_result == 0
    assert len({case.name for case in run}) == len(run)


def test_case(case: Case) -> None:
    value, why = run_case(case)
    assert same(value, case.expected), f"expected {case.expected!r}, found {value!r} ({why})"
