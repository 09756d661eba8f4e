"""Every word that a page can say is in the catalogue, in Traditional and Simplified Chinese."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import service
from service.audit import Event, HistoryRow
from service.definitions import shipped_files
from service.engine import load_bundle
from service.i18n.catalogue import chosen, say
from service.i18n.languages import LANGUAGES, best_language
from service.letters.texts import FOLDER, SUFFIX
from service.letters.titles import titles_of, without_title
from service.web import story
from service.web.story import names_of, story_of

FOLDER_OF_CODE = Path(service.__file__).parent
COMPUTED = {"what": {"element", "name"}, "count": {"evidence"}, "version": {"version", "to"}}
"""The facts of a sentence that are made of details under other names."""
SHIPPED = load_bundle(shipped_files())


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@cache
def written() -> Mapping[str, set[Any]]:
    """What the modules that write an event into a history have as keys of their dictionaries, by
    the event's name."""
    found: dict[str, set[Any]] = {}
    for part in ("operations", "execution", "intake"):
        for path in (FOLDER_OF_CODE / part).glob("*.py"):
            nodes = list(ast.walk(ast.parse(path.read_text())))
            keys = {
                key.value
                for node in nodes
                if isinstance(node, ast.Dict)
                for key in node.keys
                if isinstance(key, ast.Constant)
            }
            for node in nodes:
                if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Event":
                    found.setdefault(node.attr, set()).update(keys)
    return found


def test_every_event_and_letter_of_a_story_has_words() -> None:
    assert [event for event in Event if event not in story.SENTENCES] == []


@pytest.mark.parametrize("event", list(Event))
def test_every_sentence_is_made_of_details_that_are_written(event: Event) -> None:
    keys = written().get(event.name, set())
    wanted = placeholders(story.SENTENCES[event])
    assert [name for name in wanted if not keys & COMPUTED.get(name, {name})] == []


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("event", list(Event))
def test_every_sentence_says_its_details_and_can_do_without(event: Event, language: str) -> None:
    sentence = story.SENTENCES[event]
    said = {name: f"<{name}>" for name in placeholders(sentence) - {"count"}}
    details = {**said, "name": "<what>", "evidence": ["one", "two"]}
    told = tell(event, details, language)
    assert [each for each in said.values() if each not in told] == []
    assert ("2" in told) is ("{count}" in sentence)
    assert "{" not in told + tell(event, {}, language)


def tell(event: Event, details: dict[str, Any], language: str) -> str:
    row = HistoryRow(
        root_key=1,
        seq=1,
        event=event,
        actor="amy",
        at=datetime(2026, 3, 2, tzinfo=UTC),
        subject_key=None,
        details=details,
        previous_hash="",
        hash="",
    )
    [sentence] = story_of([row], SHIPPED, language)
    return sentence.what


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_shipped_letter_has_a_title_of_its_language(language: str) -> None:
    texts = {path: text.decode() for path, text in shipped_files().items() if path.endswith(SUFFIX)}
    titles = titles_of(texts, language)
    written = [path for path in texts if path.endswith(f".{language}{SUFFIX}")]
    assert len(written) == len(titles) > 15
    assert [path for path in written if not texts[path].startswith("{# title: ")] == []
    assert len(set(titles.values())) == len(titles)


def test_a_letter_that_an_owner_adds_is_called_by_its_title_or_its_subject() -> None:
    texts = {
        f"{FOLDER}regret.en{SUFFIX}": (
            "{# title:  Letter of\n regret #}\nSorry {{ number }}\n\nText"
        ),
        f"{FOLDER}plain.en{SUFFIX}": "About your visit\n\nText",
        f"{FOLDER}no-title.en{SUFFIX}": "About {{ number }}\n\nText",
    }
    assert titles_of(texts, "zh-Hant") == {
        "regret": "Letter of regret",
        "plain": "About your visit",
        "no-title": "no title",
    }
    assert without_title(texts[f"{FOLDER}regret.en{SUFFIX}"]) == "\nSorry {{ number }}\n\nText"


def test_the_story_tells_names_and_no_ids_of_gateways() -> None:
    names = names_of(SHIPPED, "zh-Hans")
    assert names.decisions["severity"] == "严重程度"
    assert {"remedies-done", "try-contact", "alarm-raised"} <= names.unnamed
    told = {text for id, text in names.elements.items() if id not in names.unnamed}
    assert [text for text in told if text in names.elements] == []


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
