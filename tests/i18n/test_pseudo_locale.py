"""Every page in the pseudo-locale: a word in plain letters has bypassed the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from service import identity, operations, tasks
from service.execution import Runtime
from service.i18n.languages import LANGUAGES, PSEUDO
from service.identity import Actor, Role
from service.intake import parse_complaint
from tests.i18n.test_chinese import ASCII, MAINLAND, TAIWAN
from tests.kit.clock import NOW
from tests.kit.desk import PASSWORD, SAME, Desk

CLERK = Actor("clerk", frozenset({"clerk"}))
FACTS = {
    "customerName": "林美玲",
    "channel": "phone",
    "product": "信用卡",
    "contact": {"phone": "02-5550-0101"},
    "content": "同一筆消費被重複扣款兩次，致電客服後三週仍未收到回覆。",
}
SILENT = frozenset({"script", "style", "code", "pre", "kbd", "textarea", "svg"})
"""Code, what a visitor typed, and the pictures, whose words are the diagrams' own."""
SAID_ATTRIBUTES = frozenset({"title", "placeholder", "aria-label", "alt"})
QUOTING = ("/clauses: ", "/law: ", "/plan: ", "/workbench: ")
"""Pages that quote the sources of policy figures, and files, as they are written."""
DATA = frozenset(
    {
        *LANGUAGES.values(),
        *(role.value for role in Role),
        "Example",
        "Bank",
        "Redress",
        "wu",
        "lin",
        "everyone",
        "CSV",
        "JSON",
        "TWD",
        "PDF",
    }
)
"""Names and what is the same in every language."""
WORD = re.compile(r"[A-Za-z]{3,}")
MARKED = re.compile(r"\S*[^\x00-\x7f]\S*")
NOT_HTML = (
    "/static/",
    "/picture",
    ".csv",
    ".json",
    ".pdf",
    "/report",
    "/v2/",
    "/api/",
    "/portal/",
)
"""Not pages; the report is a document in a language of its own."""
ADDRESSES = re.compile(r"[CE]-\d{4}-[\w-]+|https?://\S+|\S+@\S+|[\w./-]+/[\w./-]+")
COMMANDS = re.compile(
    r"\b[a-z]+-\d\b|test 1\b|\b[a-z]+:[a-z-]+|\bsigned-in\b|no statutory figure.*"
    r"|proposal by severity; the bank.s to set"
)
"""Accounts, versions, permissions and the sources of policy figures, as they are written."""


class _Texts(HTMLParser):
    """What a page shows or reads aloud; code and what the visitor typed aside."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in SILENT:
            self.silent += 1
        if not self.silent:
            self.found += [given[name] or "" for name in SAID_ATTRIBUTES & set(given)]

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent -= 1

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.found.append(data)


def texts_of(page: str) -> list[str]:
    """What a page shows or reads aloud, piece by piece."""
    reader = _Texts()
    reader.feed(page)
    return [" ".join(text.split()) for text in reader.found]


def plain(page: str) -> list[str]:
    """The words in plain letters, without numbers of cases, addresses, and what is data."""
    reader = _Texts()
    reader.feed(page)
    bare = []
    for text in reader.found:
        left = ADDRESSES.sub(" ", text)
        left = COMMANDS.sub(" ", left)
        left = MARKED.sub(" ", left)
        words = [word for word in WORD.findall(left) if word not in DATA and not word.isupper()]
        if words:
            bare.append(" ".join(text.split())[:80])
    return bare


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    found = Desk.of(runtime, tmp_path)
    with runtime.database.transaction() as connection:
        identity.create_account(connection, "admin", PASSWORD, ["admin"], now=NOW)
    found.client.set_cookie("language", PSEUDO)
    return found.sign_in("admin")


def paths_of(desk: Desk, values: dict[str, Any]) -> list[str]:
    """Every address that a visitor can open, out of the routes; one that needs what is not there is
    asked for with what leads to a refusal."""
    found = []
    for rule in desk.client.application.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.endpoint.startswith("web."):
            continue
        given = {name: values.get(name, 1) for name in rule.arguments}
        path = str(rule.build(given)[1]) if rule.build(given) else ""
        if path and not any(part in path for part in NOT_HTML) and path != "/sign-out":
            found.append(path)
    return sorted(set(found))


def pages_of(desk: Desk) -> Iterator[tuple[str, str]]:
    """Every page that a visitor can open, by its address, with one complaint there."""
    new = operations.register_complaint(
        desk.runtime, parse_complaint(FACTS, now=NOW), actor=CLERK, now=NOW
    )
    with desk.runtime.database.read() as connection:
        task = tasks.list_case_tasks(connection, new.root_key)[0]
    values = {"number": new.number, "key": task.key, "root_key": new.root_key}
    for path in paths_of(desk, values):
        answer = desk.client.get(path, headers=SAME)
        text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        answer.close()
        if answer.mimetype == "text/html" and answer.status_code != 302:
            yield path, text


def test_no_page_bypasses_the_catalogue(desk: Desk) -> None:
    pages = dict(pages_of(desk))
    assert len(pages) > 30
    bad = [f"{path}: {each}" for path, text in pages.items() for each in plain(text)]
    left = [each for each in bad if not each.startswith(QUOTING)]
    assert not left, "\n".join(left)


@pytest.mark.parametrize(("language", "foreign"), [("zh-Hant", MAINLAND), ("zh-Hans", TAIWAN)])
def test_pages_are_in_the_chinese_of_their_region(
    desk: Desk, language: str, foreign: list[str]
) -> None:
    """Punctuated as Chinese, and without words of the other region."""
    desk.client.set_cookie("language", language)
    pages = {path: text for path, text in pages_of(desk) if path != "/clauses"}
    assert len(pages) > 30
    bad = [
        f"{path}: {text}"
        for path, page in pages.items()
        for text in texts_of(page)
        if ASCII.search(text) or any(word in text for word in foreign)
    ]
    assert not bad, "\n".join(bad)


def test_a_word_that_bypasses_the_catalogue_is_found() -> None:
    assert plain(
        '<p title="Hello there">Ţåšķš <code>let it be</code> admin C-2026-0000001-X</p>'
    ) == ["Hello there"]
