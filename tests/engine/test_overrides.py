"""The table of overrides in `docs/engine.md` is the code's, and SpiffWorkflow is the one it was
written for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from SpiffWorkflow.task import Task

from service.engine import EngineError, fingerprints, overrides
from tests.engine.test_stock_faults import FAULTS

PAGE = (Path(__file__).parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")
ROWS = [
    line.split("|")[1:-1]
    for line in PAGE.split("## Overrides")[1].split("## Guard")[0].splitlines()
    if line.startswith("| `")
]


def test_every_method_that_overrides_one_of_spiffworkflows_has_its_place_in_the_table():
    told = [name for row in ROWS for name in re.findall(r"`([\w.]+)`", row[0])]
    assert len(told) == len(set(told))
    assert sorted(told) == sorted(overrides.overrides())


def test_every_fault_of_spiffworkflow_is_a_reason_in_the_table():
    reasons = " ".join(row[3] for row in ROWS)
    assert [name for name in FAULTS if name not in reasons] == []


def test_every_row_says_what_was_and_what_is():
    for row in ROWS:
        assert len(row) == 5
        assert all(cell.strip() for cell in row)


def test_the_library_is_the_one_that_was_tested():
    overrides.check_library.cache_clear()
    overrides.check_library()
    assert overrides.as_module().split("FINGERPRINTS")[1].count('": "') == len(
        fingerprints.FINGERPRINTS
    )


def test_a_library_that_reads_otherwise_is_refused(monkeypatch):
    def _set_state(self, value):
        self._state = value

    monkeypatch.setattr(Task, "_set_state", _set_state)
    overrides.check_library.cache_clear()
    with pytest.raises(EngineError, match=r"in task\.Task\._set_state") as refused:
        overrides.check_library()
    assert refused.value.code == "library"
    overrides.check_library.cache_clear()


def test_a_library_without_a_method_that_is_overridden_is_refused(monkeypatch):
    monkeypatch.delattr(Task, "_inherit_data")
    overrides.check_library.cache_clear()
    with pytest.raises(EngineError, match="SpiffWorkflow differs"):
        overrides.check_library()
    overrides.check_library.cache_clear()
