"""A handler reckons interest on the page of the proposal: the figure is filled in, what was typed
stays, the working is shown and lies among the evidence; a gap in a table is told by name."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

from service import cases
from service.execution import Runtime
from service.i18n.languages import LANGUAGES
from tests.kit.desk import SAME, Desk
from tests.kit.walker import Walk, complain

TYPED = {
    "outcome": "upheld",
    "remedies": "compensation",
    "reason": "The bank was wrong.",
    "redressParts.refund": "1000",
    "interest-amount": "1,000",
    "interest-first": "2024-01-01",
    "interest-end": "2025-01-01",
    "interest-basis": "gb-8",
}


@pytest.fixture
def proposing(runtime: Runtime) -> Walk:
    return complain(runtime, currency="GBP", amount=1_000).work(until="propose-solution")


def key_of(walk: Walk) -> int:
    return next(t.key for t in walk.standing().tasks if t.element_id == "propose-solution")


def at_desk(walk: Walk, tmp_path: Path, who: str = "wu") -> Desk:
    return Desk.of(walk.runtime, tmp_path).at(walk.now).sign_in(who)


def values(page: str) -> dict[str, str]:
    """The value of each text field of a page."""
    found = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and 'type="radio"' not in tag:
            found[name[1]] = html.unescape(value[1])
    return found


def evidence(walk: Walk) -> list[cases.Evidence]:
    with walk.runtime.database.read() as connection:
        return list(cases.list_evidence(connection, walk.root))


def test_the_figure_is_filled_in_and_what_was_typed_stays(proposing: Walk, tmp_path: Path) -> None:
    desk, key = at_desk(proposing, tmp_path), key_of(proposing)
    assert "Reckon interest" in desk.see(f"/tasks/{key}")
    answer = desk.post(f"/tasks/{key}/interest", **TYPED)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    found = values(page)
    assert found["redressParts.interest"] == "80.22"
    assert found["redressParts.refund"] == "1000"
    assert found["compensationAmount"] == "1080.22"
    assert found["interest-amount"] == "1,000"
    assert re.search(r'value="upheld"\s+checked', page)
    assert 'id="working"' in page
    assert "366" in page


def test_the_working_is_kept_once_among_the_evidence(proposing: Walk, tmp_path: Path) -> None:
    desk, key = at_desk(proposing, tmp_path), key_of(proposing)
    before = len(evidence(proposing))
    for _ in range(2):
        desk.post(f"/tasks/{key}/interest", **TYPED)
    (kept,) = evidence(proposing)[before:]
    assert kept.name == "interest-gb-8-2024-01-01-2025-01-01.txt"
    number = proposing.complaint.number
    shown = desk.client.get(f"/complaints/{number}/evidence/{kept.key}", headers=SAME)
    text = shown.get_data(as_text=True)
    assert "366 days at 8 % on 1000.000000: 80.219178" in text
    assert "Interest, rounded once: GBP 80.22" in text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"interest-basis": "gb-bank-rate-plus-1", "interest-end": "2026-06-01"}, "2025-12-18"),
        ({"interest-basis": "none"}, "none"),
        ({"interest-first": ""}, "expected a day"),
        ({"interest-end": "2023-12-31"}, "2024-01-01"),
        ({"interest-amount": "a lot"}, "a lot"),
        ({"interest-amount": "0"}, "above zero"),
    ],
)
def test_what_cannot_be_reckoned_is_told_and_nothing_is_lost(
    proposing: Walk, tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    desk, key = at_desk(proposing, tmp_path), key_of(proposing)
    before = len(evidence(proposing))
    answer = desk.post(f"/tasks/{key}/interest", **{**TYPED, **changed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    problem = page.split('id="interest-problem"')[1].split("</p>")[0]
    assert told in html.unescape(problem)
    assert values(page)["redressParts.refund"] == "1000"
    assert len(evidence(proposing)) == before


def test_somebody_whose_task_it_is_not_is_refused(proposing: Walk, tmp_path: Path) -> None:
    desk, key = at_desk(proposing, tmp_path, "lin"), key_of(proposing)
    before = evidence(proposing)
    assert desk.post(f"/tasks/{key}/interest", **TYPED).status_code in (403, 404)
    assert evidence(proposing) == before


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_working_is_in_the_words_of_the_reader(
    proposing: Walk, tmp_path: Path, language: str
) -> None:
    desk, key = at_desk(proposing, tmp_path), key_of(proposing)
    desk.client.set_cookie("language", language)
    page = desk.post(f"/tasks/{key}/interest", **TYPED).get_data(as_text=True)
    words = {"en": "Average rate: 8 %", "zh-Hant": "平均利率：8%", "zh-Hans": "平均利率：8%"}
    assert words[language] in page
