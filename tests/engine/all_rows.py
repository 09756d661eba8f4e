"""Every row of the table of constructs: importing this registers those of all files."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tests.engine.rows import ROWS

for _file in sorted(Path(__file__).parent.glob("rows_*.py")):
    import_module(f"tests.engine.{_file.stem}")

__all__ = ["ROWS"]
