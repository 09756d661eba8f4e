"""What `check_bundle` finds: each fault alone with its code, many at once, and hostile files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine import check_bundle, load_bundle, parse
from service.errors import DefinitionInvalid, Severity
from tests.engine.refused import GATEWAY, attached, catch, end, event_sub_process, task, throw
from tests.kit.drawing import draw

MESSAGE = 'message=m "key==1"'
FAULTS = {
    "bpmn-bad-id": "process p {\nstartEvent start\nuserTask 1/x\nstart -> 1/x\n}",
    "bpmn-no-start": "process p {\n}",
    "bpmn-several-starts": "process p {\nstartEvent a\nstartEvent b\nuserTask t\na -> t\nb -> t\n}",
    "bpmn-unreachable": task().replace("start -> it", "userTask other\nstart -> it"),
    "bpmn-dangling-flow": task().replace("start -> it", "start -> it\nit -> nowhere"),
    "bpmn-incoming": task().replace("start -> it", "start -> it\nit -> start"),
    "bpmn-outgoing": task().replace(
        "start -> it", "endEvent e\nuserTask after\nstart -> it -> e -> after"
    ),
    "bpmn-not-attached": attached("timer=PT1H")
    .replace("on=t", "on=nobody")
    .replace("start -> t", "start -> t\nstart -> u"),
    "bpmn-flow-without-condition": (
        "process p {\nstartEvent start\nexclusiveGateway g name=x\nuserTask a\nuserTask b\n"
        "start -> g -> a\ng -> b default\n}"
    ),
    "bpmn-default-flow": task().replace("userTask it", '<userTask id="it" default="other"/>'),
    "bpmn-event-gateway-target": GATEWAY.replace("wait -> b", "").replace(
        "intermediateCatchEvent b signal=s", ""
    ),
    "bpmn-link-target": throw("link=x"),
    "bpmn-link-name": throw("link="),
    "bpmn-link-double": throw("link=x").replace(
        "start -> it",
        (
            "intermediateCatchEvent a link=x\nintermediateCatchEvent b link=x\nuserTask t\nstart "
            "-> "
            "it\na -> t\nb -> t"
        ),
    ),
    "bpmn-missing-message": catch("message="),
    "bpmn-no-correlation-key": catch("message=m"),
    "bpmn-missing-signal": catch("signal="),
    "bpmn-missing-error-code": end("error="),
    "bpmn-missing-escalation-code": end("escalation="),
    "bpmn-code-expression": attached("error==code"),
    "bpmn-dangling-reference": catch("").replace(
        "intermediateCatchEvent it ",
        (
            '<intermediateCatchEvent id="it"><signalEventDefinition '
            'signalRef="gone"/></intermediateCatchEvent>'
        ),
    ),
    "bpmn-timer-empty": catch("timer="),
    "bpmn-timer-value": catch("timer=tomorrow"),
    "bpmn-number": task("priority=high"),
    "bpmn-no-job-type": task(kind="serviceTask"),
    "unknown-service": task("job=redress.notice", kind="serviceTask"),
    "bpmn-no-script": task(kind="scriptTask"),
    "bpmn-no-decision": task(kind="businessRuleTask"),
    "bpmn-no-called-element": task(kind="callActivity"),
    "called-process-missing": task("calls=gone", "callActivity"),
    "decision-missing": task("decision=gone result=x", "businessRuleTask"),
    "bpmn-loop-output": task("each==items collect=results"),
    "bpmn-mapping-target": task("in.==1"),
    "bpmn-unknown-event": catch("").replace(
        "intermediateCatchEvent it ",
        '<intermediateCatchEvent id="it"><moonEventDefinition/></intermediateCatchEvent>',
    ),
    "feel-syntax": task('assignee="=if x"'),
    "four-eyes-unknown": task("prop.fourEyes=nobody"),
    "bpmn-start-event": event_sub_process("timer=PT1H")
    .replace(" event {", " {")
    .replace("start -> t", "start -> t -> sub"),
}
WARNINGS = {
    "bpmn-no-name": task(),
    "form-missing": task("name=x form=gone"),
    "bpmn-condition-ignored": (
        "process p {\nstartEvent start\nparallelGateway g\nuserTask a name=a\nstart -> g\ng -> a "
        "if true\n}"
    ),
    "bpmn-unknown-extension": task("name=x").replace(
        "userTask it name=x",
        (
            '<userTask id="it" '
            'name="x"><extensionElements><zeebe:moon/></extensionElements></userTask>'
        ),
    ),
    "bpmn-not-executable": "process p {\n}",
}


def codes(data: bytes, severity: Severity) -> set[str]:
    return {each.code for each in check_bundle({"it.bpmn": data}) if each.severity is severity}


@pytest.mark.parametrize("code", FAULTS)
def test_each_fault_is_found_alone(code):
    data = draw(FAULTS[code])
    assert codes(data, Severity.ERROR) == {code}
    with pytest.raises(DefinitionInvalid):
        load_bundle({"it.bpmn": data})


@pytest.mark.parametrize("code", WARNINGS)
def test_a_warning_does_not_refuse(code):
    data = draw(WARNINGS[code])
    if code == "bpmn-not-executable":
        data = data.replace(b' isExecutable="true"', b"")
    assert codes(data, Severity.WARNING) == {code}
    assert codes(data, Severity.ERROR) == set()


def test_everything_is_reported_at_once_with_its_line():
    drawing = """process p {
      startEvent start
      serviceTask pay
      userTask ask assignee==1+ due=someday
      complexGateway odd
      callActivity call calls=gone
      start -> pay -> ask -> odd -> call
    }"""
    text = draw(drawing).replace(b"<", b"\n<")
    found = [each for each in check_bundle({"it.bpmn": text}) if each.severity is Severity.ERROR]
    assert {(each.code, each.element) for each in found} == {
        ("bpmn-no-job-type", "pay"),
        ("feel-syntax", "ask"),
        ("bpmn-timer-value", "ask"),
        ("bpmn-unsupported-complex-gateway", "odd"),
        ("called-process-missing", "call"),
    }
    lines = text.split(b"\n")
    for each in found:
        assert each.element.encode() in lines[each.line - 1] or each.code == "feel-syntax"


def test_files_are_checked_together():
    inner = draw("process inner {\nstartEvent s\nuserTask t\ns -> t\n}")
    files = {"a.bpmn": draw(task("calls=inner", "callActivity")), "b.bpmn": inner, "c.bpmn": inner}
    assert {each.code for each in check_bundle(files) if each.severity is Severity.ERROR} == {
        "bpmn-duplicate-process"
    }
    files = {
        "a.bpmn": draw(task("form=f name=x")),
        "f.form.json": b'{"id": "f", "schema": {}}',
        "g.form.json": b'{"id": "f", "schema": {}}',
        "h.form.json": b"[1",
        "i.form.json": b"[]",
        "j.dmn": b"<oops",
        "notes.txt": b"ignored",
    }
    found = [(each.code, each.file) for each in check_bundle(files)]
    assert found == [
        ("form-duplicate", "g.form.json"),
        ("form-unreadable", "h.form.json"),
        ("form-unreadable", "i.form.json"),
        ("xml-syntax", "j.dmn"),
    ]
    assert load_bundle({key: files[key] for key in ("a.bpmn", "f.form.json")}).forms["f"] == {
        "id": "f",
        "schema": {},
    }


def test_duplicate_ids():
    data = draw(task()).replace(b'id="it"', b'id="start"', 1)
    assert "bpmn-duplicate-id" in codes(data, Severity.ERROR)
    assert codes(draw(task()).replace(b' id="it"', b"", 1), Severity.ERROR) == {
        "bpmn-no-id",
        "bpmn-dangling-flow",
    }


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "xml-syntax"),
        (b"<definitions", "xml-syntax"),
        (b"<a/>", "bpmn-not-bpmn"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml-doctype"),
        (b"\xff\xfe\x00", "xml-encoding"),
        (b"<a>" * 230 + b"</a>" * 230, "xml-too-deep"),
    ],
)
def test_hostile_files(data, code):
    assert [each.code for each in check_bundle({"it.bpmn": data})] == [code]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_file_never_breaks_the_check(data):
    text = draw(
        GATEWAY
        + "\n"
        + task("calls=p each==x item=y prop.fourEyes=it", "callActivity").replace(
            "process p", "process q"
        )
    )
    pieces = text.replace(b"><", b">\x00<").split(b"\x00")
    at = data.draw(st.integers(0, len(pieces) - 1))
    match data.draw(st.sampled_from(["drop", "double", "swap", "blank"])):
        case "drop":
            del pieces[at]
        case "double":
            pieces.insert(at, pieces[at])
        case "swap":
            other = data.draw(st.integers(0, len(pieces) - 1))
            pieces[at], pieces[other] = pieces[other], pieces[at]
        case "blank":
            words = pieces[at].split(b'"')
            word = data.draw(st.integers(0, len(words) - 1))
            words[word] = b"" if word % 2 else words[word]
            pieces[at] = b'"'.join(words)
    for problem in check_bundle({"it.bpmn": b"".join(pieces)}):
        assert problem.code
        assert problem.message


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'<process id="p"', b"<process", "bpmn-no-id"),
        (b'<userTask id="it">', b'<userTask id="it">FLOW', "bpmn-misplaced"),
        (b"</definitions>", b'<userTask id="alone"/></definitions>', "bpmn-misplaced"),
        (b"</process>", b'<message id="m" name="m"/></process>', "bpmn-misplaced"),
        (b'<startEvent id="start">', b'<startEvent id="start"><signal/>', "bpmn-misplaced"),
    ],
)
def test_what_stands_where_it_has_no_meaning_is_told(old, new, code):
    data = draw(task())
    flow = b'<sequenceFlow id="start.it" sourceRef="start" targetRef="it"></sequenceFlow>'
    assert old in data
    assert flow in data
    if b"FLOW" in new:
        data = data.replace(flow, b"")
    assert code in codes(data.replace(old, new.replace(b"FLOW", flow)), Severity.ERROR)


def test_what_the_engine_has_no_use_for_is_no_reason_not_to_load():
    """Shapes without numbers, and messages without an id: nothing can refer to these."""
    drawing = (
        b'<message name="m"/><d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" '
        b'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><d:BPMNPlane bpmnElement="p">'
        b'<d:BPMNShape bpmnElement="it"><dc:Bounds x="" y="left"/></d:BPMNShape></d:BPMNPlane>'
        b"</d:BPMNDiagram></definitions>"
    )
    files = {"it.bpmn": draw(task()).replace(b"</definitions>", drawing)}
    assert not [each for each in check_bundle(files) if each.severity is Severity.ERROR]
    assert "it" in load_bundle(files).processes["p"].elements


@pytest.mark.parametrize("fault", [KeyError("ref"), AttributeError("no spec"), RecursionError()])
def test_what_the_library_does_not_take_is_a_finding(monkeypatch, fault):
    """A file that passes the checks and breaks SpiffWorkflow's parser is refused, by name."""

    def broken(*_):
        raise fault

    monkeypatch.setattr(parse, "_parse_file", broken)
    with pytest.raises(DefinitionInvalid) as refused:
        load_bundle({"a.bpmn": draw("process p {\nstartEvent s\nendEvent e\ns -> e\n}")})
    [problem] = refused.value.problems
    assert (problem.code, problem.file, problem.element) == ("bpmn-not-built", "a.bpmn", "p")
    assert type(fault).__name__ in problem.message
