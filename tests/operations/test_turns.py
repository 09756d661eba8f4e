"""Commands for one case from many threads: each does its step once, and none finds the case
busy."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from service.audit import list_history, verify
from service.db import Database
from service.execution import Runtime
from service.identity import Actor
from service.operations import activate_jobs, complete_job, publish_message, start_instance
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import HEAD

AMY = Actor("amy", frozenset({"admin"}))
COUNT = 40
MANY = (
    HEAD
    + """<bpmn:process id="many" name="Many" isExecutable="true">
 <bpmn:startEvent id="s"/><bpmn:endEvent id="e" name="done"/>
 <bpmn:serviceTask id="each" name="Each"><bpmn:extensionElements><zeebe:taskDefinition type="each"/>
  </bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>
  <zeebe:loopCharacteristics inputCollection="=items" inputElement="item"/></bpmn:extensionElements>
 </bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="each"/>
  <bpmn:sequenceFlow id="f2" sourceRef="each" targetRef="e"/>
</bpmn:process></bpmn:definitions>"""
)

BOTH = (
    MANY.replace('"many"', '"both"')
    .replace('sourceRef="s" targetRef="each"', 'sourceRef="g" targetRef="each"')
    .replace(
        "</bpmn:process>",
        """<bpmn:parallelGateway id="g"/><bpmn:receiveTask id="r" name="Wait" messageRef="m"/>
 <bpmn:endEvent id="e2" name="answered"/><bpmn:sequenceFlow id="f3" sourceRef="s" targetRef="g"/>
 <bpmn:sequenceFlow id="f4" sourceRef="g" targetRef="r"/>
  <bpmn:sequenceFlow id="f5" sourceRef="r" targetRef="e2"/>
</bpmn:process>""",
    )
)


def work_in_threads(runtime: Runtime, rows: Iterator[dict[str, Any]]) -> list[BaseException]:
    failures: list[BaseException] = []
    taking = threading.Lock()

    def work() -> None:
        while True:
            with taking:
                row = next(rows, None)
            if row is None:
                return
            try:
                complete_job(runtime, row["key"], {}, actor=AMY, now=NOW)
            except BaseException as error:
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def counted(tries: list[bool], attempt: Callable[..., Any], *given: Any, locked: bool) -> Any:
    tries.append(locked)
    return attempt(*given, locked=locked)


def test_forty_jobs_of_one_case_are_completed_by_eight_threads(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = release_files(database, {"many.bpmn": MANY.encode()})
    root = start_instance(
        runtime, "many", {"items": list(range(COUNT))}, actor=AMY, now=NOW
    ).root_key
    rows = iter(
        activate_jobs(runtime, "each", worker="w", lease=timedelta(hours=1), now=NOW, limit=COUNT)
    )
    tries: list[bool] = []
    module = importlib.import_module("service.execution.execute")
    monkeypatch.setattr(module, "_attempt", partial(counted, tries, module._attempt))
    assert work_in_threads(runtime, rows) == []
    assert len(tries) <= COUNT  # nobody had to go again
    with runtime.database.read() as connection:
        history = list_history(connection, root)
        assert verify(connection, root) is None
    assert [row.event for row in history].count("case:job:completed") == COUNT
    assert "ended" in history[-1].details["moved"]


def test_a_command_that_loses_keeps_the_others_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process moves the case each time between the reading and the writing, as long as it
    is let."""
    runtime, other = release_files(database, {"many.bpmn": MANY.encode()}), Runtime.open(database)
    root = start_instance(runtime, "many", {"items": list(range(5))}, actor=AMY, now=NOW).root_key
    first, *rest = activate_jobs(
        runtime, "each", worker="w", lease=timedelta(hours=1), now=NOW, limit=5
    )
    module = importlib.import_module("service.execution.execute")
    attempt, writing, tries = module._attempt, module.writing, list[bool]()

    def late(given: Runtime, connection: Any) -> Any:
        if given is runtime and connection is None:
            complete_job(other, rest[len(tries) - 1]["key"], {}, actor=AMY, now=NOW)
        return writing(given, connection)

    def noted(given: Runtime, *more: Any, locked: bool) -> Any:
        if given is runtime:
            tries.append(locked)
        return attempt(given, *more, locked=locked)

    monkeypatch.setattr(module, "writing", late)
    monkeypatch.setattr(module, "_attempt", noted)
    complete_job(runtime, first["key"], {}, actor=AMY, now=NOW)
    assert tries == [False, True]
    with runtime.database.read() as connection:
        assert [row.event for row in list_history(connection, root)].count(
            "case:job:completed"
        ) == 2
        assert verify(connection, root) is None


def test_a_message_that_loses_keeps_the_others_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process moves the case whenever the message's step was made without keeping it
    out."""
    runtime, other = release_files(database, {"both.bpmn": BOTH.encode()}), Runtime.open(database)
    root = start_instance(
        runtime, "both", {"items": [1, 2, 3], "ref": "r"}, actor=AMY, now=NOW
    ).root_key
    rows = activate_jobs(runtime, "each", worker="w", lease=timedelta(hours=1), now=NOW, limit=5)
    module = importlib.import_module("service.execution.execute")
    writing, tries = module.writing, list[int]()

    def late(given: Runtime, connection: Any) -> Any:
        if given is runtime and connection is None:
            complete_job(other, rows[len(tries)]["key"], {}, actor=AMY, now=NOW)
            tries.append(1)
        return writing(given, connection)

    monkeypatch.setattr(module, "writing", late)
    publish_message(runtime, "answer", "r", {}, actor=AMY, now=NOW)
    assert len(tries) == 1
    with runtime.database.read() as connection:
        events = [row.event for row in list_history(connection, root)]
        assert verify(connection, root) is None
    assert events == ["case:instance:started", "case:job:completed", "case:message:correlated"]
