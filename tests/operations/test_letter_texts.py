"""Letters belong to a version: a case is written to in the words of its own, and what is wrong with
them is found."""

from __future__ import annotations

import pytest

from service import letters
from service.db import Database
from service.definitions import compare, say_all, shipped_files
from service.engine.parts import read_parts
from service.errors import InvalidInput, Severity
from service.execution import Runtime
from service.identity import Actor
from service.intake import parse_complaint
from service.letters import LANGUAGES, write_letter
from service.letters.check import EXAMPLE, check_letters
from service.letters.texts import SUFFIX, path_of
from service.operations import register_complaint
from tests.kit.clock import NOW
from tests.kit.installation import release_files

CLERK = Actor("clerk", frozenset({"clerk"}))
FACTS = {
    "content": "Charged twice.",
    "customerName": "Owen",
    "contact": {"email": "owen@customer.invalid"},
}


def first_letter(runtime: Runtime, language: str = "en") -> str:
    new = parse_complaint({**FACTS, "language": language}, now=NOW)
    root_key = register_complaint(runtime, new, actor=CLERK, now=NOW).root_key
    with runtime.database.read() as connection:
        [letter] = [
            each
            for each in letters.list_letters(connection, root_key)
            if each["audience"] == "customer"
        ]
    return str(letter["body"])


def problems(files: dict[str, bytes]) -> list[tuple[str, str, str]]:
    found = check_letters(files, read_parts(files)[0].processes)
    return [(each.severity.value, each.code, each.element or each.file) for each in found]


def test_a_case_is_written_to_in_the_words_of_its_version(database: Database) -> None:
    files = shipped_files()
    own = b"Received: {{ number }}\n\nDear {{ customer }}, we have it.\n"
    runtime = release_files(database, {**files, path_of("acknowledgement", "en"): own})
    written = first_letter(runtime)
    assert written.startswith("Dear Owen, we have it.\n\n")
    assert "We will answer within 30 days" in written  # what the law wants, at the end of it


def test_a_version_without_letters_writes_the_shipped_ones(database: Database) -> None:
    plain = {
        path: content for path, content in shipped_files().items() if not path.endswith(SUFFIX)
    }
    runtime = release_files(database, plain)
    assert "C-2026" in first_letter(runtime, "zh-Hant")
    assert problems(plain) == []


def test_a_letter_says_what_changed_in_it_by_paragraph() -> None:
    path = path_of("outcome", "en")
    before = {path: b"The outcome\n\nDear {{ customer }},\n\nWe pay."}
    after = {path: b"The outcome\n\nDear {{ customer }},\n\nWe do not pay."}
    assert say_all(compare(before, after)) == [
        "The letter “outcome.en” now says in paragraph 2: “We do not pay.”, was “We pay.”."
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Subject\n\n{{ number", "letter-syntax"),
        ("Subject\n\n{{ nummer }}", "letter-unknown-fact"),
        ("Only a subject", "letter-empty"),
        (
            "S\n\n{% for a in [1] %}{% for b in [1] %}{{ b }}{% endfor %}{% endfor %}",
            "letter-syntax",
        ),
        ("S\n\n{{ 'x' * 1000000000 }}", "letter-syntax"),
        ("S\n\n{{ ''.__class__.mro() }}", "letter-syntax"),
        ("S\n\n{% include 'told.en.txt' %}", "letter-syntax"),
        ("S\n\n{% set x = 1 %}{{ x }}", "letter-syntax"),
        ("S\n\n{{ number|pprint }}", "letter-syntax"),
    ],
)
def test_what_is_wrong_with_a_letter_is_said_of_its_file(text: str, code: str) -> None:
    path = path_of("notice", "en")
    files = {path_of("notice", language): b"S\n\nText" for language in LANGUAGES} | {
        path: text.encode()
    }
    assert problems(files) == [("error", code, path)]
    if code == "letter-syntax":
        with pytest.raises(InvalidInput, match="cannot be filled"):
            write_letter("notice", language="en", recipient="", facts=EXAMPLE, text=text)


def test_a_language_that_is_missing_is_a_warning_and_a_letter_that_is_missing_an_error() -> None:
    files = shipped_files()
    assert problems(files) == []
    del files[path_of("outcome", "zh-Hans")]
    assert problems(files) == [
        (Severity.WARNING.value, "letter-language", path_of("outcome", "zh-Hans"))
    ]
    for language in ("en", "zh-Hant"):
        del files[path_of("outcome", language)]
    assert [code for _, code, _ in problems(files)] == ["letter-missing"]


def test_files_that_are_no_letters_are_refused() -> None:
    odd = {"processes/letters/outcome.fr.letter.txt": b"S\n\nText"}
    assert ("error", "letter-name", *odd) in problems(odd)
    broken = {path_of("notice", language): b"S\n\n\xff\xfe" for language in LANGUAGES}
    assert {code for _, code, _ in problems(broken)} == {"letter-encoding"}
