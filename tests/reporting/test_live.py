"""The figures of the live view, counted by hand over a few cases; the same on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.db import Database, spread
from service.definitions import deploy, find_released, release
from service.engine import load_bundle
from service.execution import Runtime
from service.identity import Actor
from service.operations import (
    activate_jobs,
    claim_task,
    complete_job,
    complete_task,
    fail_job,
    migrate_instance,
    start_instance,
)
from service.reporting import Figures, Sheet, get_figures, list_standing, sheet_of
from service.tasks import NO_DUE, list_open_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import HEAD, SMALL

AMY = Actor("amy", frozenset({"handler"}))
BEN = Actor("ben", frozenset({"approver"}))
WORKER = Actor("poster", frozenset({"worker"}))
OLGA = Actor("olga", frozenset({"owner"}))
MINUTE = timedelta(minutes=1)
DUE = '<zeebe:taskSchedule dueDate="=now() + duration(&quot;PT1H&quot;)"/>'
CHILD = SMALL.replace('candidateGroups="handler"/>', f'candidateGroups="handler"/>{DUE}').replace(
    'id="d"', 'id="d2"'
)
MAIN = (
    HEAD
    + """
<bpmn:process id="main" name="Main" isExecutable="true">
 <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
 <bpmn:callActivity id="go" name="Go"><bpmn:extensionElements>
  <zeebe:calledElement processId="small"/>
  </bpmn:extensionElements><bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:callActivity>
 <bpmn:serviceTask id="post" name="Post"><bpmn:extensionElements><zeebe:taskDefinition type="post"/>
  </bpmn:extensionElements><bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing></bpmn:serviceTask>
 <bpmn:intermediateCatchEvent id="pause"><bpmn:incoming>f3</bpmn:incoming>
  <bpmn:outgoing>f4</bpmn:outgoing>
  <bpmn:timerEventDefinition>
   <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P9D</bpmn:timeDuration>
  </bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
 <bpmn:endEvent id="e"><bpmn:incoming>f4</bpmn:incoming></bpmn:endEvent>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="go"/>
  <bpmn:sequenceFlow id="f2" sourceRef="go" targetRef="post"/>
 <bpmn:sequenceFlow id="f3" sourceRef="post" targetRef="pause"/>
 <bpmn:sequenceFlow id="f4" sourceRef="pause" targetRef="e"/>
