"""The coverage-guided fuzzer runs, where it is installed; REDRESS_FUZZ_RUNS says for how many
inputs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_fuzzer_finds_nothing(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="the extra redress[fuzz] is not installed")
    runs = os.environ.get("REDRESS_FUZZ_RUNS", "500")
    options = [
        f"-runs={runs}",
        "-timeout=60",
        "-rss_limit_mb=1500",
        "-seed=7",
        f"-artifact_prefix={tmp_path}/",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.fuzz_feel", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
