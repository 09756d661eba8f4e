"""Every command that moves a case writes one line to the log and is counted once; a case that is
suspended takes none but those that a person may give then."""

from __future__ import annotations

import ast
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import service
from service import operations
from service.audit import Event, list_history
from service.cases import get_complaint
from service.cases.tables import complaint
from service.db import Database
from service.definitions import list_starts, release
from service.engine import EngineError, open_choices
from service.engine.commands import Activate, Modify, Move, Which
from service.errors import RedressError, Suspended
from service.execution.read_case import get_instance
from service.execution.runtime import Runtime
from service.identity import Actor, create_account
from service.intake import parse_complaint
from service.jobs.causes import Cause
from service.jobs.tables import incident, timer
from service.metrics import CASE_COMMANDS
from service.operations import start_events
from service.operations.hear_customer import Said, hear_customer, hear_within
from service.tasks import list_open_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import HEAD
from tests.kit.waiting import files
from tests.operations.test_migrate import another

ROOT = Actor("root", frozenset({"admin", "handler", "approver", "clerk", "executive"}))
LATER = NOW + timedelta(hours=2)
COMPLAINT = (
    HEAD
    + """<bpmn:signal id="sig" name="bell"/><bpmn:error id="err" name="No" errorCode="NO"/>
<bpmn:process id="complaint" isExecutable="true"><bpmn:startEvent id="s"/>
 <bpmn:parallelGateway id="fork"/><bpmn:endEvent id="e"/>
 <bpmn:userTask id="a" name="A"><bpmn:extensionElements><zeebe:userTask/>
  <zeebe:assignmentDefinition candidateGroups="handler"/></bpmn:extensionElements></bpmn:userTask>
 <bpmn:boundaryEvent id="late" attachedToRef="a" cancelActivity="false">
  <bpmn:timerEventDefinition><bpmn:timeDuration
   xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>
 </bpmn:boundaryEvent>
 <bpmn:serviceTask id="j" name="J"><bpmn:extensionElements><zeebe:taskDefinition type="work"/>
  </bpmn:extensionElements></bpmn:serviceTask>
 <bpmn:boundaryEvent id="no" attachedToRef="j"><bpmn:errorEventDefinition errorRef="err"/>
 </bpmn:boundaryEvent>
 <bpmn:receiveTask id="r" name="R" messageRef="m"/>
 <bpmn:intermediateCatchEvent id="c"><bpmn:signalEventDefinition signalRef="sig"/>
 </bpmn:intermediateCatchEvent>
 <bpmn:exclusiveGateway id="x"/>
 <bpmn:adHocSubProcess id="h" name="H"><bpmn:userTask id="o" name="O"/></bpmn:adHocSubProcess>
 <bpmn:sequenceFlow id="f0" sourceRef="s" targetRef="fork"/>
 <bpmn:sequenceFlow id="f1" sourceRef="fork" targetRef="a"/>
 <bpmn:sequenceFlow id="f2" sourceRef="fork" targetRef="j"/>
 <bpmn:sequenceFlow id="f3" sourceRef="fork" targetRef="r"/>
 <bpmn:sequenceFlow id="f4" sourceRef="fork" targetRef="c"/>
 <bpmn:sequenceFlow id="f5" sourceRef="fork" targetRef="h"/>
 <bpmn:sequenceFlow id="g1" sourceRef="a" targetRef="e"/>
 <bpmn:sequenceFlow id="g2" sourceRef="late" targetRef="e"/>
 <bpmn:sequenceFlow id="g3" sourceRef="j" targetRef="e"/>
 <bpmn:sequenceFlow id="g4" sourceRef="no" targetRef="e"/>
 <bpmn:sequenceFlow id="g5" sourceRef="r" targetRef="x"/>
 <bpmn:sequenceFlow id="g6" sourceRef="x" targetRef="e"><bpmn:conditionExpression
  xsi:type="bpmn:tFormalExpression">=good != false</bpmn:conditionExpression></bpmn:sequenceFlow>
 <bpmn:sequenceFlow id="g7" sourceRef="c" targetRef="e"/>
</bpmn:process></bpmn:definitions>"""
).replace('correlationKey="=ref"', 'correlationKey="=complaintNumber"')
RENAMED = COMPLAINT.replace('"a"', '"aa"')
PLACES = {"a": "aa"}


