"""What people do where no case is concerned is recorded: who, when, what was and what is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service import audit, identity, operations, tasks
from service.audit import HouseEvent, HouseRow
from service.audit.tables import house_history
from service.bench.recording import new_complaint
from service.errors import Forbidden, NotFound, StateConflict
from service.execution import Runtime
from service.identity import Actor, Permission, Role, roles_with
from service.operations import register_complaint
from tests.kit.clock import NOW

LATER = NOW + timedelta(hours=1)
OLGA = Actor("olga", frozenset({Role.OWNER}))
ADA = Actor("ada", frozenset({Role.ADMIN}))
AMY = Actor("amy", frozenset({Role.HANDLER}))
FORM = "forms/register-complaint.form.json"


def rows(runtime: Runtime, subject: str) -> list[HouseRow]:
    with runtime.database.read() as connection:
        return audit.list_house_events(connection, subject)[::-1]


def account(runtime: Runtime, who: Actor) -> None:
    with runtime.database.transaction() as connection:
        identity.create_account(connection, who.name, None, sorted(who.groups), now=NOW)


def test_an_administrator_who_discards_an_owners_draft_is_named(runtime: Runtime) -> None:
    key = operations.open_draft(runtime, "Shorter letters", actor=OLGA, now=NOW)
    operations.discard_draft(runtime, key, actor=ADA, now=LATER)
    opened, discarded = rows(runtime, audit.draft_subject(key))
    assert (opened.actor, opened.at, opened.event) == ("olga", NOW, HouseEvent.DRAFT_OPENED)
    assert (discarded.actor, discarded.at) == ("ada", LATER)
    assert discarded.details == {
        "title": "Shorter letters",
        "openedBy": "olga",
        "state": {"from": "open", "to": "discarded"},
    }
    with pytest.raises(StateConflict):
        operations.discard_draft(runtime, key, actor=ADA, now=LATER)
    assert len(rows(runtime, audit.draft_subject(key))) == 2, "what was refused is not recorded"


def test_files_of_a_draft_come_and_go_on_the_record(runtime: Runtime) -> None:
    key = operations.open_draft(runtime, "Files", actor=OLGA, now=NOW)
    path = "processes/rules/new.rule.json"
    operations.upload_draft_files(runtime, key, {path: b"{}"}, actor=OLGA, now=NOW)
    operations.save_draft_file(runtime, key, path, b"[]", revision=1, actor=ADA, now=LATER)
    operations.restore_draft_file(runtime, key, path, revision=1, actor=OLGA, now=LATER)
    operations.remove_draft_file(runtime, key, path, actor=ADA, now=LATER)
    told = [(row.event, row.actor, row.details) for row in rows(runtime, audit.draft_subject(key))]
    assert told[1:] == [
        (HouseEvent.FILES_UPLOADED, "olga", {"revisions": {path: {"from": 0, "to": 1}}}),
        (HouseEvent.FILE_RESTORED, "olga", {"path": path, "revision": {"from": 2, "to": 1}}),
        (HouseEvent.FILE_REMOVED, "ada", {"path": path, "revision": 3, "bytes": 2}),
    ]


def test_staff_and_absences_say_what_was_and_what_is(runtime: Runtime) -> None:
    account(runtime, AMY)
    given: dict[str, Any] = {"unit": "Cards", "skills": ["cards"], "actor": ADA}
    operations.set_staff(runtime, "amy", capacity=7, now=NOW, **given)
    operations.set_staff(runtime, "amy", capacity=7, now=NOW, **given)
    operations.set_staff(runtime, "amy", capacity=9, now=LATER, **given)
    first, last = date(2026, 12, 24), date(2026, 12, 31)
    operations.set_absence(runtime, "amy", first=first, last=first, actor=ADA, now=NOW)
    operations.set_absence(runtime, "amy", first=first, last=last, actor=ADA, now=NOW)
    operations.drop_absence(runtime, "amy", first=first, actor=ADA, now=LATER)
    with pytest.raises(NotFound):
        operations.drop_absence(runtime, "amy", first=first, actor=ADA, now=LATER)
    found = rows(runtime, audit.account_subject("amy"))
    assert [row.details for row in found] == [
        {
            "unit": {"from": "", "to": "Cards"},
            "skills": {"from": [], "to": ["cards"]},
            "capacity": {"from": identity.CAPACITY, "to": 7},
        },
        {"capacity": {"from": 7, "to": 9}},
        {"first": "2026-12-24", "last": {"from": None, "to": "2026-12-24"}},
        {"first": "2026-12-24", "last": {"from": "2026-12-24", "to": "2026-12-31"}},
        {"first": "2026-12-24", "last": {"from": "2026-12-31"}},
    ]
    assert {row.actor for row in found} == {"ada"}


def test_choices_and_kept_views_are_their_owners(runtime: Runtime) -> None:
    account(runtime, AMY)
    every = frozenset({"assignment", "mention", "near", "breach", "alert", "emergency", "reply"})
    operations.choose_notices(runtime, page=every - {"near"}, mail=frozenset(), actor=AMY, now=NOW)
    made = operations.save_filter(runtime, "Mine", "scope=mine", shared=False, actor=AMY, now=NOW)
    operations.delete_filter(runtime, made.id, actor=AMY, now=LATER)
    chosen, kept, gone = rows(runtime, audit.account_subject("amy"))
    assert chosen.details["near"] == {"from": ["page"], "to": []}
    assert kept.details == gone.details == {"name": "Mine", "query": "scope=mine", "shared": False}


def test_an_answer_thrown_away_leaves_its_fields_and_no_text_of_a_customer(
    runtime: Runtime,
) -> None:
    made = register_complaint(runtime, new_complaint(NOW), actor=identity.SYSTEM, now=NOW)
    with runtime.database.read() as connection:
        task = tasks.list_open_tasks(connection, made.root_key)[0]
    who = Actor("amy", frozenset(task.candidate_groups))
    operations.save_draft(runtime, task.key, {"content": "My card"}, actor=who, now=NOW)
    operations.drop_draft(runtime, task.key, actor=who, now=LATER)
    operations.drop_draft(runtime, task.key, actor=who, now=LATER)
    [row] = rows(runtime, audit.task_subject(task.key))
    assert (row.actor, row.details) == ("amy", {"fields": ["content"]})


CALLS: dict[str, tuple[Permission, Callable[[Runtime, Actor], object]]] = {
    "open_draft": (
        Permission.EDIT_DRAFTS,
        lambda runtime, who: operations.open_draft(runtime, "A", actor=who, now=NOW),
    ),
    "discard_draft": (
        Permission.EDIT_DRAFTS,
        lambda runtime, who: operations.discard_draft(runtime, 1, actor=who, now=NOW),
    ),
    "upload_draft_files": (
        Permission.EDIT_DRAFTS,
        lambda runtime, who: operations.upload_draft_files(
            runtime, 1, {FORM: b"{}"}, actor=who, now=NOW
        ),
    ),
    "save_draft_file": (
        Permission.EDIT_DRAFTS,
        lambda runtime, who: operations.save_draft_file(
            runtime, 1, FORM, b"{}", revision=1, actor=who, now=NOW
        ),
    ),
    "remove_draft_file": (
        Permission.EDIT_DRAFTS,
        lambda runtime, who: operations.remove_draft_file(runtime, 1, FORM, actor=who, now=NOW),
    ),
    "restore_draft_file": (
        Permission.EDIT_DRAFTS,
        lambda runtime, who: operations.restore_draft_file(
            runtime, 1, FORM, revision=1, actor=who, now=NOW
        ),
    ),
    "set_staff": (
        Permission.PLAN_STAFF,
        lambda runtime, who: operations.set_staff(
            runtime, "nobody", unit="", skills=[], capacity=1, actor=who, now=NOW
        ),
    ),
    "set_absence": (
        Permission.PLAN_STAFF,
        lambda runtime, who: operations.set_absence(
            runtime, "nobody", first=NOW.date(), last=NOW.date(), actor=who, now=NOW
        ),
    ),
    "drop_absence": (
        Permission.PLAN_STAFF,
        lambda runtime, who: operations.drop_absence(
            runtime, "nobody", first=NOW.date(), actor=who, now=NOW
        ),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_an_operation_refuses_every_role_that_may_not(runtime: Runtime, name: str) -> None:
    permission, call = CALLS[name]
    for role in Role:
        who = Actor("somebody", frozenset({role}))
        if role not in roles_with(permission):
            with pytest.raises(Forbidden):
                call(runtime, who)
        elif name != "open_draft":  # there is nothing of that key or name, but they may ask
            with pytest.raises(NotFound):
                call(runtime, who)


def test_a_changed_or_missing_row_is_found(runtime: Runtime) -> None:
    key = operations.open_draft(runtime, "Chain", actor=OLGA, now=NOW)
    operations.discard_draft(runtime, key, actor=ADA, now=LATER)
    subject = audit.draft_subject(key)

    def broken() -> tuple[str, int] | None:
        with runtime.database.read() as connection:
            return audit.verify_house(connection)

    assert broken() is None
    mine = house_history.c.subject == subject
    with runtime.database.transaction() as connection:
        connection.execute(sa.update(house_history).where(mine).values(actor="olga"))
    assert broken() == (subject, 2)
    with runtime.database.transaction() as connection:
        connection.execute(sa.delete(house_history).where(mine & (house_history.c.seq == 1)))
    assert broken() == (subject, 2)
