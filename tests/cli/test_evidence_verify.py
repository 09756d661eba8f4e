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


def test_a_backup_has_the_files_that_it_names(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    done = subprocess.run(
        ["sh", str(BACKUP), str(folder), "30"], env=dict(os.environ), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    copied = folder / "evidence" / kept.parent.name / kept.name
    assert copied.read_bytes() == b"a receipt"
    again = subprocess.run(["sh", str(BACKUP), str(folder), "30"], env=dict(os.environ))
    assert again.returncode == 0
    assert len(list(folder.glob("redress-*.db"))) >= 1