@dataclass
class Bank:
    """A case that waits for everything that a case can wait for."""

    runtime: Runtime
    root: int
    number: str
    other: str

    def task(self) -> int:
        with self.runtime.database.read() as connection:
            return list_open_tasks(connection, self.root)[0].key

    def timer(self) -> int:
        with self.runtime.database.read() as connection:
            query = sa.select(timer.c.key).where(timer.c.root_key == self.root)
            return int(connection.execute(query).scalar_one())

    def job(self) -> int:
        rows = operations.activate_jobs(
            self.runtime, "work", worker="w", lease=timedelta(hours=1), now=NOW
        )
        return int(next(row["key"] for row in rows if row["root_key"] == self.root))

    def incident(self) -> int:
        with pytest.raises(EngineError):
            operations.correlate_message(
                self.runtime, "answer", self.number, {"good": False}, actor=ROOT, now=NOW
            )
        with self.runtime.database.read() as connection:
            return int(connection.execute(sa.select(incident.c.key)).scalar_one())

    def version(self) -> int:
        with self.runtime.database.read() as connection:
            return get_instance(connection, self.root).version

    def events(self) -> list[str]:
        with self.runtime.database.read() as connection:
            return [row.event for row in list_history(connection, self.root)]


@pytest.fixture
def bank(database: Database) -> Bank:
    runtime = release_files(database, {"complaint.bpmn": COMPLAINT.encode(), **files()})
    given = {"content": "Charged twice.", "contact": {"email": "owen@customer.invalid"}}
    one, two = (
        operations.register_complaint(runtime, parse_complaint(given, now=NOW), actor=ROOT, now=NOW)
        for _ in range(2)
    )
    with database.transaction() as connection:
        connection.execute(sa.update(complaint).values(investigator="ivy"))
        create_account(connection, "ian", None, ["handler"], now=NOW)
    return Bank(runtime, one.root_key, one.number, two.number)


Command = Callable[[], object]


def completes(bank: Bank) -> Command:
    key = bank.task()
    return lambda: operations.complete_task(bank.runtime, key, {}, actor=ROOT, now=NOW)


def fires(bank: Bank) -> Command:
    key = bank.timer()
    return lambda: operations.fire_timer(bank.runtime, key, now=LATER)


def completes_job(bank: Bank) -> Command:
    key = bank.job()
    return lambda: operations.complete_job(bank.runtime, key, {}, actor=ROOT, now=NOW)


def throws(bank: Bank) -> Command:
    key = bank.job()
    return lambda: operations.throw_job_error(bank.runtime, key, "NO", actor=ROOT, now=NOW)


def fails_with_variables(bank: Bank) -> Command:
    key = bank.job()
    return lambda: operations.fail_job(
        bank.runtime, key, retries=1, message="no", actor=ROOT, now=NOW, variables={"a": 1}
    )


def correlates(bank: Bank) -> Command:
    return lambda: operations.correlate_message(
        bank.runtime, "answer", bank.number, {}, actor=ROOT, now=NOW
    )


def publishes(bank: Bank) -> Command:
    return lambda: operations.publish_message(
        bank.runtime, "answer", bank.number, {}, actor=ROOT, now=NOW
    )


def hears(bank: Bank) -> Command:
    said = Said("answer", "portal", "Here it is.", message="answer")
    return lambda: hear_customer(bank.runtime, bank.root, said, actor=ROOT, now=NOW)


def signals(bank: Bank) -> Command:
    with bank.runtime.database.read() as connection:
        other = get_complaint(connection, bank.other).root_key
    # the other complaint listens too: it is taken for the one that has thrown the signal
    return lambda: operations.broadcast_signal(
        bank.runtime, "bell", {}, actor=ROOT, now=NOW, thrown_by=other
    )


def cancels(bank: Bank) -> Command:
    return lambda: operations.cancel_instance(
        bank.runtime, bank.root, reason="x", actor=ROOT, now=NOW
    )


def modifies(bank: Bank) -> Command:
    move = Modify(move=(Move(Which(element_id="a"), Activate("e"), "inferred"),))
    return lambda: operations.modify_instance(
        bank.runtime, bank.root, move, reason="x", actor=ROOT, now=NOW
    )


