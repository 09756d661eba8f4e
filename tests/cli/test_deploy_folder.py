"""The deployment recipe: commands and addresses that there are, and a backup that can be read
back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.audit import verify
from service.bench.recording import new_complaint, prepare_runtime
from service.cli import COMMANDS
from service.config import HELP
from service.db import Database
from service.identity import SYSTEM
from service.operations import register_complaint
from tests.kit.clock import NOW
from tests.kit.postgres import Cluster, find_binaries

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_every_command_and_setting_of_the_recipe_is_there() -> None:
    text = "\n".join(path.read_text() for path in DEPLOY.rglob("*") if path.is_file())
    commands = set(re.findall(r"bin/redress (\w+)|\"redress\", \"(\w+)\"", text))
    assert {one or other for one, other in commands} == {"serve", "work"} <= set(COMMANDS)
    settings = {name.lower() for name in re.findall(r"REDRESS_(\w+)", text)}
    assert settings <= set(HELP)
    for script in ("backup", "wait-ready"):
        assert os.access(DEPLOY / script, os.X_OK)


def backup(url: str, folder: Path) -> Path:
    bins = find_binaries()
    path = f"{bins}:{os.environ['PATH']}" if bins else os.environ["PATH"]
    environment = os.environ | {"REDRESS_DATABASE_URL": url, "PATH": path}
    done = subprocess.run(
        [str(DEPLOY / "backup"), str(folder)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert re.fullmatch(r"redress-\d{8}T\d{6}Z", Path(done.stdout.strip()).name)
    (found,) = folder.iterdir()
    return found


def test_a_backup_of_sqlite_is_a_database(sqlite_database: Database, tmp_path: Path) -> None:
    runtime = prepare_runtime(sqlite_database, NOW)
    root_key = register_complaint(runtime, new_complaint(NOW), actor=SYSTEM, now=NOW).root_key
    copy = Database(f"sqlite:///{backup(str(sqlite_database.url), tmp_path / 'kept')}")
    with copy.read() as connection:
        assert verify(connection, root_key) is None
    copy.dispose()


def test_a_backup_of_postgresql_can_be_restored(
    cluster: Cluster, postgresql_database: Database, tmp_path: Path
) -> None:
    bins = find_binaries()
    restore = shutil.which("pg_restore", path=str(bins)) if bins else None
    if restore is None:
        pytest.skip("no pg_restore beside the server")
    runtime = prepare_runtime(postgresql_database, NOW)
    root_key = register_complaint(runtime, new_complaint(NOW), actor=SYSTEM, now=NOW).root_key
    url = postgresql_database.url.render_as_string(hide_password=False)
    dump = backup(url, tmp_path / "kept")
    name = cluster.create("template0")
    target = ["-h", str(cluster.folder), "-U", cluster.user, "-d", name]
    subprocess.run([restore, "--no-owner", "--exit-on-error", *target, str(dump)], check=True)
    copy = Database(cluster.url(name))
    with copy.read() as connection:
        assert verify(connection, root_key) is None
        assert connection.execute(sa.text("SELECT count(*) FROM complaint")).scalar_one() == 1
    copy.dispose()
    cluster.drop(name)
