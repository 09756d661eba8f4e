"""What the shipped decision tables conclude has words in every language."""

from __future__ import annotations

import re

import pytest

from service.definitions import shipped_files
from service.dmn import Table
from service.engine import Bundle, load_bundle
from service.i18n.catalogue import say
from service.reporting.urgency import in_language

TEXT = re.compile(r'"([^"]*[a-z][^"]*)"')


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(shipped_files())


def tables(bundle: Bundle) -> list[Table]:
    decisions = [
        each for model in bundle.decisions.values() for each in model.definitions.decisions
    ]
    return [each.logic for each in decisions if isinstance(each.logic, Table)]


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_every_text_that_a_table_concludes_has_a_word(bundle: Bundle, language: str) -> None:
    texts = {
        found[1]
        for table in tables(bundle)
        for rule in table.rules
        for conclusion in rule.conclusions
        if (found := TEXT.fullmatch(conclusion.text.strip()))
    }
    assert len(texts) > 60
    assert sorted(text for text in texts if say(text, language) == text) == []


def test_the_rules_of_severity_are_told_in_each_chinese(bundle: Bundle) -> None:
    words = {
        rule.words
        for table in tables(bundle)
        for rule in table.rules
        if re.fullmatch(r"T\d+", rule.place.id)
    }
    assert len(words) >= 15
    for each in words:
        traditional, simplified = (in_language(each, tag) for tag in ("zh-Hant", "zh-Hans"))
        english = each.removesuffix(traditional).strip()
        assert english != each  # the table says it in both
        assert simplified == say(english, "zh-Hans") != english
        assert not re.search(r"[A-Za-z]{5}|[一-鿿][,;:]", traditional + simplified)