</bpmn:process></bpmn:definitions>"""
)
FILES = {"main.bpmn": MAIN.encode(), "small.bpmn": CHILD.encode()}


@pytest.fixture
def filled(database: Database) -> Runtime:
    """Five cases: A at the first task, B at the second, C's job waits, D's has failed, E is in the
    pause."""
    runtime = release_files(database, FILES)
    roots = [
        start_instance(runtime, "main", {"ref": "r"}, actor=AMY, now=NOW).root_key for _ in range(5)
    ]
    for root_key, first, second in zip(
        roots[1:], (10, 20, 30, 100), (None, 50, 50, 110), strict=True
    ):
        do(runtime, root_key, AMY, first)
        if second is not None:
            do(runtime, root_key, BEN, second)
    found = activate_jobs(runtime, "post", worker="poster", lease=MINUTE, now=NOW + 110 * MINUTE)
    assert [job["root_key"] for job in found] == roots[2:]
    fail_job(
        runtime,
        found[1]["key"],
        retries=0,
        message="no paper",
        actor=WORKER,
        now=NOW + 111 * MINUTE,
    )
    complete_job(runtime, found[2]["key"], {}, actor=WORKER, now=NOW + 112 * MINUTE)
    return runtime


def do(runtime: Runtime, root_key: int, actor: Actor, minutes: int) -> None:
    with runtime.database.read() as connection:
        (task,) = list_open_tasks(connection, root_key)
    claim_task(runtime, task.key, actor=actor, now=NOW)
    complete_task(runtime, task.key, {}, actor=actor, now=NOW + minutes * MINUTE)


def sheet(process_id: str) -> Sheet:
    return sheet_of(load_bundle(FILES), process_id)


def figures(
    runtime: Runtime, process_id: str, *, days: float = 1, bundle: int | None = None
) -> dict[str, Figures]:
    at = NOW + timedelta(hours=2)
    with runtime.database.read() as connection:
        return get_figures(
            connection,
            sheet(process_id),
            now=at,
            since=at - timedelta(days=days),
            bundle_key=bundle,
        )


def test_who_stands_where_what_is_late_and_how_long_it_took(filled: Runtime) -> None:
    # first: 10, 20, 30, 100 minutes; second: 30 (from 20 to 50), 20 (30 to 50), 10 (100 to 110)
    assert figures(filled, "small") == {
        "first": Figures(cases=1, late=1, done=4, mean=2400.0, p90=6000.0),
        "second": Figures(cases=1, done=3, mean=1200.0, p90=1800.0),
    }
    assert figures(filled, "main") == {
        "go": Figures(cases=2, late=1),
        "post": Figures(cases=2, failures=1, done=1, mean=120.0, p90=120.0),
        "pause": Figures(cases=1),
    }


def test_only_what_ended_in_the_period_counts(filled: Runtime) -> None:
    half = figures(filled, "small", days=0.05)  # the last 72 minutes: from minute 48 on
    assert half["first"] == Figures(cases=1, late=1, done=1, mean=6000.0, p90=6000.0)
    assert half["second"].done == 3


def test_each_version_by_itself(filled: Runtime) -> None:
    with filled.database.read() as connection:
        (open_task,) = [task for task in list_all(filled, "first")]
        old = find_released(connection, "main")
    assert old is not None
    fresh = [filled.keys.root_key() for _ in range(9)]
    files = {**FILES, "small.bpmn": CHILD.replace("Small", "Smaller").encode()}
    with filled.database.transaction() as connection:
        new = deploy(
            connection, files, name="test", actor="olga", now=NOW, next_key=fresh.pop
        ).bundle_key
        release(connection, new, actor="olga", now=NOW)
    assert figures(filled, "main", bundle=new) == {}
    assert figures(filled, "main", bundle=old.bundle_key) == figures(filled, "main")
    migrate_instance(
        filled, open_task, to_bundle=new, reason="x", actor=OLGA, now=NOW + 115 * MINUTE
    )
    assert figures(filled, "main", bundle=new) == {"go": Figures(cases=1, late=1)}
    assert figures(filled, "small", bundle=new) == {"first": Figures(cases=1, late=1)}
    assert figures(filled, "small", bundle=old.bundle_key)["first"].cases == 0


def list_all(
    runtime: Runtime, element_id: str, process_id: str = "small", **how: object
) -> list[int]:
    """The roots of what stands there, in pages of one."""
    found, after = [], None
    while True:
        with runtime.database.read() as connection:
            rows = list_standing(
                connection, sheet(process_id), element_id, after=after, limit=1, **how
            )  # type: ignore[arg-type]
        if not rows:
            return found
        found.append(rows[0].root_key)
        after = (rows[0].due_at, rows[0].key)


def test_the_figures_lead_to_the_cases(filled: Runtime) -> None:
    at = NOW + timedelta(hours=2)
    (first,), (second,) = list_all(filled, "first"), list_all(filled, "second")
    assert list_all(filled, "go", "main") == [first, second]  # due first, then what has no due date
    assert list_all(filled, "go", "main", late_at=at) == [first]
    assert list_all(filled, "first", late_at=NOW) == []
    assert len(list_all(filled, "post", "main")) == 2
    with filled.database.read() as connection:
        (pausing,) = list_standing(connection, sheet("main"), "pause")
        (working,) = list_standing(connection, sheet("small"), "first")
        waiting = list_standing(connection, sheet("main"), "post")
    assert (pausing.due_at, pausing.since, pausing.holder) == (NO_DUE, None, None)
    assert (working.due_at, working.since) == (NOW + timedelta(hours=1), NOW)
    (failed,) = list_all(filled, "post", "main", failed=True)
    assert failed in {each.root_key for each in waiting}
    assert list_all(filled, "go", "main", failed=True) == []
    with filled.database.read() as connection:
        (incident,) = list_standing(connection, sheet("main"), "post", failed=True)
    assert (incident.message, incident.since) == ("no paper", NOW + 111 * MINUTE)
    assert [each.since for each in waiting] == [NOW + 50 * MINUTE] * 2


def test_a_process_called_from_two_places_counts_for_neither() -> None:
    second = """<bpmn:callActivity id="again"><bpmn:extensionElements>
     <zeebe:calledElement processId="small"/>
      </bpmn:extensionElements><bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f4</bpmn:outgoing></bpmn:callActivity>"""
    start, end = MAIN.index("<bpmn:intermediateCatchEvent"), MAIN.index(" <bpmn:endEvent")
    twice = (MAIN[:start] + second + MAIN[end:]).replace('targetRef="pause"', 'targetRef="again"')
    bundle = load_bundle(
        {**FILES, "main.bpmn": twice.replace('sourceRef="pause"', 'sourceRef="again"').encode()}
    )
    assert sheet_of(bundle, "main").inside == {}
    assert sheet("main").inside == {"small": "go"}


@pytest.mark.parametrize(
    ("number", "expected"), [(1, 1), (2, 2), (9, 9), (10, 9), (11, 10), (20, 18), (100, 90)]
)
def test_the_90th_percentile_is_one_of_the_values(
    database: Database, number: int, expected: int
) -> None:
    parts = [
        sa.select(
            sa.literal(place).label("place"),
            sa.cast(sa.literal(value * factor), sa.Float).label("seconds"),
        )
        for place, factor in (("a", 1), ("b", 10))
        for value in range(number, 0, -1)
    ]
    with database.read() as connection:
        rows = connection.execute(spread(sa.union_all(*parts), connection.dialect.name)).mappings()
        found = {row["place"]: (row["number"], row["mean"], row["p90"]) for row in rows}
    mean = (number + 1) / 2
    assert found == {"a": (number, mean, expected), "b": (number, mean * 10, expected * 10)}


def test_every_figure_comes_from_an_index(sqlite_database: Database) -> None:
    """However many tasks there are: only those of the sheet are looked at."""
    seen: list[tuple[str, object]] = []

    def note(
        connection: object, cursor: object, statement: str, parameters: object, *_: object
    ) -> None:
        if "user_task" in statement:
            seen.append((statement, parameters))

    with sqlite_database.read() as connection:
        sa.event.listen(connection, "before_cursor_execute", note)
        get_figures(connection, sheet("main"), now=NOW, since=NOW, bundle_key=1)
        plans = [
            row.detail
            for statement, parameters in list(seen)
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            if " user_task " in f"{row.detail} "
        ]
    assert len(seen) >= 2
    assert len(plans) == 2
    assert all("USING INDEX ix_user_task_element_" in plan for plan in plans), plans
