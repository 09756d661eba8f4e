"""On SQLite writers queue, threads and processes alike, and whoever dies leaves the queue."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.db import Database
from service.db.turns import WriterTurns
from service.errors import Unavailable
from tests.kit.clock import PATIENCE

HOLDER = """
import sys
from service.db.turns import WriterTurns
with WriterTurns(sys.argv[1]).turn():
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_a_writer_waits_for_another_process_and_for_one_that_dies(
    sqlite_database: Database,
) -> None:
    path = str(sqlite_database.url.database)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None and holder.stdout.readline() == "mine\n"
    begun, written = threading.Event(), threading.Event()

    def write() -> None:
        begun.set()
        with sqlite_database.transaction() as connection:
            connection.execute(sa.text("UPDATE counter SET value = value"))
        written.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(PATIENCE)
    assert not written.wait(0.2)
    holder.kill()
    assert written.wait(PATIENCE)
    thread.join(PATIENCE)
    holder.communicate()


def test_nobody_waits_for_a_write_that_is_only_being_worked_out(sqlite_database: Database) -> None:
    raise_it = sa.text("UPDATE counter SET value = value + 1 WHERE name = 'tried'")
    with sqlite_database.transaction() as connection:
        connection.execute(sa.text("INSERT INTO counter (name, value) VALUES ('tried', 0)"))
    with sqlite_database.transaction() as first:
        with sqlite_database.transaction() as second:
            second.execute(raise_it)
        first.execute(raise_it)
    with pytest.raises(ZeroDivisionError), sqlite_database.transaction() as first:
        first.execute(raise_it)
        raise ZeroDivisionError
    with sqlite_database.read() as connection:
        assert (
            connection.execute(
                sa.text("SELECT value FROM counter WHERE name = 'tried'")
            ).scalar_one()
            == 2
        )


def test_turns_come_again_after_an_error_and_after_closing(tmp_path: Path) -> None:
    turns = WriterTurns(str(tmp_path / "one.db"))
    with pytest.raises(ZeroDivisionError), turns.turn():
        raise ZeroDivisionError
    turns.close()
    with turns.turn(), pytest.raises(Unavailable, match="busy"):
        _at_once(turns)
    with turns.turn():
        pass
    turns.close()


def test_where_no_file_can_be_made_sqlite_guards_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for database in (None, ":memory:", str(tmp_path / "no" / "such" / "folder.db")):
        with WriterTurns(database).turn():
            pass
    assert list(tmp_path.iterdir()) == []


def _at_once(turns: WriterTurns) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.db.turns.BUSY_SECONDS", 0.01)
        with turns.turn():
            raise AssertionError("two have the turn at once")
