"""What tests need of Node: packages from a lock file, where there are node, npm and a registry."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NPM_SECONDS = 300
_AWAY = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED")


def install(source: Path, made: Path, what: str) -> Path:
    """Copy the files of `source` and install what its lock names; no script of a package is run.
    Skips the test where that cannot be, saying that `what` is not tried."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip(f"no node and npm here: {what} is not tried")
    for each in source.iterdir():
        shutil.copy(each, made / each.name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(
        command, cwd=made, capture_output=True, text=True, timeout=NPM_SECONDS, check=False
    )
    if done.returncode != 0 and any(word in done.stderr for word in _AWAY):
        pytest.skip(f"npm reaches no registry: {what} is not tried")
    assert done.returncode == 0, done.stderr
    return made
