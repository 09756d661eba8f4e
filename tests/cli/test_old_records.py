"""Old records are taken in as history: nobody is told or alarmed, what was late is shown, and an
open complaint is handled on only where that is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from service import audit, cases, tasks
from service.cases.tables import complaint
from service.cli import main
from service.db import Database
from service.definitions import shipped_files
from service.execution import Runtime
from service.jobs.tables import incident, outbox, timer
from service.letters.tables import letter
from service.notifications.tables import notice
from service.operations import make_deadline_chore
from service.reporting import count_active
from service.tasks.tables import user_task
from tests.kit.installation import release_files

OLD = """\
Number,Received,Closed,Outcome,Channel,Content,Customer,Phone,Amount,Currency,Language
R-1,2021-03-01,2021-03-09,upheld,phone,The fee was charged twice.,Ann Lee,02-555,1280,TWD,en
R-2,2021-03-01,2021-09-30,not upheld,letter,The rate rose.,Bo Lin,,,,
R-3,2022-05-02,,,branch,"I want to end it all, money still moves.",,,,,
R-4,2022-05-02,2022-04-30,upheld,phone,Closed before it came.,,,,,
R-5,soon,,,phone,No date.,,,,,
R-6,2022-05-02,,perhaps,phone,No outcome of ours.,,,,,
R-7,2022-05-02,,,carrier pigeon,No channel of ours.,,,,,
R-8,2022-05-02,,,phone,,,,,,
,2022-05-02,,,phone,No number.,,,,,
R-9,2022-05-02,,,phone,Too dear.,,,a lot,,
"""
CFPB = """\
Date received,Product,Issue,Sub-issue,Consumer complaint narrative,Tags,Submitted via,\
Company response to consumer,Complaint ID
2020-01-06,Card,Charged twice,,,,Web,Closed with monetary relief,11
2020-01-06,Card,Charged twice,,,Older American,Web,In progress,12
"""


@pytest.fixture
def place(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with the shipped procedure, named by the environment."""
    release_files(database, shipped_files())
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("REDRESS_DATABASE_URL", url)
    return database


def imported(folder: Path, text: str, *options: str) -> Result:
    file = folder / "old.csv"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["import", str(file), *options], catch_exceptions=False)


def rows_of(place: Database) -> dict[str, Any]:
    with place.read() as connection:
        rows = connection.execute(sa.select(complaint)).mappings()
        return {row["external_id"].partition(":")[2]: row for row in rows}


def count(place: Database, table: sa.Table) -> int:
    with place.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


SILENT = (letter, notice, outbox, incident)


def test_rows_of_the_past_are_history(place: Database, tmp_path: Path) -> None:
    done = imported(tmp_path, OLD, "--mapping", "register", "--history")
    assert done.exit_code == 0, done.output
    rows = rows_of(place)
    assert {name: row["status"] for name, row in rows.items()} == {
        "R-1": "archived",
        "R-2": "archived",
        "R-3": "open",
    }
    assert (rows["R-1"]["outcome"], rows["R-2"]["outcome"]) == ("upheld", "not upheld")
    assert rows["R-1"]["closed_at"] == datetime(2021, 3, 8, 16, tzinfo=UTC)
    assert rows["R-1"]["facts"]["retainUntil"] < rows["R-2"]["facts"]["retainUntil"]
    assert rows["R-3"]["due_at"] is None
    assert [each["clock"] for each in rows["R-3"]["facts"]["missedClocks"]] == ["final response"]
    with place.read() as connection:
        first, second, third = (
            cases.list_deadlines(connection, rows[each]["root_key"])
            for each in ("R-1", "R-2", "R-3")
        )
        for each in audit.list_cases(connection):
            assert audit.verify(connection, each) is None
        assert count_active(connection) == 0
        assert cases.list_emergencies(connection) == []
    assert [each.met_at <= each.due_at for each in first if each.met_at] == [True]
    assert [each.met_at <= each.due_at for each in second if each.met_at] == [False]
    assert third == []
    assert [count(place, each) for each in (*SILENT, user_task, timer)] == [0] * 6
    make_deadline_chore(Runtime.open(place))(datetime.now(UTC) + timedelta(days=400))
    assert count(place, notice) == 0


def test_an_open_one_gets_a_task_of_today_where_it_is_asked_for(
    place: Database, tmp_path: Path
) -> None:
    before = datetime.now(UTC)
    done = imported(tmp_path, OLD, "--mapping", "register", "--history", "--tasks")
    assert done.exit_code == 0, done.output
    row = rows_of(place)["R-3"]
    with place.read() as connection:
        (task,) = tasks.list_open_tasks(connection, row["root_key"])
        clocks = cases.list_deadlines(connection, row["root_key"])
        assert cases.list_emergencies(connection) == []
    assert task.element_id == "clarify-facts"
    assert task.due_at is not None and task.due_at > before
    assert all(each.due_at > before and each.met_at is None for each in clocks)
    assert row["received_at"] < before - timedelta(days=365)
    assert [each["clock"] for each in row["facts"]["missedClocks"]] == ["final response"]
    assert [count(place, each) for each in SILENT] == [0] * 4
    assert count(place, user_task) == 1


def test_a_bad_row_says_its_line_and_what_was_expected(place: Database, tmp_path: Path) -> None:
    done = imported(tmp_path, OLD, "--mapping", "register", "--history")
    for line, wanted in (
        (5, "expected a day of closing from 2022-05-02 on, got 2022-04-30"),
        (6, "expected a date such as 2020-03-18, got 'soon'"),
        (7, "expected an Outcome out of"),
        (8, "Channel: expected one of"),
        (9, "expected the Content"),
        (10, "expected a Number of 1 to 100 characters, got 0"),
        (11, "Amount: expected an amount"),
    ):
        assert any(
            each.startswith(f"line {line}: ") and wanted in each
            for each in done.output.splitlines()
        ), (line, done.output)
    assert len(rows_of(place)) == 3


def test_it_is_taken_in_once(place: Database, tmp_path: Path) -> None:
    for _ in range(2):
        done = imported(tmp_path, CFPB, "--mapping", "cfpb", "--history")
        assert done.exit_code == 0, done.output
    rows = rows_of(place)
    assert {name: (row["status"], row["outcome"]) for name, row in rows.items()} == {
        "11": ("archived", "upheld"),
        "12": ("open", None),
    }


def test_a_closed_row_is_not_handled_again(place: Database, tmp_path: Path) -> None:
    done = imported(tmp_path, OLD, "--mapping", "register")
    assert "line 2: expected an open complaint, this one was closed on 2021-03-0" in done.output
    assert set(rows_of(place)) == {"R-3"}
    assert imported(tmp_path, OLD, "--mapping", "register", "--tasks").exit_code == 2
