"""What cannot work stops the start with one line; what may be away for a while is told if asked."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import config_check, demo, main
from service.config import Settings
from service.db import Database, migrate, take
from service.errors import StateConflict

GOOD = {"REDRESS_SECRET_KEY": "k" * 40, "REDRESS_SMTP_URL": "smtp://127.0.0.1:1"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDRESS_DATABASE_URL", f"sqlite:///{tmp_path}/redress.db")
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IMAP_URL", "pop3://x"),
        ("IMAP_URL", "imaps://user:secret@mail.example:ninety"),
        ("SMTP_URL", "smtp://mail.example:smtp"),
        ("POLICY", "NOPE"),
        ("DATABASE_URL", "sqlite:///file/in/redress.db"),
        ("EVIDENCE_DIR", "file/evidence"),
        ("MAIL_CA_FILE", "file"),
        ("MAIL_CA_FILE", "nowhere.pem"),
    ],
)
@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("work",), ("config", "check")])
def test_a_setting_that_cannot_be_used_is_named_in_one_line(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    name: str,
    value: str,
) -> None:
    if "0" in command:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            command = (*command[:2], str(probe.getsockname()[1]))
    monkeypatch.setenv(f"REDRESS_{name}", value)
    done = CliRunner().invoke(main, command)
    lines = [line for line in done.output.splitlines() if f"REDRESS_{name}: " in line]
    assert done.exit_code == 1
    assert len(lines) >= 1 and "secret" not in done.output
    assert "Traceback" not in done.output


def test_a_server_that_is_away_is_told_and_stops_no_start(folder: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{folder}/r.db", smtp_url="smtp://127.0.0.1:1")
    config_check.check_before_start(settings)
    [line] = config_check.find_problems(settings, config_check.REACHED.items())
    assert line.startswith("REDRESS_SMTP_URL: The mail server cannot be used")
    done = CliRunner().invoke(main, ["config", "check"])
    assert done.exit_code == 1 and "REDRESS_SMTP_URL" in done.output


def test_a_database_of_a_newer_program_is_told(folder: Path) -> None:
    database = Database(f"sqlite:///{folder}/redress.db")
    migrate(database)
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StateConflict, match="found 9999, of a newer version"):
        migrate(database)
    database.dispose()


def test_the_database_of_a_demo_is_served_as_a_demo_only(folder: Path) -> None:
    database = Database(f"sqlite:///{folder}/redress.db")
    migrate(database)
    demo.refuse_demo(database)
    with database.transaction() as connection:
        take(connection, demo.MARK)
    database.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    done = CliRunner().invoke(main, ["serve", "--port", port])
    assert done.exit_code == 1
    assert "was made by redress serve --demo" in done.output
