"""Who is told what a diagram wants a person or a group to know: in the page, not only in the
file."""

from __future__ import annotations

from datetime import timedelta

from service import identity
from service.db import Database
from service.definitions import shipped_files
from service.notifications import choose, list_notices
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.walker import complain


def test_an_investigator_is_told_and_the_group_sees_it_in_its_list(
    sqlite_database: Database,
) -> None:
    runtime = release_files(sqlite_database, shipped_files())
    with runtime.database.transaction() as connection:
        for name in ("wu", "ann"):
            identity.create_account(connection, name, None, ["handler"], now=NOW)
    walk = complain(runtime).work(until="first-contact")
    with runtime.database.read() as connection:
        told = {
            name: [(each.kind, each.root_key) for each in list_notices(connection, name)]
            for name in ("wu", "ann")
        }
    assert told == {"wu": [("alert", walk.root)], "ann": []}


def test_a_group_is_told_of_a_late_contact_but_who_does_not_want_to_know(
    sqlite_database: Database,
) -> None:
    runtime = release_files(sqlite_database, shipped_files())
    with runtime.database.transaction() as connection:
        for name in ("chen", "ho"):
            identity.create_account(connection, name, None, ["approver"], now=NOW)
        choose(connection, "ho", page=frozenset({"mention"}), mail=frozenset())
    walk = complain(runtime).work(until="first-contact")
    late = walk.now + timedelta(days=3)
    while any(due < late for due, _ in walk.standing().timers):
        walk.wait()
    with runtime.database.read() as connection:
        told = {
            name: {each.kind for each in list_notices(connection, name)} for name in ("chen", "ho")
        }
    assert told == {"chen": {"alert"}, "ho": set()}
