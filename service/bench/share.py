"""How much of what the engine does is SpiffWorkflow's own: calls of its functions among those of
the engine and its own, while steps are made."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any


def _folder(package: str) -> str:
    """Where a package is installed, found without importing it."""
    found = find_spec(package)
    return str(Path(found.origin or "").parent) if found is not None else "?"


_LIBRARY, _ENGINE = _folder("SpiffWorkflow"), _folder("service.engine")


def library_share(work: Callable[[], object]) -> float:
    """The share of calls, 0 to 1; FEEL, decisions and services of the host count for neither."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            file = frame.f_code.co_filename
            if file.startswith(_LIBRARY):
                calls["library"] += 1
            elif file.startswith(_ENGINE):
                calls["engine"] += 1

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls["library"] / max(1, calls.total())
