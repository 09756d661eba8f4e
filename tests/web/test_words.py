"""Every word that a page can say is in the catalogue, in Traditional and Simplified Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.audit import Event
from service.definitions import shipped_files
from service.i18n import catalogue
from service.i18n.catalogue import CATALOGUE, best_language, chosen, load_words, say, say_error
from service.identity import Role
from service.intake import CHANNELS
from service.policy import first_deadlines, load_profile, severity_deadlines
from service.web import story
from service.web.house_record import FIELDS as HOUSE_FIELDS
from service.web.house_record import SAID as HOUSE_SAID
from service.web.inbox_view import DUE
from service.web.migration_words import CASES, EVENTS, PLANS, WHYS
from service.web.navigation import LINKS
from service.web.notices import TOLD, WANTED
from tests.conftest import NOW

WEB = Path(story.__file__).parent
STATED = re.compile(r"""\b(?:_|say)\(\s*(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')""")
IN_PAIRS = re.compile(r"""\("[a-z_-]*", "([^"]+)"\)""")


def stated() -> list[tuple[str, str]]:
    """Words written as literals in templates and page modules, with where they are."""
    found = []
    for path in sorted([*WEB.glob("templates/**/*.html"), *WEB.glob("*.py")]):
        text = path.read_text("utf-8")
        found += [(path.name, double or single) for double, single in STATED.findall(text)]
        if path.suffix == ".html":
            found += [(path.name, label) for label in IN_PAIRS.findall(text) if label != "lines"]
    return [
        (where, word) for where, word in found if not word.endswith(" ")
    ]  # put together: see from_tables


def from_tables() -> list[tuple[str, str]]:
    """Words that come out of the product's own tables."""
    profile = load_profile("TW-FCPA")
    clocks = [entry.clock for entry in first_deadlines(profile, NOW)]
    clocks += [
        entry.clock
        for level in ("P1", "P2", "P3", "P4")
        for entry in severity_deadlines(profile, level, NOW)
    ]
    names = [link.label for link in LINKS] + [role.value for role in Role] + list(CHANNELS) + clocks
    names += [f"due {value}" for value in DUE]
    names += [
        text.format(n="{n}")
        for unit in ("min", "h", "d")
        for text in (f"late by {{n}} {unit}", f"{{n}} {unit} left")
    ]
    names += [
        *TOLD.values(),
        *WANTED.values(),
        *HOUSE_SAID.values(),
        *HOUSE_FIELDS.values(),
        "passed",
        "here now",
    ]
    names += [
        "open",
        "closed",
        "archived",
        "completed",
        "cancelled",
        "upheld",
        "partly upheld",
        "not upheld",
    ]
    names += [
        *story.SAID.values(),
        *story.MESSAGES.values(),
        *story.LETTERS.values(),
        *story.DECISIONS.values(),
    ]
    names += [word for table in (PLANS, CASES, EVENTS, WHYS) for word in table.values()]
    return [("tables", name) for name in [*names, *story.SENTENCES.values()]]


def test_every_event_and_letter_of_a_story_has_words() -> None:
    assert [event for event in Event if event not in story.SENTENCES] == []
    shipped = [Path(path).name for path in shipped_files() if path.endswith(".letter.txt")]
    assert {name.partition(".")[0] for name in shipped} <= set(story.LETTERS)
    assert {Path(path).stem for path in shipped_files() if path.endswith(".dmn")} == set(
        story.DECISIONS
    )


def test_every_word_of_the_pages_has_all_languages() -> None:
    known = load_words()
    missing = sorted(
        {f"{where}: {word}" for where, word in stated() + from_tables() if word not in known}
    )
    assert missing == []
    assert len(stated()) > 60  # the search itself finds what is there


def test_no_word_is_in_two_files() -> None:
    seen: dict[str, str] = {}
    for path in sorted(CATALOGUE.glob("*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                word = line.split("\t")[0]
                assert word not in seen, f"{word!r} is in {seen.get(word)} and in {path.name}"
                seen[word] = path.name


def test_placeholders_are_the_same_in_every_language() -> None:
    for english, texts in load_words().items():
        wanted = sorted(re.findall(r"\{\w+\}", english))
        for text in texts.values():
            assert sorted(re.findall(r"\{\w+\}", text)) == wanted, english


def test_a_line_that_lacks_a_language_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.tsv").write_text("Word\t字\n", "utf-8")
    monkeypatch.setattr(catalogue, "CATALOGUE", tmp_path)
    load_words.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"bad.tsv:1"):
            load_words()
    finally:
        load_words.cache_clear()


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


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "5 or more"), ("zh-Hant", "不得小於 5"), ("zh-Hans", "不得小于 5")],
)
def test_validation_speaks_the_language(language: str, said: str) -> None:
    assert said in say_error("3 is less than the minimum of 5", language)
