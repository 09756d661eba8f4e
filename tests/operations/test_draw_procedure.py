"""A new procedure in a draft of its own, and what is made anew in a draft."""

from __future__ import annotations

import pytest

from service import audit, definitions, operations
from service.definitions import NewKind
from service.errors import Forbidden, InvalidInput, NotFound, StateConflict
from service.execution import Runtime
from service.identity import Actor, Role
from tests.kit.clock import NOW

OLGA = Actor("olga", frozenset({Role.OWNER}))
AMY = Actor("amy", frozenset({Role.HANDLER}))


def drawn(runtime: Runtime, title: str = "Lost card", template: str = "empty") -> int:
    return operations.draw_procedure(runtime, {"en": title}, template=template, actor=OLGA, now=NOW)


def files_of(runtime: Runtime, key: int) -> dict[str, bytes]:
    with runtime.database.read() as connection:
        return definitions.read_draft(connection, key)


def test_two_procedures_of_one_title_have_names_of_their_own(runtime: Runtime) -> None:
    first, second = drawn(runtime), drawn(runtime, template="approval")
    assert list(files_of(runtime, first)) == ["processes/lost-card.bpmn"]
    assert sorted(files_of(runtime, second)) == [
        "forms/lost-card-2-approval.form.json",
        "forms/lost-card-2-request.form.json",
        "processes/lost-card-2.bpmn",
    ]


def test_what_is_new_in_a_draft_has_an_id_that_nothing_has(runtime: Runtime) -> None:
    key = drawn(runtime)
    made = [
        operations.add_draft_files(runtime, key, kind, {"en": "Lost card"}, actor=OLGA, now=NOW)
        for kind in NewKind
    ]
    assert made == [
        "processes/lost-card-2.bpmn",
        "processes/lost-card-3.dmn",
        "forms/lost-card-4.form.json",
        "processes/letters/lost-card-5.en.letter.txt",
    ]
    complaint = {"en": "Complaint"}
    path = operations.add_draft_files(runtime, key, NewKind.PROCESS, complaint, actor=OLGA, now=NOW)
    assert path == "processes/complaint-2.bpmn", "a process in force has that id"
    with runtime.database.read() as connection:
        events = audit.list_house_events(connection, audit.draft_subject(key))
    assert [each.event for each in events].count("house:files:added") == 5


def test_a_file_that_was_removed_gives_its_name_back(runtime: Runtime) -> None:
    key = drawn(runtime)
    path = operations.add_draft_files(
        runtime, key, NewKind.FORM, {"en": "Card data"}, actor=OLGA, now=NOW
    )
    operations.remove_draft_file(runtime, key, path, actor=OLGA, now=NOW)
    again = operations.add_draft_files(
        runtime, key, NewKind.FORM, {"en": "Card data"}, actor=OLGA, now=NOW
    )
    assert again == path and path in files_of(runtime, key)


def test_who_may_not_draw_and_what_is_closed(runtime: Runtime) -> None:
    key = drawn(runtime)
    with pytest.raises(Forbidden):
        operations.draw_procedure(runtime, {"en": "A"}, template="empty", actor=AMY, now=NOW)
    with pytest.raises(Forbidden):
        operations.add_draft_files(runtime, key, NewKind.FORM, {"en": "A"}, actor=AMY, now=NOW)
    with pytest.raises(InvalidInput):
        operations.add_draft_files(runtime, key, NewKind.FORM, {}, actor=OLGA, now=NOW)
    operations.discard_draft(runtime, key, actor=OLGA, now=NOW)
    with pytest.raises(StateConflict):
        operations.add_draft_files(runtime, key, NewKind.FORM, {"en": "A"}, actor=OLGA, now=NOW)
    with pytest.raises(NotFound):
        operations.open_draft(runtime, "A", procedure="nothing", actor=OLGA, now=NOW)


def test_a_new_procedure_becomes_a_version_that_is_in_review(runtime: Runtime) -> None:
    key = drawn(runtime, template="deadline")
    version = operations.deploy_draft(runtime, key, actor=OLGA, now=NOW)
    with runtime.database.read() as connection:
        assert definitions.find_released(connection, "lost-card") is None
        assert definitions.review.get_version(connection, version).state == "in review"
