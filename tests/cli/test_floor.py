"""The floor of `redress bench http` leaves a case as the real completion does, its rehearsal as it
was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flask
import pytest

from service import tasks
from service.app import create_app
from service.audit import verify
from service.bench.floor import with_floor
from service.bench.statement_log import FOLDER, keep_script, script_of
from service.bench.task_supply import Doing, Supply
from service.config import load_settings
from service.execution import Runtime
from tests.operations.test_faults import contents

CASES, STEPS = 6, 5


@pytest.fixture
def app(runtime: Runtime) -> flask.Flask:
    url = runtime.database.url.render_as_string(hide_password=False)
    return with_floor(
        create_app(load_settings({"REDRESS_DATABASE_URL": url}, demo=True), runtime=runtime)
    )


def state_of(runtime: Runtime, doing: Doing) -> tuple[str, str | None]:
    with runtime.database.read() as connection:
        task = tasks.get_task(connection, doing.task.key)
        assert verify(connection, doing.task.root_key) is None
    return task.state.value, task.completed_by


def post(app: flask.Flask, supply: Supply, path: str, doing: Doing) -> Any:
    headers = {
        "Authorization": f"Bearer {supply.token_of(doing.actor)}",
        "Content-Type": "application/json",
    }
    return app.test_client().post(path.format(doing.task.key), data=doing.body, headers=headers)


def test_the_floor_moves_a_case_on_as_the_product_does(
    app: flask.Flask, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    monkeypatch.setenv(FOLDER, str(folder))
    supply = Supply(runtime)
    for step in range(STEPS):  # by turns the floor and the product, on the same cases
        for doing in supply.take(CASES):
            path = "/v2/user-tasks/{}/completion"
            if step % 2 == 0:
                path = "/v2/floor/{}"
                keep_script(folder, doing.task.key, script_of(runtime, doing))
                assert app.test_client().get("/v2/floor/scripts").status_code == 200
            answer = post(app, supply, path, doing)
            assert answer.status_code == 204, answer.text
            assert state_of(runtime, doing) == ("completed", doing.actor.name)


def test_a_rehearsal_changes_nothing_and_names_the_statements(runtime: Runtime) -> None:
    (doing,) = Supply(runtime).take(1)
    before = contents(runtime.database)
    script = script_of(runtime, doing)
    assert contents(runtime.database) == before
    assert script.read_before and all(each.sql.startswith("SELECT") for each in script.read_before)
    written = " ".join(each.sql for each in script.written)
    for table in (
        "UPDATE process_instance",
        "UPDATE user_task",
        "INSERT INTO history",
        "DELETE FROM task_candidate",
    ):
        assert table in written


def test_a_task_that_was_not_rehearsed_is_not_there(app: flask.Flask, runtime: Runtime) -> None:
    supply = Supply(runtime)
    (doing,) = supply.take(1)
    assert post(app, supply, "/v2/floor/{}", doing).status_code == 404
