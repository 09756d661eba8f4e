"""What linters do not see of the structure: circles between files, depth, stray files, templates.

Prints one line for each fault, `file:line: what was expected, what was found`, and exits with 1.
Run by `make check`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import branches
import grimp

PACKAGE = "service"
EXPECTED_AT_THE_TOP = frozenset(
    [
        ".gitattributes",
        ".gitignore",
        ".dockerignore",
        ".editorconfig",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "README.md",
        "SECURITY.md",
        "hatch_build.py",
        "pyproject.toml",
        "requirements.lock",
        "requirements-dev.lock",
    ]
)
FOLDERS_AT_THE_TOP = frozenset(
    ["deploy", "docs", "forms", "processes", "service", "tests", "tools", ".ci"]
)
DATA_FOLDERS = frozenset(
    ["data", "islands", "letters", "locale", "migrations", "static", "templates", "words"]
)
"""Folders below a package that hold data, not code of the application."""
LONGEST_TEMPLATE_LINE = 160
_UNREASONED_SKIP = re.compile(r"# fmt: (?:skip|off)\s*$")


def main() -> int:
    """Say every fault; the number of them."""
    files = _tracked_files()
    faults = [
        *_stray(files),
        *_deep(files),
        *_skips(files),
        *_long_templates(files),
        *_circles(),
        *_dense(files),
    ]
    for fault in faults:
        print(fault)
    return min(len(faults), 1)


def _tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - a developer's own
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.splitlines() if (path := Path(name)).is_file()]


def _stray(files: list[Path]) -> Iterator[str]:
    for path in files:
        if len(path.parts) == 1 and path.name not in EXPECTED_AT_THE_TOP:
            yield f"{path}:1: expected only known files at the top, got {path.name}"
        elif len(path.parts) > 1 and path.parts[0] not in FOLDERS_AT_THE_TOP:
            yield f"{path}:1: expected only known folders at the top, got {path.parts[0]}"


def _deep(files: list[Path]) -> Iterator[str]:
    for path in files:
        folders = path.parts[1:-1]
        if path.suffix != ".py" or path.parts[0] != PACKAGE or len(folders) <= 1:
            continue
        if folders[1] not in DATA_FOLDERS:
            yield f"{path}:1: expected code at {PACKAGE}/PACKAGE/MODULE.py, got it deeper"


def _skips(files: list[Path]) -> Iterator[str]:
    for path in files:
        if path.suffix == ".py":
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                if _UNREASONED_SKIP.search(line):
                    yield f"{path}:{number}: expected a reason behind `fmt: skip`, got none"


def _long_templates(files: list[Path]) -> Iterator[str]:
    for path in files:
        if path.suffix != ".html" or "templates" not in path.parts:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if len(line) > LONGEST_TEMPLATE_LINE:
                yield (
                    f"{path}:{number}: expected at most {LONGEST_TEMPLATE_LINE} characters, "
                    f"got {len(line)}"
                )


def _dense(files: list[Path]) -> Iterator[str]:
    """Where too many functions have too many ways through them, all that do."""
    found = list(
        branches.read(each for each in files if each.parts[0] == PACKAGE and each.suffix == ".py")
    )
    over = branches.too_many(found)
    if len(over) > branches.ALLOWED * len(found):
        for each in sorted(over, reverse=True):
            yield (
                f"{each.file}:{each.line}: expected at most {branches.MOST} ways through a "
                f"function in all but {branches.ALLOWED:.1%} of them, got {each.ways} through "
                f"{each.name}"
            )


def _circles() -> Iterator[str]:
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    imports = {each: graph.find_modules_directly_imported_by(each) for each in graph.modules}
    for circle in find_circles(imports):
        first = circle[0].replace(".", "/")
        yield f"{first}.py:1: expected no circle of imports, got {' -> '.join(circle)}"


def find_circles(imports: Mapping[str, set[str]]) -> list[list[str]]:
    """The sets of modules that import each other, each sorted (Tarjan's strongly connected
    components, without recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    circles: list[list[str]] = []
    for start in sorted(imports):
        if start not in order:
            _visit(start, imports, order, low, stack, waiting, circles)
    return circles


def _visit(
    start: str,
    imports: Mapping[str, set[str]],
    order: dict[str, int],
    low: dict[str, int],
    stack: list[str],
    waiting: set[str],
    circles: list[list[str]],
) -> None:
    work = [(start, iter(sorted(imports[start])))]
    while work:
        module, following = work[-1]
        if module not in order:
            order[module] = low[module] = len(order)
            stack.append(module)
            waiting.add(module)
        for target in following:
            if target not in order:
                work.append((target, iter(sorted(imports.get(target, ())))))
                break
            if target in waiting:
                low[module] = min(low[module], order[target])
        else:
            work.pop()
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[module])
            if low[module] == order[module]:
                circle = _take_from(stack, module, waiting)
                if len(circle) > 1:
                    circles.append(sorted(circle))


def _take_from(stack: list[str], module: str, waiting: set[str]) -> list[str]:
    taken: list[str] = []
    while not taken or taken[-1] != module:
        taken.append(stack.pop())
        waiting.discard(taken[-1])
    return taken


if __name__ == "__main__":
    sys.exit(main())
