"""Another version of the procedure comes into force by review, or by an administrator's word that
its history keeps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner

from service import identity
from service.cli.bundles import release
from service.db import Database
from service.definitions import ReviewPolicy, deploy, find_released, is_governed
from service.definitions.review import get_version, list_steps, move_review, plan_release
from service.definitions.review_states import ReviewState
from service.errors import Forbidden, StateConflict
from service.execution import Runtime
from service.identity import Actor, Role
from service.operations import COMPLAINT_PROCESS, needs_review, put_in_force
from tests.kit.clock import NOW
from tests.kit.installation import agree_review
from tests.kit.small import SMALL

CLI = Actor("cli")
ADMIN = Actor("ada", frozenset({Role.ADMIN}))
COMPLAINT = SMALL.replace('process id="small"', 'process id="complaint"')


@pytest.fixture
def fresh(database: Database) -> Runtime:
    return Runtime.open(database)


def _store(runtime: Runtime, text: str, name: str = "procedure") -> int:
    keys = [runtime.keys.root_key() for _ in range(10)]
    with runtime.database.transaction() as connection:
        files = {"processes/small.bpmn": text.encode()}
        return deploy(
            connection, files, name=name, actor="olga", now=NOW, next_key=keys.pop
        ).bundle_key


def _put(runtime: Runtime, key: int, actor: Actor = CLI, reason: str = "") -> None:
    with runtime.database.transaction() as connection:
        put_in_force(connection, runtime, key, actor=actor, now=NOW, reason=reason)


def _in_force(runtime: Runtime) -> int | None:
    with runtime.database.read() as connection:
        found = find_released(connection, COMPLAINT_PROCESS)
        return None if found is None else found.bundle_key


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (COMPLAINT.replace("PT1H", "PT2H"), "procedure"),
        (COMPLAINT.replace("PT1H", "PT2H"), "under another name"),
        (SMALL, "procedure"),
    ],
)
def test_only_the_first_version_needs_no_review(fresh: Runtime, text: str, name: str) -> None:
    first = _store(fresh, COMPLAINT)
    _put(fresh, first)
    second = _store(fresh, text, name)
    with pytest.raises(StateConflict, match="has to be approved first"):
        _put(fresh, second)
    with pytest.raises(Forbidden, match="admin"):
        _put(fresh, second, reason="in a hurry")
    assert _in_force(fresh) == first


def test_a_bundle_of_its_own_is_released_as_its_policy_says(fresh: Runtime) -> None:
    _put(fresh, _store(fresh, COMPLAINT))
    _put(fresh, _store(fresh, SMALL, "loans"))
    second = _store(fresh, SMALL.replace("PT1H", "PT2H"), "loans")
    with pytest.raises(StateConflict, match="approved first"):
        _put(fresh, second)
    agree_review(fresh.database, ReviewPolicy.NONE)
    _put(fresh, second)
    with fresh.database.read() as connection:
        assert find_released(connection, "small") is not None


def test_the_administrators_reason_is_in_the_history(fresh: Runtime) -> None:
    _put(fresh, _store(fresh, COMPLAINT))
    second = _store(fresh, COMPLAINT.replace("PT1H", "PT2H"))
    _put(fresh, second, ADMIN, "The regulator wants it today")
    with fresh.database.read() as connection:
        (step,) = list_steps(connection, second)
        assert (step.event, step.actor) == ("bundle:review:skipped", "ada")
        assert step.details == {"reason": "The regulator wants it today"}
        assert get_version(connection, second).state is ReviewState.RELEASED
    assert _in_force(fresh) == second


def test_an_approved_version_comes_into_force_but_not_before_its_day(fresh: Runtime) -> None:
    _put(fresh, _store(fresh, COMPLAINT))
    second = _store(fresh, COMPLAINT.replace("PT1H", "PT2H"))
    with fresh.database.transaction() as connection:
        move_review(connection, get_version(connection, second), ReviewState.APPROVED)
        plan_release(connection, second, at=NOW + timedelta(days=1), actor="carl")
    with pytest.raises(StateConflict, match="cannot be before"):
        _put(fresh, second)
    with fresh.database.transaction() as connection:
        plan_release(connection, second, at=None, actor="carl")
    _put(fresh, second)
    assert _in_force(fresh) == second


def test_the_command_asks_for_all_three_and_for_an_administrator(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = Runtime.open(sqlite_database)
    monkeypatch.setenv(
        "REDRESS_DATABASE_URL", sqlite_database.url.render_as_string(hide_password=False)
    )
    with sqlite_database.transaction() as connection:
        for name, role in (("ada", Role.ADMIN), ("olga", Role.OWNER)):
            identity.create_account(connection, name, None, [role.value], now=NOW)
    run = CliRunner().invoke
    first = _store(runtime, COMPLAINT)
    assert run(release, [str(first)]).exit_code == 0
    second = str(_store(runtime, COMPLAINT.replace("PT1H", "PT2H")))
    refused = run(release, [second])
    assert refused.exit_code == 1
    assert "has to be approved first" in refused.output
    assert "together" in run(release, [second, "--without-review", "--by", "ada"]).output
    skipping = [second, "--without-review", "--reason", "urgent", "--by"]
    assert "admin" in run(release, [*skipping, "olga"]).output
    assert _in_force(runtime) == first
    assert run(release, [*skipping, "ada"]).exit_code == 0
    assert _in_force(runtime) == int(second)


def test_a_deployment_by_the_procedures_name_is_governed(fresh: Runtime) -> None:
    """Released at once, a harmless diagram under this name would end the procedure."""
    _put(fresh, _store(fresh, COMPLAINT))
    harmless = _store(fresh, SMALL)
    with fresh.database.read() as connection:
        assert is_governed(connection, harmless, COMPLAINT_PROCESS)
        assert needs_review(connection, harmless)
