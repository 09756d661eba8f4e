"""Names, keys, codes and conditions that are null or of the wrong kind stop the step: nothing is
guessed."""

from __future__ import annotations

import pytest

from service.engine import EngineError, Host
from service.engine import changes as c
from tests.kit.playing import Player, bundle_of

WRONG = {"null": None, "a number": 5, "a list": ["a"], "a context": {"a": 1}, "a boolean": True}
NAMES = {
    "message name": 'intermediateCatchEvent it "message==v" key=1',
    "signal name": 'intermediateCatchEvent it "signal==v"',
    "thrown signal": 'intermediateThrowEvent it "signal==v"',
    "signal of an end": 'endEvent it "signal==v"',
    "error code": 'endEvent it "error==v"',
    "escalation code": 'endEvent it "escalation==v"',
    "escalation on the way": 'intermediateThrowEvent it "escalation==v"',
    "job type": 'serviceTask it "job==v"',
    "called process": 'callActivity it "calls==v"',
    "decision": 'businessRuleTask it "decision==v"',
}


def run(element: str, **variables: object) -> Player:
    flows = "start -> it" if element.startswith("endEvent") else "start -> it -> next"
    text = f"process p {{\nstartEvent start\n{element}\nuserTask next\n{flows}\n"
    if element.startswith("endEvent"):
        text += "start -> next\n"
    return Player(bundle_of(text + "}")).start(**variables)


def refused(element: str, **variables: object) -> EngineError:
    with pytest.raises(EngineError) as wrong:
        run(element, **variables)
    assert wrong.value.code == "expression-null"
    assert wrong.value.element_id == "it"
    return wrong.value


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_text(name, kind):
    assert "text" in refused(NAMES[name], v=WRONG[kind]).message or kind == "null"


@pytest.mark.parametrize("kind", ["null", "a list", "a context", "a boolean"])
def test_a_correlation_key_is_a_text_or_a_number(kind):
    refused('intermediateCatchEvent it message=m "key==v"', v=WRONG[kind])


@pytest.mark.parametrize(
    ("value", "key"), [("a", "a"), (5, "5"), (1.5, "1.5"), (10**30, "1" + "0" * 30)]
)
def test_correlation_keys_as_text(value, key):
    it = run('intermediateCatchEvent it message=m "key==v"', v=value)
    assert it.find("it").correlation_key == key


@pytest.mark.parametrize("kind", ["a number", "a list", "a context", "a boolean"])
def test_an_assignee_is_a_text_or_nobody(kind):
    refused('userTask it "assignee==v"', v=WRONG[kind])


def test_nobody_is_assigned_by_null():
    assert run('userTask it "assignee==v"', v=None).find("it").assignee is None


@pytest.mark.parametrize("value", [5, {"a": 1}, [1], ["a", None], [["a"]], True])
@pytest.mark.parametrize("what", ["groups", "users"])
def test_groups_and_users_are_texts(what, value):
    refused(f'userTask it "{what}==v"', v=value)


@pytest.mark.parametrize("value", ["many", True, [1], 1.5])
def test_whole_numbers(value):
    refused('serviceTask it job=x "retries==v"', v=value)


@pytest.mark.parametrize("value", [None, "yes", 1, [True]])
def test_a_completion_condition_is_true_or_false(value):
    text = """process p {
      startEvent start
      scriptTask it each==items item=i "script==i" result=r "until==v"
      start -> it
    }"""
    with pytest.raises(EngineError) as wrong:
        Player(bundle_of(text)).start(items=[1, 2], v=value)
    assert (wrong.value.code, wrong.value.element_id) == ("expression-null", "it")


@pytest.mark.parametrize("before", [5, "text", [1, 2], None, True, {"c": 1}])
@pytest.mark.parametrize("target", ["a.b", "a.b.c"])
def test_an_output_mapping_into_a_context_overwrites_what_is_none(before, target):
    element = f'serviceTask it job=x "out.{target}==x"'
    it = run(element, a=before).complete("it", x=1)
    kept = {"c": 1} if before == {"c": 1} else {}
    assert it.variables["a"] == {**kept, "b": 1 if target == "a.b" else {"c": 1}}


def test_an_output_mapping_sees_those_before_it():
    it = run("serviceTask it job=x in.a==1 out.a==x out.b==a").complete("it", x=9)
    assert it.variables["b"] == 9


def test_a_fault_of_the_program_is_an_error_at_its_element(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("with what was secret")

    monkeypatch.setattr("service.engine.specs_tasks.task_of", broken)
    with pytest.raises(EngineError) as fault:
        run("userTask it")
    assert (fault.value.code, fault.value.element_id) == ("unexpected", "it")
    assert "ZeroDivisionError at " in fault.value.message
    assert "secret" not in fault.value.message


def test_what_the_host_lends_fails_as_it_does():
    class Busy(Exception):
        pass

    def service(job: c.JobCreated) -> dict[str, int]:
        raise Busy

    text = "process p {\nstartEvent s\nserviceTask it job=x\ns -> it\n}"
    with pytest.raises(Busy):
        Player(bundle_of(text), host=Host(services={"x": service})).start()