def begins(bank: Bank) -> Command:
    with bank.runtime.database.read() as connection:
        instance = get_instance(connection, bank.root)
        bundle = bank.runtime.bundles.get(connection, instance.bundle_key)
    [choice] = open_choices(bundle, instance.engine_state)
    return lambda: operations.begin_steps(
        bank.runtime, bank.root, choice.id, [("o", {})], actor=ROOT, now=NOW
    )


def sets_variables(bank: Bank) -> Command:
    return lambda: operations.set_variables(
        bank.runtime, bank.root, "", {"a": 1}, actor=ROOT, now=NOW, reason="x"
    )


def reassigns(bank: Bank) -> Command:
    return lambda: operations.reassign_case(
        bank.runtime, bank.number, "ian", reason="x", actor=ROOT, now=NOW
    )


def escalates(bank: Bank) -> Command:
    return lambda: operations.escalate(bank.runtime, bank.number, reason="x", actor=ROOT, now=NOW)


def merges(bank: Bank) -> Command:
    return lambda: operations.merge_cases(
        bank.runtime, bank.number, bank.other, reason="x", actor=ROOT, now=NOW
    )


def migrates(bank: Bank) -> Command:
    to = another(bank.runtime, RENAMED)
    with bank.runtime.database.transaction() as connection:
        release(connection, to, actor="root", now=NOW)
    return lambda: operations.migrate_instance(
        bank.runtime, bank.root, to_bundle=to, places=PLACES, reason="x", actor=ROOT, now=NOW
    )


def resolves(bank: Bank) -> Command:
    key = bank.incident()
    return lambda: operations.resolve_incident(bank.runtime, key, actor=ROOT, now=NOW)


ON_A_CASE: Mapping[str, tuple[Callable[[Bank], Command], Event, bool]] = {
    "complete_task": (completes, Event.TASK_COMPLETED, False),
    "fire_timer": (fires, Event.TIMER_FIRED, False),
    "complete_job": (completes_job, Event.JOB_COMPLETED, False),
    "throw_job_error": (throws, Event.JOB_ERROR_THROWN, False),
    "fail_job": (fails_with_variables, Event.VARIABLES_SET, False),
    "correlate_message": (correlates, Event.MESSAGE_CORRELATED, False),
    "publish_message": (publishes, Event.MESSAGE_CORRELATED, False),
    "hear_customer": (hears, Event.MESSAGE_CORRELATED, False),
    "broadcast_signal": (signals, Event.SIGNAL_CAUGHT, False),
    "merge_cases": (merges, Event.CASE_MERGED, False),
    "resolve_incident": (resolves, Event.INCIDENT_RESOLVED, False),
    "cancel_instance": (cancels, Event.INSTANCE_CANCELLED, True),
    "modify_instance": (modifies, Event.INSTANCE_MODIFIED, True),
    "begin_steps": (begins, Event.STEPS_BEGUN, False),
    "set_variables": (sets_variables, Event.VARIABLES_SET, True),
    "escalate": (escalates, Event.CASE_ESCALATED, True),
    "reassign_case": (reassigns, Event.CASE_REASSIGNED, True),
    "migrate_instance": (migrates, Event.INSTANCE_MIGRATED, True),
}
"""The command on a case, what the history calls it, and whether a suspended case takes it."""


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, int]]:
    return [
        (str(record.facts["event"]), int(record.facts["instanceKey"]))  # type: ignore[attr-defined]
        for record in caplog.records
        if record.name == "redress.commands"
    ]


def count(event: Event) -> float:
    return float(CASE_COMMANDS.labels(event.value)._value.get())


@pytest.fixture(autouse=True)
def lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "redress.commands")


