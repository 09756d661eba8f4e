"""Translations that were left behind when the English was changed are told; nothing else is."""

from __future__ import annotations

import pytest

from service.definitions import find_stale, shipped_files

FORM = "forms/assess-facts.form.json"
DIAGRAM = "processes/contact-customer.bpmn"
LETTER = "processes/letters/acknowledgement.en.letter.txt"


def change(path: str, *pairs: tuple[str, str]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    before = shipped_files()
    text = before[path].decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return before, before | {path: text.encode()}


def told(pair: tuple[dict[str, bytes], dict[str, bytes]]) -> list[tuple[str, str]]:
    return [(problem.file, problem.element) for problem in find_stale(*pair)]


def test_nothing_is_told_of_what_was_not_changed_or_is_new():
    files = shipped_files()
    assert find_stale(files, files) == []
    assert find_stale({}, files) == []


def test_a_name_that_was_changed_in_one_language_only_is_told_for_each_other():
    pair = change(DIAGRAM, ('name="Contact customer"', 'name="Ring the customer"'))
    found = find_stale(*pair)
    assert {problem.element for problem in found} == {found[0].element}
    assert len(found) == 2
    assert "“Contact customer” is now “Ring the customer”" in found[0].message
    assert {problem.severity.value for problem in found} == {"warning"}


def test_what_was_translated_anew_is_not_told():
    before, after = change(FORM, ('"Complainants together"', '"People who complain together"'))
    assert told((before, after)) == [(FORM, "groupSize")] * 2
    done = (
        after[FORM]
        .decode()
        .replace("共同投訴人數", "一起投訴的人數")
        .replace("共同投诉人数", "一起投诉的人数")
    )
    assert told((before, after | {FORM: done.encode()})) == []


def test_a_letter_that_was_changed_in_english_alone_is_told():
    files = shipped_files()
    after = files | {LETTER: files[LETTER] + b"One more line.\n"}
    stems = [LETTER.replace(".en.", f".{tag}.") for tag in ("zh-Hans", "zh-Hant")]
    assert told((files, after)) == [(path, "") for path in stems]
    both = after | {path: files[path] + "再一行。\n".encode() for path in stems}
    assert told((files, both)) == []


@pytest.mark.parametrize("broken", [b"", b"<", b"{", b"\xff\xfe"])
def test_what_cannot_be_read_is_left_to_the_check(broken: bytes):
    files = shipped_files()
    for path in (FORM, DIAGRAM):
        assert find_stale(files, files | {path: broken}) == []
