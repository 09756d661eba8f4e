"""The catalogues are complete, and what is wrong with one is said with file and line."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path
from typing import TypeGuard

import pytest

from service.errors import FieldError, FormInvalid, InvalidInput, InvalidRequest
from service.i18n import check as checking
from service.i18n.catalogue import load_catalogue, say, say_many
from service.i18n.check import check, compare
from service.i18n.extract import CALLS, CARRIERS, ROOT, Found, error_kinds, extract_all
from service.i18n.languages import ALL, BY_TAG, PSEUDO
from service.sentence import Sentence

HANT, HANS = BY_TAG["zh-Hant"], BY_TAG["zh-Hans"]


@pytest.fixture(scope="module")
def words() -> list[Found]:
    return extract_all()


@pytest.mark.parametrize("language", ALL, ids=lambda each: each.tag)
def test_every_word_of_the_source_is_said_and_nothing_else(language, words) -> None:  # type: ignore[no-untyped-def]
    assert list(check(language, words)) == []
    assert len(words) > 1_000


def test_an_incomplete_catalogue_is_reported_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "redress.po"
    path.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "{a} of {b}"\nmsgstr "{a}/{c}"\n\nmsgid "left over"\nmsgstr "多餘"\n',
        "utf-8",
    )
    monkeypatch.setattr(checking, "path_of", lambda language: path)
    monkeypatch.setattr(checking, "load_catalogue", lambda language: _read(path))
    found = list(check(HANT, [Found("{a} of {b}", "x.py", 1), Found("new", "y.html", 7)]))
    assert found == [
        "y.html:7: no 繁體中文 for 'new' (redress.po)",
        "redress.po:5: the placeholder {b} is missing in '{a}/{c}'",
        "redress.po:5: the placeholder {c} is unknown in '{a}/{c}'",
        "redress.po:8: nobody uses 'left over'",
    ]


def _read(path: Path):  # type: ignore[no-untyped-def]
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_po(file)


def test_placeholders_are_compared_by_name() -> None:
    assert list(compare("{a!r} at {b:%Y}", "{b}「{a}」")) == []
    assert list(compare("{a}", "{a} {b")) == ["braces that are no placeholder"]


def test_no_refusal_is_put_together_in_english() -> None:
    """A template is a literal: an f-string could be in no catalogue."""
    kinds, bad = error_kinds(), []
    for path in sorted((ROOT / "service").rglob("*.py")):
        if "cli" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = _called(node)
                places = CALLS.get(name, CARRIERS.get(name, (0,) if name in kinds else ()))
                given = [node.args[place] for place in places if place < len(node.args)]
                if any(isinstance(each, ast.JoinedStr | ast.BinOp) for each in given):
                    bad.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert bad == []


def test_no_fact_of_a_sentence_is_an_english_fragment() -> None:
    """Words that fill a sentence are sentences themselves: a plain text would stay English."""
    kinds, bad = {*CALLS, *CARRIERS, *error_kinds(), "Counted"}, []
    for path in sorted((ROOT / "service").rglob("*.py")):
        if "cli" in path.parts or "bench" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in kinds:
                facts = [each.value for each in node.keywords if each.arg not in ("message", "fix")]
                if any(_is_fragment(fact) for fact in facts):
                    bad.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert bad == []


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def _is_fragment(fact: ast.expr) -> bool:
    """Whether it has words with a space between them that are in no sentence of their own."""
    if isinstance(fact, ast.Call) and _called(fact) in ("Sentence", "Counted"):
        return False
    if isinstance(fact, ast.Constant):
        text = fact.value if isinstance(fact.value, str) else ""
        return len([word for word in text.split() if word.isalpha()]) > 1
    return any(_is_fragment(each) for each in ast.iter_child_nodes(fact) if _is_expression(each))


def _is_expression(node: ast.AST) -> TypeGuard[ast.expr]:
    return isinstance(node, ast.expr)


def test_nothing_people_read_is_matched_by_a_pattern() -> None:
    """Where pages and catalogues are made, `re` sees no English sentence."""
    bad = []
    for folder in ("web", "i18n"):
        for path in sorted((ROOT / "service" / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    pattern = any(mark in node.value for mark in (r"(\S+)", r"(\d+)", "(.*)"))
                    if pattern and len(node.value.split()) > 3:
                        bad.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}")
    assert bad == []


def test_a_refusal_is_english_for_programs_and_the_readers_for_people() -> None:
    refused = InvalidInput("expected at most {most} files, got {count}", most=5, count=7)
    assert refused.message == str(refused) == "expected at most 5 files, got 7"
    assert say(refused.message, "zh-Hant") == "最多 5 個檔案，實為 7"
    assert say(refused.message, "zh-Hans") == "最多 5 个文件，实为 7"
    assert say(refused.message, "en") == str(refused)


def test_sentences_within_sentences_and_lists_are_said_too() -> None:
    inner = Sentence("expected at most {most} files, got {count}", most=5, count=7)
    refused = InvalidRequest([FieldError("/files", inner), FieldError("/x", "is required")])
    assert str(refused) == "files: expected at most 5 files, got 7 (and 1 more)"
    assert say(refused.message, "zh-Hant") == "files：最多 5 個檔案，實為 7（另有 1 項）"
    listed = Sentence("expected one of {means}", means=("phone", "{braces}"))
    assert (str(listed), say(listed, "zh-Hant")) == (
        "expected one of phone, {braces}",
        "應為 phone、{braces} 之一",
    )
    assert FormInvalid([]).message == "The form has fields that are missing, extra or wrong."


def test_a_refusal_keeps_its_facts_between_processes() -> None:
    refused = InvalidInput("expected at most {most} files, got {count}", most=5, count=7)
    back = pickle.loads(pickle.dumps(refused))
    assert (back.message, back.message.facts) == (refused.message, {"most": 5, "count": 7})


def test_text_with_braces_and_no_facts_is_not_a_template() -> None:
    assert str(InvalidInput("got {x} and }")) == "got {x} and }"
    with pytest.raises(KeyError):
        InvalidInput("got {x}", y=1)


def test_the_pseudo_locale_marks_letters_and_leaves_placeholders() -> None:
    assert say("Tasks of {name}", PSEUDO) == "Ţåšķš öƒ {name}"
    assert say_many("{n} day", "{n} days", 1, "en") == "1 day"
    assert say_many("{n} day", "{n} days", 2, "en") == "2 days"


def test_a_catalogue_opens_in_translators_tools() -> None:
    for language in ALL:
        found = load_catalogue(language)
        assert found.charset == "utf-8"
        assert not [entry.id for entry in found if entry.fuzzy]
