"""A backup comes back whole: into either kind of database, or not at all."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from service import audit, cases
from service.audit.tables import history
from service.cli import main
from service.db import Database
from service.definitions import shipped_files
from service.identity import Actor
from service.intake import parse_complaint
from service.operations import register_complaint
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.operations.test_faults import contents

CLERK = Actor("chen", frozenset({"clerk"}))
GIVEN = {
    "customerName": "王小明",
    "contact": {"email": "w@customer.invalid"},
    "content": "重複扣款",
    "amount": "12.50",
}


def run(database: Database, *arguments: str) -> Result:
    environment = {"REDRESS_DATABASE_URL": database.url.render_as_string(hide_password=False)}
    return CliRunner().invoke(main, list(arguments), env=environment, catch_exceptions=False)


@pytest.fixture
def filled(database: Database) -> Database:
    runtime = release_files(database, shipped_files())
    for number in range(3):
        register_complaint(
            runtime,
            parse_complaint(GIVEN, now=NOW),
            actor=CLERK,
            now=NOW,
            idempotency_key=f"k{number}",
        )
    return database


def test_a_backup_is_restored_into_either_database(
    filled: Database, sqlite_database: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    file, other = (
        tmp_path / "all.backup",
        "postgresql_database" if filled is sqlite_database else "sqlite_database",
    )
    target: Database = request.getfixturevalue(other)
    written = run(filled, "backup", str(file))
    assert written.exit_code == 0, written.output
    before = contents(filled)
    restored = run(target, "restore", str(file))
    assert restored.exit_code == 0, restored.output
    assert contents(target) == before
    with target.read() as connection:
        assert [
            audit.verify(connection, root_key) for root_key in audit.list_cases(connection)
        ] == [None] * 3
        assert len(cases.search_roots(connection, "王小明 重複扣款", limit=9)) == 3
    again = run(target, "restore", str(file))
    assert again.exit_code == 1
    assert "expected an empty database, found rows in" in again.output
    assert run(target, "restore", str(file), "--force").exit_code == 0
    assert contents(target) == before


def test_a_backup_that_was_changed_restores_nothing(filled: Database, tmp_path: Path) -> None:
    file, bent = tmp_path / "all.backup", tmp_path / "bent.backup"
    run(filled, "backup", str(file))
    before, raw = contents(filled), gzip.decompress(file.read_bytes())
    for changed in (
        gzip.compress(raw.replace(b"chen", b"evil")),
        gzip.compress(raw[:-200]),
        file.read_bytes()[:-50],
    ):
        bent.write_bytes(changed)
        refused = run(filled, "restore", str(bent), "--force")
        assert refused.exit_code == 1
        assert "expected a" in refused.output
        assert contents(filled) == before
    file.write_text("no backup", "utf-8")
    assert "cannot be read" in run(filled, "restore", str(file)).output


def test_a_backup_with_a_broken_chain_restores_nothing(filled: Database, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    before = contents(filled)
    with filled.transaction() as connection:
        connection.execute(sa.update(history).where(history.c.seq == 1).values(actor="evil"))
    run(filled, "backup", str(file))
    with filled.transaction() as connection:
        connection.execute(sa.update(history).where(history.c.seq == 1).values(actor="chen"))
    refused = run(filled, "restore", str(file), "--force")
    assert refused.exit_code == 1
    assert "breaks at row 1" in refused.output
    assert contents(filled) == before


def forged(path: Path, *lines: object) -> Path:
    """A whole backup of this schema, by its own hash, with these lines in it."""
    with gzip.open(path, "rb") as file:
        head = file.readline()
    written = [head.strip(), *(orjson.dumps(line) for line in lines)]
    digest = sha256(b"".join(each + b"\n" for each in written)).hexdigest()
    made = path.with_name("forged.backup")
    with gzip.open(made, "wb") as file:
        file.write(b"\n".join([*written, orjson.dumps({"sha256": digest})]) + b"\n")
    return made


ROW = ["eve", "2026-01-01T00:00:00+00:00", "cli"]
COLUMNS = ["name", "made_at", "made_by"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([{"table": "nowhere", "columns": ["x"]}, ["y"]], "there is no table 'nowhere'"),
        ([{"table": "task_group", "columns": ["wings"]}], "has no column 'wings'"),
        ([{"table": "task_group"}], "names no columns"),
        ([{"table": "task_group", "columns": COLUMNS}, ROW[:2]], "2 values for 3 columns"),
        ([{"table": "task_group", "columns": COLUMNS}, ["eve", "noon", "cli"]], "noon"),
        ([["a row of nothing"]], "line 2 does not fit: it stands before any table"),
        ([[]], "line 2 does not fit: it stands before any table"),
        (
            [{"table": "task_group", "columns": COLUMNS}, ROW, ROW],
            "task_group does not take the rows from line 3 to 4: UNIQUE constraint failed",
        ),
        (
            [
                {"table": "task_group", "columns": COLUMNS},
                *[[f"group {number}", *ROW[1:]] for number in range(500)],
                ROW,
                ROW,
                {"table": "task_group", "columns": COLUMNS},
            ],
            "does not take the rows from line 503 to 504: UNIQUE constraint failed",
        ),
    ],
)
def test_a_backup_that_does_not_fit_is_refused_in_one_line(
    sqlite_database: Database, tmp_path: Path, lines: list[object], said: str
) -> None:
    path = tmp_path / "empty.backup"
    assert run(sqlite_database, "backup", str(path)).exit_code == 0
    done = run(sqlite_database, "restore", "--force", str(forged(path, *lines)))
    assert done.exit_code == 1, done.output
    assert said in done.output and done.output.count("\n") == 1


def test_an_archive_that_unpacks_to_more_than_memory_is_refused(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.db.backup.MOST_LINE", 10_000)
    path = tmp_path / "empty.backup"
    assert run(sqlite_database, "backup", str(path)).exit_code == 0
    columns = {"table": "task_group", "columns": COLUMNS}
    bomb = forged(path, columns, ["x" * 20_000, *ROW[1:]])
    done = run(sqlite_database, "restore", "--force", str(bomb))
    assert done.exit_code == 1 and "at most 10000 bytes" in done.output