@pytest.mark.parametrize("name", ON_A_CASE)
def test_a_command_is_told_and_counted_once(
    bank: Bank, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    make, event, _ = ON_A_CASE[name]
    command = make(bank)
    before, counted = bank.events(), count(event)
    caplog.clear()
    command()
    assert told(caplog) == [(event.value, bank.root)]
    assert count(event) == counted + 1
    assert event.value in bank.events()[len(before) :]


@pytest.mark.parametrize("name", ON_A_CASE)
def test_a_suspended_case_takes_what_a_person_may_give_it_and_nothing_else(
    bank: Bank, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    make, event, allowed = ON_A_CASE[name]
    command = make(bank)
    operations.suspend_instance(bank.runtime, bank.root, reason="x", actor=ROOT, now=NOW)
    version = bank.version()
    caplog.clear()
    if allowed:
        command()
        assert told(caplog) == [(event.value, bank.root)]
        assert bank.version() > version
        return
    try:
        command()
    except Suspended:
        pass
    except RedressError as other:
        pytest.fail(f"expected Suspended, got {other!r}")
    assert told(caplog) == []
    assert event.value not in bank.events()[-1:]


def test_suspension_and_resumption_are_told_and_counted(
    bank: Bank, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    for verb, event in (
        (operations.suspend_instance, Event.INSTANCE_SUSPENDED),
        (operations.resume_instance, Event.INSTANCE_RESUMED),
    ):
        before = count(event)
        verb(bank.runtime, bank.root, reason="x", actor=ROOT, now=NOW)
        assert told(caplog)[-1:] == [(event.value, bank.root)]
        assert count(event) == before + 1
    assert len(told(caplog)) == 2


def starts_by_message(bank: Bank) -> object:
    return operations.publish_message(
        bank.runtime, "new order", "k", {"ref": "r"}, actor=ROOT, now=NOW
    )


def starts_by_signal(bank: Bank) -> object:
    with bank.runtime.database.read() as connection:
        assert len(list_starts(connection, "signal", "alarm")) == 1
    cause = Cause(key=1, origin=1, depth=0)
    return start_events.start_by_signal(bank.runtime, "alarm", {"ref": "r"}, now=NOW, cause=cause)


STARTS: Mapping[str, tuple[Callable[[Bank], object], Event]] = {
    "start_instance": (
        lambda bank: operations.start_instance(
            bank.runtime, "waits", {"ref": "r"}, actor=ROOT, now=NOW
        ),
        Event.INSTANCE_STARTED,
    ),
    "register_complaint": (
        lambda bank: operations.register_complaint(
            bank.runtime, parse_complaint({"content": "Late."}, now=NOW), actor=ROOT, now=NOW
        ),
        Event.COMPLAINT_REGISTERED,
    ),
    "publish_message": (starts_by_message, Event.INSTANCE_STARTED),
    "start_by_signal": (starts_by_signal, Event.INSTANCE_STARTED),
    "fire_due_starts": (
        lambda bank: operations.fire_due_starts(bank.runtime, now=LATER),
        Event.INSTANCE_STARTED,
    ),
}


@pytest.mark.parametrize("name", STARTS)
def test_a_start_is_told_and_counted_once(
    bank: Bank, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    start, event = STARTS[name]
    counted = count(event)
    caplog.clear()
    start(bank)
    assert [each for each, _ in told(caplog)] == [event.value]
    assert count(event) == counted + 1


def test_what_is_rolled_back_is_neither_told_nor_counted(
    bank: Bank, caplog: pytest.LogCaptureFixture
) -> None:
    counted = count(Event.MESSAGE_CORRELATED)
    caplog.clear()
    with pytest.raises(ZeroDivisionError), bank.runtime.database.transaction() as connection:
        said = Said("answer", "portal", "Here it is.", message="answer")
        hear_within(connection, bank.runtime, bank.root, said, (), actor=ROOT, now=NOW)
        raise ZeroDivisionError
    assert told(caplog) == []
    assert count(Event.MESSAGE_CORRELATED) == counted


ELSEWHERE = {
    "declare_emergency": "tests/execution/test_cascade.py",
    "messages": "publish_message and correlate_message",
    "background": "fire_timer",
    "complete_job": "complete_job, throw_job_error, fail_job",
    "link_cases": "merge_cases",
    "record_past": "tests/cli/test_old_records.py",
    "review_process": "tests/operations/test_review_process.py",
    "signals": "broadcast_signal",
    "start": "start_instance, register_complaint",
    "start_events": "start_by_signal, fire_due_starts",
    "suspend_instance": "suspend_instance, resume_instance",
    "take_back": "tests/operations/test_migration_plans.py",
}
"""Where commands are tried whose file has another name, or that need more than a case."""


def test_no_command_is_forgotten_here() -> None:
    folder = Path(service.__file__).parent / "operations"
    callers = {
        path.stem
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "service.execution"
        if any(each.name == "execute" for each in node.names)
    }
    assert callers == {*ON_A_CASE, *ELSEWHERE} & callers | {*ELSEWHERE}
    assert callers <= {*ON_A_CASE, *ELSEWHERE}
