"""`redress bench pages` on a few rows: that every page is visited in both databases, and held to
its targets."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from service import cases
from service.bench.filling import fill_open
from service.bench.page_report import Measured, measured
from service.bench.page_visits import LIST, PAGES, Page, Taken
from service.bench.recording import prepare_runtime
from service.bench.variation import RARE
from service.cli import main
from service.db import Database
from service.tasks.tables import task_candidate, user_task
from service.web.navigation import LINKS
from tests.kit.clock import NOW
from tests.kit.postgres import Cluster


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_every_page_is_visited_beside_few_and_many(
    where: str, request: pytest.FixtureRequest
) -> None:
    words = ["bench", "pages", "--many", "60", "--few", "25", "--requests", "1", "--format", "json"]
    if where == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        template = request.getfixturevalue("postgresql_template")
        urls = [cluster.url(cluster.create(template)) for _ in range(2)]
        words += ["--database", urls[0], "--beside", urls[1]]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    assert found["openTasks"] == {"few": 25, "many": 60}
    assert [each["name"] for each in found["pages"]] == [page.name for page in PAGES]
    assert all(
        each["many"]["p95"] >= each["many"]["p50"] > 0 and each["few"]["bytes"] > 0
        for each in found["pages"]
        if each["name"] not in ("register: like this one", "metrics")
    )
    assert {link.path for link in LINKS} <= {page.path.partition("?")[0] for page in PAGES}


def test_the_task_list_is_held_to_its_targets() -> None:
    def taken(few: float, many: float) -> Measured:
        return measured(LIST[0], [(Taken(few, few, 9), Taken(many, many, 9))] * 3)

    assert taken(10, 19.9).met
    assert not taken(10, 20.1).met
    assert not taken(49, 51).met
    free = measured(Page("free", "/"), [(Taken(1, 1, 1), Taken(900, 1, 1))])
    assert free.met and free.ratio == 900


def test_what_is_filled_in_differs_and_holds_together(database: Database) -> None:
    runtime = prepare_runtime(database, NOW)
    fill_open(runtime, 200, now=NOW)
    complaint = cases.tables.complaint
    with database.read() as connection:
        rows = (
            connection.execute(sa.select(complaint).where(complaint.c.number.like("C-2020-%")))
            .mappings()
            .all()
        )
        assert len({cases.parse_number(row["number"]) for row in rows}) == 200
        assert len({row["content"] for row in rows}) > 100
        assert 0 < sum(row["product"] == RARE for row in rows) <= 110
        same = (user_task.c.root_key == task_candidate.c.root_key) & (
            user_task.c.key == task_candidate.c.task_key
        )
        offers = connection.execute(
            sa.select(
                user_task.c.due_at,
                task_candidate.c.due_at,
                user_task.c.assignee,
                task_candidate.c.assigned,
            )
            .join(task_candidate, same)
            .where(user_task.c.state == "open")
        ).all()
        assert all((row[0] is None and row[1].year == 9999) or row[0] == row[1] for row in offers)
        assert all((row[2] is not None) == row[3] for row in offers)
        assert len({row[2] for row in offers}) > 20
        found = cases.search_roots(connection, rows[7]["number"], limit=3)
        assert list(found) == [rows[7]["root_key"]]
