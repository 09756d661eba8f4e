"""Searches in SQL and the same in Python find the same rows in the same order; pages meet without
gap or overlap."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.api.searching import operators_of
from service.db import Database, Kind, Query, Source, search
from service.errors import InvalidInput
from service.execution import Runtime
from service.identity import Actor
from service.operations import cancel_instance, start_instance
from service.reporting import INSTANCES, JOBS, TASKS, sift, sources, tasks_of
from service.reporting.words import INSTANCE_STATES
from service.tasks import can_see, list_case_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.waiting import files

ADMIN = Actor("root", frozenset({"admin"}))
ROUNDS = int(os.environ.get("REDRESS_ROUNDS", "40"))
KEYS = ("a", "A", "a*b", "a%b", "a_b", "a[b]", "", None, "é")
PATTERNS = ("a*", "*b", "?", "a\\*b", "a%b", "a_b", "a[b]", "*", "", "A", "a?b", "\\")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runtime]:
    """Instances with business keys that are awkward to look for."""
    if request.param == "sqlite":
        path: Path = tmp_path_factory.mktemp("search") / "search.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        database, cluster, name = Database(f"sqlite:///{path}"), None, ""
    else:
        cluster = request.getfixturevalue("cluster")
        name = cluster.create(request.getfixturevalue("postgresql_template"))
        database = Database(cluster.url(name))
    runtime = release_files(database, files())
    for number in range(27):
        done = start_instance(
            runtime,
            ("notes", "waits", "other")[number % 3],
            {"ref": "k"},
            actor=ADMIN,
            now=NOW + timedelta(hours=number // 4),
            business_key=KEYS[number % len(KEYS)],
        )
        if number % 5 == 0:
            cancel_instance(
                runtime, done.root_key, reason="test", actor=ADMIN, now=NOW + timedelta(days=1)
            )
    yield runtime
    database.dispose()
    if cluster is not None:
        cluster.drop(name)


def plain(runtime: Runtime) -> list[dict[str, Any]]:
    with runtime.database.read() as connection:
        rows = search(connection, INSTANCES, Query(limit=1000)).rows
    return [
        {
            "processInstanceKey": row["root_key"],
            "processDefinitionId": row["definition_id"],
            "businessId": row["business_key"],
            "state": INSTANCE_STATES[row["state"]],
            "startDate": row["started_at"],
            "endDate": row["ended_at"],
            "processDefinitionVersion": row["definition_version"],
        }
        for row in rows
    ]


MOMENTS = st.integers(-1, 8).map(lambda hours: NOW + timedelta(hours=hours))
TEXTS = st.sampled_from([key for key in KEYS if key is not None])
CONDITIONS = st.one_of(
    st.tuples(
        st.just("businessId"),
        st.one_of(
            TEXTS,
            st.builds(lambda text: {"$neq": text}, TEXTS),
            st.builds(lambda texts: {"$in": texts}, st.lists(TEXTS, max_size=3)),
            st.builds(lambda texts: {"$notIn": texts}, st.lists(TEXTS, max_size=3)),
            st.builds(lambda there: {"$exists": there}, st.booleans()),
            st.builds(lambda pattern: {"$like": pattern}, st.sampled_from(PATTERNS)),
        ),
    ),
    st.tuples(st.just("state"), st.sampled_from(["ACTIVE", "TERMINATED", "COMPLETED"])),
    st.tuples(
        st.sampled_from(["startDate", "endDate"]),
        st.one_of(
            st.builds(lambda at: {"$gte": at}, MOMENTS),
            st.builds(lambda at, to: {"$gt": at, "$lt": to}, MOMENTS, MOMENTS),
            st.builds(lambda at: {"$lte": at}, MOMENTS),
        ),
    ),
)
FILTERS = st.lists(CONDITIONS, max_size=2).map(dict)
SORTS = st.lists(
    st.tuples(
        st.sampled_from(["businessId", "startDate", "endDate", "processDefinitionId"]),
        st.booleans(),
    ),
    max_size=2,
    unique_by=lambda each: each[0],
)


def test_sql_and_python_find_the_same(filled: Runtime) -> None:
    rows = sorted(plain(filled), key=lambda row: row["processInstanceKey"])

    @settings(
        max_examples=ROUNDS, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(FILTERS, st.lists(FILTERS, max_size=2), SORTS, st.integers(0, 5), st.integers(1, 7))
    def ask(where: Any, any_of: Any, order: Any, offset: int, limit: int) -> None:
        texts = [name for name, _ in order if name == "businessId"]
        order = [
            each for each in order if each[0] not in texts
        ]  # a database orders letters by its own rules
        query = Query(where, any_of, order, offset, limit)
        expected = sift(rows, query)
        with filled.database.read() as connection:
            found = search(connection, INSTANCES, query)
        assert found.total == expected.total
        assert [row["root_key"] for row in found.rows] == [
            row["processInstanceKey"] for row in expected.rows
        ]

    ask()


def test_cursors_go_through_every_row_once_and_back(filled: Runtime) -> None:
    @settings(
        max_examples=ROUNDS // 4,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(SORTS, st.integers(1, 9))
    def walk(order: Any, limit: int) -> None:
        whole = Query(order=order, limit=1000)
        with filled.database.read() as connection:
            everything = [row["root_key"] for row in search(connection, INSTANCES, whole).rows]
            seen: list[int] = []
            query = replace(whole, limit=limit)
            while (page := search(connection, INSTANCES, query)).rows:
                seen += [row["root_key"] for row in page.rows]
                query = replace(query, after=page.end)
            assert seen == everything
            last = search(connection, INSTANCES, replace(whole, offset=len(everything) - 1))
            back, query = (
                [row["root_key"] for row in last.rows],
                replace(whole, limit=limit, before=last.start),
            )
            while (page := search(connection, INSTANCES, query)).rows:
                back = [row["root_key"] for row in page.rows] + back
                query = replace(query, before=page.start)
            assert back == everything

    walk()


@pytest.mark.parametrize(
    "cursor", ["", "nonsense", "W10=", "WzFd", "e30=", "WyJhIix7fV0=", "8J+YgA==", "A" * 5_000]
)
def test_a_cursor_that_is_none_is_refused(filled: Runtime, cursor: str) -> None:
    with filled.database.read() as connection, pytest.raises(InvalidInput, match="cursor"):
        search(connection, INSTANCES, Query(order=[("startDate", False)], after=cursor))


def test_a_cursor_of_another_order_is_refused(filled: Runtime) -> None:
    with filled.database.read() as connection:
        for one, other in (
            ("businessId", "startDate"),
            ("startDate", "businessId"),
            ("processDefinitionVersion", "state"),
        ):
            end = search(connection, INSTANCES, Query(order=[(one, False)], limit=2)).end
            with pytest.raises(InvalidInput, match="cursor"):
                search(connection, INSTANCES, Query(order=[(other, False)], after=end))


def test_everybody_finds_the_tasks_they_may_see(filled: Runtime) -> None:
    with filled.database.read() as connection:
        every = search(connection, TASKS, Query(limit=1000)).rows
        tasks = {
            task.key: task for row in every for task in list_case_tasks(connection, row["root_key"])
        }
        for groups in ({"handler"}, {"clerk"}, {"admin"}, {"approver", "handler"}, set()):
            actor = Actor("amy", frozenset(groups))
            found = {
                row["key"] for row in search(connection, tasks_of(actor), Query(limit=1000)).rows
            }
            assert found == {key for key, task in tasks.items() if can_see(task, actor)}, groups


def test_keys_too_large_are_keys_of_nothing(filled: Runtime) -> None:
    with filled.database.read() as connection:
        for value in ("9" * 19, {"$in": ["9" * 19, "1"]}, {"$eq": "9" * 19}):
            assert search(connection, JOBS, Query({"jobKey": value})).total == 0


SAMPLES = {
    Kind.TEXT: "a",
    Kind.KEY: "1",
    Kind.NUMBER: 1,
    Kind.INSTANT: NOW,
    Kind.FLAG: True,
    Kind.LIST: "a",
}


SOURCES = {name: found for name, found in vars(sources).items() if isinstance(found, Source)}


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_operator_of_every_field_is_answered(filled: Runtime, name: str) -> None:
    source = SOURCES[name]
    for field, known in source.fields.items():
        value = known.words[0] if known.words else SAMPLES[known.kind]
        for operator in operators_of(known, Any) or ["$eq"]:
            asked = [value] if operator in ("$in", "$notIn") else value
            wanted = True if operator == "$exists" else asked
            with filled.database.read() as connection:
                found = search(connection, source, Query({field: {operator: wanted}}, limit=1))
            assert found.total >= 0, (field, operator)
