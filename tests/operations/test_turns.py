"""Commands for one case from many threads: each does its step once, and none finds the case busy."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from service.audit import list_history, verify
from service.db import Database
from service.identity import Actor
from service.operations import Runtime, activate_jobs, complete_job, start_instance
from tests.conftest import NOW, release_files
from tests.operations.small import HEAD

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
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="each"/><bpmn:sequenceFlow id="f2" sourceRef="each" targetRef="e"/>
</bpmn:process></bpmn:definitions>"""
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


def test_forty_jobs_of_one_case_are_completed_by_eight_threads(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = release_files(database, {"many.bpmn": MANY.encode()})
    root = start_instance(runtime, "many", {"items": list(range(COUNT))}, actor=AMY, now=NOW).root_key
    rows = iter(activate_jobs(runtime, "each", worker="w", lease=timedelta(hours=1), now=NOW, limit=COUNT))
    tries: list[int] = []
    module = importlib.import_module("service.operations.execute")
    attempt = module._attempt

    def counted(*given: Any, **named: Any) -> Any:
        tries.append(1)
        return attempt(*given, **named)

    monkeypatch.setattr(module, "_attempt", counted)
    assert work_in_threads(runtime, rows) == []
    assert len(tries) == COUNT  # nobody had to go again
    with runtime.database.read() as connection:
        history = list_history(connection, root)
        assert verify(connection, root) is None
    assert [row.event for row in history].count("case:job:completed") == COUNT
    assert "ended" in history[-1].details["moved"]
