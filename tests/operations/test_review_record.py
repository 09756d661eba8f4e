"""The record of a review: what a version was compared with, who wrote it, and what became of its
draft, in every order of releases and returns."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from service.builtins import Evidence
from service.db import Database
from service.definitions import ReviewState, find_released, get_bundle_name
from service.definitions.drafts import (
    get_draft,
    list_revisions,
    open_draft,
    read_draft,
    save_draft_file,
)
from service.definitions.review import find_base, get_version, list_authors, list_comments
from service.errors import StateConflict
from service.execution import Runtime
from service.identity import Actor, Role
from service.operations import (
    approve_bundle,
    comment_bundle,
    deploy_draft,
    release_bundle,
    return_bundle,
    submit_bundle,
)
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import FILES, SMALL

OLGA = Actor("olga", frozenset({Role.OWNER}))
BEN = Actor("ben", frozenset({Role.OWNER}))
CARL = Actor("carl", frozenset({Role.COMPLIANCE}))
PATH = "processes/small.bpmn"


@pytest.fixture
def small(database: Database) -> Runtime:
    return release_files(database, FILES)


def drafted(runtime: Runtime, hours: int, *, by: Actor = OLGA) -> int:
    """A draft of the version in force, its timer changed to so many hours."""
    key = runtime.keys.root_key()
    base = in_force(runtime)
    with runtime.database.transaction() as connection:
        open_draft(
            connection,
            key=key,
            name=get_bundle_name(connection, base),
            title=f"{hours} hours",
            base_bundle_key=base,
            actor=by.name,
            now=NOW,
        )
    save(runtime, key, hours, by=by)
    return key


def save(runtime: Runtime, draft: int, hours: int, *, by: Actor, at=NOW) -> None:
    with runtime.database.transaction() as connection:
        last = list_revisions(connection, draft, PATH)[0]
        content = SMALL.replace("PT1H", f"PT{hours}H").encode()
        save_draft_file(
            connection, draft, PATH, content, revision=last.revision, actor=by.name, now=at
        )


def in_force(runtime: Runtime) -> int:
    with runtime.database.read() as connection:
        found = find_released(connection, "small")
    assert found is not None
    return found.bundle_key


def approve(runtime: Runtime, key: int) -> None:
    with runtime.database.read() as connection:
        known = Evidence(get_version(connection, key).content_hash, (), {"rules": {}})
    approve_bundle(runtime, key, known, reason="As agreed", actor=CARL, now=NOW)


def base_of(runtime: Runtime, key: int) -> int | None:
    with runtime.database.read() as connection:
        return find_base(connection, get_version(connection, key))


def authors_of(runtime: Runtime, key: int) -> frozenset[str]:
    with runtime.database.read() as connection:
        return list_authors(connection, get_version(connection, key))


@pytest.mark.parametrize("ends", list(product(("release", "return"), repeat=3)))
def test_what_compliance_saw_is_what_the_record_shows(
    small: Runtime, ends: tuple[str, ...]
) -> None:
    seen: dict[int, tuple[int | None, frozenset[str]]] = {}
    for number, end in enumerate(ends):
        now = NOW + timedelta(days=number)
        key = deploy_draft(small, drafted(small, 2 + number), actor=OLGA, now=now)
        before = in_force(small)
        seen[key] = (base_of(small, key), authors_of(small, key))
        assert seen[key] == (before, frozenset({"olga"}))
        if end == "return":
            return_bundle(small, key, reason="Not so", actor=CARL, now=now)
        else:
            approve(small, key)
            release_bundle(small, key, at=None, actor=CARL, now=now)
    for key, (base, authors) in seen.items():
        assert (base_of(small, key), authors_of(small, key)) == (base, authors)


def test_a_returned_change_goes_on_in_its_draft(small: Runtime) -> None:
    draft = drafted(small, 2)
    first = deploy_draft(small, draft, actor=OLGA, now=NOW)
    comment_bundle(small, first, file=PATH, element_id="t", text="Too long", actor=CARL, now=NOW)
    return_bundle(small, first, reason="See the comment", actor=CARL, now=NOW)
    with small.database.read() as connection:
        found = get_draft(connection, draft)
        assert (found.state, found.made_bundle_key) == ("open", first)
        assert [each.text for each in list_comments(connection, first)] == ["Too long"]
        assert b"PT2H" in read_draft(connection, draft)[PATH]
    save(small, draft, 3, by=BEN)
    second = deploy_draft(small, draft, actor=BEN, now=NOW)
    assert second != first
    assert authors_of(small, first) == {"olga"}
    assert authors_of(small, second) == {"olga", "ben"}
    with small.database.read() as connection:
        assert get_draft(connection, draft).state == "deployed"
        assert get_version(connection, second).state is ReviewState.IN_REVIEW


def test_a_returned_version_that_is_submitted_as_it_is_closes_its_draft(small: Runtime) -> None:
    draft = drafted(small, 2)
    key = deploy_draft(small, draft, actor=OLGA, now=NOW)
    return_bundle(small, key, reason="Say more", actor=CARL, now=NOW)
    submit_bundle(small, key, summary="As explained by telephone", actor=OLGA, now=NOW)
    with small.database.read() as connection:
        assert get_draft(connection, draft).state == "deployed"


def test_another_version_came_into_force_after_the_approval(small: Runtime) -> None:
    first = deploy_draft(small, drafted(small, 2), actor=OLGA, now=NOW)
    second = deploy_draft(small, drafted(small, 3), actor=OLGA, now=NOW)
    approve(small, first)
    approve(small, second)
    release_bundle(small, first, at=None, actor=CARL, now=NOW)
    with pytest.raises(StateConflict, match="approved against"):
        release_bundle(small, second, at=None, actor=CARL, now=NOW)
    return_bundle(small, second, reason="Look at it against the new one", actor=CARL, now=NOW)
    submit_bundle(small, second, summary="Unchanged", actor=OLGA, now=NOW)
    assert base_of(small, second) == first
    approve(small, second)
    release_bundle(small, second, at=None, actor=CARL, now=NOW)
    assert in_force(small) == second
    assert base_of(small, second) == first


def test_each_save_is_a_revision_of_its_own(small: Runtime) -> None:
    draft = drafted(small, 2)
    for number, hours in enumerate((3, 4, 5)):
        save(small, draft, hours, by=OLGA, at=NOW + timedelta(seconds=number))
    with small.database.read() as connection:
        kept = [each.revision for each in list_revisions(connection, draft, PATH)]
    assert kept == [5, 4, 3, 2, 1]
