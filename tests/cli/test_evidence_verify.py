"""`redress evidence verify` finds a file that is gone or another; a backup brings files along."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from service.cases.tables import evidence
from service.cli import main
from service.db import Database
from service.vault import open_vault
from tests.kit.clock import NOW

BACKUP = Path(__file__).parents[2] / "deploy" / "backup"


@pytest.fixture
def kept(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a case, in a vault beside the database."""
    monkeypatch.setenv("REDRESS_DATABASE_URL", str(sqlite_database.url))
    monkeypatch.setenv("REDRESS_SECRET_KEY", "k" * 40)
    vault = open_vault("", sqlite_database, limit=1_000)
    file = vault.keep([b"a receipt"])
    row = {"root_key": 1 << 16, "key": 65_537, "kind": "document", "source": "desk", "name": "x"}
    with sqlite_database.transaction() as connection:
        connection.execute(
            sa.insert(evidence),
            {
                **row,
                "media_type": "text/plain",
                "size": file.size,
                "sha256": file.sha256,
                "state": "kept",
                "added_at": NOW,
                "added_by": "clerk",
            },
        )
    return vault.path(file.sha256)


def verify() -> tuple[int, str]:
    done = CliRunner().invoke(main, ["evidence", "verify"])
    return done.exit_code, done.output


def test_a_file_that_is_gone_or_another_is_found(kept: Path) -> None:
    code, said = verify()
    assert code == 0 and said.startswith("1 files in "), said
    kept.chmod(0o600)
    kept.write_bytes(b"another")
    code, said = verify()
    assert code == 1 and "case 65536" in said and "expected its own hash" in said
    kept.unlink()
    code, said = verify()
    assert code == 1 and "expected a file" in said


def back_up(folder: Path) -> Path:
    """One night's backup, kept for 30 days; its folder of evidence."""
    command = ["sh", str(BACKUP), str(folder), "30"]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return folder / "evidence"


def make_older(file: Path, days: int) -> None:
    """As if that many days had gone by since the file was last written."""
    then = file.stat().st_mtime - days * 86_400
    os.utime(file, (then, then))


def test_a_backup_has_the_files_that_it_names(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    copied = back_up(folder) / kept.parent.name / kept.name
    assert copied.read_bytes() == b"a receipt"
    back_up(folder)
    assert copied.read_bytes() == b"a receipt"
    assert len(list(folder.glob("redress-*.db"))) >= 1


def test_a_backup_leaves_out_what_is_still_being_written(kept: Path, tmp_path: Path) -> None:
    (kept.parents[1] / "incoming-x1y2").write_bytes(b"half a rec")
    copied = back_up(tmp_path / "backups")
    assert [each.name for each in copied.rglob("*") if each.is_file()] == [kept.name]


def test_a_backup_of_an_empty_vault_has_no_files(kept: Path, tmp_path: Path) -> None:
    kept.unlink()
    kept.parent.rmdir()
    assert list(back_up(tmp_path / "backups").iterdir()) == []


def test_an_erased_file_stays_as_long_as_the_backups_that_name_it(
    kept: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    copied = back_up(folder) / kept.parent.name / kept.name
    make_older(copied, 45)
    back_up(folder)
    kept.unlink()
    back_up(folder)
    assert copied.exists(), "the backup of the night before names it"
    make_older(copied, 32)
    back_up(folder)
    assert not copied.exists()
