"""The path of a command as it runs: which functions are called, in which files, and whether it only
goes down.

    python -m tests.kit.path_of

traces a completion, a timer and a message, and prints how many files each enters and the calls that
come back into `service.operations` once control has left it. `traced` serves anybody who wants to
trace something else.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path as File
from types import FrameType
from typing import Any

import sqlalchemy as sa

import service
from service import operations
from service.db import Database, migrate
from service.definitions import deploy, release
from service.execution.runtime import Runtime
from service.identity import Actor
from service.jobs.tables import timer
from service.tasks import list_open_tasks
from tests.kit.clock import NOW

ROOT = str(File(service.__file__).parent)
OPERATIONS, EXECUTION = "service.operations", "service.execution"


@dataclass(frozen=True)
class Call:
    """A call of a function of the service: who was called, and who called it, in the service."""

    module: str
    function: str
    caller: str


@dataclass
class Path:
    """The calls of a command, in their order. `returns` are those into `service.operations` from
    below it: a function that was handed down and is called there."""

    calls: list[Call] = field(default_factory=list)
    returns: list[Call] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        """The modules that are entered, each once, in the order of their first call."""
        return list(dict.fromkeys(call.module for call in self.calls))

    def below(self, first: str, package: str = EXECUTION) -> list[str]:
        """The functions of a package that are entered from `first` on, each once, in the order of
        their first call; lambdas and comprehensions aside."""
        names = [f"{call.module}:{call.function}" for call in self.calls]
        return [
            name
            for name in dict.fromkeys(names[names.index(first) :])
            if name.startswith(package + ".") and "<" not in name
        ]


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(ROOT)


@contextmanager
def traced() -> Iterator[Path]:
    """The path of what the block does in this thread."""
    found, mine = Path(), threading.get_ident()
    # per open call of the service: its frame, and whether control has left operations by then
    stack: list[tuple[FrameType, bool]] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        if threading.get_ident() != mine or not _is_ours(frame):
            return
        if event == "call":
            module = _module(frame)
            caller = _module(stack[-1][0]) if stack else ""
            below = bool(stack) and stack[-1][1]
            call = Call(module, frame.f_code.co_qualname, caller)
            found.calls.append(call)
            inside = module.startswith(OPERATIONS)
            if inside and below:
                found.returns.append(call)
            left = below or (bool(stack) and caller.startswith(OPERATIONS) and not inside)
            stack.append((frame, left))
        elif event == "return" and stack and stack[-1][0] is frame:
            stack.pop()

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(before)


PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
<bpmn:message id="m" name="answer"><bpmn:extensionElements>
<zeebe:subscription correlationKey="=ref"/></bpmn:extensionElements></bpmn:message>
<bpmn:process id="traced" isExecutable="true"><bpmn:startEvent id="s"/>
 {wait}
 <bpmn:userTask id="then" name="Then"><bpmn:extensionElements><zeebe:userTask/>
  <zeebe:assignmentDefinition candidateGroups="handler"/></bpmn:extensionElements></bpmn:userTask>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="w"/>
 <bpmn:sequenceFlow id="f2" sourceRef="w" targetRef="then"/>
</bpmn:process></bpmn:definitions>"""
WAITS = {
    "completion": """<bpmn:userTask id="w" name="W"><bpmn:extensionElements><zeebe:userTask/>
  <zeebe:assignmentDefinition candidateGroups="handler"/></bpmn:extensionElements>
 </bpmn:userTask>""",
    "timer": """<bpmn:intermediateCatchEvent id="w"><bpmn:timerEventDefinition><bpmn:timeDuration
  xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>
 </bpmn:intermediateCatchEvent>""",
    "message": '<bpmn:receiveTask id="w" messageRef="m"/>',
}
"""What the traced case waits for, and goes on from to the same user task."""


def command(runtime: Runtime, kind: str) -> Callable[[], object]:
    """What moves a new case of that kind on; everything that a process does only once is done."""
    admin = Actor("tracer", frozenset({"admin", "handler"}))
    files = {"traced.bpmn": PROCESS.format(wait=WAITS[kind]).encode()}
    keys = [runtime.keys.root_key() for _ in range(10)]
    with runtime.database.transaction() as connection:
        done = deploy(connection, files, name=kind, actor="tracer", now=NOW, next_key=keys.pop)
        release(connection, done.bundle_key, actor="tracer", now=NOW)

    def begin(ref: str) -> Callable[[], object]:
        started = operations.start_instance(runtime, "traced", {"ref": ref}, actor=admin, now=NOW)
        with runtime.database.read() as connection:
            tasks = list_open_tasks(connection, started.root_key)
            query = sa.select(timer.c.key).where(timer.c.root_key == started.root_key)
            due = connection.execute(query).scalar_one_or_none()
        if kind == "completion":
            return lambda: operations.complete_task(runtime, tasks[0].key, {}, actor=admin, now=NOW)
        if kind == "timer":
            later = NOW + timedelta(hours=2)
            return lambda: operations.fire_timer(runtime, due, now=later)
        return lambda: operations.correlate_message(
            runtime, "answer", ref, {}, actor=admin, now=NOW
        )

    begin("once")()  # parses, compiles and caches what every later one finds
    return begin("again")


def main() -> None:
    """Trace the three on a database of their own, and say what was found."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/traced.db")
        migrate(database)
        runtime = Runtime.open(database)
        for kind in WAITS:
            run = command(runtime, kind)
            with traced() as path:
                run()
            print(
                f"{kind}: {len(path.files)} files entered, {len(path.calls)} calls,"
                f" {len(path.returns)} back into operations"
            )
            for call in path.returns:
                print(f"  {call.module}:{call.function} called by {call.caller}")
        database.dispose()


if __name__ == "__main__":
    main()
