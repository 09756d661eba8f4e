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
_NUMBERED = re.compile(r"[\" ]([a-z]{1,2})\{\{")
"""What it completes with a number: `a{{ n }}`."""
MADE = {"node_modules", "dist"}
"""Of others: in what is bundled and minified there is a name for everything."""


def _sources() -> str:
    return "\n".join(
        path.read_text("utf-8")
        for path in ROOT.rglob("*")
        if path.suffix in NAMING and MADE.isdisjoint(path.parts)
    )


def _dressed(sheet: str) -> set[str]:
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return set(re.findall(r"\.([A-Za-z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", bare)))


def test_every_class_that_is_dressed_is_named() -> None:
    sources = _sources()
    named, begun = set(_NAME.findall(sources)), tuple(_BEGUN.findall(sources))
    named |= {each.lower() for each in named}
    numbered = re.compile(rf"({'|'.join(_NUMBERED.findall(sources)) or '-'})\d+")
    unused = {
        sheet.name: sorted(
            each
            for each in _dressed(sheet.read_text("utf-8")) - named
            if not each.startswith(begun) and not numbered.fullmatch(each)
        )
        for sheet in SHEETS
    }
    assert len(SHEETS) > 10
    assert {name: classes for name, classes in unused.items() if classes} == {}
