"""What stopped a case is told in the reader's language, down to why an expression has no value."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import operations
from service.db import Database
from service.execution import Runtime
from service.identity import Actor
from service.jobs.tables import incident
from tests.kit.clock import NOW
from tests.kit.desk import Desk
from tests.kit.drawing import draw
from tests.kit.installation import release_files

OWNER = Actor("owner-1", frozenset({"owner", "clerk"}))
WORKER = Actor("w", frozenset({"worker"}))
STOPS = {
    "a > b": "「>」不能用於 number 與 string 之間",
    "missing > 1": "沒有變數「missing」",
    "number(b) > 1": "number：「x」不是數字",
    "contains(a, b)": "contains：「string」必須是 string，不能是 number",
    'matches(b, "(")': "matches：「(」不是規則運算式：有「(」沒有關閉",
    "a = b": "number 與 string 不可能相等",
}
"""Conditions that are neither true nor false, and why, to a reader of Chinese."""


def stop(database: Database, condition: str) -> Runtime:
    """An installation with a case that stopped at a gateway, after a job was done."""
    text = f"""process p {{
        startEvent start
        serviceTask work job=work
        exclusiveGateway which
        endEvent one
        endEvent two
        start -> work -> which
        which -> one if {condition}
        which -> two default
    }}"""
    runtime = release_files(database, {"p.bpmn": draw(text)})
    operations.start_instance(runtime, "p", {"a": 1, "b": "x"}, actor=OWNER, now=NOW)
    lease = timedelta(minutes=1)
    [job] = operations.activate_jobs(runtime, "work", worker="w", lease=lease, now=NOW)
    operations.complete_job(runtime, job["key"], {}, actor=WORKER, now=NOW)
    return runtime


@pytest.mark.parametrize("condition", STOPS)
def test_why_a_case_stopped_is_in_the_readers_language(
    database: Database, tmp_path: Path, condition: str
) -> None:
    desk = Desk.of(stop(database, condition), tmp_path)
    desk.sign_in("owner-1")
    desk.post("/language", language="zh-Hant")
    assert STOPS[condition] in desk.see("/incidents")


def test_an_incident_of_an_older_release_is_read_as_it_was_kept(
    database: Database, tmp_path: Path
) -> None:
    runtime = stop(database, "missing > 1")
    with runtime.database.transaction() as connection:
        connection.execute(sa.update(incident).values(said=None))
    desk = Desk.of(runtime, tmp_path)
    desk.sign_in("owner-1")
    assert "there is no variable 'missing'" in desk.see("/incidents")
