"""`redress bench` on tiny sizes: that each measures the right thing, not how fast it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from service.audit.tables import history
from service.bench.due_timers import FILES, check_fired_once, make_due, make_waiting
from service.bench.race import Bound, Contestant, Rounds, race
from service.bench.recording import prepare_runtime
from service.bench.task_supply import Supply
from service.cli import main
from service.clock import SystemClock
from service.db import Database
from service.errors import RedressError
from service.jobs import Worker
from service.operations.background import timer_handler
from tests.kit.clock import NOW
from tests.kit.postgres import Cluster

_PLACES = [
    parent / "shared" / "data" / "camunda-bank-complaint" for parent in Path(__file__).parents
]
BANK = next((place for place in _PLACES if place.is_dir()), _PLACES[0])
FEW = ["--workers", "1", "--connections", "1"]
TINY = ["--rounds", "1", "--seconds", "0.01", "--format", "json"]


def measure(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(main, ["bench", *words, *TINY])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def test_the_engine_is_measured_alone_beside_the_stock_one_and_late_in_a_loop() -> None:
    shipped, early, late, trips = measure("engine", "--trips", "4")["races"]
    assert shipped["target"] == 1_500
    assert "tasks of one case; state bytes" in shipped["notes"][0]
    for each in (early, late):
        assert [one["name"] for one in each["contestants"]] == ["redress", "SpiffWorkflow"]
        assert each["notes"][0].startswith("state bytes: redress ")
    assert [one["name"] for one in trips["contestants"]] == ["trip 1", "trip 200"]
    sizes = [int(word.rsplit(" ", 1)[1]) for word in trips["notes"][0].split(", ")]
    assert sizes[1] <= 1.2 * sizes[0]


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_completions_over_http_run_beside_the_floor(
    where: str, request: pytest.FixtureRequest
) -> None:
    name = ""
    if where == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        name = cluster.create(request.getfixturevalue("postgresql_template"))
    (found,) = measure("http", "--database", cluster.url(name) if name else "sqlite", *FEW)["races"]
    assert [each["name"] for each in found["contestants"]] == ["floor", "redress"]
    assert all(each["operations"] > 0 for each in found["contestants"])
    assert found["bounds"][0]["atLeast"] == {"sqlite": 0.6, "postgresql": 0.75}[where]
    assert "p99" in found["notes"][1]


def test_a_database_with_cases_in_it_is_not_measured_in(runtime: Any) -> None:
    Supply(runtime).take(1)
    url = runtime.database.url.render_as_string(hide_password=False)
    done = CliRunner().invoke(main, ["bench", "http", "--database", url, *TINY])
    assert done.exit_code == 1
    assert "expected an empty database" in done.output


def test_a_bound_is_held_against_the_median_ratio() -> None:
    contestants = [
        Contestant("light", lambda times: [sum(range(2_000)) for _ in range(times)] and None),
        Contestant("heavy", lambda times: [sum(range(80_000)) for _ in range(times)] and None),
    ]
    made: list[int] = []
    contestants[0] = Contestant("light", contestants[0].work, prepare=made.append)
    found = race("bounds", contestants, rounds=Rounds(3, 0.002), bounds=[Bound("heavy", most=0.5)])
    assert found.held(Bound("heavy", most=0.5))
    assert not found.held(Bound("heavy", least=0.5))
    assert made[-1] == found.results[0].operations // 3


def test_a_round_with_nothing_due_and_timers_that_fire_once() -> None:
    (found,) = measure("idle", "--cases", "30", "--timers", "12", "--processes", "2")["races"]
    assert "42 open cases and none due" in found["name"]
    assert (
        "12 timers due at once, 2 worker processes: 12 fired, each exactly once"
        in found["notes"][0]
    )


def test_timers_fire_once_with_one_two_and_four_workers(
    cluster: Cluster, postgresql_template: str
) -> None:
    url = cluster.url(cluster.create(postgresql_template))
    done = CliRunner().invoke(
        main,
        [
            "bench",
            "scale",
            "--timers",
            "20",
            "--rounds",
            "1",
            "--format",
            "json",
            "--database",
            url,
        ],
    )
    assert done.exit_code == 0, done.output
    (found,) = json.loads(done.output)["races"]
    assert [each["name"] for each in found["contestants"]] == [
        "one worker",
        "two workers",
        "four workers",
    ]
    assert found["notes"] == ["140 timers were due, 140 fired, each exactly once"]


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_a_full_database_beside_an_empty_one(where: str, request: pytest.FixtureRequest) -> None:
    words = ["large", "--closed", "5", "--open", "7"]
    if where == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        template = request.getfixturevalue("postgresql_template")
        words += [
            "--database",
            cluster.url(cluster.create(template)),
            "--empty",
            cluster.url(cluster.create(template)),
        ]
    (found,) = measure(*words)["races"]
    assert found["name"].startswith("a user task completed among 5 closed and 7 open cases")
    assert [each["name"] for each in found["contestants"]] == ["empty database", "full database"]
    assert "wanted at most 1.5 times" in found["notes"][0]


def test_a_timer_that_fired_twice_or_never_is_found(database: Database) -> None:
    runtime = prepare_runtime(database, NOW, FILES)
    roots = make_waiting(runtime, 3)
    assert check_fired_once(runtime) == 0
    make_due(runtime, roots)
    with pytest.raises(RedressError, match="3 timers are left"):
        check_fired_once(runtime)
    assert Worker(database, SystemClock(), timer_handler(runtime), lambda *_: None).run_once() == 3
    assert check_fired_once(runtime) == 3
    with database.transaction() as connection:
        row = (
            connection.execute(sa.select(history).where(history.c.event == "case:timer:fired"))
            .mappings()
            .first()
        )
        assert row is not None
        connection.execute(sa.insert(history), {**row, "seq": row["seq"] + 1})
    with pytest.raises(RedressError, match="one up to 2 times"):
        check_fired_once(runtime)


@pytest.mark.skipif(
    not BANK.is_dir(), reason="the published model of a bank's disputes is not here"
)
@pytest.mark.parametrize(
    ("where", "how"), [("sqlite", ()), ("postgresql", ()), ("postgresql", ("--in-process",))]
)
def test_a_published_dispute_runs_unmodified(
    where: str, how: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    words = [
        "bench",
        "bank",
        str(BANK),
        "--seconds",
        "1",
        "--servers",
        "1",
        "--format",
        "json",
        *how,
    ]
    if where == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        words += [
            "--database",
            cluster.url(cluster.create(request.getfixturevalue("postgresql_template"))),
        ]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    answer = json.loads(done.output)
    assert answer["command"].startswith(f"redress bench bank {BANK} ")
    (found,) = answer["races"]
    assert found["notes"][0].startswith("1 disputes in ")
    assert found["notes"][1].startswith("153 jobs and 577 flow nodes for each")
    assert found["notes"][3].endswith(" 0 of them stale") and not found["notes"][3].startswith("0 ")


def test_a_folder_without_the_model_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["bench", "bank", str(tmp_path)])
    assert done.exit_code == 1
    assert "expected bank.bpmn, refund.bpmn, fraud.dmn and payload.json" in done.output
