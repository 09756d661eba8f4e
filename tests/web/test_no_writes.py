"""Pages and the API parse, call one operation or one query, and answer: they write nothing by
themselves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SERVICE = Path(__file__).parents[2] / "service"
EDGE = sorted(
    path for folder in ("web", "api", "edge") for path in (SERVICE / folder).glob("**/*.py")
)


def transactions(text: str) -> list[int]:
    """The lines that open a transaction."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr == "transaction"
    ]


@pytest.mark.parametrize("path", EDGE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_page_opens_a_transaction(path: Path) -> None:
    assert transactions(path.read_text("utf-8")) == []


def test_a_transaction_is_found() -> None:
    assert transactions("x = 1\nwith parts().database.transaction() as c:\n    pass\n") == [2]
    assert transactions("begin = database.transaction\n") == [1]
