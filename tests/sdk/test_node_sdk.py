"""The official SDK for Node works against this service as it is. Skipped, saying so, where Node or
npm is absent."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.kit.clock import PATIENCE
from tests.kit.loan import LOAN, RATE
from tests.kit.node import install
from tests.sdk.conftest import Server

HERE = Path(__file__).parent / "node"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDK, installed from the lock; no script of a package is run."""
    return install(HERE, tmp_path_factory.mktemp("node"), "the SDK for Node")


def test_the_lock_names_no_host() -> None:
    assert "resolved" not in (HERE / "package-lock.json").read_text()


@pytest.mark.parametrize("strategy", ["BASIC", "OAUTH"])
def test_a_whole_instance_with_node(server: Server, folder: Path, strategy: str) -> None:
    (folder / "loan.bpmn").write_text(LOAN)
    (folder / "rates.dmn").write_text(RATE)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "ZEEBE_REST_ADDRESS": server.url,
        "CAMUNDA_AUTH_STRATEGY": strategy,
        "CAMUNDA_BASIC_AUTH_USERNAME": server.name,
        "CAMUNDA_BASIC_AUTH_PASSWORD": server.token,
        "CAMUNDA_OAUTH_URL": f"{server.url}/oauth/token",
        "ZEEBE_CLIENT_ID": server.name,
        "ZEEBE_CLIENT_SECRET": server.token,
        "CAMUNDA_TOKEN_DISK_CACHE_DISABLE": "true",
        "CAMUNDA_LOG_LEVEL": "none",
        "TEST_ACCOUNT": server.name,
    }
    command = ["node", "drive.js", "loan.bpmn", "rates.dmn"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(
        next(line for line in done.stdout.splitlines() if line.startswith("SEEN ")).removeprefix(
            "SEEN "
        )
    )
    assert seen == {
        "partitions": 1,
        "processes": ["loan"],
        "decisions": ["rate"],
        "variables": {"ref": seen["variables"]["ref"], "amount": 12.5},
        "headers": {"model": "m1"},
        "task": ["Check", "CREATED", ["handler"]],
        "started": "COMPLETED",
        "refused": "COMPLETED",
        "tries": 2,
        "rate": "2",
    }
