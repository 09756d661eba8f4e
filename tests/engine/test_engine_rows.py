"""Every row of the table of constructs: what runs does what it says, live and restored; what is
refused is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.bpmn.constructs import CONSTRUCTS, as_markdown
from service.engine import check_bundle
from service.errors import Severity
from tests.engine.all_rows import ROWS
from tests.engine.refused import REFUSED
from tests.engine.rows import Stage
from tests.kit.drawing import draw

TESTS = dict.fromkeys(ROWS.values())


def test_every_row_has_its_test_and_no_test_is_without_a_row():
    assert sorted(ROWS) == sorted(row.key for row in CONSTRUCTS if not row.refused)
    assert sorted(REFUSED) == sorted(row.key for row in CONSTRUCTS if row.refused)


@pytest.mark.parametrize("test", TESTS, ids=lambda test: f"{test.__module__}.{test.__name__}")
def test_runs(test):
    straight, restored = Stage("straight"), Stage("restored")
    test(straight)
    test(restored)
    for live, kept in zip(straight.players, restored.players, strict=True):
        if live.ended == kept.ended:
            assert live.all == kept.all
            assert live.state == kept.state


@pytest.mark.parametrize("row", [row for row in CONSTRUCTS if row.refused], ids=lambda row: row.key)
def test_refused(row):
    problems = check_bundle({"it.bpmn": draw(REFUSED[row.key])})
    found = [each for each in problems if each.severity is Severity.ERROR]
    assert {each.code for each in found} == {row.refused}
    for problem in found:
        assert problem.element
        assert problem.line
        assert problem.fix


def test_the_page_is_written_from_the_table():
    page = Path(__file__).parents[2] / "docs" / "constructs.md"
    assert page.read_text(encoding="utf-8") == as_markdown(), (
        "run: python -m service.bpmn.constructs"
    )
