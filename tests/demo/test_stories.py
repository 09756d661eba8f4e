"""The stories and the texts of the demo say everything that their players need."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from service import definitions
from service.demo.cast import AT_ONCE, HOURS
from service.demo.people import OTHERS, VISITORS
from service.demo.script import SCRIPT
from service.demo.stories import HANDLERS, Story, read_matters, read_phrases, read_stories
from service.engine import load_bundle
from service.identity import Role

NAMES = {each.name for each in (*VISITORS, *OTHERS)}
LEAST_REASON = 20
"""Characters that the form of a proposal wants where a complaint is not upheld."""
NOT_PLAYED = {"review-change-task", "release-version-task"}
"""Tasks of a review, which people do on the page of the version."""


def test_every_task_of_the_procedure_has_a_script() -> None:
    bundle = load_bundle(definitions.shipped_files())
    tasks = {
        element.id
        for process in bundle.processes.values()
        for element in process.elements.values()
        if element.kind == "userTask"
    }
    assert tasks - NOT_PLAYED == set(SCRIPT)
    assert set(HOURS) | set(AT_ONCE) <= set(SCRIPT)


def test_the_stories_are_a_bank_of_four_months() -> None:
    stories = read_stories()
    assert len({each.id for each in stories}) == len(stories) >= 80
    assert stories[0].begins > timedelta(days=100) > timedelta(hours=2) > stories[-1].begins
    assert sum(not each.is_open for each in stories) > len(stories) / 2
    assert {each.language for each in stories} == {"en", "zh-Hant", "zh-Hans"}
    assert len({each.text for each in stories}) >= len(stories) - 1
    assert {each.handler for each in stories if each.handler} | set(HANDLERS) <= NAMES
    assert {each.role for each in VISITORS} == set(Role)


@pytest.mark.parametrize("story", read_stories(), ids=lambda story: story.id)
def test_a_story_stops_at_tasks_that_there_are(story: Story) -> None:
    assert story.stop | story.stop2 <= set(SCRIPT)
    assert {each.after for each in story.happen} <= set(SCRIPT)
    assert {each.by for each in story.happen} <= NAMES
    assert story.matter or story.end == "inquiry" or story.stop == {"assess-facts"}


@pytest.mark.parametrize("name", sorted(read_matters()))
def test_a_matter_is_written_for_its_customers(name: str) -> None:
    matter, others = read_matters()[name], [read_matters()[each] for each in read_matters()]
    assert {frozenset(each.en) for each in others} == {frozenset(matter.en)}
    assert {frozenset(each.zh) for each in others} == {frozenset(matter.zh)}
    assert all(matter.en.values()) and all(matter.zh.values())
    for story in read_stories():
        if story.matter == name and not story.stop & {"assess-facts"}:
            told = matter.told(story.language)
            assert min(len(told["told"]), len(told["not"])) >= LEAST_REASON, story.id


def test_chinese_is_written_with_full_width_marks() -> None:
    chinese = [text for each in read_matters().values() for text in each.zh.values()]
    chinese += [text for each in read_matters().values() for text in each.hant.values()]
    chinese += read_phrases()["zh"].values()
    chinese += [each.text for each in read_stories() if each.language != "en"]
    assert [text for text in chinese if re.search(r"[\u4e00-\u9fff][,;:?!]", text)] == []
