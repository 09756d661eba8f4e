"""A class that the style sheets dress is one that a page, a script or a module names."""

from __future__ import annotations

import re
from pathlib import Path

import service

ROOT = Path(service.__file__).parent
SHEETS = sorted((ROOT / "web" / "static" / "css").glob("*.css"))
NAMING = {".html", ".js", ".mjs", ".py"}
_NAME = re.compile(r"[A-Za-z][\w-]*")
_BEGUN = re.compile(r"([A-Za-z][\w-]{2,})\{[{%]")
"""What a template completes: `heat-{{ step }}`."""


def _sources() -> str:
    return "\n".join(
        path.read_text("utf-8")
        for path in ROOT.rglob("*")
        if path.suffix in NAMING and "node_modules" not in path.parts
    )


def _dressed(sheet: str) -> set[str]:
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return set(re.findall(r"\.([A-Za-z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", bare)))


def test_every_class_that_is_dressed_is_named() -> None:
    sources = _sources()
    named, begun = set(_NAME.findall(sources)), tuple(_BEGUN.findall(sources))
    unused = {
        sheet.name: sorted(
            each
            for each in _dressed(sheet.read_text("utf-8")) - named
            if not each.startswith(begun)
        )
        for sheet in SHEETS
    }
    assert len(SHEETS) > 10
    assert {name: classes for name, classes in unused.items() if classes} == {}
