"""How many ways there are through each function: counted as `radon cc` does, which takes boolean
operators and comprehensions for branches too (ruff's C901 does not, and holds ten for every one).

`python tools/branches.py` prints the functions over ten, the worst first, and their share.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "service"
MOST = 10
ALLOWED = 0.015
"""The share of functions that may have more."""
Functions = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, order=True)
class Function:
    """A function or method, and the ways through it; those of functions within it are theirs."""

    ways: int
    file: str
    line: int
    name: str


def main() -> int:
    """Print what has too many; 1 where it is too large a share."""
    found = list(read(Path(PACKAGE).rglob("*.py")))
    over = too_many(found)
    for each in sorted(over, reverse=True):
        print(f"{each.file}:{each.line}: {each.ways} ways through {each.name}")
    print(f"{len(over)} of {len(found)} functions: {100 * len(over) / len(found):.2f} %")
    return int(len(over) > ALLOWED * len(found))


def too_many(found: Iterable[Function]) -> list[Function]:
    return [each for each in found if each.ways > MOST]


def read(paths: Iterable[Path]) -> Iterator[Function]:
    """The functions of files and the methods of their classes."""
    for path in paths:
        yield from _functions(ast.parse(path.read_text("utf-8")).body, str(path))


def _functions(body: Iterable[ast.stmt], file: str) -> Iterator[Function]:
    for node in body:
        if isinstance(node, Functions):
            ways = 1 + sum(_ways(each) for each in node.body)
            yield Function(ways, file, node.lineno, node.name)
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, file)


def _ways(node: ast.AST) -> int:
    if isinstance(node, (*Functions.__args__, ast.ClassDef)):
        return 0
    if isinstance(node, ast.Assert):
        return 1
    return _own(node) + sum(_ways(each) for each in ast.iter_child_nodes(node))


def _own(node: ast.AST) -> int:
    match node:
        case ast.Try():
            return len(node.handlers) + bool(node.orelse)
        case ast.BoolOp():
            return len(node.values) - 1
        case ast.If() | ast.IfExp():
            return 1
        case ast.Match():
            return len(node.cases) - any(_is_other(case) for case in node.cases)
        case ast.For() | ast.While() | ast.AsyncFor():
            return 1 + bool(node.orelse)
        case ast.comprehension():
            return len(node.ifs) + 1
        case _:
            return 0


def _is_other(case: ast.match_case) -> bool:
    return isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


if __name__ == "__main__":
    sys.exit(main())
