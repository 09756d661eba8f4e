"""The row of one key is found in its case, however many cases there are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from service.db import CHILD_BITS, Database, Field, Query, Source, matching
from service.reporting import INCIDENTS, JOBS, TASKS, by_key

KEY = (7 << CHILD_BITS) + 3
SOURCES = [
    (JOBS, "jobKey"),
    (TASKS, "userTaskKey"),
    (INCIDENTS, "incidentKey"),
    (INCIDENTS, "jobKey"),
]


@pytest.mark.parametrize(
    ("source", "name"), SOURCES, ids=["job", "task", "incident", "incident of a job"]
)
@pytest.mark.parametrize(
    "wanted", [str(KEY), {"$in": [str(KEY), str(KEY + 1)]}], ids=["one", "some"]
)
def test_a_key_is_looked_for_in_its_case(
    sqlite_database: Database, source: Source, name: str, wanted: object
) -> None:
    field: Field = source.fields[name]
    query = by_key(KEY, name) if wanted == str(KEY) else Query({name: wanted})
    statement = matching(source, query, "sqlite").compile(
        dialect=sa.dialects.sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    with sqlite_database.read() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
    table = field.within.table.name
    assert any(line.startswith(f"SEARCH {table} ") and "(root_key=?" in line for line in plan), plan
