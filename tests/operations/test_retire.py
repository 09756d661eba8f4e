"""A version is retired: nothing starts in it or moves to it, what runs in it goes on, complaints
can be registered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner

from service import definitions, identity
from service.cli.bundles import retire as retire_command
from service.db import Database
from service.definitions import ReviewPolicy, ReviewState, deploy, get_startable, release
from service.definitions.review import get_version, list_steps
from service.errors import Forbidden, InvalidInput, StateConflict
from service.execution import Runtime
from service.identity import Actor, Role
from service.operations import (
    claim_task,
    complete_task,
    fire_due_starts,
    migrate_instance,
    retire_bundle,
    start_instance,
    submit_bundle,
    try_migration,
)
from service.tasks import list_tasks
from tests.kit.clock import NOW
from tests.kit.installation import agree_review
from tests.kit.small import SMALL
from tests.kit.waiting import files

AMY = Actor("amy", frozenset({Role.HANDLER}))
BEN = Actor("ben", frozenset({Role.APPROVER}))
OLGA = Actor("olga", frozenset({Role.OWNER}))
CARL = Actor("carl", frozenset({Role.COMPLIANCE}))
COMPLAINT = SMALL.replace('process id="small"', 'process id="complaint"')
HOUR = timedelta(hours=1)


@pytest.fixture
def fresh(database: Database) -> Runtime:
    agree_review(database, ReviewPolicy.COMPLIANCE)
    return Runtime.open(database)


def put(runtime: Runtime, text: str, name: str = "procedure", by: str = "olga") -> int:
    """A version that is in force; the one of its name before it is superseded."""
    return put_files(runtime, {"processes/small.bpmn": text.encode()}, name, by)


def put_files(runtime: Runtime, kept: dict[str, bytes], name: str, by: str = "olga") -> int:
    keys = [runtime.keys.root_key() for _ in range(20)]
    with runtime.database.transaction() as connection:
        key = deploy(connection, kept, name=name, actor=by, now=NOW, next_key=keys.pop).bundle_key
        release(connection, key, actor="cli", now=NOW)
    return key


def end(
    runtime: Runtime, key: int, actor: Actor = CARL, reason: str = "Its clock was wrong"
) -> None:
    retire_bundle(runtime, key, reason=reason, actor=actor, now=NOW)


def test_cases_of_it_go_on_and_nothing_starts_in_it_or_moves_to_it(fresh: Runtime) -> None:
    first = put(fresh, SMALL)
    started = start_instance(fresh, "small", {"x": 1}, actor=AMY, now=NOW)
    second = put(fresh, SMALL.replace("PT1H", "PT2H"))
    newer = start_instance(fresh, "small", {"x": 1}, actor=AMY, now=NOW).root_key
    with fresh.database.read() as connection:
        old = get_startable(
            connection, key=started.process.key
        )  # a superseded version may still be started by its key
    end(fresh, first)
    with fresh.database.read() as connection:
        version, (step,) = get_version(connection, first), list_steps(connection, first)
        with pytest.raises(StateConflict, match="Version 1 of procedure is retired"):
            get_startable(connection, key=started.process.key)
    assert (version.state, version.in_use) == (ReviewState.RETIRED, "retired")
    assert (step.event, step.actor, step.at) == ("bundle:version:retired", "carl", NOW)
    assert step.details == {"reason": "Its clock was wrong"}
    with pytest.raises(StateConflict, match="is retired"):
        start_instance(fresh, "small", {}, actor=OLGA, now=NOW, version=old)
    with pytest.raises(StateConflict, match="is retired"):
        migrate_instance(fresh, newer, to_bundle=first, reason="back", actor=OLGA, now=NOW)
    assert "is retired" in try_migration(fresh, newer, to_bundle=first, now=NOW).obstacles[0]
    assert not try_migration(fresh, started.root_key, to_bundle=second, now=NOW).obstacles
    with fresh.database.read() as connection:
        mine = next(
            task for task in list_tasks(connection, AMY)[0] if task.root_key == started.root_key
        )
    claim_task(fresh, mine.key, actor=AMY, now=NOW)
    complete_task(fresh, mine.key, {}, actor=AMY, now=NOW)
    with fresh.database.read() as connection:
        assert started.root_key in {task.root_key for task in list_tasks(connection, BEN)[0]}
    with pytest.raises(StateConflict, match="is retired"):
        end(fresh, first)
    with pytest.raises(StateConflict, match="is retired"):
        submit_bundle(fresh, first, summary="again", actor=OLGA, now=NOW)


def test_only_compliance_with_a_reason_and_none_of_its_authors(fresh: Runtime) -> None:
    first = put(fresh, SMALL)
    put(fresh, SMALL.replace("PT1H", "PT2H"))
    with pytest.raises(InvalidInput, match="a reason"):
        end(fresh, first, reason=" ")
    with pytest.raises(Forbidden, match="role compliance"):
        end(fresh, first, Actor("ada", frozenset({Role.ADMIN})))
    with pytest.raises(Forbidden, match="Four eyes"):
        end(fresh, first, Actor("olga", frozenset({Role.OWNER, Role.COMPLIANCE})))
    waiting = [fresh.keys.root_key() for _ in range(9)]
    with fresh.database.transaction() as connection:
        kept = {"processes/small.bpmn": SMALL.replace("PT1H", "PT3H").encode()}
        stored = deploy(
            connection, kept, name="procedure", actor="olga", now=NOW, next_key=waiting.pop
        ).bundle_key
    with pytest.raises(StateConflict, match="The version is draft; it cannot be retired"):
        end(fresh, stored)


def test_the_only_version_that_starts_complaints_stays(fresh: Runtime) -> None:
    first = put(fresh, COMPLAINT)
    with pytest.raises(
        StateConflict, match="Version 1 of procedure is the only one that starts complaint"
    ):
        end(fresh, first)
    other = put(fresh, COMPLAINT.replace("PT1H", "PT2H"), name="under another name")
    end(fresh, first)
    with pytest.raises(StateConflict, match="the only one"):
        end(fresh, other)


def test_a_bundle_of_its_own_may_go_altogether_and_come_again(fresh: Runtime) -> None:
    put(fresh, COMPLAINT)
    kept = files()
    loans = put_files(fresh, kept, "loans")
    assert fire_due_starts(fresh, now=NOW + HOUR) == 1
    end(fresh, loans)
    assert fire_due_starts(fresh, now=NOW + 2 * HOUR) == 0
    with fresh.database.read() as connection:
        assert definitions.find_released(connection, "hourly") is None
    again = put_files(fresh, kept, "loans")
    assert again != loans
    with fresh.database.read() as connection:
        assert definitions.find_released(connection, "hourly") is not None


def test_the_start_events_of_the_version_in_force_keep_their_count(fresh: Runtime) -> None:
    first = put_files(fresh, files(), "loans")
    put_files(fresh, files("R3/PT2H"), "loans")
    assert fire_due_starts(fresh, now=NOW + 2 * HOUR) == 1
    end(fresh, first)
    while fire_due_starts(fresh, now=NOW + 4 * HOUR) > 0:
        pass
    assert fire_due_starts(fresh, now=NOW + 6 * HOUR) == 1


def test_the_command_asks_for_an_account_of_compliance(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "REDRESS_DATABASE_URL", sqlite_database.url.render_as_string(hide_password=False)
    )
    with sqlite_database.transaction() as connection:
        for name, role in (("ada", Role.ADMIN), ("carl", Role.COMPLIANCE)):
            identity.create_account(connection, name, None, [role.value], now=NOW)
    agree_review(sqlite_database, ReviewPolicy.COMPLIANCE)
    runtime = Runtime.open(sqlite_database)
    first = str(put(runtime, SMALL))
    put(runtime, SMALL.replace("PT1H", "PT2H"))
    run = CliRunner().invoke
    refused = run(retire_command, [first, "--reason", "old", "--by", "ada"])
    assert refused.exit_code == 1
    assert "role compliance" in refused.output
    assert run(retire_command, [first, "--reason", "old"]).exit_code == 2
    done = run(retire_command, [first, "--reason", "old", "--by", "carl"])
    assert done.output == f"bundle {first} is retired\n"
