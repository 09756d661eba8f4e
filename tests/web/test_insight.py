"""Insight in pages and sheets: who may see it, that every number leads to its complaints, and that
nobody counts what is kept from them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import cases, operations
from service.bench.recording import new_complaint
from service.cases.tables import complaint
from service.execution import Runtime
from service.identity import SYSTEM
from service.players.in_process import Plan, drive_all
from tests.kit.clock import NOW
from tests.kit.desk import SAME, Desk

AT = NOW + timedelta(days=25)
LINK = re.compile(r'href="(/insight/cases\?[^"]+)">([\d,]+)</a>')


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path).at(NOW)


def _fill(runtime: Runtime, number: int = 6) -> list[int]:
    keys = []
    for place in range(number):
        at = NOW + timedelta(hours=30 * place)
        new = replace(new_complaint(at), product="card" if place % 2 else "=cmd()")
        keys.append(operations.register_complaint(runtime, new, actor=SYSTEM, now=at).root_key)
    drive_all(runtime, keys, Plan("insight", NOW + timedelta(days=8), AT))
    return keys


def _html(desk: Desk, path: str) -> str:
    answer = desk.client.get(path, headers=SAME)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return str(answer.get_data(as_text=True))


def test_every_number_leads_to_as_many_complaints(runtime: Runtime, desk: Desk) -> None:
    _fill(runtime)
    desk.at(AT).sign_in("compliance-1")
    links = LINK.findall(_html(desk, "/insight?from=2026-03-01"))
    assert len(links) > 15
    for path, number in links:
        page = _html(desk, unescape(path))
        assert page.count('class="case-no"') == int(number), path


def test_only_those_who_answer_for_complaints_see_it(runtime: Runtime, desk: Desk) -> None:
    for name, status in (
        ("compliance-1", 200),
        ("executive-1", 200),
        ("approver-1", 200),
        ("wu", 403),
        ("clerk", 403),
        ("owner-1", 403),
        ("department-1", 403),
    ):
        desk.sign_in(name)
        for path in ("/insight", "/insight/cases?figure=open", "/insight.csv", "/insight.xlsx"):
            assert desk.client.get(path, headers=SAME).status_code == status, (name, path)
        words = desk.client.get("/today", headers=SAME).get_data(as_text=True)
        assert ('href="/insight"' in words) is (status == 200)


def test_what_is_kept_from_a_reader_is_in_no_figure(runtime: Runtime, desk: Desk) -> None:
    keys = _fill(runtime, 3)
    with runtime.database.transaction() as connection:
        known = cases.find_complaint(connection, keys[0])
        assert known is not None
        facts = {**known.facts, "complainedPerson": "compliance-1"}
        cases.save_complaint(connection, replace(known, facts=facts))
    path = "/insight/cases?figure=received&from=2026-03-01"
    for name, number in (("compliance-1", 2), ("executive-1", 3)):
        desk.at(AT).sign_in(name)
        page = _html(desk, path)
        assert page.count('class="case-no"') == number
        assert (known.number in page) is (number == 3)
        book = desk.client.get("/insight.csv?from=2026-03-01", headers=SAME)
        rows = list(csv.reader(io.StringIO(book.get_data().decode("utf-8-sig"))))
        starts = [row for row in rows if row and row[0] == "branch"]
        assert starts == [["branch", str(number), "0"]]


def test_a_sheet_holds_no_formula(runtime: Runtime, desk: Desk) -> None:
    _fill(runtime, 2)
    desk.at(AT).sign_in("compliance-1")
    text = desk.client.get("/insight.csv?from=2026-03-01", headers=SAME).get_data().decode()
    assert "'=cmd()" in text
    book = desk.client.get("/insight.xlsx?from=2026-03-01", headers=SAME).get_data()
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheets = [parts.read(n).decode() for n in parts.namelist() if "worksheets/sheet" in n]
        texts = parts.read("xl/sharedStrings.xml").decode()
    assert len(sheets) > 10
    assert not any("<f>" in sheet for sheet in sheets)
    assert "=cmd()" in texts


@pytest.mark.parametrize(
    "query",
    [
        "from=nonsense",
        "from=0001-01-01&span=week",
        "span=dates&from=2026-03-05&to=2026-03-01",
        "span=dates&from=2000-01-01&to=2026-03-01",
    ],
)
def test_days_that_are_none_are_refused(runtime: Runtime, desk: Desk, query: str) -> None:
    desk.sign_in("compliance-1")
    assert desk.client.get(f"/insight?{query}", headers=SAME).status_code == 400


def test_what_is_not_there_is_refused_or_empty(runtime: Runtime, desk: Desk) -> None:
    desk.sign_in("compliance-1")
    assert desk.client.get("/insight/cases?figure=nonsense", headers=SAME).status_code == 400
    assert desk.client.get("/insight.pdf", headers=SAME).status_code == 404
    assert "No complaints found." in desk.see("/insight/cases?figure=channel&line=nonsense")
    assert "None in this period." in desk.see("/insight?span=quarter&product=nonsense")


def test_a_period_moves_and_is_compared_with_the_year_before(runtime: Runtime, desk: Desk) -> None:
    _fill(runtime, 1)
    desk.at(AT).sign_in("executive-1")
    page = _html(desk, "/insight?span=month&from=2026-02-14&against=year-before")
    assert "1 Feb 2026 – 28 Feb 2026, compared with 1 Feb 2025 – 28 Feb 2025" in page
    later = re.search(r'href="(/insight\?[^"]+)" rel="next"', page)
    assert later is not None
    assert "1 Mar 2026 – 31 Mar 2026" in _html(desk, unescape(later[1]))
    with runtime.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(complaint)).scalar() == 1
