"""Nobody finishes a step but `service.execution`, and the packages of the path do not import each
other in a circle."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import service
from service.execution import apply, cascade, deliver_waiting, follow_up, write_step

SERVICE = Path(service.__file__).parent
OURS = ("execution", "builtins", "operations", "instances")
INSIDE = {
    "apply_step": apply.apply_step,
    "write_step": write_step.write_step,
    "deliver_waiting": deliver_waiting.deliver_waiting,
    "follow_up": follow_up.follow_up,
    "finish": cascade.finish,
}
"""What only `service.execution` may call, by the names that its modules have for it."""
ONLY = {
    "apply_step": {"write_step"},
    "follow_up": {"cascade"},
    "deliver_waiting": {"cascade"},
    "finish": {"execute"},
    "write_step": {"cascade", "deliver_waiting", "execute"},
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SERVICE.rglob("*.py")):
        name = ".".join(path.relative_to(SERVICE.parent).with_suffix("").parts)
        yield name.removesuffix(".__init__"), ast.parse(path.read_text())


def imported(module: str, tree: ast.AST) -> set[str]:
    """The modules of the service that this one imports, wherever it does."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("service"):
            for each in node.names:
                child = f"{node.module}.{each.name}"
                here = SERVICE.parent / Path(*child.split("."))
                inner = here.with_suffix(".py").exists() or here.is_dir()
                found.add(child if inner else node.module)
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names if each.name.startswith("service")}
    return found - {module}


def test_only_execution_finishes_a_step() -> None:
    users: dict[str, set[str]] = {name: set() for name in INSIDE}
    for module, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for each in node.names:
                    found = INSIDE.get(each.name)
                    if found is not None and found.__module__ == node.module:
                        users[each.name].add(module)
    expected = {
        name: {f"service.execution.{each}" for each in inside} for name, inside in ONLY.items()
    }
    assert users == expected


def test_what_finishes_a_step_is_reached_by_no_other_name() -> None:
    """`from service.execution import cascade` would be a way round the test above."""
    modules = {function.__module__ for function in INSIDE.values()}
    for module, tree in sources():
        if module.startswith("service.execution"):
            continue
        whole = {
            f"{node.module}.{each.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for each in node.names
        } | {
            each.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for each in node.names
        }
        assert not whole & modules, module


@pytest.mark.parametrize("package", OURS)
def test_files_of_a_package_do_not_import_each_other_in_a_circle(package: str) -> None:
    inside = f"service.{package}."
    graph = {
        module: {each for each in imported(module, tree) if each.startswith(inside)}
        for module, tree in sources()
        if module.startswith(inside)
    }
    assert len(graph) > 1
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def test_no_import_is_hidden_from_the_one_who_reads_the_top_of_the_file() -> None:
    for module, tree in sources():
        if module.split(".")[1:2] and module.split(".")[1] in OURS:
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    inner = [
                        each
                        for each in ast.walk(node)
                        if isinstance(each, ast.Import | ast.ImportFrom)
                    ]
                    assert not inner, f"{module}.{node.name} imports inside"
                assert not (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING"), module


def test_the_names_above_are_those_of_functions() -> None:
    for name, function in INSIDE.items():
        assert getattr(importlib.import_module(function.__module__), name) is function
