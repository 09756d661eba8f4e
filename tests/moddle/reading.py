"""What Camunda's own readers (`bpmn-moddle` with `zeebe-bpmn-moddle`, `dmn-moddle`) see in a file,
by way of Node.

They come with the editors of the workbench; where those were not built, the tests that want them
say so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from service import web

EDITORS = Path(web.__file__).parent / "islands"
SCRIPT = Path(__file__).parent / "models.mjs"


def need_readers() -> None:
    """Skip the test where there is no Node or no reader."""
    if (
        shutil.which("node") is None
        or not (EDITORS / "node_modules" / "zeebe-bpmn-moddle").is_dir()
    ):
        pytest.skip("no Node, or the editors were not built: Camunda's readers are not here")


def every_extension() -> bytes:
    """A diagram with every extension that `zeebe-bpmn-moddle` knows, each with all its
    attributes."""
    return _node("generate")


def read_models(files: Mapping[str, bytes], folder: Path) -> dict[str, dict[str, Any]]:
    """By path: `warnings`, the `model` as plain data, and the file as the reader would have
    `written` it."""
    places = {path: folder / path.replace("/", "-") for path in files}
    for path, content in files.items():
        places[path].write_bytes(content)
    found = json.loads(_node("read", *(str(place) for place in places.values())))
    return dict(zip(files, found, strict=True))


def _node(*arguments: str) -> bytes:
    done = subprocess.run(
        ["node", str(SCRIPT), *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "EDITORS": str(EDITORS)},
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
