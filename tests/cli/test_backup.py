"""A backup comes back whole: into either kind of database, or not at all."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from click.testing import CliRunner, Result

from service import audit, cases
from service.audit.tables import history
from service.cli import main
from service.db import Database, metadata
from service.db.backup import FORMAT, _plain
from service.db.migrate import FOLDER
from service.definitions import shipped_files
from service.execution import Runtime
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


def _write_old(database: Database, revision: str, file: Path) -> dict[str, int]:
    """A backup as the version of that schema wrote it; how many rows each table had."""
    with database.transaction() as connection:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        found = sa.MetaData()
        found.reflect(connection)
        tables = {each.name: each for each in found.sorted_tables if each.name in metadata.tables}
        lines: list[Any] = [{"format": FORMAT, "revision": revision}]
        counts = {}
        for name, table in tables.items():
            now = [metadata.tables[name].columns.get(each.name) for each in table.columns]
            lines.append({"table": name, "columns": [each.name for each in table.columns]})
            columns = [
                each if same is None else sa.column(each.name, same.type)
                for each, same in zip(table.columns, now, strict=True)
            ]
            rows = connection.execute(sa.select(*columns).select_from(table)).all()
            lines += [
                [_plain(each, value) for each, value in zip(columns, row, strict=True)]  # type: ignore[arg-type]
                for row in rows
            ]
            counts[name] = len(rows)
    raw = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    end = {"rows": sum(counts.values()), "sha256": sha256(raw).hexdigest()}
    file.write_bytes(gzip.compress(raw + orjson.dumps(end) + b"\n"))
    return counts


@pytest.mark.parametrize("revision", ["0022", "0027", "0030"])
def test_a_backup_of_an_older_version_is_restored_and_migrated(
    filled: Database,
    sqlite_database: Database,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    revision: str,
) -> None:
    file = tmp_path / "old.backup"
    other = "postgresql_database" if filled is sqlite_database else "sqlite_database"
    target: Database = request.getfixturevalue(other)
    counts = _write_old(filled, revision, file)
    restored = run(target, "restore", str(file))
    assert restored.exit_code == 0, restored.output
    with target.read() as connection:
        after = {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(metadata.tables[name])
            ).scalar_one()
            for name in counts
        }
        assert len(cases.search_roots(connection, "王小明 重複扣款", limit=9)) == 3
    assert after | {"case_text": 0} == counts | {"case_text": 0}
    runtime = Runtime.open(target)
    new = parse_complaint(GIVEN, now=NOW)
    assert register_complaint(runtime, new, actor=CLERK, now=NOW).number
    with target.read() as connection:
        roots = list(audit.list_cases(connection))
        assert [audit.verify(connection, root) for root in roots] == [None] * 4


def test_a_backup_of_a_newer_version_is_refused_in_a_line(
    filled: Database, sqlite_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "all.backup"
    run(filled, "backup", str(file))
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    head = orjson.loads(lines[0]) | {"revision": "9999"}
    raw = orjson.dumps(head) + b"\n" + b"".join(lines[1:-1])
    end = orjson.loads(lines[-1]) | {"sha256": sha256(raw).hexdigest()}
    file.write_bytes(gzip.compress(raw + orjson.dumps(end) + b"\n"))
    refused = run(filled, "restore", str(file), "--force")
    assert refused.exit_code == 1 and "a newer version wrote it" in refused.output
    assert len(refused.output.strip().splitlines()) == 1
    with filled.read() as connection:
        assert len(cases.search_roots(connection, "王小明 重複扣款", limit=9)) == 3


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
