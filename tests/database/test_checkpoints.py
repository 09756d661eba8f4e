"""The write-ahead log of SQLite is copied back beside the work, and begins again."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.db import Database, checkpoints
from service.db.checkpoints import Checkpoints
from tests.kit.clock import PATIENCE

COUNT = sa.text("UPDATE counter SET value = value + 1 WHERE name = 'case:2026'")


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "COMMITS", 5)


class Watched:
    """Says when a turn was given up."""

    def __init__(self) -> None:
        self.over = threading.Event()

    @contextmanager
    def turn(self) -> Iterator[None]:
        yield
        self.over.set()


def write(database: Database, times: int) -> None:
    with database.transaction() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO counter (name, value) VALUES ('case:2026', 0) ON CONFLICT DO NOTHING"
            )
        )
    for _ in range(times - 1):
        with database.transaction() as connection:
            connection.execute(COUNT)


def value_in(file: Path, folder: Path) -> int:
    """What the file says by itself, without its log."""
    alone = folder / "alone.db"
    shutil.copyfile(file, alone)
    with closing(sqlite3.connect(alone)) as connection:
        found: int = connection.execute(
            "SELECT value FROM counter WHERE name = 'case:2026'"
        ).fetchone()[0]
        return found


def test_the_log_is_copied_after_some_commits(
    sqlite_database: Database, often: None, tmp_path: Path
) -> None:
    watched, path = Watched(), str(sqlite_database.url.database)
    sqlite_database._checkpoints = Checkpoints(path, watched.turn)
    write(sqlite_database, 5)
    assert watched.over.wait(PATIENCE)
    assert value_in(Path(path), tmp_path) == 4
    long = Path(f"{path}-wal").stat().st_size
    for _ in range(10):
        watched.over.clear()
        write(sqlite_database, 5)
        assert watched.over.wait(PATIENCE)
    assert Path(f"{path}-wal").stat().st_size <= 2 * long  # it began again each time


def test_who_reads_for_long_only_puts_it_off(
    sqlite_database: Database, often: None, tmp_path: Path
) -> None:
    watched, path = Watched(), str(sqlite_database.url.database)
    sqlite_database._checkpoints = Checkpoints(path, watched.turn)
    write(sqlite_database, 1)
    with sqlite_database.snapshot() as reading:
        before = reading.execute(
            sa.text("SELECT value FROM counter WHERE name = 'case:2026'")
        ).scalar_one()
        write(sqlite_database, 8)
        assert watched.over.wait(PATIENCE)
        assert (
            reading.execute(
                sa.text("SELECT value FROM counter WHERE name = 'case:2026'")
            ).scalar_one()
            == before
        )
    watched.over.clear()
    write(sqlite_database, 8)
    assert watched.over.wait(PATIENCE)
    sqlite_database.dispose()  # ends the thread
    assert value_in(Path(path), tmp_path) == before + 14


def test_a_log_that_cannot_be_copied_stops_nobody(
    sqlite_database: Database, often: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = threading.Event()

    class Broken(Checkpoints):
        def _copy(self, connection: sqlite3.Connection) -> None:
            said.set()
            raise sqlite3.OperationalError("disk I/O error")

    sqlite_database._checkpoints = Broken(str(sqlite_database.url.database), Watched().turn)
    write(sqlite_database, 5)
    assert said.wait(PATIENCE)
    sqlite_database.dispose()
    assert "could not be copied" in caplog.text
