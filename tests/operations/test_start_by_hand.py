"""A process that its diagram leaves to a role is started with its form, writes its letter to whom
its variables name, and is seen by who has to do with it."""

from __future__ import annotations

import pytest

from service import definitions, letters, operations, reporting, tasks
from service.definitions import NewKind, check_titles, new_files
from service.errors import Forbidden, FormInvalid, InvalidInput, NotFound
from service.execution import Runtime
from service.identity import Actor, Role
from tests.kit.clock import NOW

OLGA = Actor("olga", frozenset({Role.OWNER}))
CLEA = Actor("clea", frozenset({Role.CLERK}))
AMY = Actor("amy", frozenset({Role.HANDLER}))
DORA = Actor("dora", frozenset({Role.DEPARTMENT}))
ANSWER = {"customerName": "Lin Mei-ling", "customerEmail": "lin@example.org", "wish": "A new card"}
END = '<bpmn:endEvent id="handled"'
TASK = """<bpmn:sendTask id="tell" name="Tell the customer"><bpmn:extensionElements>
<zeebe:taskDefinition type="redress.letter"/><zeebe:taskHeaders>
<zeebe:header key="template" value="done"/></zeebe:taskHeaders></bpmn:extensionElements>
<bpmn:incoming>handle-request-to-handled</bpmn:incoming><bpmn:outgoing>told</bpmn:outgoing>
</bpmn:sendTask><bpmn:sequenceFlow id="told" sourceRef="tell" targetRef="handled"/>
"""


def with_letter() -> dict[str, bytes]:
    """The template with a deadline, and a letter before its end."""
    titles = check_titles({"en": "Lost card", "zh-Hant": "掛失"})
    files = new_files(NewKind.PROCESS, titles, "lost-card", template="deadline")
    text = files["processes/lost-card.bpmn"].decode()
    text = text.replace(END, TASK + END)
    text = text.replace('targetRef="handled"', 'targetRef="tell"', 2).replace(
        'sourceRef="tell" targetRef="tell"', 'sourceRef="tell" targetRef="handled"'
    )
    text = text.replace(
        "<bpmn:incoming>handle-request-to-handled</bpmn:incoming>\n    </bpmn:endEvent>",
        "<bpmn:incoming>told</bpmn:incoming>\n    </bpmn:endEvent>",
    )
    letter = new_files(NewKind.LETTER, check_titles({"en": "Done"}), "done")
    return files | {"processes/lost-card.bpmn": text.encode()} | letter


def in_force(runtime: Runtime, files: dict[str, bytes], name: str = "lost-card") -> None:
    keys = iter([runtime.keys.root_key() for _ in range(20)])
    with runtime.database.transaction() as connection:
        done = definitions.deploy(
            connection, files, name=name, actor="olga", now=NOW, next_key=lambda: next(keys)
        )
        definitions.release(connection, done.bundle_key, actor="carl", now=NOW)


def offered(runtime: Runtime, who: Actor) -> list[str]:
    with runtime.database.read() as connection:
        found = operations.list_to_start(connection, runtime, who)
    return [each.process.process_id for each in found]


def test_only_the_roles_of_the_diagram_and_the_owner_start_it(runtime: Runtime) -> None:
    in_force(runtime, with_letter())
    assert "lost-card" in offered(runtime, CLEA) and "lost-card" in offered(runtime, AMY)
    assert "lost-card" in offered(runtime, OLGA) and offered(runtime, DORA) == []
    assert "complaint" not in offered(runtime, OLGA), "complaints are registered"
    with pytest.raises(Forbidden):
        operations.start_by_hand(runtime, "lost-card", ANSWER, actor=DORA, now=NOW)
    with pytest.raises(NotFound):
        operations.start_by_hand(runtime, "found-card", ANSWER, actor=OLGA, now=NOW)


def test_without_a_role_in_the_diagram_only_the_owner_starts_it(runtime: Runtime) -> None:
    files = new_files(NewKind.PROCESS, check_titles({"en": "Quiet"}), "quiet")
    in_force(runtime, files, name="quiet")
    assert "quiet" in offered(runtime, OLGA) and "quiet" not in offered(runtime, AMY)


def test_the_form_is_held_to_and_nothing_starts_of_a_wrong_one(runtime: Runtime) -> None:
    in_force(runtime, with_letter())
    with pytest.raises(FormInvalid):
        operations.start_by_hand(runtime, "lost-card", {"wish": "x"}, actor=CLEA, now=NOW)
    with pytest.raises(InvalidInput, match="reference of at most 100"):
        operations.start_by_hand(
            runtime, "lost-card", ANSWER, business_key="x" * 101, actor=CLEA, now=NOW
        )
    with runtime.database.read() as connection:
        assert reporting.list_plain_cases(connection, ["lost-card"]) == []


def test_it_runs_to_its_letter_which_goes_to_whom_the_form_names(runtime: Runtime) -> None:
    in_force(runtime, with_letter())
    done = operations.start_by_hand(
        runtime, "lost-card", ANSWER, business_key=" LC  7 ", actor=CLEA, now=NOW
    )
    with runtime.database.read() as connection:
        (case,) = reporting.list_plain_cases(connection, ["lost-card"])
        (task,) = tasks.list_open_tasks(connection, done.root_key)
    assert (case.business_key, case.started_by, case.state) == ("LC 7", "clea", "active")
    assert task.variables["wish"] == "A new card"
    operations.complete_task(runtime, task.key, {"answer": "Sent"}, actor=AMY, now=NOW)
    with runtime.database.read() as connection:
        (letter,) = letters.list_letters(connection, done.root_key)
        found = reporting.find_plain_case(connection, done.root_key)
    assert found is not None and found.state == "completed"
    assert (letter["recipient"], letter["delivery"]) == ("lin@example.org", "queued")
    assert "Dear Lin Mei-ling," in letter["body"] and "LC 7" in letter["body"]


def test_a_letter_to_nobody_with_an_address_is_printed(runtime: Runtime) -> None:
    in_force(runtime, with_letter())
    given = {name: ANSWER[name] for name in ("customerName", "wish")} | {"language": "zh-Hant"}
    done = operations.start_instance(runtime, "lost-card", given, actor=OLGA, now=NOW)
    with runtime.database.read() as connection:
        (task,) = tasks.list_open_tasks(connection, done.root_key)
    operations.complete_task(runtime, task.key, {"answer": "Sent"}, actor=AMY, now=NOW)
    with runtime.database.read() as connection:
        (letter,) = letters.list_letters(connection, done.root_key)
    assert (letter["delivery"], letter["language"]) == ("print", "zh-Hant")
    assert str(done.root_key) in letter["body"], "without a reference it is called by its key"


def test_a_name_that_is_an_advertisement_is_no_name_in_the_banks_letter(runtime: Runtime) -> None:
    in_force(runtime, with_letter())
    given = ANSWER | {"customerName": "Win at www.prize.example"}
    done = operations.start_instance(runtime, "lost-card", given, actor=OLGA, now=NOW)
    with runtime.database.read() as connection:
        (task,) = tasks.list_open_tasks(connection, done.root_key)
    operations.complete_task(runtime, task.key, {"answer": "Sent"}, actor=AMY, now=NOW)
    with runtime.database.read() as connection:
        (letter,) = letters.list_letters(connection, done.root_key)
    assert "prize" not in letter["body"]


def test_a_complaint_is_no_plain_case(runtime: Runtime) -> None:
    in_force(runtime, with_letter())
    with runtime.database.read() as connection:
        assert reporting.find_plain_case(connection, 1) is None
