"""What a new file begins as: whatever its title is, it has an id of its own and the check finds
nothing wrong with it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.definitions import (
    TEMPLATES,
    NewKind,
    check_path,
    check_titles,
    id_of,
    names_taken,
    new_files,
)
from service.engine import check_bundle, load_bundle
from service.errors import InvalidInput

TITLES = st.text(min_size=1, max_size=200).filter(lambda text: text.split())
LANGUAGES = st.sampled_from(("en", "zh-Hant", "zh-Hans"))


@settings(max_examples=60, deadline=None)
@given(title=TITLES, language=LANGUAGES, kind=st.sampled_from(NewKind))
def test_any_title_makes_files_that_are_right(title: str, language: str, kind: NewKind) -> None:
    said = check_titles({language: title})
    first = id_of(said, default=kind.value, taken=())
    second = id_of(said, default=kind.value, taken={first})
    assert first != second and re.fullmatch(r"[a-z][a-z0-9-]*", first) and len(first) <= 80
    files = new_files(kind, said, first)
    for path in files:
        check_path(path)
    assert first in names_taken(files) or kind is NewKind.LETTER
    drawn = new_files(NewKind.PROCESS, check_titles({"en": "Some process"}), "some-process")
    assert [str(each) for each in check_bundle(files if kind == "process" else drawn | files)] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_runs_and_speaks_three_languages(template: str) -> None:
    titles = check_titles(
        {"en": 'Lost "card" & <more>', "zh-Hant": "遺失卡片", "zh-Hans": "遗失卡片"}
    )
    files = new_files(NewKind.PROCESS, titles, "lost-card", template=template)
    assert check_bundle(files) == []
    bundle = load_bundle(files)
    process = bundle.processes["lost-card"]
    assert process.name == 'Lost "card" & <more>' and process.names["zh-Hant"] == "遺失卡片"
    for element in process.elements.values():
        assert set(element.names) >= {"zh-Hant", "zh-Hans"} or not element.name
    for form in bundle.forms.values():
        assert set(form["title"]) == {"en", "zh-Hant", "zh-Hans"}


def test_a_title_that_says_nothing_or_too_much_is_refused() -> None:
    for titles in ({}, {"en": "  "}, {"zh-Hant": "卡" * 201}):
        with pytest.raises(InvalidInput, match="title of 1 to 200"):
            check_titles(titles)
    with pytest.raises(InvalidInput, match="template out of"):
        new_files(NewKind.PROCESS, check_titles({"en": "A"}), "a", template="../secret")


def test_other_languages_take_the_title_that_is_there() -> None:
    assert check_titles({"zh-Hans": "卡"}) == {"en": "卡", "zh-Hant": "卡", "zh-Hans": "卡"}
    assert check_titles({"en": "Card", "zh-Hant": "卡"})["zh-Hans"] == "卡"


def test_what_cannot_be_read_has_its_file_name_at_least() -> None:
    files = {"processes/a.bpmn": b"<broken", "forms/b.form.json": b"[", "forms/c.form.json": b"[]"}
    assert {"a", "b", "c"} <= names_taken(files)
