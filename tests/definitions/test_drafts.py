"""Drafts: every save is kept, nobody's change is overwritten unseen, and a version comes out of
it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service import definitions
from service.db import Database
from service.definitions import review
from service.errors import InvalidInput, NotFound, StateConflict, TooLarge
from service.execution import Runtime
from tests.kit.clock import NOW

PATH = "processes/complaint.bpmn"


def opened(runtime: Runtime, *, title: str = "Answer sooner") -> int:
    key = runtime.keys.root_key()
    with runtime.database.transaction() as connection:
        released = definitions.find_released(connection, "complaint")
        assert released is not None
        definitions.open_draft(
            connection,
            key=key,
            name="test",
            title=title,
            base_bundle_key=released.bundle_key,
            actor="ann",
            now=NOW,
        )
    return key


def save(
    database: Database,
    key: int,
    content: bytes | None,
    *,
    revision: int,
    by: str = "ann",
    minutes: int = 0,
):
    with database.transaction() as connection:
        return definitions.save_draft_file(
            connection,
            key,
            PATH,
            content,
            revision=revision,
            actor=by,
            now=NOW + timedelta(minutes=minutes),
        )


def test_a_draft_begins_with_the_files_of_its_version(runtime: Runtime) -> None:
    key = opened(runtime)
    with runtime.database.read() as connection:
        files = definitions.read_draft(connection, key)
        assert files == definitions.shipped_files() | files
        assert definitions.changed_paths(files, definitions.shipped_files()) == {}


def test_a_save_from_an_older_revision_writes_nothing(runtime: Runtime) -> None:
    key = opened(runtime)
    assert save(runtime.database, key, b"<one/>", revision=1).revision == 2
    with pytest.raises(definitions.DraftChanged, match=r"changed by ann .* \(revision 2\)"):
        save(runtime.database, key, b"<two/>", revision=1, by="ben")
    with runtime.database.read() as connection:
        assert definitions.read_draft_file(connection, key, PATH)[1] == b"<one/>"


def test_each_save_is_kept_and_later_one_of_each_sitting(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = opened(runtime)
    for number in range(1, 5):
        save(runtime.database, key, b"<ann%d/>" % number, revision=number)
    save(runtime.database, key, b"<ben/>", revision=5, by="ben")
    save(runtime.database, key, b"<later/>", revision=6, by="ben", minutes=20)
    assert kept(runtime, key) == [
        (7, "ben"),
        (6, "ben"),
        *((each, "ann") for each in (5, 4, 3, 2)),
        (1, ""),
    ]
    monkeypatch.setattr("service.definitions.drafts.THIN_EVERY", 7)
    save(runtime.database, key, b"<next day/>", revision=7, by="ben", minutes=24 * 60)
    assert kept(runtime, key) == [(8, "ben"), (7, "ben"), (6, "ben"), (5, "ann"), (1, "")]
    with runtime.database.read() as connection:
        assert definitions.read_draft_file(connection, key, PATH, revision=5)[1] == b"<ann4/>"


def kept(runtime: Runtime, key: int) -> list[tuple[int, str]]:
    with runtime.database.read() as connection:
        return [
            (each.revision, each.saved_by)
            for each in definitions.list_revisions(connection, key, PATH)
        ]


def test_a_removed_file_is_gone_from_the_draft_and_can_come_back(runtime: Runtime) -> None:
    key = opened(runtime)
    save(runtime.database, key, None, revision=1)
    with runtime.database.read() as connection:
        assert PATH not in definitions.read_draft(connection, key)
        assert (
            definitions.changed_paths(definitions.read_draft(connection, key), {PATH: b""})[PATH]
            == "removed"
        )
        with pytest.raises(NotFound):
            definitions.read_draft_file(connection, key, PATH)
    assert save(runtime.database, key, b"<again/>", revision=2).revision == 3


@pytest.mark.parametrize(
    "path",
    [
        "../x.bpmn",
        "processes/../x.bpmn",
        "etc/passwd",
        "processes/x.py",
        "forms/x.json",
        "",
        "processes/ x.bpmn",
        "processes/a\nb.bpmn",
        "processes/a\u202ebc.bpmn",
        'processes/a"b.bpmn',
        "processes/a%2e.bpmn",
        f"processes/{'長' * 122}.bpmn",
    ],
)
def test_only_a_definition_can_be_a_file(runtime: Runtime, path: str) -> None:
    key = opened(runtime)
    with pytest.raises(InvalidInput), runtime.database.transaction() as connection:
        definitions.save_draft_file(connection, key, path, b"x", revision=0, actor="ann", now=NOW)


def test_what_is_too_large_or_closed_is_refused(runtime: Runtime) -> None:
    key = opened(runtime)
    with pytest.raises(TooLarge):
        save(runtime.database, key, b"x" * 2_000_001, revision=1)
    with runtime.database.transaction() as connection:
        definitions.end_draft(connection, key, "discarded")
    with pytest.raises(StateConflict, match="discarded"):
        save(runtime.database, key, b"<late/>", revision=1)
    with pytest.raises(StateConflict), runtime.database.transaction() as connection:
        definitions.end_draft(connection, key, "deployed")


def test_everybody_who_saved_a_part_is_an_author_of_the_version(runtime: Runtime) -> None:
    """Who helped to draw a version does not review it, also when somebody else made the version
    (S2-f)."""
    key = opened(runtime)
    changed = definitions.shipped_files()[PATH].replace(b"name=", b"name= ", 1)
    save(runtime.database, key, b"<half/>", revision=1, by="ben")
    save(runtime.database, key, changed, revision=2, by="ann")
    spare = [runtime.keys.root_key() for _ in range(200)]
    with runtime.database.transaction() as connection:
        files = definitions.read_draft(connection, key)
        made = definitions.deploy(
            connection, files, name="test", actor="cleo", now=NOW, next_key=spare.pop
        )
        definitions.end_draft(connection, key, "deployed", made_bundle_key=made.bundle_key)
        version = review.get_version(connection, made.bundle_key)
        assert review.list_authors(connection, version) == {"ann", "ben", "cleo"}


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(["ann", "ben"]), st.integers(0, 3)), max_size=12))
def test_whatever_two_people_do_nothing_unseen_is_lost(
    runtime: Runtime, saves: list[tuple[str, int]]
) -> None:
    """Each writes from the revision they saw last, sometimes an old one; what is there is what was
    accepted last."""
    key = opened(runtime)
    content, revision, kept_by_other = None, 1, {}
    for number, (who, behind) in enumerate(saves):
        text = f"<{who}{number}/>".encode()
        if behind:
            with pytest.raises(definitions.DraftChanged):
                save(runtime.database, key, text, revision=revision - behind, by=who)
        else:
            revision = save(runtime.database, key, text, revision=revision, by=who).revision
            content, kept_by_other[who] = text, text
    with runtime.database.read() as connection:
        revisions = definitions.list_revisions(connection, key, PATH)
        everything = [
            definitions.read_draft_file(connection, key, PATH, revision=r.revision)[1]
            for r in revisions
        ]
    assert revisions[0].revision == revision
    assert content is None or everything[0] == content
    assert set(kept_by_other.values()) <= set(everything)
