"""The server's picture of a diagram: named in the reader's language, marked, and free of inline
style."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from service.definitions.picture import Mark, draw
from service.errors import NotFound

PROCESSES = Path(__file__).parents[2] / "processes"
MAIN = (PROCESSES / "complaint.bpmn").read_bytes()


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
@pytest.mark.parametrize("path", sorted(PROCESSES.glob("*.bpmn")), ids=lambda path: path.stem)
def test_every_shipped_sheet_is_drawn_without_inline_style(path: Path, language: str) -> None:
    root = etree.fromstring(draw(path.read_bytes(), language=language))
    for node in root.iter():
        assert "style" not in node.attrib
        assert etree.QName(node).localname not in ("style", "script")


def test_names_follow_the_language() -> None:
    assert "處理客戶投訴" in draw(MAIN, language="zh-Hant")
    assert "Handle a customer complaint" in draw(MAIN, language="en")


def test_marks_become_classes_and_flags() -> None:
    svg = etree.fromstring(draw(MAIN, marks={"triage-complaint-call": Mark("active", "<2>")}))
    group = svg.find(".//*[@data-element='triage-complaint-call']")
    assert group is not None
    assert "active" in str(group.get("class")).split()
    assert "<2>" in "".join(group.itertext())


def test_a_mark_leads_somewhere_and_says_more_than_its_flag() -> None:
    mark = Mark("heat-2", "7", '7 cases, "2" late', "/there?a=1&b=2")
    svg = etree.fromstring(draw(MAIN, marks={"triage-complaint-call": mark}))
    (link,) = svg.iter("{*}a")
    assert link.get("href") == "/there?a=1&b=2"
    assert (link.get("aria-label") or "").endswith('— 7 cases, "2" late')
    assert svg.get("role") == "group"
    assert etree.fromstring(draw(MAIN)).get("role") == "img"


def test_a_process_that_no_diagram_shows_is_said() -> None:
    with pytest.raises(NotFound):
        draw(MAIN, process_id="elsewhere")


def test_a_picture_that_is_kept_is_of_its_own_version_language_and_marks() -> None:
    other = MAIN.replace(b"Handle a customer complaint", b"Handle a complaint of somebody")
    marks = {"triage-complaint-call": Mark("active")}
    asked = [
        (xml, language, given)
        for xml in (MAIN, other)
        for language in ("en", "zh-Hant")
        for given in ({}, marks)
    ]
    first = [draw(xml, language=language, marks=given) for xml, language, given in asked]
    again = [draw(xml, language=language, marks=given) for xml, language, given in asked]
    assert first == again
    assert len(set(first)) > len(asked) / 2
    assert "Handle a complaint of somebody" in first[4]
    assert "Handle a complaint of somebody" not in first[0]
    assert [each.count('active"') for each in first[:2]] == [0, 1]
