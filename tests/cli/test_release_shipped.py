"""What a demonstration ships is put in force where nothing of the bank's own is."""

from __future__ import annotations

from service import definitions
from service.cli.demo import release_shipped
from service.db import Database
from service.execution import Runtime
from service.identity import SYSTEM
from tests.kit.clock import NOW


def in_force(runtime: Runtime) -> int | None:
    with runtime.database.read() as connection:
        found = definitions.find_released(connection, "complaint")
    return None if found is None else found.bundle_key


def test_an_empty_database_gets_what_is_shipped(database: Database) -> None:
    runtime = Runtime.open(database)
    release_shipped(runtime, now=NOW)
    key = in_force(runtime)
    assert key is not None
    with database.read() as connection:
        assert definitions.is_shipped(connection, key, by=SYSTEM.name)
    release_shipped(runtime, now=NOW)
    assert in_force(runtime) == key


def test_a_version_of_the_banks_own_stays_in_force(database: Database) -> None:
    runtime = Runtime.open(database)
    files = definitions.shipped_files()
    path = "processes/check-satisfaction.bpmn"
    own = files | {path: files[path].replace(b"after(now(), 10)", b"after(now(), 5)", 1)}
    assert own != files
    spare = [runtime.keys.root_key() for _ in range(60)]
    with database.transaction() as connection:
        key = definitions.deploy(
            connection, own, name="procedure", actor="owner", now=NOW, next_key=spare.pop
        ).bundle_key
        definitions.release(connection, key, actor="owner", now=NOW)
    release_shipped(runtime, now=NOW)
    assert in_force(runtime) == key
