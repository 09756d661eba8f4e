"""A new release of the shipped procedure and what a bank has changed come together in a draft."""

from __future__ import annotations

import pytest

from service import audit, definitions, operations
from service.db import Database
from service.errors import Forbidden, NotFound, StateConflict
from service.execution import Runtime
from service.identity import SYSTEM, Actor, Role
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import SMALL

OLGA = Actor("olga", frozenset({Role.OWNER}))
FORM = b'{"id":"more","schema":{"type":"object","properties":{}},"uiSchema":{}}'
PATH = "processes/complaint.bpmn"
FIRST = {PATH: SMALL.replace('process id="small"', 'process id="complaint"').encode()}


def named(files: dict[str, bytes], was: str, name: str) -> dict[str, bytes]:
    assert f'name="{was}"'.encode() in files[PATH]
    return files | {PATH: files[PATH].replace(f'name="{was}"'.encode(), f'name="{name}"'.encode())}


def put(runtime: Runtime, files: dict[str, bytes], by: str) -> int:
    """Another version in force."""
    spare = [runtime.keys.root_key() for _ in range(40)]
    with runtime.database.transaction() as connection:
        made = definitions.deploy(
            connection, files, name="test", actor=by, now=NOW, next_key=spare.pop
        )
        definitions.release(connection, made.bundle_key, actor=by, now=NOW)
    return made.bundle_key


def read(runtime: Runtime, key: int) -> dict[str, bytes]:
    with runtime.database.read() as connection:
        return definitions.read_draft(connection, key)


def opened(runtime: Runtime, key: int) -> dict[str, object]:
    with runtime.database.read() as connection:
        rows = audit.list_house_events(connection, audit.draft_subject(key))
    return dict(rows[0].details)


def test_both_come_together_and_nothing_is_in_force_before_its_review(database: Database) -> None:
    runtime = release_files(database, FIRST)
    ours = put(runtime, named(FIRST, "Second", "Approve it"), "olga")
    new = named(FIRST, "First", "Ask once more") | {"forms/more.form.json": FORM}
    key = operations.bring_in_release(runtime, new, title="A release", actor=OLGA, now=NOW)
    made = read(runtime, key)
    assert b"Approve it" in made[PATH] and b"Ask once more" in made[PATH]
    assert made["forms/more.form.json"] == new["forms/more.form.json"]
    said = opened(runtime, key)
    assert said["taken"] == ["forms/more.form.json"] and said["joined"] == [PATH]
    assert said["toSettle"] == []
    with runtime.database.read() as connection:
        found = definitions.find_released(connection, "complaint")
        assert found is not None and found.bundle_key == ours
        assert definitions.get_draft(connection, key).base_bundle_key == ours


def test_where_both_changed_the_same_the_bank_stands_and_the_record_says_where(
    database: Database,
) -> None:
    runtime = release_files(database, FIRST)
    put(runtime, named(FIRST, "Second", "Approve it"), "olga")
    key = operations.bring_in_release(
        runtime, named(FIRST, "Second", "Confirm"), title="A release", actor=OLGA, now=NOW
    )
    assert b"Approve it" in read(runtime, key)[PATH]
    [place] = opened(runtime, key)["toSettle"]  # type: ignore[misc]
    assert (place["path"], place["name"]) == (PATH, "Approve it")


def test_the_next_release_is_told_apart_from_the_one_before(database: Database) -> None:
    runtime = release_files(database, FIRST)
    put(runtime, named(FIRST, "Second", "Approve it"), "olga")
    second = named(FIRST, "First", "Ask once more")
    draft = operations.bring_in_release(runtime, second, title="A release", actor=OLGA, now=NOW)
    put(runtime, read(runtime, draft), "olga")
    with pytest.raises(StateConflict, match="has everything"):
        operations.bring_in_release(runtime, second, title="A release", actor=OLGA, now=NOW)
    third = named(second, "Ask once more", "First")  # the release takes its own change back
    draft = operations.bring_in_release(runtime, third, title="A release", actor=OLGA, now=NOW)
    made = read(runtime, draft)[PATH]
    assert b'name="First"' in made and b"Approve it" in made
    with runtime.database.read() as connection:
        content = definitions.find_same(connection, "test", "nothing of the kind")
    assert content is None


def test_who_may_not_edit_or_has_nothing_in_force_is_told(database: Database) -> None:
    runtime = Runtime.open(database)
    with pytest.raises(NotFound, match="No procedure is in force"):
        operations.bring_in_release(runtime, FIRST, title="A release", actor=OLGA, now=NOW)
    runtime = release_files(database, FIRST)
    with pytest.raises(StateConflict, match="has everything"):
        operations.bring_in_release(runtime, FIRST, title="A release", actor=OLGA, now=NOW)
    with pytest.raises(Forbidden):
        clerk = Actor("amy", frozenset({Role.CLERK}))
        operations.bring_in_release(runtime, FIRST, title="A release", actor=clerk, now=NOW)
    put(runtime, named(FIRST, "First", "Ask on"), SYSTEM.name)
    with runtime.database.read() as connection:
        found = definitions.find_released(connection, "complaint")
        assert found is not None
        assert definitions.is_shipped(connection, found.bundle_key, by=SYSTEM.name)
