"""Every word that a page can say is in the catalogue, in Traditional and Simplified Chinese."""

from __future__ import annotations

from pathlib import Path

from service.audit import Event
from service.definitions import shipped_files
from service.i18n.catalogue import chosen, say
from service.i18n.languages import best_language
from service.web import story


def test_every_event_and_letter_of_a_story_has_words() -> None:
    assert [event for event in Event if event not in story.SENTENCES] == []
    shipped = [Path(path).name for path in shipped_files() if path.endswith(".letter.txt")]
    assert {name.partition(".")[0] for name in shipped} <= set(story.LETTERS)
    assert {Path(path).stem for path in shipped_files() if path.endswith(".dmn")} == set(
        story.DECISIONS
    )


def test_languages_are_chosen_with_a_fallback_between_the_chinese() -> None:
    assert say("Tasks", "zh-Hans") == "任务"
    assert say("no word of any page", "zh-Hant") == "no word of any page"
    assert chosen({"name:zh-Hant": "受理"}, "zh-Hans", prefix="name:", default="Intake") == "受理"
    assert chosen({"name:zh-Hant": "受理"}, "en", prefix="name:", default="Intake") == "Intake"
    assert [best_language([tag]) for tag in ("zh-CN", "zh-TW", "zh-HK", "zh", "en-GB", "fr")] == [
        "zh-Hans",
        "zh-Hant",
        "zh-Hant",
        "zh-Hant",
        "en",
        "en",
    ]
