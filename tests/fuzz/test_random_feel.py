"""A seeded sample of the random expressions that `make fuzz` asks a million of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_random_expressions_are_answered_within_the_limits() -> None:
    options = ["--count", "400", "--seed", "20261130", "--processes", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.random_feel", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
