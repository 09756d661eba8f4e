"""A completion, a timer and a message take one path, and it only goes down."""

from __future__ import annotations

import ast
import re
from pathlib import Path as File

import pytest

from service import operations
from service.db import Database
from service.execution.runtime import Runtime
from service.identity import Actor
from service.operations import resume_instance, start_instance, suspend_instance
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.path_of import WAITS, Path, command, traced
from tests.kit.small import FILES
from tests.operations.test_statements import walk

EXECUTE = "service.execution.execute:execute"
ADMIN = Actor("root", frozenset({"admin"}))
ASKED = ("plan", "plans", "unit", "deliver_message")
"""The modules that say what is wanted: they differ, for a task is no timer."""
OWN = {
    "service.execution.case_queue:CaseQueues.wait_for",  # a message learns whom it meets later
    "service.execution.apply:_ending",  # a user task ends with an answer
    "service.execution.enter_contact:contact_of",  # an answer may say that somebody was reached
    "service.execution.execute:_note",  # an incident is noted after the transaction
}


def path_of(runtime: Runtime, kind: str) -> Path:
    run = command(runtime, kind)
    with traced() as path:
        run()
    return path


def shared(path: Path) -> list[str]:
    asked = tuple(f"service.execution.{name}:" for name in ASKED)
    return [name for name in path.below(EXECUTE) if not name.startswith(asked) and name not in OWN]


@pytest.mark.parametrize("kind", WAITS)
def test_a_command_does_not_come_back_into_operations(database: Database, kind: str) -> None:
    path = path_of(Runtime.open(database), kind)
    assert path.calls[0].module.startswith("service.operations.")
    assert path.returns == []


def test_the_paths_are_the_same_from_execute_on(database: Database) -> None:
    runtime = Runtime.open(database)
    one, two, three = (shared(path_of(runtime, kind)) for kind in WAITS)
    assert len(one) > 25
    assert one == two == three


def test_no_completion_of_a_whole_case_comes_back_into_operations(runtime: Runtime) -> None:
    """With forms, rules, letters, clocks and processes that it begins beside."""
    count = 0
    for complete in walk(runtime):
        with traced() as path:
            complete()
        assert path.returns == []
        assert EXECUTE in [f"{call.module}:{call.function}" for call in path.calls]
        count += 1
    assert count > 8


def test_a_function_that_is_handed_down_is_seen(database: Database) -> None:
    """Otherwise the tests above would hold whatever happens."""
    runtime = release_files(database, FILES)
    root = start_instance(runtime, "small", {}, actor=ADMIN, now=NOW).root_key
    suspend_instance(runtime, root, reason="x", actor=ADMIN, now=NOW)
    with traced() as path:
        resume_instance(runtime, root, reason="x", actor=ADMIN, now=NOW)
    assert {call.function for call in path.returns} >= {"resume_instance.<locals>.decide"}
    assert {call.caller for call in path.returns} >= {"service.execution.move_case"}


def handing_down() -> set[str]:
    """The files of operations that give `execute` a function of their own, not one of
    `service.execution`'s plans."""
    found = set()
    for path in File(operations.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        below = {
            each.asname or each.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("service.execution")
            for each in node.names
        }
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
                continue
            place = {"on_case": 1, "new_case": 0}.get(call.func.id)
            given = None if place is None else call.args[place]
            if given is not None and ast.unparse(given).partition("(")[0] not in below:
                found.add(path.stem)
    return found


def test_the_verbs_that_hand_a_function_down_are_those_that_the_architecture_names() -> None:
    page = (File(__file__).parents[2] / "docs" / "architecture.md").read_text("utf-8")
    told = page.split("Fourteen verbs hand a function")[1].split("They stay")[0]
    named = set(re.findall(r"`(\w+)`", told)) - {"execute"}
    assert named == handing_down()
    assert len(named) == 14
