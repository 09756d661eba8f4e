"""Sentences that are kept and said later, with a number, or with names by language."""

from __future__ import annotations

import pickle

import pytest

from service.i18n.catalogue import listed, say, say_many
from service.i18n.extract import extract_python
from service.i18n.extract_template import extract_template
from service.sentence import Counted, Named, Sentence, joined, pack, unpack

NAMED = Named({"en": "Press", "zh-Hant": "媒體", "zh-Hans": "媒体"})
NESTED = Sentence(
    "level {level}: {teams}", level="II", teams=[NAMED, Named({"en": "Legal", "zh-Hant": "法務"})]
)


def test_what_was_packed_is_said_in_every_language_again() -> None:
    kept = pack(NESTED)
    assert kept.startswith('{"template": ')
    again = unpack(kept)
    assert again == NESTED == "level II: Press, Legal"
    assert say(again, "zh-Hant") == "II 級：媒體、法務"
    assert say(again, "zh-Hans") == "II 级：媒体、法務"


@pytest.mark.parametrize(
    "text",
    [
        "plain {x} text",
        '{"template": broken',
        '{"template": "{a}", "facts": 3}',
        '{"template": "{a}", "facts": {}}',
        '{"template": "{a.__class__}", "facts": {"a": "x"}}',
        '{"template": "{a[0]}", "facts": {"a": "x"}}',
        "",
        Sentence("no facts"),
    ],
)
def test_any_other_text_is_itself(text: str) -> None:
    assert unpack(pack(text)) == text
    assert say(unpack(pack(text)), "zh-Hant") == text


@pytest.mark.parametrize("text", ['{"template": "{a.b}", "facts": {"a": 1}}', '{"template": 1}'])
def test_what_was_not_packed_here_is_not_filled(text: str) -> None:
    assert unpack(text) == text


def test_several_reasons_are_one_sentence() -> None:
    told = joined([Sentence("{bank}", bank="A"), Sentence("{bank}", bank="B"), "c"])
    assert told == "A; B; c"
    assert unpack(pack(told)) == told
    assert joined([]) == ""


@pytest.mark.parametrize(
    ("count", "english", "chinese"),
    [
        (1, "1 task waits", "1 項待辦"),
        (2, "2 tasks wait", "2 項待辦"),
        (0, "0 tasks wait", "0 項待辦"),
        (1234, "1,234 tasks wait", "1,234 項待辦"),
        (1.5, "1.5 tasks wait", "1.5 項待辦"),
    ],
)
def test_a_number_has_its_form_and_its_groups(count: float, english: str, chinese: str) -> None:
    one, many = "{n} task waits", "{n} tasks wait"
    assert say_many(one, many, count, "en") == english
    assert say_many(one, many, count, "zh-Hant") == chinese
    kept = pickle.loads(pickle.dumps(Counted(one, many, count)))
    assert (kept, say(kept, "en")) == (Counted(one, many, count), english)


def test_things_in_a_sentence_are_listed_as_the_language_does() -> None:
    assert listed(["a", "b", "c"], "en") == "a, b and c"
    assert listed(["甲", "乙", "丙"], "zh-Hant") == "甲、乙和丙"


def test_both_forms_are_extracted() -> None:
    code = """
Counted("{n} x", "{n} xs", 2)
say_many("{n} y", "{n} ys", 1, "en")
A: Plurals = {"a": ("b", "c")}
"""
    assert {words for _, words in extract_python(code, frozenset())} == {
        ("{n} x", "{n} xs"),
        ("{n} y", "{n} ys"),
        ("b", "c"),
    }
    assert list(extract_template('{{ _n("{n} a", "{n} as", n) }}')) == [(1, ("{n} a", "{n} as"))]


def test_a_fact_without_facts_of_its_own_is_kept_as_a_sentence() -> None:
    """A reason that is one word for everybody still has to be said in each language."""
    reason = Sentence("the list is empty")
    kept = unpack(pack(Sentence("{name}: {reason}", name="min", reason=reason)))
    assert kept == "min: the list is empty"
    assert say(kept, "zh-Hant") == "min：清單是空的"
