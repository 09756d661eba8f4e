"""A file is imported, imported again, and its cases are driven to their end by scripted people."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service import audit, cases
from service.cli import main
from service.db import Database
from service.definitions import shipped_files
from service.reporting import count_active
from tests.kit.installation import release_files

ROWS = """\
Date received,Product,Issue,Sub-issue,Consumer complaint narrative,Tags,\
Submitted via,Complaint ID
2026-01-05,Card,Charged twice,,The same dinner was charged twice.,,Web,1
2026-01-06,Loan,Rate,,"The rate rose, nobody told me.",Older American,Phone,2
2026-01-07,Account,Closed,Without notice,,,Fax,3
not a date,Account,Closed,,,,Web,4
2026-01-08,Transfer,Lost,,我的匯款不見了。,,Referral,5
2026-01-08,Transfer
"""


@pytest.fixture
def place(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with the shipped procedure, named by the environment."""
    release_files(sqlite_database, shipped_files())
    monkeypatch.setenv("REDRESS_DATABASE_URL", sqlite_database.url.render_as_string())
    return sqlite_database


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def counted(result: Result, name: str) -> int:
    (line,) = [line for line in result.output.splitlines() if name in line]
    return int(line.split("│")[-2].replace(",", ""))


def test_rows_are_registered_once_and_driven_to_the_end(place: Database, tmp_path: Path) -> None:
    file, errors = tmp_path / "rows.csv", tmp_path / "errors.csv"
    file.write_text(ROWS, encoding="utf-8")
    first = run("import", str(file), "--mapping", "cfpb", "--errors", str(errors))
    assert first.exit_code == 0, first.output
    assert [counted(first, name) for name in ("rows in the file", "registered", "refused")] == [
        6,
        4,
        2,
    ]
    assert [line.split(",")[0] for line in errors.read_text("utf-8").splitlines()] == [
        "line",
        "5",
        "7",
    ]
    again = run("import", str(file), "--mapping", "cfpb")
    assert [counted(again, name) for name in ("registered", "already there")] == [0, 4]

    driven = run("simulate", "--until-closed", "--seed", "3")
    assert driven.exit_code == 0, driven.output
    with place.read() as connection:
        chains = list(audit.list_cases(connection))
        assert (
            count_active(connection) == 0
        )  # promises and improvements that the cases have started among them
        assert cases.list_complaints(connection, status="archived")[1] == 4
        assert [audit.verify(connection, root_key) for root_key in chains] == [None] * len(chains)


def test_the_same_seed_does_the_same_in_any_number_of_processes(
    place: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, copy = tmp_path / "rows.csv", tmp_path / "copy.db"
    file.write_text(ROWS, encoding="utf-8")
    run("import", str(file), "--mapping", "cfpb")
    with (
        closing(sqlite3.connect(str(place.url.database))) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    monkeypatch.setattr("service.cli.simulate.CHUNK", 2)
    shared = run("simulate", "--until-closed", "--processes", "2")
    monkeypatch.setenv("REDRESS_DATABASE_URL", f"sqlite:///{copy}")
    alone = run("simulate", "--until-closed", "--processes", "1")
    # the four, and what they started: promises, improvements
    assert int(re.findall(r"^(\d+) cases", alone.output, re.MULTILINE)[0]) >= 4

    def told(result: Result) -> list[str]:
        return [
            line.split(" in ")[0]
            for line in result.output.splitlines()
            if "│" in line or "steps" in line
        ]

    assert told(shared) == told(alone)


def test_a_missing_mapping_is_a_usage_error(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(ROWS, encoding="utf-8")
    assert run("import", str(file)).exit_code == 2


def test_another_file_is_one_line_of_error(place: Database, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    result = run("import", str(file), "--mapping", "cfpb")
    assert result.exit_code == 1
    assert "expected the columns" in result.output


@pytest.mark.parametrize(
    "command", ["serve", "work", "check", "deploy", "release", "import", "simulate", "decide"]
)
def test_help_has_an_example(command: str) -> None:
    assert "Example:" in run(command, "--help").output
